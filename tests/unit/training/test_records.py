"""What a training leaves to look at."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imagetool.training.curves import draw_curves
from imagetool.training.loop import Standing
from imagetool.training.objective import Validation
from imagetool.training.records import CURVES, FIGURES, SAMPLE, Records, said

STANDING = Standing(step=120, elapsed_s=90.0, total_s=600.0, loss=0.0123456, images_per_s=41.6, rate=1e-3)


class Terminal(io.StringIO):
    """Somebody watches."""

    def isatty(self) -> bool:
        return True


def validation(value: float = 31.234) -> Validation:
    return Validation({"x2": value, "x4": 27.5}, np.full((4, 6, 3), int(value), np.uint8))


LINES = [
    # seconds passed, last figure, the line
    (90.0, "", "1.5 of 10.0 min · step 120 · loss 0.01235 · 42 images/s · 8.5 min left"),
    (90.0, "x2 31.23 dB", "1.5 of 10.0 min · step 120 · loss 0.01235 · x2 31.23 dB · 42 images/s · 8.5 min left"),
    (555.0, "", "9.2 of 10.0 min · step 120 · loss 0.01235 · 42 images/s · 45 s left"),
    (601.0, "", "10.0 of 10.0 min · step 120 · loss 0.01235 · 42 images/s · 0 s left"),
]


@pytest.mark.parametrize(("elapsed_s", "figure", "line"), LINES)
def test_a_standing_is_one_line(elapsed_s: float, figure: str, line: str) -> None:
    assert said(Standing(120, elapsed_s, 600.0, 0.0123456, 41.6, 1e-3), figure) == line


def test_on_a_terminal_the_line_is_renewed(tmp_path: Path) -> None:
    stream = Terminal()
    records = Records(tmp_path, stream)
    records.on_standing(STANDING)
    records.on_standing(STANDING)
    line = said(STANDING, "")
    assert stream.getvalue() == f"\r{line}\x1b[K\r{line}\x1b[K"


def test_in_a_file_each_line_stands_alone(tmp_path: Path) -> None:
    stream = io.StringIO()
    records = Records(tmp_path, stream)
    records.on_standing(STANDING)
    records.on_validation(STANDING, validation())
    records.on_standing(STANDING)
    assert stream.getvalue() == f"{said(STANDING, '')}\n{said(STANDING, 'x2 31.23 dB')}\n"


def test_a_validation_leaves_a_row_curves_and_a_sample(tmp_path: Path) -> None:
    records = Records(tmp_path, io.StringIO())
    records.on_validation(STANDING, validation(30.0))
    records.on_validation(STANDING, validation(32.0))
    assert {path.name for path in tmp_path.iterdir()} == {FIGURES, CURVES, SAMPLE}
    with (tmp_path / FIGURES).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {
        "step": "120",
        "minutes": "1.500",
        "loss": "0.0123456",
        "images_per_s": "41.6",
        "learning_rate": "0.001",
        "x2": "30.0000",
        "x4": "27.5000",
    }
    assert [row["x2"] for row in rows] == ["30.0000", "32.0000"]
    with Image.open(tmp_path / SAMPLE) as sample:
        assert sample.size == (6, 4)
        assert sample.getpixel((0, 0)) == (32, 32, 32), "the sample is the newest"


def test_a_resumed_training_goes_on_in_the_same_table(tmp_path: Path) -> None:
    for value in (30.0, 31.0):
        Records(tmp_path, io.StringIO()).on_validation(STANDING, validation(value))
    lines = (tmp_path / FIGURES).read_text("utf-8").splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("step,minutes,loss,")


def test_curves_are_one_below_the_other(tmp_path: Path) -> None:
    sizes = []
    for names in ("loss", "loss,x2,x3"):
        columns = len(names.split(","))
        rows = "\n".join(f"{step},{step / 2}" + ",1.5" * columns for step in range(3))
        (tmp_path / "table.csv").write_text(f"step,minutes,{names}\n{rows}\n", "utf-8")
        draw_curves(tmp_path / "table.csv", tmp_path / "curves.png")
        with Image.open(tmp_path / "curves.png") as image:
            sizes.append(image.size)
            assert np.ptp(np.asarray(image.convert("L"))) > 100, "nothing is drawn"
    assert sizes[1] == (sizes[0][0], 3 * sizes[0][1])
