"""The list of named changes: one line of states, with a place in it that undo and redo move."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from imagetool.core.tiles import TiledImage

if TYPE_CHECKING:
    from imagetool.core.document import State

MAX_ENTRIES = 500
MAX_BYTES = 2 * 1024**3


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """One change: its name in the list, the state it led to, and what it may be merged with.

    Consecutive changes with the same `merge_key` (a slider being dragged) become one entry.
    """

    name: str
    state: State
    merge_key: str | None = None
    bytes_added: int = 0  # of tiles that the entry before does not hold


class History:
    """Every change to a document, oldest first; `position` is the entry that is shown."""

    def __init__(self, name: str, state: State, max_bytes: int = MAX_BYTES) -> None:
        self._entries = [Entry(name, state)]
        self._position = 0
        self._first = state
        self._max_bytes = max_bytes
        self._saved: State | None = state

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, the undone ones included."""
        return tuple(self._entries)

    @property
    def position(self) -> int:
        """The index of the entry that is shown."""
        return self._position

    @property
    def state(self) -> State:
        """What is shown."""
        return self._entries[self._position].state

    @property
    def first_state(self) -> State:
        """The picture before all changes, kept even where old entries were forgotten."""
        return self._first

    @property
    def can_undo(self) -> bool:
        """Whether an entry lies before the one shown."""
        return self._position > 0

    @property
    def can_redo(self) -> bool:
        """Whether an entry lies after the one shown."""
        return self._position < len(self._entries) - 1

    @property
    def saved(self) -> bool:
        """Whether the state shown has the pixels that were last written to the file."""
        return self._saved is not None and _same_picture(self.state, self._saved)

    def add(self, name: str, state: State, merge_key: str | None = None) -> None:
        """Makes `state` the newest entry; entries that were undone are dropped."""
        del self._entries[self._position + 1 :]
        if merge_key is not None and self._entries[-1].merge_key == merge_key and self._position > 0:
            self._entries.pop()
        bytes_added = _bytes_added(self._entries[-1].state, state)
        self._entries.append(Entry(name, state, merge_key, bytes_added))
        self._position = len(self._entries) - 1
        self._forget()

    def amend(self, state: State) -> None:
        """Puts `state` in the place of the one shown, for what is no change, such as taking a layer in hand."""
        self._entries[self._position] = replace(self._entries[self._position], state=state)

    def go_to(self, position: int) -> None:
        """Shows the entry at `position`, cut to those that exist."""
        self._position = min(max(position, 0), len(self._entries) - 1)

    def undo(self) -> None:
        """One entry back, where there is one."""
        self.go_to(self._position - 1)

    def redo(self) -> None:
        """One entry forward, where there is one."""
        self.go_to(self._position + 1)

    def mark_saved(self, state: State) -> None:
        """Remembers that `state` is what the file holds."""
        self._saved = state

    def mark_unsaved(self) -> None:
        """Remembers that no file holds any of these states."""
        self._saved = None

    def _forget(self) -> None:
        while len(self._entries) > 2 and (
            len(self._entries) > MAX_ENTRIES or sum(entry.bytes_added for entry in self._entries) > self._max_bytes
        ):
            del self._entries[0]
            self._position -= 1


def _same_picture(one: State, other: State) -> bool:
    """Whether both show the same layers; the mask and the layer in hand are not part of a saved file."""
    return (one.size, one.layers, one.dpi) == (other.size, other.layers, other.dpi)


def _bytes_added(earlier: State, later: State) -> int:
    """Bytes of the tiles of `later` that `earlier` does not hold."""
    known = {id(tile) for image in _images(earlier) for tile in image.tiles.values()}
    return sum(tile.nbytes for image in _images(later) for tile in image.tiles.values() if id(tile) not in known)


def _images(state: State) -> list[TiledImage]:
    return [state.mask, *(layer.pixels for layer in state.layers)]
