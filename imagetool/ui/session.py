"""A document as the window sees it: what it shows, what it says when it changes, and the job that runs on it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from imagetool.core.document import Document, State
from imagetool.core.hints import Hint
from imagetool.core.tiles import TiledImage
from imagetool.jobs.events import Previewed
from imagetool.jobs.request import Request


class Session(QObject):
    """One open document. Every change to it goes through here, and is announced."""

    state_changed = Signal(object)  # State
    mask_changed = Signal(object)  # Rect of image pixels, or None for everything
    hints_changed = Signal(object)  # Rect of image pixels, or None for everything
    preview_changed = Signal()
    file_changed = Signal()  # its name, or whether it is saved
    job_changed = Signal()

    def __init__(self, document: Document, coarse: QImage | None = None) -> None:
        super().__init__()
        self.document = document
        self.coarse = coarse  # a small rendering to show until the sharp one is made
        self.preview: Previewed | None = None
        self.previewed: Request | None = None  # the job whose previews are shown; it may be over
        self.job: Request | None = None  # the one that is spoken of; None where none runs or waits
        self._live_mask: TiledImage | None = None
        self._live_hints: tuple[Hint, ...] | None = None

    @property
    def state(self) -> State:
        """The picture as it is now."""
        return self.document.state

    @property
    def mask(self) -> TiledImage:
        """The mask as it is to be seen: with the stroke being drawn, where there is one."""
        return self._live_mask or self.state.mask

    @property
    def hints(self) -> tuple[Hint, ...]:
        """The hints as they are to be seen: with the stroke being drawn, without those being erased."""
        return self.state.hints if self._live_hints is None else self._live_hints

    def apply(self, name: str, state: State, merge_key: str | None = None) -> None:
        """Makes a change: one entry in the history."""
        self._live_mask = self._live_hints = None
        self.document.history.add(name, state, merge_key)
        self._announce()

    def choose_layer(self, layer_id: int) -> None:
        """Takes a layer in hand; no change, so nothing to undo."""
        self.document.history.amend(replace(self.state, active_id=layer_id))
        self._announce()

    def set_mask(self, name: str, mask: TiledImage) -> None:
        """Makes another mask the document's mask; where nothing changes, nothing is added to the history.

        A mask that was made for the picture in another size is dropped.
        """
        earlier = self.state.mask
        if mask.size != earlier.size:
            self.show_live_mask(None, None)
            return
        trimmed = _without_blank_tiles(mask, earlier)
        if trimmed.tiles.keys() == earlier.tiles.keys() and not trimmed.changed_since(earlier):
            self.show_live_mask(None, None)
        else:
            self.apply(name, self.state.with_mask(trimmed))

    def show_live_mask(self, mask: TiledImage | None, rect: object) -> None:
        """Shows a mask that is not yet a change; None shows the document's own again."""
        self._live_mask = mask
        self.mask_changed.emit(rect)

    def show_live_hints(self, hints: tuple[Hint, ...] | None, rect: object) -> None:
        """Shows hints that are not yet a change; None shows the document's own again."""
        self._live_hints = hints
        self.hints_changed.emit(rect)

    def undo(self) -> None:
        """One change back."""
        self.go_to(self.document.history.position - 1)

    def redo(self) -> None:
        """One change forward."""
        self.go_to(self.document.history.position + 1)

    def go_to(self, position: int) -> None:
        """Any entry of the history."""
        self._live_mask = self._live_hints = None
        self.document.history.go_to(position)
        self._announce()

    def saved(self, state: State) -> None:
        """The file now holds `state`."""
        self.document.history.mark_saved(state)
        self.file_changed.emit()

    def show_job(self, request: Request | None) -> None:
        """The job of this document that runs, or will run next; None where there is none any more."""
        if self.job is not request:
            self.job = request
            self.job_changed.emit()

    def show_preview(self, request: Request, preview: Previewed) -> None:
        """A coarse state of what a job makes; the previews of another job go."""
        self.previewed, self.preview = request, preview
        self.preview_changed.emit()

    def end_preview(self, request: Request) -> None:
        """Nothing of what a job made is to be seen any more."""
        if self.previewed is request:
            self.previewed, self.preview = None, None
            self.preview_changed.emit()

    def _announce(self) -> None:
        self.state_changed.emit(self.state)
        self.mask_changed.emit(None)
        self.file_changed.emit()


def _without_blank_tiles(mask: TiledImage, earlier: TiledImage) -> TiledImage:
    """A mask that was rubbed out is empty again: tiles that came to hold nothing are left out."""
    tiles = {key: tile for key, tile in mask.tiles.items() if tile is earlier.tiles.get(key) or bool(tile.any())}
    return TiledImage(mask.size, mask.channels, mask.dtype, tiles)
