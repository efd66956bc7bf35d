"""Running a model on the picture: the request, what is said while it works, and its result as one change."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from imagetool.app.landing import Circumstances, Landing, SizeChanged
from imagetool.app.results import prepared
from imagetool.app.wishes import circumstances_of, generated_size, needs_painting, request_of
from imagetool.catalog.catalog import CatalogModel
from imagetool.catalog.plugins import Plugin
from imagetool.core.enlarged_size import BadSize
from imagetool.core.geometry import Rect, Size
from imagetool.jobs.errors import JobError, ModelFailed, PluginSuspended, WorkerDied
from imagetool.jobs.events import Cancelled, Failed, Finished, Previewed, Progressed, Started
from imagetool.jobs.request import Request
from imagetool.plugin.tasks import WORDS, Task, TaskWords
from imagetool.ui.background import Background
from imagetool.ui.inference import Inference
from imagetool.ui.main_window import MainWindow
from imagetool.ui.panels.task_panel import KEEP_SIZE
from imagetool.ui.session import Session
from imagetool.ui.settings import Settings


@dataclass(frozen=True, slots=True)
class Answered:
    """How a job of a plugin ended: `error` is what the plugin is to be blamed for, None where it worked."""

    plugin: Plugin
    error: JobError | None = None


class Running(QObject):
    """One job per document at a time; results land in the document they came from."""

    answered = Signal(object)  # Answered

    def __init__(
        self, window: MainWindow, background: Background, inference: Inference, settings: Settings
    ) -> None:
        super().__init__(window)
        self._window, self._background = window, background
        self._inference, self._settings = inference, settings
        self._sessions: dict[str, Session] = {}  # by job
        self._progress: dict[str, tuple[float, str]] = {}  # by job
        self._given: dict[str, Circumstances] = {}  # by job
        self._began: dict[str, float] = {}
        self._warm: set[str] = set()
        self._shown: Session | None = None
        inference.started.connect(self._on_started)
        inference.progressed.connect(self._on_progressed)
        inference.previewed.connect(self._on_previewed)
        inference.finished.connect(self._on_finished)
        inference.failed.connect(self._on_failed)
        inference.cancelled.connect(self._on_cancelled)
        window.task.model_changed.connect(self.refresh)
        window.task.size_form.changed.connect(self.refresh)

    def show_session(self, session: Session | None) -> None:
        """The document the panel speaks of."""
        if self._shown is not session:
            if self._shown:
                self._shown.state_changed.disconnect(self.refresh)
                self._window.status.clear()  # what it says and offers is about another document
            self._shown = session
            if session:
                session.state_changed.connect(self.refresh)
        self.refresh()

    def run(self) -> None:
        """Runs the chosen model on the shown document, if it can."""
        session = self._shown
        if session is None or session.job is not None or not self._window.task.has_model:
            return
        wish = self._window.task.wish
        if needs_painting(wish.model.entry.task, session.state):
            self._window.status.say(f"{_words(wish.model).hint}, then run it again.")
            return
        self._window.task.failure.clear()
        try:
            request = request_of(wish, session.state, self._window.task.size_form)
        except BadSize as error:
            self._window.task.failure.show_failure(str(error), "")
            return
        self._sessions[request.job_id] = session
        self._given[request.job_id] = circumstances_of(wish, session.state)
        self._began[request.job_id] = time.monotonic()
        session.begin_job(request)
        self._inference.submit(request)
        self._show_progress(session, 0.0, "starting")

    def cancel(self) -> None:
        """Stops the shown document's job."""
        if self._shown and self._shown.job:
            self._inference.cancel(self._shown.job.job_id)
            self._window.status.show_job("Stopping", 0.0)

    def forget(self, session: Session) -> None:
        """A document is closed: its job is stopped, and its result dropped."""
        if session.job:
            self._inference.cancel(session.job.job_id)
            self._sessions.pop(session.job.job_id, None)

    def refresh(self, _: object = None) -> None:
        """The panel says what can be done with the shown document now."""
        session, task = self._shown, self._window.task
        masked = session is not None and bool(session.state.mask.tiles)
        job = session.job if session else None
        self._window.status.model.setText(task.models.currentText())
        self._window.status.show_picture(session)
        if session:
            task.size_form.set_picture(session.state.size)
        task.show_running(job is not None)
        task.show_state(has_picture=session is not None, has_mask=masked)
        if session and job:
            self._show_progress(session, *self._progress.get(job.job_id, (0.0, "starting")))
        else:
            self._window.status.end_job()
        able = session is not None and task.has_model and not needs_painting(task.task, session.state)
        self._expect(session if able else None)
        if able:
            self._warm_up(task.wish.model)

    def _warm_up(self, model: CatalogModel) -> None:
        if model.plugin.manifest.id not in self._warm:
            self._warm.add(model.plugin.manifest.id)
            self._inference.warm_up(model.plugin)

    def _expect(self, session: Session | None) -> None:
        """How long it will take stands under the button; a large mask is measured on a thread."""
        task = self._window.task
        task.ready_line.setText(self._device() if session else "")
        if session is None:
            return
        if task.task is not Task.INPAINT:
            with contextlib.suppress(BadSize):
                self._show_expected(self._made_pixels(session))
            return
        mask, model = session.state.mask, task.wish.model

        def show(rect: Rect) -> None:
            same = self._shown is session and session.state.mask is mask
            if same and task.has_model and task.wish.model == model:
                self._show_expected(rect.size.pixels)

        self._background.run(mask.content_rect, show, self._not_measured)

    def _made_pixels(self, session: Session) -> int:
        """How many pixels the chosen model will make; raises BadSize where there cannot be so many."""
        task = self._window.task
        match task.task:
            case Task.UPSCALE:
                return task.size_form.target_of(session.state.size).pixels
            case Task.GENERATE:
                return generated_size(task.wish.model.entry).pixels
        return session.state.size.pixels

    def _show_expected(self, pixels: int) -> None:
        task = self._window.task
        seconds = self._settings.expected_seconds(task.wish.model.id, pixels)
        if seconds and seconds >= 1:
            task.ready_line.setText(f"≈ {seconds:.0f} s · {self._device()}")

    def _device(self) -> str:
        """Where the model will run, and that the mask limits what it does."""
        device, session = self._window.status.device.text(), self._shown
        limited = session and self._window.task.task in KEEP_SIZE and session.state.mask.tiles
        return f"{device} · only under the mask" if limited else device

    def _not_measured(self, error: object) -> None:
        """Then nothing is said about the time."""

    def _show_progress(self, session: Session, done: float, text: str) -> None:
        if session is not self._shown or session.job is None:
            return
        verb = _words(session.job.model).verb
        parts = [f"{verb}: {done:.0%}", text, _time_left(self._began.get(session.job.job_id), done)]
        self._window.status.show_job(" · ".join(part for part in parts if part), done)
        self._window.task.show_running(True, done)

    def _on_started(self, event: Started) -> None:
        self._began[event.job_id] = time.monotonic()

    def _on_progressed(self, event: Progressed) -> None:
        session = self._sessions.get(event.job_id)
        if session:
            self._progress[event.job_id] = event.done, event.text
            self._show_progress(session, event.done, event.text)

    def _on_previewed(self, event: Previewed) -> None:
        session = self._sessions.get(event.job_id)
        if session and session.job:
            session.show_preview(_placed(event, session.job, session.state.size))

    def _on_finished(self, event: Finished) -> None:
        session = self._sessions.get(event.job_id)
        request = session.job if session else None
        if session and request:
            self._prepare(event, session, request, self._given[event.job_id])

    def _prepare(self, event: Finished, session: Session, request: Request, given: Circumstances) -> None:
        self._background.run(
            lambda: prepared(request, given, event.result),
            lambda landing: self._apply(event, session, request, landing),
            lambda error: self._fail(event.job_id, str(error)),
        )

    def _apply(self, event: Finished, session: Session, request: Request, landing: Landing) -> None:
        if event.job_id in self._given and not landing.fits(session.state):  # a mask was painted meanwhile
            self._prepare(event, session, request, replace(self._given[event.job_id], seen=session.state))
            return
        try:
            state = landing.apply(session.state)
        except SizeChanged as error:
            self._fail(event.job_id, str(error))
            return
        if self._ended(event.job_id) is None:
            return
        model, report = request.model, event.result.report
        words = _words(model)
        self._settings.add_timing(model.id, event.result.rect.size.pixels, report.seconds)
        self._window.status.device.setText(report.device.upper())
        session.apply(f"{words.verb} with {model.entry.name}", state)
        shown = session is self._shown
        where = "" if shown else f"{session.document.name}: "
        figures = [f"{name} {value:.3g}" for name, value in report.figures.items()]
        facts = [f"{where}{words.past} in {report.seconds:.1f} s", landing.said, *figures]
        said = " · ".join(fact for fact in facts if fact)
        self._window.status.say(said, offer_undo=shown)
        self.answered.emit(Answered(model.plugin))

    def _on_failed(self, event: Failed) -> None:
        session = self._sessions.get(event.job_id)
        plugin = session.job.model.plugin if session and session.job and _is_to_blame(event.error) else None
        self._fail(event.job_id, str(event.error), event.error.details, plugin)
        if plugin:
            self.answered.emit(Answered(plugin, event.error))

    def _fail(self, job_id: str, sentence: str, details: str = "", plugin: Plugin | None = None) -> None:
        session = self._ended(job_id)
        if session:
            where = "" if session is self._shown else f"{session.document.name}: "
            plugin_id = plugin.manifest.id if plugin else ""
            self._window.task.failure.show_failure(f"{where}{sentence}", details, plugin_id)

    def _on_cancelled(self, event: Cancelled) -> None:
        if self._ended(event.job_id):
            self._window.status.say("Stopped. The picture is as it was.")

    def _ended(self, job_id: str) -> Session | None:
        """The document a job belonged to; None where it has been closed."""
        for notes in (self._began, self._given, self._progress):
            notes.pop(job_id, None)
        session = self._sessions.pop(job_id, None)
        if session:
            session.end_job()
            self.refresh()
        return session


def _is_to_blame(error: JobError) -> bool:
    """Whether a failure is put down to the plugin: not where it only says that it cannot do what was asked."""
    if isinstance(error, ModelFailed):
        return bool(error.details)
    return isinstance(error, WorkerDied | PluginSuspended) or type(error) is JobError


def _words(model: CatalogModel) -> TaskWords:
    return WORDS[model.entry.task]


def _placed(preview: Previewed, job: Request, canvas: Size) -> Previewed:
    """A preview where its picture will be: a new one stands in the middle of the canvas."""
    if job.source or job.target is None:
        return preview
    left, top = (canvas.width - job.target.width) // 2, (canvas.height - job.target.height) // 2
    return replace(preview, rect=preview.rect.moved(left, top))


def _time_left(began: float | None, done: float) -> str:
    if began is None or done < 0.05:
        return ""
    seconds = (time.monotonic() - began) * (1 - done) / done
    return f"{seconds:.0f} s left" if seconds >= 1 else ""
