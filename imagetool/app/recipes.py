"""Keeps what made the layers of the open documents: to be saved as a recipe, or run again and compared."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from imagetool.app.arrivals import Landed
from imagetool.app.job import Taker
from imagetool.app.landing import Circumstances
from imagetool.app.running import Running
from imagetool.core.differences import NotComparable, difference
from imagetool.core.errors import ImagetoolError
from imagetool.jobs.comparison import Comparison
from imagetool.jobs.departures import departures
from imagetool.jobs.recipe import Recipe
from imagetool.jobs.recipe_files import SUFFIX, write_recipe
from imagetool.jobs.request import Request, Result
from imagetool.ui.background import Background
from imagetool.ui.main_window import MainWindow
from imagetool.ui.session import Session

MOST_BYTES = 1024**3
"""Of results that are kept for comparing; of older ones only the recipe is left."""

_UNKNOWN = "This layer has no recipe: no model has made it since the picture was opened."
_PENDING = "What made this layer is just being written down. Try again in a moment."
_GONE = "its pixels are not kept any more."


@dataclass(frozen=True, eq=False, slots=True)
class Kept:
    """What made a layer: the recipe, the request, and the pixels that came of it, as long as they are kept."""

    recipe: Recipe
    request: Request
    given: Circumstances
    session: Session
    pixels: NDArray[Any] | None

    def compared(self, result: Result) -> Comparison:
        """How another result of the same request relates to the first; reads all pixels."""
        made = Recipe.of(self.request, result)
        told = departures(self.recipe, made)
        if made.output_sha256 == self.recipe.output_sha256:
            return Comparison(True, None, "", told)
        if self.pixels is None:
            return Comparison(False, None, _GONE, told)
        try:
            return Comparison(False, difference(self.pixels, result.pixels), "", told)
        except NotComparable as error:
            return Comparison(False, None, str(error), told)


class Recipes(QObject):
    """Of each layer that a model has made since its document was opened."""

    def __init__(
        self, window: MainWindow, background: Background, running: Running, most_bytes: int = MOST_BYTES
    ) -> None:
        super().__init__(window)
        self._window, self._background, self._running = window, background, running
        self._most_bytes = most_bytes
        self._kept: dict[int, Kept] = {}  # by layer, the oldest first
        self._pending: set[int] = set()  # layers
        running.arrivals.landed.connect(self.remember)

    def recipe_of(self, layer_id: int) -> Recipe | None:
        """What made a layer; None where it is not known."""
        kept = self._kept.get(layer_id)
        return kept.recipe if kept else None

    def save(self, session: Session) -> None:
        """Asks for a file and writes the recipe of the layer in hand there."""
        kept = self._of_active(session)
        if kept is None:
            return
        document = session.document
        folder = document.path.parent if document.path else Path.home()
        proposed = folder / f"{Path(document.name).stem}-{kept.request.model.entry.id}{SUFFIX}"
        name, _ = QFileDialog.getSaveFileName(self._window, "Save recipe", str(proposed), f"Recipe (*{SUFFIX})")
        if name:
            self.write(session, Path(name) if Path(name).suffix else Path(name + SUFFIX))

    def write(self, session: Session, path: Path) -> None:
        """Writes the recipe of the layer in hand."""
        kept = self._of_active(session)
        if kept:
            self._background.run(
                lambda: write_recipe(path, kept.recipe),
                lambda _: self._window.status.say(f"Saved {path.name}"),
                self._complain,
            )

    def run_again(self, session: Session) -> None:
        """Runs what made the layer in hand again, on the same pixels, and says whether the result is the same."""
        kept = self._of_active(session)
        if kept is None:
            return
        recipe = kept.recipe
        request = replace(
            kept.request,
            device=recipe.device,
            precision=recipe.precision,
            tile_px=recipe.tiles.tile_px,
            job_id=uuid.uuid4().hex,
        )
        judge = Taker(lambda result: f"Run again: {kept.compared(result)}", again=True)
        self._running.submit(session, request, kept.given, judge)

    def remember(self, landed: Landed) -> None:
        """Keeps what made the layers that have come to a document."""
        if landed.layer_ids:  # a selection is no layer
            self._pending.update(landed.layer_ids)
            self._background.run(
                lambda: Recipe.of(landed.request, landed.result, feather_px=landed.given.softness_px),
                lambda recipe: self._keep(landed, recipe),
                self._complain,
            )

    def forget(self, session: Session) -> None:
        """A document is closed."""
        self._kept = {layer: kept for layer, kept in self._kept.items() if kept.session is not session}

    def _of_active(self, session: Session) -> Kept | None:
        kept = self._kept.get(session.state.active_id)
        if kept is None:
            pending = session.state.active_id in self._pending
            self._window.status.say(_PENDING if pending else _UNKNOWN)
        return kept

    def _keep(self, landed: Landed, recipe: Recipe) -> None:
        self._pending.difference_update(landed.layer_ids)
        if not self._is_open(landed.session):
            return
        alive = {layer.id for entry in landed.session.document.history.entries for layer in entry.state.layers}
        kept = Kept(recipe, landed.request, landed.given, landed.session, landed.result.pixels)
        others = {
            layer_id: it
            for layer_id, it in self._kept.items()
            if it.session is not landed.session or layer_id in alive  # what the history has forgotten goes
        }
        self._kept = {**others, **dict.fromkeys(landed.layer_ids, kept)}
        self._let_go()

    def _let_go(self) -> None:
        """Of the oldest results the pixels go, where they are too many."""
        held = 0
        for layer_id, kept in reversed(list(self._kept.items())):
            held += kept.pixels.nbytes if kept.pixels is not None else 0
            if held > self._most_bytes and kept.pixels is not None:
                self._kept[layer_id] = replace(kept, pixels=None)

    def _is_open(self, session: Session) -> bool:
        return any(canvas.session is session for canvas in self._window.area.canvases)

    def _complain(self, error: ImagetoolError) -> None:
        self._window.area.notices.show_notice(str(error), {})
