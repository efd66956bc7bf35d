"""Changes of a whole mask: computed on a thread, because they take as long as the picture is large."""

from __future__ import annotations

from collections.abc import Callable

from imagetool.core.errors import ImagetoolError
from imagetool.core.tiles import TiledImage
from imagetool.ui.background import Background
from imagetool.ui.session import Session

MaskChange = Callable[[TiledImage], TiledImage]


class MaskChanges:
    """Applies functions of the mask; `on_error` hears of what could not be done."""

    def __init__(self, background: Background, on_error: Callable[[ImagetoolError], None]) -> None:
        self._background = background
        self._on_error = on_error

    def change(self, session: Session, name: str, change: MaskChange) -> None:
        """Makes `change` of the mask the mask; one that was painted meanwhile is changed instead.

        Where the picture has another size meanwhile, the change was meant for something else and is dropped.
        """
        mask = session.state.mask

        def apply(changed: TiledImage) -> None:
            if session.state.mask is mask:
                session.set_mask(name, changed)
            elif session.state.mask.size == mask.size:
                self.change(session, name, change)

        self._background.run(lambda: change(mask), apply, self._on_error)
