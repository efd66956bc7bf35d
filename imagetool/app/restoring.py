"""“Restore an old photo”: damage, filling, noise and colour, one step after the other, each a layer of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from imagetool.app.announcer import Announcer
from imagetool.app.arrivals import Landed
from imagetool.app.damage import NAME, Found, search_request
from imagetool.app.job import Taker
from imagetool.app.landing import Circumstances, Landing, SizeChanged
from imagetool.app.restoration_offers import restoration_offers
from imagetool.app.results import prepared
from imagetool.app.running import Running
from imagetool.catalog.catalog import Catalog
from imagetool.core.compositing import Flattened
from imagetool.core.damage import Cut, default_cut
from imagetool.core.document import State
from imagetool.jobs.request import Request, Result
from imagetool.ui.main_window import MainWindow
from imagetool.ui.restoring.damage_strip import shown_share
from imagetool.ui.restoring.dialog import RestoreDialog
from imagetool.ui.restoring.steps import STEP_WORDS, ChosenStep, Step, StepFacts, StepStage
from imagetool.ui.restoring.strip import RestoreStrip
from imagetool.ui.session import Session

_UNDER_WAY = "This picture is being restored. Stop it, or wait until it is done."
_NOTHING_DONE = "No damage was found. The picture is as it was."


@dataclass(eq=False, slots=True)
class _Restoration:
    """One document's steps, of which the one at `place` runs."""

    session: Session
    steps: tuple[ChosenStep, ...]
    cut: Cut
    strip: RestoreStrip
    facts: list[StepFacts] = field(default_factory=list)
    place: int = 0
    job_id: str = ""
    seconds: float = 0.0  # of the models
    stopping: bool = False

    @property
    def is_left(self) -> bool:
        """Whether there is a step to be done."""
        return self.place < len(self.steps)

    @property
    def step(self) -> Step:
        """The one that runs."""
        return self.steps[self.place].step

    @property
    def title(self) -> str:
        """Which one that is, of how many."""
        return f"Step {self.place + 1} of {len(self.steps)}, {STEP_WORDS[self.step].title.lower()}"

    @property
    def done(self) -> list[str]:
        """What has changed the picture so far."""
        return [
            STEP_WORDS[it.step].past
            for it in self.facts
            if it.stage is StepStage.DONE and it.step is not Step.FIND
        ]

    @property
    def stopped(self) -> str:
        """What is said where it ends here."""
        return f"Stopped. Kept: {_listed(self.done)}." if self.done else "Stopped. The picture is as it was."

    def note(self, stage: StepStage, said: str = "") -> None:
        """How the step that runs stands."""
        self.facts[self.place] = StepFacts(self.step, stage, said)
        self.strip.show_steps(self.facts)


class Restoring(QObject):
    """At most one for each document; its steps are ordinary jobs, and undo takes back one at a time."""

    landed = Signal(object)  # Landed

    def __init__(self, window: MainWindow, running: Running, catalog: Callable[[], Catalog]) -> None:
        super().__init__(window)
        self._window, self._running, self._catalog = window, running, catalog
        self._voice = Announcer(window)
        self._restorations: dict[Session, _Restoration] = {}
        window.area.current_changed.connect(self._on_current_changed)

    def strip_of(self, session: Session) -> RestoreStrip | None:
        """What shows how far a document is; None where it is not being restored."""
        restoration = self._restorations.get(session)
        return restoration.strip if restoration else None

    def ask(self, session: Session) -> None:
        """Asks for the steps; the window goes on meanwhile."""
        if session in self._restorations:
            self._voice.say(session, _UNDER_WAY)
            return
        masked = bool(session.state.mask.tiles)
        offers = restoration_offers(self._catalog(), self._window.task.model_for, masked=masked)
        dialog = RestoreDialog(self._window, offers, default_cut(session.state.size), masked=masked)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.begin(session, dialog.steps, dialog.cut))
        dialog.open()

    def begin(self, session: Session, steps: tuple[ChosenStep, ...], cut: Cut) -> None:
        """Does these steps, one after the other."""
        if session in self._restorations or not steps or not self._is_open(session):
            return
        strip = RestoreStrip()
        restoration = _Restoration(session, steps, cut, strip, [StepFacts(it.step) for it in steps])
        self._restorations[session] = restoration
        strip.stop_wanted.connect(lambda: self.stop(session))
        strip.show_steps(restoration.facts)
        self._window.task.failure.clear()
        self._on_current_changed(None)
        self._run(restoration)

    def stop(self, session: Session) -> bool:
        """Ends with the step that runs, and keeps what was done before; whether there was anything to stop."""
        restoration = self._restorations.get(session)
        if restoration is None:
            return False
        restoration.stopping = True
        restoration.strip.show_stopping()
        job = self._running.queue.get(restoration.job_id)
        if job:
            self._running.queue.stop(job)
        return True

    def forget(self, session: Session) -> None:
        """A document is closed."""
        if session in self._restorations:
            self._end(self._restorations[session])

    def _run(self, restoration: _Restoration) -> None:
        """Begins the step that is next, or ends."""
        session, state = restoration.session, restoration.session.state
        if restoration.is_left and restoration.step is Step.FILL and not state.mask.tiles:
            restoration.note(StepStage.SKIPPED, "nothing to fill")
            restoration.place += 1
        if restoration.stopping or not restoration.is_left:
            self._finish(restoration)
            return
        restoration.note(StepStage.RUNNING)
        request, given = self._request(restoration, state), Circumstances(state, self._softness_px, None)
        restoration.job_id = request.job_id
        look: Callable[[Result], Any] = partial(_laid, request, given, STEP_WORDS[restoration.step].past)
        take: Callable[[Any], str] = partial(self._take_layer, restoration, request, given)
        if restoration.step is Step.FIND:
            look, take = partial(_found, restoration.cut), partial(self._take_damage, restoration)
        miss = partial(self._miss, restoration)
        taker = Taker(look, take, miss, restoration.stopped, name=restoration.title)
        self._running.submit(session, request, given, taker)

    def _request(self, restoration: _Restoration, state: State) -> Request:
        model, task = restoration.steps[restoration.place].model, self._window.task
        device = self._running.devices.chosen
        if restoration.step is Step.FIND:
            return search_request(model, state, device)
        seed = task.wish.seed if task.has_model else 0
        mask = state.mask if restoration.step is Step.FILL else None
        return Request(model, task.params_for(model), seed, Flattened(state), mask, device)

    @property
    def _softness_px(self) -> float:
        task = self._window.task
        return task.wish.softness_px if task.has_model else 0.0

    def _take_damage(self, restoration: _Restoration, came: tuple[Found, Result]) -> str:
        """What was found becomes the mask, and then is filled."""
        found, result = came
        share = shown_share(found.share)
        restoration.session.set_mask(NAME, found.mask)
        said = f"Found damage in {share} of the picture" if found.share else "Found no damage"
        return self._done(restoration, result, said, share if found.share else "none found")

    def _take_layer(
        self, restoration: _Restoration, request: Request, given: Circumstances, came: tuple[Landing, Result]
    ) -> str:
        """The result is laid in as a layer with the step's name."""
        landing, result = came
        session, before, past = restoration.session, restoration.session.state, STEP_WORDS[restoration.step].past
        try:
            after = landing.apply(before)
        except SizeChanged as error:
            self._miss(restoration, str(error))
            self._voice.complain(session, str(error))
            return str(error)
        session.apply(past, after)
        known = {layer.id for layer in before.layers}
        layer_ids = tuple(layer.id for layer in after.layers if layer.id not in known)
        self.landed.emit(Landed(request, result, session, given, layer_ids, landing.outside))
        facts = [f"{past} in {result.report.seconds:.1f} s", landing.said, *result.report.notes]
        return self._done(restoration, result, " · ".join(fact for fact in facts if fact))

    def _done(self, restoration: _Restoration, result: Result, said: str, noted: str = "") -> str:
        """A step is done; the next one begins when its job is over."""
        restoration.seconds += result.report.seconds
        restoration.note(StepStage.DONE, noted)
        restoration.place += 1
        QTimer.singleShot(0, self, partial(self._go_on, restoration, said))
        return said

    def _go_on(self, restoration: _Restoration, said: str) -> None:
        if self._restorations.get(restoration.session) is restoration:
            self._voice.say(restoration.session, said, offer_undo=True)
            self._run(restoration)

    def _miss(self, restoration: _Restoration, _: str) -> None:
        """A step has failed or was stopped, and why is said elsewhere: the others are not done."""
        if self._restorations.get(restoration.session) is restoration:
            self._end(restoration)
            self._voice.say(restoration.session, restoration.stopped, offer_undo=bool(restoration.done))

    def _finish(self, restoration: _Restoration) -> None:
        """All steps are done, or no other one is wanted."""
        self._end(restoration)
        done = restoration.done
        said = f"Restored in {restoration.seconds:.1f} s: {_listed(done)}" if done else _NOTHING_DONE
        if restoration.stopping and restoration.is_left:
            said = restoration.stopped
        self._voice.say(restoration.session, said, offer_undo=bool(done))

    def _end(self, restoration: _Restoration) -> None:
        """The strip goes; what is done stays."""
        del self._restorations[restoration.session]
        had_keyboard = restoration.strip.isAncestorOf(self._window.focusWidget())
        self._on_current_changed(None)
        restoration.strip.deleteLater()
        canvas = self._window.area.current
        if canvas and had_keyboard:
            canvas.setFocus()

    def _is_open(self, session: Session) -> bool:
        return any(canvas.session is session for canvas in self._window.area.canvases)

    def _on_current_changed(self, _: object) -> None:
        canvas = self._window.area.current
        self._window.area.show_strip(self, self.strip_of(canvas.session) if canvas else None)


def _found(cut: Cut, result: Result) -> tuple[Found, Result]:
    return Found.of(result, cut), result


def _laid(request: Request, given: Circumstances, name: str, result: Result) -> tuple[Landing, Result]:
    """What lays a layer of that name in, whatever the state is by then."""
    return _named(prepared(request, given, result), name), result


def _listed(names: list[str]) -> str:
    """Names as a part of a sentence."""
    return ", ".join(name.lower() for name in names)


def _named(landing: Landing, name: str) -> Landing:
    """The same, with layers of that name."""

    def apply(before: State) -> State:
        after = landing.apply(before)
        known = {layer.id for layer in before.layers}
        layers = tuple(layer if layer.id in known else replace(layer, name=name) for layer in after.layers)
        return replace(after, layers=layers)

    return replace(landing, apply=apply)
