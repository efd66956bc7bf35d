"""“Select the unlikely”: the brightest part of a score's map becomes the mask."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Qt

from imagetool.app.announcer import Announcer
from imagetool.app.recipes import Recipes
from imagetool.core.document import Layer, State
from imagetool.core.tiles import TiledImage
from imagetool.core.unlikely import brightest
from imagetool.plugin.tasks import Task
from imagetool.ui.background import Background
from imagetool.ui.main_window import MainWindow
from imagetool.ui.session import Session
from imagetool.ui.share_dialog import ShareDialog

NAME = "Select the unlikely"

_NO_MAP = "This layer is no map of a score. Run a model that scores, then choose the layer that it makes."


@dataclass(frozen=True, eq=False, slots=True)
class _Found:
    """The mask and what it covers, from 0 to 1."""

    mask: TiledImage
    share: float


class Unlikely(QObject):
    """Works on the layer in hand, where a model of task score has made it."""

    def __init__(self, window: MainWindow, background: Background, recipes: Recipes) -> None:
        super().__init__(window)
        self._window, self._background, self._recipes = window, background, recipes
        self._voice = Announcer(window)

    def ask(self, session: Session) -> None:
        """Asks how much is to be selected; the window goes on meanwhile."""
        if not self._is_map(session.state.active):
            self._voice.say(session, _NO_MAP)
            return
        layer = session.state.active
        dialog = ShareDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.select(session, layer, dialog.share))
        dialog.open()

    def select(self, session: Session, layer: Layer, share: float) -> None:
        """Makes the brightest share of a layer the mask, and hides the layer: one entry of the history."""

        def found() -> _Found:
            mask = brightest(layer.pixels.read(layer.pixels.bounds), share)
            return _Found(TiledImage.from_array(mask), float((mask > 0).mean()))

        def done(it: _Found) -> None:
            if session.state.size != it.mask.size:
                self._voice.say(session, "The picture has another size now, so the map does not fit.")
                return
            session.apply(NAME, _selected(session.state, layer, it.mask))
            self._voice.say(session, f"Selected {it.share:.1%} of the picture; the map is hidden", offer_undo=True)

        self._background.run(found, done, lambda error: self._voice.say(session, str(error)))

    def _is_map(self, layer: Layer) -> bool:
        recipe = self._recipes.recipe_of(layer.id)
        return recipe is not None and recipe.task is Task.SCORE


def _selected(state: State, layer: Layer, mask: TiledImage) -> State:
    """Under the mask; what fills it then sees the picture and not the map."""
    tiles = {key: tile for key, tile in mask.tiles.items() if tile.any()}
    state = state.with_mask(TiledImage(mask.size, mask.channels, mask.dtype, tiles))
    shown = next((it for it in state.layers if it.id == layer.id), None)
    return state.with_layer(replace(shown, visible=False)) if shown and len(state.layers) > 1 else state
