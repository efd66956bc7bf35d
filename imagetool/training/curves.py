"""Draws a training's table of figures as curves."""

from __future__ import annotations

import csv
from pathlib import Path

AXIS = "minutes"
"""The column that all others are drawn over."""


def draw_curves(table: Path, picture: Path) -> None:
    """Draws every column of a table of figures over the minutes, one below the other.

    Does nothing where matplotlib is not installed: a training does not end for want of a drawing.
    """
    try:
        import matplotlib as mpl
    except ImportError:
        return
    mpl.use("agg")
    from matplotlib.figure import Figure

    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name not in (AXIS, "step")]
    figure = Figure(figsize=(7, 1.8 * len(names)), layout="constrained")
    for axes, name in zip(figure.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0], names, strict=True):
        axes.plot([float(row[AXIS]) for row in rows], [float(row[name]) for row in rows])
        axes.set_ylabel(name)
        axes.grid(visible=True, alpha=0.3)
    axes.set_xlabel(AXIS)
    figure.savefig(picture, dpi=90)
