"""Where in its picture the crop lies that a model is given just now; known to the kit, no concern of models."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from imagetool.core.geometry import Rect


@dataclass(frozen=True, slots=True)
class Place:
    """A crop of a picture.

    Attributes:
        picture: Tells apart what is computed for the same tile, one after the other.
        crop: What the model sees; its sides may have been made longer to the right and below.
        kept: The part of it whose result counts.
    """

    picture: Hashable
    crop: Rect
    kept: Rect


_PLACES: ContextVar[list[Place]] = ContextVar("places")


@contextmanager
def placed(place: Place | None) -> Iterator[None]:
    """Within it, a model is run on the crop of that place, or on something that has none."""
    token = _PLACES.set([place] if place else [])
    try:
        yield
    finally:
        _PLACES.reset(token)


def take_place() -> Place | None:
    """The place of the crop, for whoever asks first.

    A model that looks at its crop several times, turned or mirrored, sees it upright the first time.
    """
    places = _PLACES.get([])
    return places.pop() if places else None
