"""How well a likelihood tells pictures of another kind apart: raw, corrected, and beside a background's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from imagetool.jobs.figures import BITS, RATIO_BITS
from imagetool.kit.complexity import lossless_bits
from imagetool.training.codecs import Picture
from imagetool.training.errors import FigureMissing

RAW, CORRECTED, RATIO = "raw", "corrected", "ratio to the background"


@dataclass(frozen=True, slots=True)
class Row:
    """What one measure says of two sets of pictures.

    Attributes:
        measure: Its name; each is higher for pictures that are less likely.
        auroc: The chance that it is higher for an outlier than for an inlier.
        inliers: Its median over the pictures that are of the model's kind.
        outliers: Its median over the others.
    """

    measure: str
    auroc: float
    inliers: float
    outliers: float


def auroc(inliers: Sequence[float], outliers: Sequence[float]) -> float:
    """The area under the ROC curve: the share of pairs where the outlier has more, ties counting half.

    Mann and Whitney 1947, On a Test of Whether One of Two Random Variables is Stochastically Larger than the
    Other.

    Args:
        inliers: At least one number.
        outliers: At least one number.
    """
    ordered = np.sort(inliers)
    less = np.searchsorted(ordered, outliers, side="left").sum()
    not_more = np.searchsorted(ordered, outliers, side="right").sum()
    return float(less + not_more) / (2 * len(inliers) * len(outliers))


def raw_bits(model: str, figures: Mapping[str, float]) -> float:
    """Bits for each value, from the figures that a model told of a picture.

    Raises:
        FigureMissing: where it told none.
    """
    if BITS not in figures:
        raise FigureMissing(model, BITS)
    return figures[BITS]


def measures(model: str, figures: Mapping[str, float], picture: Picture) -> dict[str, float]:
    """All that can be said of a picture (H, W, C) from the figures that a model told of it.

    It is corrected by what the picture needs without a model (Serrà et al. 2020, Input Complexity and
    Out-of-Distribution Detection with Likelihood-Based Generative Models).

    Raises:
        FigureMissing: where it told no bits per value.
    """
    raw = raw_bits(model, figures)
    told = {RAW: raw, CORRECTED: raw - lossless_bits(picture) / picture.size}
    return told | ({RATIO: figures[RATIO_BITS]} if RATIO_BITS in figures else {})


def compared(inliers: Sequence[Mapping[str, float]], outliers: Sequence[Mapping[str, float]]) -> list[Row]:
    """One row for each measure that all pictures have."""
    return [
        _row(name, [picture[name] for picture in inliers], [picture[name] for picture in outliers])
        for name in inliers[0]
        if all(name in picture for picture in (*inliers, *outliers))
    ]


def table(rows: Sequence[Row]) -> str:
    """Rows as a Markdown table."""
    head = "| measure | AUROC | inliers, median | outliers, median |\n|---|---|---|---|"
    lines = [f"| {r.measure} | {r.auroc:.4f} | {r.inliers:.3f} | {r.outliers:.3f} |" for r in rows]
    return "\n".join([head, *lines])


def _row(name: str, inliers: list[float], outliers: list[float]) -> Row:
    return Row(name, auroc(inliers, outliers), median(inliers), median(outliers))
