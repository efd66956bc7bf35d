"""The editor, or the command line, was killed in the middle of a job: the next editor offers to go on with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from imagetool.app.editor import Editor
from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.catalog.places import Places
from imagetool.core.compositing import Flattened
from imagetool.core.document import Document
from imagetool.core.files import read_picture
from imagetool.jobs.journal import Journals
from imagetool.jobs.preparing import Equipment
from imagetool.jobs.request import Request
from imagetool.jobs.running import Running
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task
from imagetool.wire.buffers import BufferPool
from tests.fakes.editors import open_editor, open_photo
from tests.fakes.pictures import textured, written
from tests.fakes.runners import FakeRunner
from tests.fakes.tiled_jobs import kill, work

DONE = 3
Killed = Callable[[], Path]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return written(tmp_path / "photo.png", textured(400, 300))


@pytest.fixture
def model(home: Path) -> CatalogModel:
    return Catalog.scan(Places.find()).find(Task.DENOISE, "fast")


@pytest.fixture
def killed(home: Path, photo: Path, model: CatalogModel, tmp_path: Path) -> Path:
    """The journal of a job of 12 tiles whose process was killed after three of them."""
    pool = BufferPool([tmp_path])
    source = Flattened(Document(read_picture(photo)).state)
    params = Params.checked(model.entry.parameters, {"strength": 0.5})
    request = Request(model, params, 7, source, tile_px=256, resume=True, picture=photo)
    running = Running.prepared(request, pool, None, Equipment(Journals(home / "jobs")))
    work(running, DONE)
    kill(running)
    pool.close()
    (folder,) = (path for path in (home / "jobs").glob("*/*") if path.is_dir())
    return folder


def offered(qtbot: QtBot, editor: Editor) -> str:
    editor.open([], None)
    notices = editor.window.area.notices
    qtbot.waitUntil(lambda: bool(notices.sentences), timeout=10_000)
    (sentence,) = notices.sentences
    assert isinstance(sentence, str)
    return sentence


def answer(editor: Editor, text: str) -> None:
    next(it for it in editor.window.area.notices.findChildren(QPushButton) if it.text() == text).click()


def test_continuing_opens_the_picture_and_lands_as_usual(qtbot: QtBot, killed: Path, photo: Path) -> None:
    runner = FakeRunner()
    with open_editor(qtbot, runner.made) as editor:
        sentence = offered(qtbot, editor)
        assert sentence.startswith("photo.png: Denoise with Fast was not finished when imagetool ended (3 of ")
        answer(editor, "Continue")
        qtbot.waitUntil(lambda: bool(runner.requests), timeout=10_000)
        (request,) = runner.requests
        assert editor.session
        assert editor.session.document.path == photo
        assert (request.resume, request.seed, request.tile_px) == (True, 7, 256)
        assert request.params["strength"] == 0.5
        runner.start()
        runner.finish(gray=90)
        qtbot.waitUntil(lambda: len(editor.session.document.history.entries) == 2)  # type: ignore[union-attr]
        assert editor.window.area.notices.sentences == []


def test_what_is_asked_for_is_the_job_that_was_killed(
    qtbot: QtBot, home: Path, killed: Path, tmp_path: Path
) -> None:
    runner = FakeRunner()
    with open_editor(qtbot, runner.made) as editor:
        offered(qtbot, editor)
        answer(editor, "Continue")
        qtbot.waitUntil(lambda: bool(runner.requests), timeout=10_000)
        pool = BufferPool([tmp_path])
        running = Running.prepared(runner.requests[0], pool, None, Equipment(Journals(home / "jobs")))
        assert running.lending.journal
        assert running.lending.journal.folder == killed
        assert running.resumed == DONE
        running.release()
        pool.close()


def test_an_open_document_is_used_where_it_is_the_same(qtbot: QtBot, killed: Path, photo: Path) -> None:
    runner = FakeRunner()
    with open_editor(qtbot, runner.made) as editor:
        canvas = open_photo(qtbot, editor, photo)
        offered(qtbot, editor)
        answer(editor, "Continue")
        qtbot.waitUntil(lambda: bool(runner.requests), timeout=10_000)
        assert editor.window.area.canvases == [canvas]


def changed(photo: Path) -> None:
    written(photo, textured(400, 300)[::-1].copy())


CHANGES: list[Callable[[Path], object]] = [changed, Path.unlink, lambda photo: photo.write_bytes(b"no picture")]


@pytest.mark.parametrize("change", CHANGES, ids=["changed", "deleted", "damaged"])
def test_where_the_file_is_another_one_the_kept_pixels_are_opened(
    qtbot: QtBot, killed: Path, photo: Path, change: Callable[[Path], object]
) -> None:
    before = read_picture(photo).pixels
    change(photo)
    runner = FakeRunner()
    with open_editor(qtbot, runner.made) as editor:
        offered(qtbot, editor)
        answer(editor, "Continue")
        qtbot.waitUntil(lambda: bool(runner.requests), timeout=10_000)
        assert editor.session
        assert editor.session.document.path is None, "saving must not replace the other file"
        assert editor.session.document.name == "photo.png"
        np.testing.assert_array_equal(editor.session.document.picture.pixels, before)


def test_discarding_deletes_it(qtbot: QtBot, killed: Path) -> None:
    with open_editor(qtbot, FakeRunner().made) as editor:
        offered(qtbot, editor)
        answer(editor, "Discard")
        qtbot.waitUntil(lambda: not killed.exists())
        assert editor.window.area.canvases == []


def test_dismissing_keeps_it_for_the_next_start(qtbot: QtBot, killed: Path) -> None:
    for _ in range(2):
        with open_editor(qtbot, FakeRunner().made) as editor:
            offered(qtbot, editor)
    assert killed.exists()


def test_a_job_whose_model_has_changed_is_said_and_deleted(qtbot: QtBot, killed: Path) -> None:
    record = json.loads((killed / "job.json").read_text())
    record["facts"]["weights_sha256"] = "0" * 64
    (killed / "job.json").write_text(json.dumps(record))
    with open_editor(qtbot, FakeRunner().made) as editor:
        sentence = offered(qtbot, editor)
        assert "cannot go on. What was kept of this job was made with other weights" in sentence
        qtbot.waitUntil(lambda: not killed.exists())


def test_a_damaged_one_is_said_and_deleted(qtbot: QtBot, killed: Path) -> None:
    (killed / "job.json").write_text("{")
    with open_editor(qtbot, FakeRunner().made) as editor:
        assert "cannot be used (" in offered(qtbot, editor)
    assert not killed.exists()
