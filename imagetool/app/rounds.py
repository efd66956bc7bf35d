"""Rounds of candidates as plain values: what was asked for, what came of it, and how each is called."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from PySide6.QtGui import QImage

from imagetool.core.compositing import Flattened
from imagetool.core.document import Document
from imagetool.core.geometry import Size
from imagetool.core.picture import Picture, Pixels
from imagetool.jobs.request import Request, Result
from imagetool.plugin.parameters import AnyParameter, ChoiceParameter, Value
from imagetool.ui.candidates.cells import CandidateCell
from imagetool.ui.canvas.tile_images import as_image


@dataclass(frozen=True, eq=False, slots=True)
class Candidate:
    """One picture that a model has made: the `number`-th of a result, counted from 0."""

    request: Request
    result: Result
    number: int
    cell: CandidateCell

    @property
    def pixels(self) -> Pixels:
        """(h, w, 4) uint8."""
        pixels: Pixels = self.result.pixels[self.number]
        return pixels

    @property
    def name(self) -> str:
        """What a layer or a document with it is called."""
        return self.cell.name

    @property
    def file_name(self) -> str:
        """What a file with it is called, without a suffix."""
        return f"{self.request.model.entry.id}-{self.request.seed}-{self.number + 1:02d}"

    @property
    def picture(self) -> Picture:
        """A picture of its own."""
        pixels = self.pixels.copy()
        return Picture.of(pixels, has_alpha=bool((pixels[..., 3] < 255).any()))

    def more(self, seed: int) -> Request:
        """A request for pictures that resemble it, as many as it came with."""
        source = Flattened(Document(self.picture).state)
        return replace(self.request, source=source, target=source.size, seed=seed, job_id=uuid.uuid4().hex)


@dataclass(frozen=True, eq=False, slots=True)
class Board:
    """What the page shows: candidates that were kept, those of the last round, and which are chosen.

    `asked` is what the last round was asked; None before the first.
    """

    kept: tuple[Candidate, ...] = ()
    new: tuple[Candidate, ...] = ()
    chosen_kept: tuple[int, ...] = ()
    chosen_new: tuple[int, ...] = ()
    asked: Request | None = None

    @property
    def chosen(self) -> tuple[Candidate, ...]:
        """Those that are chosen, in the order of the page."""
        kept = tuple(self.kept[place] for place in self.chosen_kept)
        return kept + tuple(self.new[place] for place in self.chosen_new)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.kept) + len(self.new)

    @property
    def size(self) -> Size:
        """Of the new ones."""
        return size_of(self.asked) if self.asked else Size(1, 1)

    def next_round(self, request: Request) -> Board:
        """Before its pictures are there: only what is chosen stays."""
        kept = self.chosen
        return Board(kept, (), tuple(range(len(kept))), (), request)


def again(request: Request, seed: int) -> Request:
    """The same with another seed."""
    return replace(request, seed=seed, job_id=uuid.uuid4().hex)


def repeats(one: Request, other: Request | None) -> bool:
    """Whether both give the same pictures."""
    return other is not None and _asked(one) == _asked(other) and one.source is other.source


def size_of(request: Request) -> Size:
    """How large each picture becomes."""
    return request.target or Size(1, 1)


def facts_of(request: Request) -> str:
    """Model, size, seed: what is the same for all of a round."""
    like = " · like a candidate" if request.source else ""
    return f"{request.model.entry.name} · {size_of(request)} px · seed {request.seed}{like}"


def candidates_of(request: Request, result: Result) -> tuple[Candidate, ...]:
    """Each picture of a result; makes images of all, so not for the window's thread."""
    return tuple(
        Candidate(request, result, number, _cell(request, number, as_image(pixels, None)))
        for number, pixels in enumerate(result.pixels)
    )


def pending(request: Request, place: int, image: QImage | None = None) -> CandidateCell:
    """A candidate that is still being made; `image` is its preview."""
    return CandidateCell(_name(request, place), image, made=False)


def _cell(request: Request, number: int, image: QImage) -> CandidateCell:
    size = f"{image.width()} × {image.height()} px"
    which = f"picture {number + 1} of {request.count}" if request.count > 1 else ""
    like = "like a candidate" if request.source else ""
    seed = " · ".join(part for part in (f"seed {request.seed}", which) if part)
    told = "\n".join(part for part in (size, seed, like, *_settings(request)) if part)
    return CandidateCell(_name(request, number), image, told)


def _name(request: Request, number: int) -> str:
    return f"{request.model.entry.name} {number + 1}" if request.count > 1 else request.model.entry.name


def _settings(request: Request) -> list[str]:
    """The parameters as their form calls them."""
    return [f"{it.label}: {_shown(it, request.params[it.id])}" for it in request.model.entry.parameters]


def _shown(parameter: AnyParameter, value: Value) -> str:
    match value:
        case bool():
            return "on" if value else "off"
        case float():
            return f"{value:.6g}"
    if isinstance(parameter, ChoiceParameter):
        return dict(parameter.choices).get(str(value), str(value))
    return str(value) or "—"


def _asked(request: Request) -> tuple[object, ...]:
    return (request.model, request.params, request.seed, request.target, request.count, request.device)
