"""Which size the command line asks for."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest

from imagetool.cli.errors import UsageError
from imagetool.cli.main import main
from imagetool.cli.sizes import Target, target_of
from imagetool.core.geometry import Size
from tests.fakes.pictures import written

PHOTO = Size(300, 200)


def options(**given: object) -> argparse.Namespace:
    return argparse.Namespace(**{"scale": None, "size": None, "print": None, **given})


@pytest.mark.parametrize(
    ("given", "target"),
    [
        ({}, Target(Size(600, 400), None)),
        ({"scale": 1.1}, Target(Size(330, 220), None)),
        ({"scale": 8.0}, Target(Size(2400, 1600), None)),
        ({"size": "450x"}, Target(Size(450, 300), None)),
        ({"size": "x300"}, Target(Size(450, 300), None)),
        ({"size": "450x450"}, Target(Size(450, 450), None)),
        ({"print": "3x3in@200"}, Target(Size(600, 400), 200)),
        ({"print": "5.08x5.08cm"}, Target(Size(600, 400), 300)),
    ],
    ids=str,
)
def test_what_is_asked_for(given: dict[str, object], target: Target) -> None:
    assert target_of(options(**given), PHOTO) == target


WRONG = [
    (
        {"scale": 2.0, "size": "600x"},
        "--scale and --size both say how large the picture becomes. Give one of them.",
    ),
    ({"scale": 2.0, "print": "3x2in"}, "--scale and --print both say how large the picture becomes. Give one of"),
    ({"size": "600x", "print": "3x2in"}, "--size and --print both say how large the picture becomes. Give one of"),
    (
        {"scale": 2.0, "size": "600x", "print": "3x2in"},
        "--scale and --size both say how large the picture becomes.",
    ),
    ({"scale": 2.0, "size": ""}, "--scale and --size both say how large the picture becomes."),
    ({"size": ""}, "“” is no size. Give width x height in pixels, such as 1200x800, 1200x or x800."),
    ({"print": ""}, "“” is no print size. Give width x height, unit and dpi, such as 30x20cm@300."),
    ({"size": "300x200"}, "300 × 200 pixels is not 1.1 to 8 times as large as the picture, which has 300 × 200."),
    ({"size": "3000x"}, "3000 × 2000 pixels is not 1.1 to 8 times as large as the picture, which has 300 × 200."),
    (
        {"print": "1x1cm@300"},
        "118 × 79 pixels is not 1.1 to 8 times as large as the picture, which has 300 × 200.",
    ),
    (
        {"print": "100x100in@1200"},
        "120000 × 80000 pixels is not 1.1 to 8 times as large as the picture, which has",
    ),
]


@pytest.mark.parametrize(("given", "said"), WRONG, ids=[str(given) for given, _ in WRONG])
def test_what_cannot_be_is_said(given: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        target_of(options(**given), PHOTO)
    assert str(caught.value).startswith(said)


@pytest.mark.usefixtures("without_weights")
@pytest.mark.parametrize(("suffix", "size"), [(".webp", "16800x16"), (".jpg", "66400x16")])
def test_a_size_that_the_file_cannot_hold_is_said_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str, size: str
) -> None:
    """The model could not even be loaded here: a sentence about its weights means that the work was begun."""
    photo = written(tmp_path / "wide.png", np.zeros((2, int(size.partition("x")[0]) // 8, 3), np.uint8))
    output = tmp_path / f"out{suffix}"
    assert main(["run", "upscale", str(photo), "-o", str(output), "--size", size]) in (1, 2)
    out, err = capsys.readouterr()
    assert "weights" not in err, "an hour of work would be lost"
    assert size.partition("x")[0] in err
    assert out == ""
