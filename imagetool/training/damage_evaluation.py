"""How well damage is found: two histograms of probabilities, from which every figure comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from imagetool.training.ageing.aged import Aged, aged_by_name
from imagetool.training.ageing.marks import Kind, Plane
from imagetool.training.photos import Photo

Finder: TypeAlias = Callable[[Photo], Plane]
"""From a photo (H, W, 3) uint8 to the probability of damage at each pixel, (H, W) in [0, 1]."""

THRESHOLD = 0.5
"""From which probability on a pixel counts as found, where nothing else is said."""

VISIBLE = 0.5
"""From which share on the truth counts as damage."""

COLOUR = (255, 0, 80)
"""In which damage is shown."""

GAP_PX = 6
"""White space between the pictures of a sheet."""

_TOP = 65535  # probabilities are counted in steps of one part of it


class Tally:
    """Counts pixels by the probability that was found for them, the damaged and the sound ones apart."""

    def __init__(self) -> None:
        self._sound, self._damaged = (np.zeros(_TOP + 1, np.int64) for _ in range(2))

    def add(self, found: Plane, damaged: npt.NDArray[np.bool_]) -> None:
        """Counts the pixels of a picture (H, W): probabilities in [0, 1], and which are damaged."""
        levels = np.rint(found * _TOP).astype(np.int64)
        self._damaged += np.bincount(levels[damaged], minlength=_TOP + 1)
        self._sound += np.bincount(levels[~damaged], minlength=_TOP + 1)

    @property
    def damaged(self) -> int:
        """Damaged pixels so far."""
        return int(self._damaged.sum())

    @property
    def share(self) -> float:
        """Of all pixels, those that are damaged."""
        return self.damaged / max(1, self.damaged + int(self._sound.sum()))

    def auroc(self) -> float | None:
        """The chance that a damaged pixel has a higher probability than a sound one, ties counting half.

        The area under the ROC curve (Mann and Whitney 1947); None where all pixels are damaged, or none is.
        """
        pairs = float(self._damaged.sum()) * float(self._sound.sum())
        less = np.cumsum(self._sound) - self._sound
        won = (self._damaged.astype(np.float64) * (less + self._sound / 2)).sum()
        return float(won / pairs) if pairs else None

    def f1(self, threshold: float = THRESHOLD) -> float:
        """Twice the damage that is found, by the sum of what is damaged and what is marked."""
        return float(self._f1()[round(threshold * _TOP)])

    def best(self) -> tuple[float, float]:
        """The threshold at which F1 is highest, and that F1."""
        values = self._f1()
        level = int(values.argmax())
        return level / _TOP, float(values[level])

    def found(self, threshold: float = THRESHOLD) -> float | None:
        """The share of the damaged pixels that is found (recall); None where there are none."""
        return _share(self._damaged, threshold)

    def marked(self, threshold: float = THRESHOLD) -> float | None:
        """The share of the sound pixels that is marked nevertheless; None where there are none."""
        return _share(self._sound, threshold)

    def _f1(self) -> npt.NDArray[np.float64]:
        """At each level."""
        found, wrong = (np.cumsum(counts[::-1])[::-1] for counts in (self._damaged, self._sound))
        values: npt.NDArray[np.float64] = 2 * found / np.maximum(1, found + wrong + self._damaged.sum())
        return values


@dataclass(frozen=True, slots=True)
class Figures:
    """What a model finds of the damage of photos, all their pixels together.

    Attributes:
        photos: How many there were.
        damaged: The share of the pixels that is damaged.
        auroc: As `Tally.auroc`.
        f1: At a threshold of one half.
        best_threshold: Where F1 is highest.
        best_f1: The highest.
        marked_unharmed: The share that is marked of photos without any damage; None where there are none.
        found: The share that is found of each kind of damage, by its name; None where it does not occur.
    """

    photos: int
    damaged: float
    auroc: float | None
    f1: float
    best_threshold: float
    best_f1: float
    marked_unharmed: float | None
    found: dict[str, float | None]


def evaluate(find: Finder, photos: Iterable[tuple[str, Photo]], seed: int = 0) -> Figures:
    """Makes photos old, each as its name and the seed say, and has their damage found."""
    count, whole, unharmed = 0, Tally(), Tally()
    kinds = {kind: Tally() for kind in Kind}
    for name, photo in photos:
        old = aged_by_name(name, photo, seed)
        found, damaged = find(old.image), old.truth >= VISIBLE
        count += 1
        whole.add(found, damaged)
        if not old.kinds.any():
            unharmed.add(found, damaged)
        for kind, tally in kinds.items():
            here = damaged & (old.kinds == kind)
            tally.add(found[here], np.ones(int(here.sum()), np.bool_))
    best_threshold, best_f1 = whole.best()
    return Figures(
        photos=count,
        damaged=whole.share,
        auroc=whole.auroc(),
        f1=whole.f1(),
        best_threshold=best_threshold,
        best_f1=best_f1,
        marked_unharmed=unharmed.marked(),
        found={kind.name.lower(): tally.found() for kind, tally in kinds.items()},
    )


def table(figures: Figures) -> str:
    """Figures as Markdown tables."""
    head = "| AUROC | F1 at 0.5 | best F1 | at | marked where nothing is damaged |\n|---|---|---|---|---|"
    line = (
        f"| {_said(figures.auroc, '.4f')} | {figures.f1:.3f} | {figures.best_f1:.3f} "
        f"| {figures.best_threshold:.2f} | {_said(figures.marked_unharmed, '.3%')} |"
    )
    kinds = "\n".join(f"| {kind} | {_said(share, '.1%')} |" for kind, share in figures.found.items())
    photos = f"{figures.photos} photos, {figures.damaged:.1%} of their pixels damaged"
    return f"{head}\n{line}\n\n| damage | found at 0.5 |\n|---|---|\n{kinds}\n\n{photos}"


def example(find: Finder, old: Aged) -> Photo:
    """An old photo, where its damage is, and where it is found: side by side."""
    found = find(old.image) >= THRESHOLD
    return _row([old.image, _marked(old.image, old.truth >= VISIBLE), _marked(old.image, found)])


def beside_what_was_found(find: Finder, photo: Photo) -> Photo:
    """A photo as it is, and where damage is found on it."""
    return _row([photo, _marked(photo, find(photo) >= THRESHOLD)])


def stacked(rows: Sequence[Photo]) -> Photo:
    """Rows of pictures, one below the other, white between them."""
    width = max(row.shape[1] for row in rows)
    parts = [np.pad(row, ((0, GAP_PX), (0, width - row.shape[1]), (0, 0)), constant_values=255) for row in rows]
    return np.vstack(parts)[:-GAP_PX]


def _marked(photo: Photo, there: npt.NDArray[np.bool_]) -> Photo:
    """A photo with `COLOUR` on some of its pixels."""
    return np.where(there[..., None], np.array(COLOUR, np.uint8), photo)


def _row(pictures: Sequence[Photo]) -> Photo:
    white = np.full((pictures[0].shape[0], GAP_PX, 3), 255, np.uint8)
    return np.hstack([part for picture in pictures for part in (picture, white)][:-1])


def _share(counts: npt.NDArray[np.int64], threshold: float) -> float | None:
    total = int(counts.sum())
    return float(counts[round(threshold * _TOP) :].sum()) / total if total else None


def _said(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
