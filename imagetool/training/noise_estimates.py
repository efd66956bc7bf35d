"""Compares noise levels that models tell of with the noise that was added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from imagetool.training.denoising_evaluation import Noise, Picture
from imagetool.training.on_floats import OnFloats

NOISE_LEVEL = "noise level"
"""The name under which a model tells it, in steps of 1/255."""


@dataclass(frozen=True)
class Estimate:
    """What a model told of one picture: `told_255`, where noise of `sigma_255` had been added."""

    method: str
    sigma_255: float
    photo: str
    told_255: float

    @property
    def error_255(self) -> float:
        """How far it is off."""
        return abs(self.told_255 - self.sigma_255)


def estimates(
    method: str, model: OnFloats, photos: Iterable[tuple[str, Picture]], noises: Sequence[Noise]
) -> list[Estimate]:
    """What a model tells of every picture with every noise; pictures of which it tells nothing are left out."""
    rows = []
    for photo, truth in photos:
        for noise in noises:
            model(noise.applied(photo, truth))
            if NOISE_LEVEL in model.figures:
                rows.append(Estimate(method, noise.sigma_255, photo, model.figures[NOISE_LEVEL]))
    return rows


def estimate_table(rows: Sequence[Estimate]) -> str:
    """A Markdown table with a row for each model and noise, and one for all noises."""
    lines = ["| method | sigma | told, mean | error, mean | error, largest | pictures |", "| --- " * 6 + "|"]
    for method in dict.fromkeys(row.method for row in rows):
        own = [row for row in rows if row.method == method]
        for sigma_255 in dict.fromkeys(row.sigma_255 for row in own):
            lines.append(_line(method, f"{sigma_255:g}", [row for row in own if row.sigma_255 == sigma_255]))
        lines.append(_line(method, "all", own))
    return "\n".join(lines)


def _line(method: str, sigma: str, rows: Sequence[Estimate]) -> str:
    told = "–" if sigma == "all" else f"{fmean(row.told_255 for row in rows):.2f}"
    mean, largest = fmean(row.error_255 for row in rows), max(row.error_255 for row in rows)
    return f"| {method} | {sigma} | {told} | {mean:.2f} | {largest:.2f} | {len(rows)} |"
