"""What stopped jobs had made by then, until the user keeps it or lets it go."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject

from imagetool.app.announcer import Announcer
from imagetool.app.job import Job
from imagetool.app.job_queue import JobQueue
from imagetool.app.landing import Circumstances, Landing, SizeChanged
from imagetool.app.partials import can_be_kept, kept, previews, shown_tiles
from imagetool.core.errors import ImagetoolError
from imagetool.jobs.events import Previewed
from imagetool.jobs.request import Partial
from imagetool.ui.background import Background
from imagetool.ui.session import Session
from imagetool.ui.status_bar import StatusBar

KEEP, DISCARD = "Keep what is done", "Discard"


@dataclass(frozen=True, eq=False, slots=True)
class _Remnant:
    job: Job
    partial: Partial


class Remnants(QObject):
    """At most one for each document: pixels are large, and the newest is the one that is on the canvas."""

    def __init__(self, queue: JobQueue, background: Background, status: StatusBar, voice: Announcer) -> None:
        super().__init__(queue)
        self._queue, self._background = queue, background
        self._status, self._voice = status, voice
        self._remnants: dict[Session, _Remnant] = {}
        self._shown: Session | None = None

    def offer(self, job: Job, partial: Partial) -> bool:
        """Ends a job that was stopped and asks what becomes of its part; False where there is none to keep."""
        if not can_be_kept(job.request, partial):
            return False
        session = job.session
        self._drop(session, "Stopped; what was done gave way to that of a later job")
        self._remnants[session] = _Remnant(job, partial)
        job.keepable = True
        self._queue.end(job, f"Stopped after {shown_tiles(partial)}")
        if self._voice.is_shown(session):
            self._status.clear()
        else:
            self._voice.say(session, f"{job.said}.")
        self.show_session(self._shown)
        self._background.run(
            lambda: previews(job.request, partial),
            lambda made: self._show_previews(session, job, made),
            lambda error: self._voice.complain(session, str(error)),
        )
        return True

    def show_session(self, session: Session | None) -> None:
        """Asks about the document that is shown, where there is something to ask."""
        self._shown = session
        remnant = self._remnants.get(session) if session else None
        if remnant:
            job = remnant.job
            answers = {KEEP: lambda: self.keep(job.id), DISCARD: lambda: self.discard(job.id)}
            self._status.offer(f"{job.said}.", answers)
        else:
            self._status.withdraw()

    def keep(self, job_id: str) -> None:
        """Lays in what a job had made."""
        remnant = self._find(job_id)
        if remnant:
            self._end(remnant.job.session, f"{remnant.job.said}; being kept")
            self._prepare(remnant, remnant.job.given)

    def discard(self, job_id: str) -> None:
        """Lets it go."""
        remnant = self._find(job_id)
        if remnant:
            self._drop(remnant.job.session, f"{remnant.job.said}; discarded")
            self._voice.say(remnant.job.session, "Discarded. The picture is as it was.")

    def forget(self, session: Session) -> None:
        """A document is closed."""
        self._remnants.pop(session, None)
        self.show_session(None if self._shown is session else self._shown)

    def _prepare(self, remnant: _Remnant, given: Circumstances) -> None:
        job = remnant.job
        self._background.run(
            lambda: kept(job.request, given, remnant.partial),
            lambda landing: self._lay_in(remnant, given, landing),
            lambda error: self._fail(job, error),
        )

    def _lay_in(self, remnant: _Remnant, given: Circumstances, landing: Landing) -> None:
        job = remnant.job
        state = job.session.state
        if not landing.fits(state):
            self._prepare(remnant, replace(given, seen=state))
            return
        try:
            after = landing.apply(state)
        except SizeChanged as error:
            self._fail(job, error)
            return
        job.session.end_preview(job.request)
        said = f"Kept {landing.said}"
        self._tell(job, said)
        job.session.apply(f"{job.words.verb} with {job.request.model.entry.name}, in part", after)
        self._voice.say(job.session, said, offer_undo=True)

    def _fail(self, job: Job, error: ImagetoolError) -> None:
        job.session.end_preview(job.request)
        self._tell(job, str(error))
        self._voice.complain(job.session, str(error))

    def _show_previews(self, session: Session, job: Job, made: list[Previewed]) -> None:
        if session in self._remnants and self._remnants[session].job is job and session.job is None:
            for preview in made:
                session.show_preview(job.request, preview)

    def _find(self, job_id: str) -> _Remnant | None:
        return next((it for it in self._remnants.values() if it.job.id == job_id), None)

    def _drop(self, session: Session, said: str) -> None:
        remnant = self._remnants.get(session)
        if remnant:
            self._end(session, said)
            session.end_preview(remnant.job.request)

    def _end(self, session: Session, said: str) -> None:
        remnant = self._remnants.pop(session)
        remnant.job.keepable = False
        self._tell(remnant.job, said)
        self.show_session(self._shown)

    def _tell(self, job: Job, said: str) -> None:
        job.said = said
        job.note(said)
        self._queue.changed.emit(job)
