"""The list of jobs: what it shows, and what its buttons ask of the runner."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.core.geometry import Point
from imagetool.jobs.events import Cancelled, Noted, Progressed, Queued, Started
from imagetool.plugin.tasks import Task
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.jobs.job_panel import JobPanel
from imagetool.ui.jobs.job_row import JobRow
from tests.fakes.editors import open_photo, press
from tests.fakes.hands import CONTROL, SHIFT, Hand
from tests.fakes.held_background import held
from tests.fakes.partials import partial_of
from tests.fakes.pictures import textured, written
from tests.fakes.runners import FakeRunner


@pytest.fixture
def canvas(qtbot: QtBot, editor: Editor, photo: Path) -> Canvas:
    """Three jobs, of which the first one runs; the list is open."""
    shown = open_photo(qtbot, editor, photo)
    Hand(shown).stroke(Point(100, 100))
    for task in (Task.INPAINT, Task.UPSCALE, Task.DENOISE):
        editor.window.task.choose_task(task)
        press(shown, Qt.Key.Key_Return, CONTROL)
    press(shown, Qt.Key.Key_J, CONTROL | SHIFT)
    return shown


@pytest.fixture
def panel(qtbot: QtBot, editor: Editor, canvas: Canvas, runner: FakeRunner) -> JobPanel:
    with qtbot.waitSignal(editor.running.queue.began):
        runner.hear(Started(runner.requests[0].job_id))
    return editor.running.list.panel


def rows(panel: JobPanel) -> list[JobRow]:
    return list(panel.rows.values())


def ids(runner: FakeRunner) -> list[str]:
    return [request.job_id for request in runner.requests]


def names(panel: JobPanel) -> list[str]:
    return [row._name.text().partition(" ")[0] for row in sorted(rows(panel), key=lambda row: row.y())]


def test_all_jobs_are_there_in_order(qtbot: QtBot, editor: Editor, panel: JobPanel, runner: FakeRunner) -> None:
    assert panel.isVisible()
    assert not panel.isWindow(), "it lies in the window and blocks nothing"
    assert names(panel) == ["Fill", "Enlarge", "Denoise"]
    runner.hear(Progressed(ids(runner)[0], 0.3, "tile 12 of 40"))
    qtbot.waitUntil(lambda: rows(panel)[0].said.text().startswith("tile 12 of 40"))
    assert [row.said.text() for row in rows(panel)[1:]] == ["waiting", "waiting"]
    assert [row.document.text() for row in rows(panel)] == ["photo.png"] * 3
    count = editor.window.status._jobs.list_button
    assert (count.text().strip(), count.toolTip()) == ("3", "Jobs: 3 jobs (Ctrl+Shift+J)")


def test_a_job_is_cancelled(qtbot: QtBot, panel: JobPanel, runner: FakeRunner) -> None:
    rows(panel)[1].cancel.click()
    assert runner.cancelled == [ids(runner)[1]]
    qtbot.waitUntil(lambda: names(panel) == ["Fill", "Denoise", "Enlarge"])
    assert rows(panel)[2].said.text() == "Taken out of the queue"
    assert rows(panel)[2].cancel.isHidden()


def test_all_jobs_are_cancelled(qtbot: QtBot, canvas: Canvas, panel: JobPanel, runner: FakeRunner) -> None:
    panel.cancel_all.click()
    assert sorted(runner.cancelled) == sorted(ids(runner))
    qtbot.waitUntil(lambda: canvas.session.job is None)
    assert [row.said.text() for row in rows(panel)].count("Taken out of the queue") == 2
    assert not panel.cancel_all.isEnabled()
    assert not panel.hold_all.isEnabled()


def test_a_job_is_held_and_let_go(qtbot: QtBot, editor: Editor, panel: JobPanel, runner: FakeRunner) -> None:
    row, job_id = rows(panel)[0], ids(runner)[0]
    row.hold.click()
    assert runner.held == [(job_id, True)]
    assert row.said.text() == "held · 0%"
    assert row.hold.toolTip() == "Let it go on"
    assert editor.window.status.job.text() == "Fill: held · 0%"
    runner.hear(Queued(tuple(ids(runner)), frozenset({job_id})))
    row.hold.click()
    assert runner.held[-1] == (job_id, False)
    runner.hear(Queued(tuple(ids(runner)), frozenset({ids(runner)[2]})))
    qtbot.waitUntil(lambda: rows(panel)[2].said.text() == "held")
    assert row.said.text() == "0%"


def test_all_jobs_are_held_and_let_go(editor: Editor, canvas: Canvas, panel: JobPanel, runner: FakeRunner) -> None:
    panel.hold_all.click()
    assert runner.held == [("", True)]
    assert [row.said.text() for row in rows(panel)] == ["held · 0%", "held", "held"]
    assert editor.window.status._jobs.list_button.text().strip() == "3 held"
    editor.window.task.choose_task(Task.FILTER)
    press(canvas, Qt.Key.Key_Return, CONTROL)
    assert rows(panel)[-1].said.text() == "held", "later jobs wait, too"
    assert panel.hold_all.text() == "Continue all"
    panel.hold_all.click()
    assert runner.held[-1] == ("", False)
    assert rows(panel)[-1].said.text() == "waiting"


def test_waiting_jobs_change_places(qtbot: QtBot, panel: JobPanel, runner: FakeRunner) -> None:
    first, second, third = ids(runner)
    running, enlarge, denoise = rows(panel)
    assert running.up.isHidden(), "what runs has no place in the line any more"
    assert [enlarge.up.isEnabled(), enlarge.down.isEnabled()] == [False, True]
    assert [denoise.up.isEnabled(), denoise.down.isEnabled()] == [True, False]
    denoise.up.click()
    assert runner.moved == [(third, second)]
    assert list(panel.rows) == [first, third, second]
    qtbot.waitUntil(lambda: names(panel) == ["Fill", "Denoise", "Enlarge"])
    denoise.down.click()
    assert runner.moved[-1] == (third, "")
    runner.hear(Queued((first, third, second), frozenset()))
    qtbot.waitUntil(lambda: list(panel.rows) == [first, third, second])


def test_a_result_that_is_laid_in_stays_in_front(
    qtbot: QtBot, editor: Editor, canvas: Canvas, panel: JobPanel, runner: FakeRunner
) -> None:
    with held(editor.background):
        runner.finish(request=runner.requests[0])
        with qtbot.waitSignal(editor.inference.queued):
            runner.hear(Queued(tuple(ids(runner)[1:]), frozenset()))
        assert list(panel.rows) == ids(runner)
        assert rows(panel)[0].said.text() == "laying the result in"
    qtbot.waitUntil(lambda: canvas.session.job is runner.requests[1])


def test_the_log_is_shown_and_copied(qtbot: QtBot, panel: JobPanel, runner: FakeRunner) -> None:
    row, job_id = rows(panel)[0], ids(runner)[0]
    assert row.log.isHidden()
    row.log_button.click()
    first = row.log.text.toPlainText()
    assert first.startswith("Fill · Natural")
    runner.hear(Noted(job_id, "on cpu in float32"))
    runner.hear(Noted(job_id, "<b>second</b>"))
    qtbot.waitUntil(lambda: row.log.text.toPlainText().endswith("\non cpu in float32\n<b>second</b>"))
    row.log.copy.click()
    assert QGuiApplication.clipboard().text() == f"{first}\non cpu in float32\n<b>second</b>"


def test_what_is_done_is_kept_from_the_list(
    qtbot: QtBot, canvas: Canvas, panel: JobPanel, runner: FakeRunner
) -> None:
    request = runner.requests[0]
    runner.hear(Cancelled(request.job_id, partial_of(request)))
    row = panel.rows[request.job_id]
    qtbot.waitUntil(lambda: not row.keep.isHidden())
    assert row.said.text() == "Stopped after 2 of 4 tiles"
    row.keep.click()
    qtbot.waitUntil(lambda: len(canvas.session.state.layers) == 2)
    assert row.keep.isHidden()
    assert row.said.text() == "Kept 2 of 4 tiles"


def test_a_row_leads_to_its_document(
    qtbot: QtBot, editor: Editor, canvas: Canvas, panel: JobPanel, tmp_path: Path
) -> None:
    open_photo(qtbot, editor, written(tmp_path / "other.png", textured(200, 150)))
    assert editor.canvas is not canvas
    rows(panel)[0].document.click()
    assert editor.canvas is canvas


def test_keys_open_and_close_it(editor: Editor, canvas: Canvas, panel: JobPanel, runner: FakeRunner) -> None:
    focus = editor.window.focusWidget()
    assert panel.isAncestorOf(focus)
    press(focus, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert runner.cancelled == [], "Esc was for the list"
    canvas.setFocus()
    press(canvas, Qt.Key.Key_J, CONTROL | SHIFT)
    assert panel.isVisible()
    press(panel, Qt.Key.Key_J, CONTROL | SHIFT)
    assert not panel.isVisible()


def test_it_stays_in_the_corner_of_the_documents(qtbot: QtBot, editor: Editor, panel: JobPanel) -> None:
    for size in ((1400, 900), (900, 600)):
        editor.window.resize(*size)
        area = editor.window.area.geometry()
        qtbot.waitUntil(lambda: panel.geometry().right() == editor.window.area.geometry().right() - 8)
        assert panel.geometry().bottom() == editor.window.area.geometry().bottom() - 8
        assert area.contains(panel.geometry())


def test_an_empty_list_says_so(editor: Editor) -> None:
    editor.actions["jobs"].trigger()
    panel = editor.running.list.panel
    assert not panel._nothing.isHidden()
    assert not panel.hold_all.isEnabled()
    assert editor.window.status._jobs.list_button.toolTip() == "Jobs: no job runs or waits (Ctrl+Shift+J)"
