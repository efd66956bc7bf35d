"""Several ways to fill one hole: run one after the other, looked at in the picture, and one of them kept."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from imagetool.app.announcer import Announcer
from imagetool.app.arrivals import Landed
from imagetool.app.job import Job, Taker
from imagetool.app.landing import layer_name
from imagetool.app.laying import Laid, Laying, Wanted
from imagetool.app.results import prepared
from imagetool.app.running import Running
from imagetool.app.way import Way, way_of
from imagetool.jobs.request import Request
from imagetool.plugin.tasks import WORDS
from imagetool.ui.background import Background
from imagetool.ui.candidates.cells import CandidateCell
from imagetool.ui.candidates.strip import WaysStrip
from imagetool.ui.main_window import MainWindow
from imagetool.ui.panels.task_panel import SEED_MAX
from imagetool.ui.session import Session

_STOPPED = "Stopped. The ways that were done can be kept."


@dataclass(eq=False, slots=True)
class _Set:
    """The ways to fill one hole of one document."""

    session: Session
    begun: Job
    strip: WaysStrip
    requests: list[Request]
    done: dict[str, Way] = field(default_factory=dict)  # by job
    left: set[str] = field(default_factory=set)  # jobs that have not ended
    looked: Request | None = None

    @property
    def name(self) -> str:
        """How far they are."""
        count = len(self.requests)
        if self.left:
            return f"{len(self.done)} of {count} ways are done"
        return "1 way to fill" if count == 1 else f"{count} ways to fill"

    def way(self, place: int) -> Way | None:
        """The one at that place of the strip, if it is done."""
        return self.done.get(self.requests[place].job_id) if 0 <= place < len(self.requests) else None


class Ways(QObject):
    """At most one set for each document; a new one takes the place of the last."""

    landed = Signal(object)  # Landed

    def __init__(self, window: MainWindow, background: Background, running: Running) -> None:
        super().__init__(window)
        self._window, self._running = window, running
        self._laying = Laying(background, Announcer(window))
        self._sets: dict[Session, _Set] = {}
        running.ways_wanted.connect(self.begin)
        window.area.current_changed.connect(self._on_current_changed)

    def strip_of(self, session: Session) -> WaysStrip | None:
        """What shows a document's ways; None where there are none."""
        ways = self._sets.get(session)
        return ways.strip if ways else None

    def begin(self, job: Job, count: int) -> None:
        """Fills in so many ways as the job would once, each with its own seed."""
        session = job.session
        seed, last = job.request.seed, self._sets.get(session)
        if last and last.left:
            self._window.status.say("Other ways are under way. Stop them, or wait until they are done.")
            return
        if last and last.begun.repeats(job):  # whoever fills once more wants to see others
            self._window.task.new_seed()
            seed = self._window.task.wish.seed
            job.request = replace(job.request, seed=seed)
        self.discard(session)
        requests = [
            replace(job.request, seed=(seed + number) % (SEED_MAX + 1), job_id=uuid.uuid4().hex)
            for number in range(count)
        ]
        ways = _Set(session, job, WaysStrip(), requests, left={request.job_id for request in requests})
        self._sets[session] = ways
        ways.strip.looked_at.connect(lambda place: self._look(ways, place))
        ways.strip.keep_wanted.connect(lambda place: self.keep(session, place))
        ways.strip.discard_wanted.connect(lambda: self.discard(session))
        ways.strip.show_ways(ways.name, [_pending(request) for request in requests])
        self._on_current_changed(None)
        for request in requests:
            taker = Taker(
                partial(way_of, job, request),
                partial(self._take, ways),
                partial(self._miss, ways, request),
                _STOPPED,
            )
            self._running.submit(session, request, job.given, taker)

    def keep(self, session: Session, place: int) -> None:
        """One of them becomes a layer; the others go."""
        ways = self._sets.get(session)
        way = ways.way(place) if ways else None
        if ways is None or way is None:
            return
        self._let_go(ways)
        request, given, words = way.request, ways.begun.given, WORDS[way.request.model.entry.task]

        def done(laid: Laid) -> None:
            session.end_preview(request)
            self._window.status.say(f"{words.past} · {laid.landing.said}", offer_undo=True)
            self.landed.emit(Landed(request, way.result, session, given, laid.layer_ids, laid.landing.outside))

        name = f"{words.verb} with {request.model.entry.name}"
        missed = partial(session.end_preview, request)
        self._laying.lay(Wanted(session, name, lambda _: prepared(request, given, way.result), done, missed))

    def discard(self, session: Session) -> bool:
        """Lets all ways of a document go, and stops those that are not done; whether there were any."""
        ways = self._sets.get(session)
        if ways is None:
            return False
        self._let_go(ways)
        if ways.looked:
            session.end_preview(ways.looked)
        return True

    def _let_go(self, ways: _Set) -> None:
        """The strip goes; what is laid over the picture does not yet."""
        del self._sets[ways.session]
        self._stop(ways)
        had_keyboard = ways.strip.isAncestorOf(self._window.focusWidget())
        self._on_current_changed(None)
        ways.strip.deleteLater()
        canvas = self._window.area.current
        if canvas and had_keyboard:
            canvas.setFocus()

    def _stop(self, ways: _Set) -> None:
        for job in self._running.queue.of(ways.session):
            if job.id in ways.left:
                self._running.queue.stop(job)

    def _take(self, ways: _Set, way: Way) -> str:
        ways.left.discard(way.request.job_id)
        if self._sets.get(ways.session) is not ways:
            return "Discarded"
        ways.done[way.request.job_id] = way
        place = ways.requests.index(way.request)
        ways.strip.change(place, way.cell)
        self._show_left(ways)
        return f"Way {place + 1} of {len(ways.requests)} in {way.result.report.seconds:.1f} s"

    def _miss(self, ways: _Set, request: Request, _: str) -> None:
        """One that was stopped stops the others, too; what is done can still be kept."""
        ways.left.discard(request.job_id)
        if self._sets.get(ways.session) is not ways:
            return
        self._stop(ways)
        if not ways.left:
            ways.requests = [it for it in ways.requests if it.job_id in ways.done]
            if ways.requests:
                ways.strip.show_ways(ways.name, [ways.done[it.job_id].cell for it in ways.requests])
            else:
                self.discard(ways.session)
                return
        self._show_left(ways)

    def _show_left(self, ways: _Set) -> None:
        """Once all are there the keyboard is on the first, which is seen in the picture."""
        ways.strip.show_heading(ways.name)
        if not ways.left:
            place = max(0, ways.strip.view.place)
            ways.strip.view.look_at(place)
            self._look(ways, place)
            if ways.strip.isVisible():
                ways.strip.view.setFocus()

    def _look(self, ways: _Set, place: int) -> None:
        way = ways.way(place)
        if self._sets.get(ways.session) is not ways:
            return
        if way:
            ways.looked = way.request
            ways.session.show_preview(way.request, way.look)
        elif ways.looked:
            ways.session.end_preview(ways.looked)
            ways.looked = None

    def _on_current_changed(self, _: object) -> None:
        canvas = self._window.area.current
        ways = self._sets.get(canvas.session) if canvas else None
        self._window.area.show_strip(self, ways.strip if ways else None)


def _pending(request: Request) -> CandidateCell:
    return CandidateCell(layer_name(request), made=False)
