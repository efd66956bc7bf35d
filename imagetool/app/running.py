"""Running models on documents: the request, and what the panel and the status bar say of the shown document."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from imagetool.app.announcer import Announcer
from imagetool.app.arrivals import Arrivals, Landed, Taken
from imagetool.app.device_choice import DeviceChoice
from imagetool.app.forecasting import Forecasting
from imagetool.app.job import Job, Taker
from imagetool.app.job_list import JobList
from imagetool.app.job_queue import JobQueue
from imagetool.app.landing import Circumstances
from imagetool.app.looking import Looking
from imagetool.app.remnants import Remnants
from imagetool.app.wishes import circumstances_of, needs_painting, request_of
from imagetool.catalog.catalog import CatalogModel
from imagetool.core.document import State
from imagetool.core.enlarged_size import BadSize
from imagetool.jobs.errors import NoGuides
from imagetool.jobs.events import Noted, Previewed
from imagetool.jobs.measures import Measures
from imagetool.jobs.request import Request
from imagetool.plugin.tasks import WORDS, Task
from imagetool.ui.background import Background
from imagetool.ui.inference import Inference
from imagetool.ui.jobs.facts import Stage
from imagetool.ui.main_window import MainWindow
from imagetool.ui.panels.task_panel import KEEP_SIZE
from imagetool.ui.session import Session
from imagetool.ui.settings import Settings

_ENDING = {Stage.STOPPING: "Stopping", Stage.LANDING: "Laying in"}


class Running(QObject):
    """Any number of jobs per document, one after the other; results land in the document they came from."""

    create_wanted = Signal()
    ways_wanted = Signal(object, int)  # Job: what is to be filled; in how many ways

    def __init__(
        self,
        window: MainWindow,
        background: Background,
        inference: Inference,
        settings: Settings,
        measures: Measures,
    ) -> None:
        super().__init__(window)
        self._window, self._inference = window, inference
        self._warm: set[str] = set()
        self._shown: Session | None = None
        self._sheet: Session | None = None
        self._voice = Announcer(window)
        self._forecasting = Forecasting(background, measures)
        self.queue = JobQueue(inference, self)
        self.devices = DeviceChoice(window.status, settings, inference)
        self.remnants = Remnants(self.queue, background, window.status, self._voice)
        self.arrivals = Arrivals(self.queue, self.remnants, background, inference, self._voice)
        self.looking = Looking(self.queue, inference, window.area)
        self.list = JobList(window, self.queue, self.remnants)
        self.queue.changed.connect(self._on_job_changed)
        self.queue.listed.connect(self._on_listed)
        self.queue.began.connect(self._on_began)
        self.arrivals.landed.connect(self._on_result)
        self.arrivals.taken.connect(self._on_result)
        self.devices.changed.connect(self.refresh)
        inference.previewed.connect(self._on_previewed)
        inference.noted.connect(self._on_noted)
        window.task.model_changed.connect(self.refresh)
        for form in (window.task.size_form, window.task.create_form):
            form.changed.connect(self.refresh)

    def show_session(self, session: Session | None, sheet: Session | None = None) -> None:
        """The document the panel speaks of; without one the sheet of new pictures, where that is shown."""
        self._sheet = sheet
        if self._shown is not session:
            if self._shown:
                self._shown.state_changed.disconnect(self.refresh)
                self._window.status.clear()  # what it says and offers is about another document
            self._shown = session
            if session:
                session.state_changed.connect(self.refresh)
        self.remnants.show_session(session)
        self.looking.look()
        self.refresh()

    def run(self) -> None:
        """Runs the chosen model on the shown document, if it can; queues it where a job runs already."""
        session, task = self._shown, self._window.task
        if task.has_model and task.task is Task.GENERATE:
            self.create_wanted.emit()
            return
        if session is None or not task.has_model:
            return
        if needs_painting(task.wish.model.entry.task, session.state):
            self._window.status.say(f"{WORDS[task.task].hint}, then run it again.")
            return
        task.failure.clear()
        try:
            job = self._wanted(session)
            if any(job.repeats(other) for other in self.queue.of(session)) and WORDS[task.task].has_seed:
                task.new_seed()
                job = self._wanted(session)
        except (BadSize, NoGuides) as error:
            task.failure.show_failure(str(error), "")
            return
        if any(job.repeats(other) for other in self.queue.of(session)):
            self._window.status.say("This very job is under way. Change something to queue another one.")
        elif task.ways > 1:
            self.ways_wanted.emit(job, task.ways)
        else:
            self._begin(job)

    def submit(
        self,
        session: Session,
        request: Request,
        given: Circumstances,
        taker: Taker | None = None,
    ) -> None:
        """Queues a request that was made elsewhere; its result lands in `session`, or is for somebody else."""
        self._begin(Job(request, session, given, taker))

    def cancel(self) -> None:
        """Stops the job that is spoken of."""
        job = self._spoken_of
        if job:
            self.queue.stop(job)

    def free_memory(self) -> None:
        """Lets models be forgotten, so that their memory is free for something else."""
        self._inference.free_memory()
        busy = any(job.stage is not Stage.WAITING for job in self.queue.open)
        later = " What the jobs under way need is freed when they are done." if busy else ""
        self._window.status.say(f"Memory of loaded models is freed.{later}")

    def forget(self, session: Session) -> None:
        """A document is closed: its jobs are stopped, and their results dropped."""
        self.remnants.forget(session)
        self.queue.forget(session)
        session.show_job(None)

    def refresh(self, _: object = None) -> None:
        """The panel says what can be done with the shown document now."""
        session, task = self._shown, self._window.task
        masked = session is not None and bool(session.state.mask.tiles)
        self._window.status.model.setText(task.models.currentText())
        self._window.status.show_picture(session)
        if session:
            task.size_form.set_picture(session.state.size)
        self._show_job(self._spoken_of)
        task.show_state(has_picture=session is not None, has_mask=masked)
        creates = task.task is Task.GENERATE
        able = task.has_model and (
            creates or (session is not None and not needs_painting(task.task, session.state))
        )
        self._expect(session.state if session and not creates else None, able=able)
        if able:
            self._warm_up(task.wish.model)

    def _wanted(self, session: Session) -> Job:
        """What the panel is set to, for the document as it is now."""
        wish = self._window.task.wish
        request = request_of(wish, session.state, self._window.task.size_form)
        return Job(
            replace(request, device=self.devices.chosen, picture=session.document.path),
            session,
            circumstances_of(wish, session.state),
        )

    def _begin(self, job: Job) -> None:
        ahead = len(self.queue.of(job.session))
        self.queue.add(job)
        if ahead and not job.taker:
            self._voice.say(job.session, f"Queued: {job.facts.name}. It runs after {_jobs(ahead)}.")

    def _warm_up(self, model: CatalogModel) -> None:
        if model.plugin.manifest.id not in self._warm:
            self._warm.add(model.plugin.manifest.id)
            self._inference.warm_up(model.plugin)

    @property
    def _spoken_of(self) -> Job | None:
        session = self._shown or self._sheet
        return self.queue.current(session) if session else None

    def _expect(self, state: State | None, *, able: bool) -> None:
        """What it will take stands over the button; `state` is None where it begins with nothing."""
        task, device = self._window.task, self.devices.text
        if not able:
            self._forecasting.forget()
            task.ready_line.setText("")
            return
        limited = task.task in KEEP_SIZE and state is not None and state.mask.tiles
        where = f"{device} · only under the mask" if limited else device
        if not task.ready_line.text().endswith(where):
            task.ready_line.setText(where)
        self._forecasting.expect(
            task.wish, state, task.size_form, self.devices.chosen, where, task.ready_line.setText
        )

    def _show_job(self, job: Job | None) -> None:
        """How the shown document's job stands; None where it has none."""
        if job:
            facts = job.facts
            self._window.status.show_job(f"{job.verb}: {facts.line}", facts.done)
            queues = job.session is self._shown
            self._window.task.show_job(facts.done, _ENDING.get(facts.stage, ""), queues=queues)
        else:
            self._window.status.end_job()
            self._window.task.show_job(None)

    def _on_job_changed(self, job: Job) -> None:
        if job is self._spoken_of:
            self._show_job(job)

    def _on_listed(self) -> None:
        for canvas in self._window.area.canvases:
            job = self.queue.current(canvas.session)
            canvas.session.show_job(job.request if job else None)
        self._show_job(self._spoken_of)

    def _on_began(self, job: Job) -> None:
        if job.misfit:
            name = job.facts.name
            self._voice.say(
                job.session, f"{name} is {job.misfit}.", answers={"Stop it": partial(self.queue.stop, job)}
            )

    def _on_previewed(self, event: Previewed) -> None:
        job = self.queue.get(event.job_id)
        if job and self.queue.current(job.session) is job:
            job.session.show_preview(job.request, event)

    def _on_noted(self, event: Noted) -> None:
        job = self.queue.get(event.job_id)
        if job and event.plain:
            self._voice.say(job.session, event.text)

    def _on_result(self, came: Landed | Taken) -> None:
        self._forecasting.remember(came.request, came.result, self.refresh)
        self.devices.note(came.result.report)


def _jobs(count: int) -> str:
    return "the job that is under way" if count == 1 else f"{count} others"
