"""How jobs end: a result is laid into the document it was made for, a failure is said, a part can be kept."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from imagetool.app.announcer import Announcer
from imagetool.app.job import Job, Taker
from imagetool.app.job_queue import JobQueue
from imagetool.app.landing import Circumstances, Landing, SizeChanged
from imagetool.app.remnants import Remnants
from imagetool.app.results import prepared
from imagetool.catalog.plugins import Plugin
from imagetool.core.document import State
from imagetool.jobs.errors import JobError, ModelFailed, PluginSuspended, WorkerDied
from imagetool.jobs.events import Cancelled, Failed, Finished
from imagetool.jobs.figures import figure_words
from imagetool.jobs.request import Request, Result
from imagetool.plugin.tasks import Task
from imagetool.ui.background import Background
from imagetool.ui.inference import Inference
from imagetool.ui.jobs.facts import Stage
from imagetool.ui.session import Session


@dataclass(frozen=True, slots=True)
class Answered:
    """How a job of a plugin ended: `error` is what the plugin is to be blamed for, None where it worked."""

    plugin: Plugin
    error: JobError | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Landed:
    """A result lies in its document; `layer_ids` are the layers that came with it.

    `outside` is how many pixels it has changed outside its mask; None where that was not counted.
    """

    request: Request
    result: Result
    session: Session
    given: Circumstances
    layer_ids: tuple[int, ...]
    outside: int | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Taken:
    """A result that someone else than the document has got."""

    request: Request
    result: Result


class Arrivals(QObject):
    """Ends every job of the queue, one way or another; those of documents that were closed are not in it."""

    answered = Signal(object)  # Answered
    landed = Signal(object)  # Landed
    taken = Signal(object)  # Taken

    def __init__(
        self, queue: JobQueue, remnants: Remnants, background: Background, inference: Inference, voice: Announcer
    ) -> None:
        super().__init__(queue)
        self._queue, self._remnants = queue, remnants
        self._background, self._voice = background, voice
        inference.finished.connect(self._on_finished)
        inference.failed.connect(self._on_failed)
        inference.cancelled.connect(self._on_cancelled)

    def _on_finished(self, event: Finished) -> None:
        job = self._queue.get(event.job_id)
        if job:
            job.stage = Stage.LANDING
            self._queue.changed.emit(job)
            if job.taker:
                self._hand_over(job, event.result, job.taker)
            else:
                self._prepare(job, event.result, job.given)

    def _hand_over(self, job: Job, result: Result, taker: Taker) -> None:
        """The result is not for the document."""

        def done(found: object) -> None:
            if self._queue.get(job.id) is job:
                job.session.end_preview(job.request)
                said = taker.take(found)
                self._queue.end(job, said)
                self._voice.say(job.session, said)
                if not taker.again:
                    self.taken.emit(Taken(job.request, result))
                    self.answered.emit(Answered(job.request.model.plugin))

        self._background.run(lambda: taker.look(result), done, lambda error: self._fail(job, str(error)))

    def _prepare(self, job: Job, result: Result, given: Circumstances) -> None:
        self._background.run(
            lambda: prepared(job.request, given, result),
            lambda landing: self._lay_in(job, result, given, landing),
            lambda error: self._fail(job, str(error)),
        )

    def _lay_in(self, job: Job, result: Result, given: Circumstances, landing: Landing) -> None:
        if self._queue.get(job.id) is not job:  # its document was closed meanwhile
            return
        before = job.session.state
        if not landing.fits(before):  # such as where a mask was painted meanwhile
            self._prepare(job, result, replace(given, seen=before))
            return
        try:
            after = landing.apply(before)
        except SizeChanged as error:
            self._fail(job, str(error))
            return
        lost = "without the changes made meanwhile" if _loses(job, before, after) else ""
        facts = [landing.said, lost, *figure_words(result.report.figures)]
        facts = [f"{job.words.past} in {result.report.seconds:.1f} s", *facts, *result.report.notes]
        said = " · ".join(fact for fact in facts if fact)
        job.session.end_preview(job.request)
        self._queue.end(job, said)
        job.session.apply(f"{job.words.verb} with {job.request.model.entry.name}", after)
        self._voice.say(job.session, said, offer_undo=True)
        added = _added(before, after)
        self.landed.emit(Landed(job.request, result, job.session, given, added, landing.outside))
        self.answered.emit(Answered(job.request.model.plugin))

    def _on_failed(self, event: Failed) -> None:
        job = self._queue.get(event.job_id)
        if job is None:
            return
        plugin = job.request.model.plugin if _is_to_blame(event.error) else None
        self._fail(job, str(event.error), event.error.details, plugin)
        if plugin:
            self.answered.emit(Answered(plugin, event.error))

    def _fail(self, job: Job, sentence: str, details: str = "", plugin: Plugin | None = None) -> None:
        if self._queue.get(job.id) is not job:
            return
        for line in details.splitlines():
            job.note(line)
        job.session.end_preview(job.request)
        self._queue.end(job, sentence)
        if job.taker:
            job.taker.miss(sentence)
        told = "\n".join([*job.log[:-1]]) if details else ""
        self._voice.complain(job.session, sentence, told, plugin.manifest.id if plugin else "")

    def _on_cancelled(self, event: Cancelled) -> None:
        job = self._queue.get(event.job_id)
        if job is None:
            return
        if event.partial is not None and job.taker is None and self._remnants.offer(job, event.partial):
            return
        job.session.end_preview(job.request)
        said = job.taker.stopped if job.taker else "Stopped. The picture is as it was."
        said = said if job.began else "Taken out of the queue."
        self._queue.end(job, "Stopped" if job.began else "Taken out of the queue")
        if job.taker:
            job.taker.miss(said)
        self._voice.say(job.session, said)


def _added(before: State, after: State) -> tuple[int, ...]:
    known = {layer.id for layer in before.layers}
    return tuple(layer.id for layer in after.layers if layer.id not in known)


def _is_to_blame(error: JobError) -> bool:
    """Whether a failure is put down to the plugin: not where it only says that it cannot do what was asked."""
    if isinstance(error, ModelFailed):
        return bool(error.details)
    return isinstance(error, WorkerDied | PluginSuspended) or type(error) is JobError


def _loses(job: Job, before: State, after: State) -> bool:
    """Whether layers go that the model has not seen."""
    seen = job.given.seen.layers
    replaced = job.request.model.entry.task is Task.UPSCALE or job.given.limit is None
    return replaced and any(layer not in seen and layer not in after.layers for layer in before.layers)
