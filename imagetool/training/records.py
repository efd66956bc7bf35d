"""What a training leaves to look at: a live line, a table of figures, curves and sample pictures."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TextIO

from PIL import Image

from imagetool.training.curves import draw_curves
from imagetool.training.loop import Standing, Watcher
from imagetool.training.objective import Validation

FIGURES = "figures.csv"
CURVES = "curves.png"
SAMPLE = "sample.png"


class Records(Watcher):
    """Writes into a training's folder and says on a stream how it stands."""

    def __init__(self, folder: Path, stream: TextIO | None = None) -> None:
        self._folder, self._stream = folder, stream or sys.stderr
        self._figure = ""

    def on_standing(self, standing: Standing) -> None:
        """Renews the line; where nobody watches, a line is added instead."""
        line = said(standing, self._figure)
        live = self._stream.isatty()
        print(f"\r{line}\x1b[K" if live else line, end="" if live else "\n", file=self._stream, flush=True)

    def on_validation(self, standing: Standing, validation: Validation) -> None:
        """Adds a row, draws the curves anew, replaces the sample."""
        name, value = next(iter(validation.figures.items()))
        self._figure = f"{name} {value:.2f} {validation.unit}"
        path = self._folder / FIGURES
        row = {
            "step": standing.step,
            "minutes": f"{standing.elapsed_s / 60:.3f}",
            "loss": f"{standing.loss:.6g}",
            "images_per_s": f"{standing.images_per_s:.1f}",
            "learning_rate": f"{standing.rate:.4g}",
            **{name: f"{value:.4f}" for name, value in validation.figures.items()},
        }
        is_new = not path.exists()
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(row))
            if is_new:
                writer.writeheader()
            writer.writerow(row)
        draw_curves(path, self._folder / CURVES)
        Image.fromarray(validation.sheet).save(self._folder / SAMPLE)


def said(standing: Standing, figure: str) -> str:
    """A training's standing in one line; `figure` is the last validation's, or empty."""
    left_s = max(0.0, standing.total_s - standing.elapsed_s)
    parts = [
        f"{standing.elapsed_s / 60:.1f} of {standing.total_s / 60:.1f} min",
        f"step {standing.step}",
        f"loss {standing.loss:.5f}",
        *([figure] if figure else []),
        f"{standing.images_per_s:.0f} images/s",
        f"{left_s / 60:.1f} min left" if left_s >= 60 else f"{left_s:.0f} s left",
    ]
    return " · ".join(parts)
