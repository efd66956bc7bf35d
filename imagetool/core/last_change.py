"""What the last change of a document's pixels was made of: the picture before it, and the picture now."""

from __future__ import annotations

from dataclasses import dataclass

from imagetool.core.document import State
from imagetool.core.errors import ImagetoolError
from imagetool.core.history import History


class NothingChanged(ImagetoolError):
    """No entry of the history up to the one that is shown has changed the picture."""

    def __init__(self) -> None:
        super().__init__("Nothing has changed yet. Fill something, then look at what changed.")


class ChangedInSize(ImagetoolError):
    """The last change gave the picture another size."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"“{name}” gave the picture another size, so it cannot be compared pixel by pixel.")


@dataclass(frozen=True, eq=False, slots=True)
class Change:
    """`before` is the picture before the entry `name` of the history, `after` the one shown; both are one size."""

    name: str
    before: State
    after: State


def last_change(history: History) -> Change:
    """The last entry, up to the one shown, that changed a layer, its visibility or its place.

    Raises:
        NothingChanged: where there is none.
        ChangedInSize: where it changed the size.
    """
    entries = history.entries
    for place in range(history.position, 0, -1):
        before, entry = entries[place - 1].state, entries[place]
        if before.layers != entry.state.layers:
            if before.size != entry.state.size:
                raise ChangedInSize(entry.name)
            return Change(entry.name, before, history.state)
    raise NothingChanged
