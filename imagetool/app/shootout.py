"""Runs the cells of a comparison on a crop, and the winner on the whole picture."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from imagetool.app.cell_jobs import Ground, Terms, cost_of
from imagetool.app.running import Running
from imagetool.app.wishes import needs_painting
from imagetool.core.amounts import shown_seconds
from imagetool.core.enlarged_size import BadSize
from imagetool.core.errors import ImagetoolError
from imagetool.jobs.events import Cancelled, Failed, Finished, Progressed, Started
from imagetool.plugin.tasks import WORDS, Task
from imagetool.ui.background import Background
from imagetool.ui.canvas.canvas import Canvas
from imagetool.ui.canvas.tile_images import colour_space
from imagetool.ui.inference import Inference
from imagetool.ui.main_window import MainWindow
from imagetool.ui.session import Session
from imagetool.ui.shootout.cell import CellFacts, CellStage
from imagetool.ui.shootout.entrants import Entrant
from imagetool.ui.shootout.setup import Offered
from imagetool.ui.shootout.window import ShootoutWindow

_ORIGINAL, _NOTHING = "Original", "Nothing to begin with"


@dataclass(eq=False, slots=True)
class _Round:
    """One comparison: the crop, who takes part, and the seconds that each took."""

    ground: Ground
    entrants: tuple[Entrant, ...] = ()
    places: dict[str, int] = field(default_factory=dict)  # cells by job, of those that have not ended
    seconds: dict[int, float] = field(default_factory=dict)  # by cell


class Shootout(QObject):
    """One window at a time, about the document that was shown when it was opened."""

    def __init__(self, window: MainWindow, background: Background, inference: Inference, running: Running) -> None:
        super().__init__(window)
        self._main, self._background = window, background
        self._inference, self._running = inference, running
        self._window: ShootoutWindow | None = None
        self._canvas: Canvas | None = None
        self._round: _Round | None = None
        inference.started.connect(self._on_started)
        inference.progressed.connect(self._on_progressed)
        inference.finished.connect(self._on_finished)
        inference.failed.connect(self._on_failed)
        inference.cancelled.connect(self._on_cancelled)

    @property
    def window(self) -> ShootoutWindow:
        """The window, made when it is first wanted."""
        if self._window is None:
            made = self._window = ShootoutWindow(self._main)
            made.run_wanted.connect(self.run)
            made.stop_wanted.connect(self.stop)
            made.crop_wanted.connect(lambda: self._begin(by_selection=False))
            made.sheet.chosen.connect(self._on_chosen)
            made.applied.connect(self._apply)
            made.closed.connect(self._on_closed)
        return self._window

    def show(self) -> None:
        """Opens the window for the shown document and what the task panel is set to."""
        canvas, task = self._main.area.current, self._main.task
        if canvas is None or not task.has_model:
            return
        if needs_painting(task.task, canvas.session.state):
            self._main.status.say(f"{WORDS[task.task].hint}, then compare.")
            return
        self._leave()
        self._canvas = canvas
        wish = task.wish
        models = task.able_models
        params = {model.id: wish.params if model == wish.model else task.params_for(model) for model in models}
        self.window.setup.offer(Offered(wish.model, params, models, wish.seed, WORDS[task.task].has_seed))
        self._begin(by_selection=True)

    def run(self) -> None:
        """Makes the cells that are chosen."""
        current = self._round
        if current is None:
            return
        self.stop()
        entrants = self.window.setup.entrants
        self._round = _Round(current.ground, entrants)
        self.window.sheet.show_cells([_original(current.ground), *(CellFacts(it.name) for it in entrants)])
        for place, entrant in enumerate(entrants, 1):
            request = current.ground.request(entrant, self._running.devices.chosen)
            self._round.places[request.job_id] = place
            self._inference.submit(request)
        self._show_running()

    def stop(self) -> None:
        """Stops the cells that are not done."""
        if self._round:
            for job_id in list(self._round.places):
                self._inference.cancel(job_id)

    def forget(self, session: Session) -> None:
        """A document is closed, and with it the window that was about it."""
        if self._canvas and self._canvas.session is session and self._window:
            self._window.close()

    def _begin(self, *, by_selection: bool) -> None:
        """Takes a crop on a thread; the window comes when it is there."""
        canvas, task = self._canvas, self._main.task
        if canvas is None:
            return
        state, kind = canvas.session.state, self.window.setup.offered_task
        try:
            target = task.size_form.target_of(state.size) if kind is Task.UPSCALE else None
        except BadSize as error:
            self._main.status.say(str(error))
            return
        colours = colour_space(canvas.session.document.picture.metadata.icc)
        visible = canvas.viewport.visible
        terms = Terms(kind, state, visible, target, task.wish.softness_px, colours, by_selection)
        self._background.run(lambda: Ground.of(terms), partial(self._show, canvas), self._on_error)

    def _show(self, canvas: Canvas, ground: Ground) -> None:
        if canvas is not self._canvas:  # closed meanwhile
            return
        self.stop()
        self._round = _Round(ground)
        canvas.show_frame(ground.crop)
        self.window.show_crop(ground.crop)
        self.window.sheet.show_cells([_original(ground)])
        self._show_running()
        self._on_chosen(0)
        self.window.bring()

    def _apply(self, place: int) -> None:
        """The winner goes to the task panel and runs on the whole picture."""
        canvas, current = self._canvas, self._round
        if canvas is None or current is None:
            return
        winner = current.entrants[place - 1]
        self._main.area.choose(canvas.session)
        self.window.close()
        self._main.task.take(winner.model, winner.params, winner.seed)
        self._running.run()

    def _place(self, job_id: str, *, ended: bool = False) -> int | None:
        """The cell of a job; None where it is not one of this comparison."""
        if self._round is None:
            return None
        return self._round.places.pop(job_id, None) if ended else self._round.places.get(job_id)

    def _facts(self, place: int) -> CellFacts:
        return self.window.sheet.cells[place].facts

    def _on_started(self, event: Started) -> None:
        place = self._place(event.job_id)
        if place is not None:
            self.window.show_facts(place, replace(self._facts(place), stage=CellStage.RUNNING))

    def _on_progressed(self, event: Progressed) -> None:
        place = self._place(event.job_id)
        if place is not None:
            facts = replace(self._facts(place), stage=CellStage.RUNNING, done=event.done)
            self.window.show_facts(place, facts)

    def _on_finished(self, event: Finished) -> None:
        current, place = self._round, self._place(event.job_id, ended=True)
        if current is None or place is None:
            return
        report = event.result.report
        current.seconds[place] = report.seconds

        def done(image: QImage) -> None:
            if self._round is current:
                facts = replace(self._facts(place), stage=CellStage.DONE, image=image, cost=cost_of(report))
                self._end(place, facts)

        def failed(error: ImagetoolError) -> None:
            if self._round is current:
                self._end(place, replace(self._facts(place), stage=CellStage.FAILED, sentence=str(error)))

        self._background.run(lambda: current.ground.image(event.result), done, failed)

    def _on_failed(self, event: Failed) -> None:
        place = self._place(event.job_id, ended=True)
        if place is not None:
            sentence = str(event.error)
            self._end(place, replace(self._facts(place), stage=CellStage.FAILED, sentence=sentence))

    def _on_cancelled(self, event: Cancelled) -> None:
        place = self._place(event.job_id, ended=True)
        if place is not None:
            self._end(place, replace(self._facts(place), stage=CellStage.STOPPED))

    def _end(self, place: int, facts: CellFacts) -> None:
        self.window.show_facts(place, facts)
        self._show_running()
        if place == self.window.sheet.current:
            self._on_chosen(place)

    def _show_running(self) -> None:
        self.window.show_running(bool(self._round and self._round.places))

    def _on_chosen(self, place: int) -> None:
        """What is known of a cell stands at the foot."""
        current = self._round
        if current is None or place >= len(self.window.sheet.cells):
            return
        seconds, share = current.seconds.get(place), current.ground.share
        facts = self._facts(place)
        parts = [facts.name, facts.cost] if facts.cost else []
        if seconds and share:
            parts.append(f"≈ {shown_seconds(seconds / share)} for the whole picture")
        self.window.say(" · ".join(parts))

    def _on_error(self, error: ImagetoolError) -> None:
        self._main.status.say(str(error))

    def _on_closed(self) -> None:
        self._leave()

    def _leave(self) -> None:
        """Lets go of the document and of what still runs."""
        self.stop()
        if self._canvas:
            self._canvas.show_frame(None)
            self.window.sheet.show_cells([])  # pictures need memory
        self._canvas = self._round = None


def _original(ground: Ground) -> CellFacts:
    name = _ORIGINAL if ground.original is not None else _NOTHING
    return CellFacts(name, CellStage.DONE, image=ground.original)
