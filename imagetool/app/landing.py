"""A result on its way into a document: what it was begun with, and what it does to the document's state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from imagetool.core.document import State
from imagetool.core.errors import ImagetoolError
from imagetool.core.tiles import TiledImage
from imagetool.jobs.request import Request
from imagetool.plugin.tasks import WORDS


class SizeChanged(ImagetoolError):
    """The document is not as large as what the model was given."""

    def __init__(self) -> None:
        super().__init__("The picture has another size now, so the result does not fit. Redo, then run it again.")


@dataclass(frozen=True, eq=False, slots=True)
class Circumstances:
    """What a job was begun with.

    Attributes:
        seen: The state the model was given.
        softness_px: Of the mask's edge.
        dpi: The resolution on paper that was asked for; None for what the file says.
        limit: The mask under which alone an effect is to be seen; None for everywhere.
    """

    seen: State
    softness_px: float
    dpi: int | None
    limit: TiledImage | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Landing:
    """A result that is ready to be laid in.

    `fits` says whether it was prepared for the document's state of the moment; `apply` takes that state and
    returns the next one, or raises SizeChanged; `said` is what the status bar says about it. `outside` is how many
    pixels it changes where the mask is 0; None where that was not counted.
    """

    fits: Callable[[State], bool]
    apply: Callable[[State], State]
    said: str
    outside: int | None = None


def layer_name(request: Request) -> str:
    """What a layer with the result is called."""
    entry = request.model.entry
    return f"{WORDS[entry.task].verb} · {entry.name}"
