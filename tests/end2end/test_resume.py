"""`run … --resume` goes on where a killed command stopped; the file that it writes is the same, byte for byte."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.fakes.killed_commands import finish, first_tile, kill_at


@dataclass(frozen=True)
class Case:
    """A job of so many tiles, and at which of them its commands are killed, one after the other."""

    task: str
    options: tuple[str, ...]
    side_px: tuple[int, int]
    tiles: int
    killed_at: tuple[int, ...]


CASES = [
    Case("upscale", ("--model", "fast", "--scale", "2"), (1000, 800), 6, (1, 4, 6)),
    Case("denoise", ("--model", "fast", "--seed", "3"), (1300, 1300), 4, (3,)),
]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.task)
def test_killed_and_resumed_it_gives_the_same_bytes(tmp_path: Path, case: Case) -> None:
    photo, home = tmp_path / "photo.png", tmp_path / "home"
    small = np.random.default_rng(4).integers(0, 255, (32, 32, 3), np.uint8)
    assert cv2.imwrite(str(photo), cv2.resize(small, case.side_px, interpolation=cv2.INTER_CUBIC))
    line = ["run", case.task, photo, *case.options, "--device", "cpu", "--resume"]
    undisturbed, resumed = tmp_path / "undisturbed.png", tmp_path / "resumed.png"
    done = finish([*line, "-o", undisturbed, "--json"], tmp_path / "another home")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["tiles"], report["resumed_tiles"]) == (case.tiles, 0)

    line += ["-o", resumed]
    begins_with = 1
    for tile in case.killed_at:
        assert first_tile(kill_at(line, home, f"tile {tile} of")) == begins_with
        assert not resumed.exists(), "there is no half a result"
        begins_with = tile
    done = finish([*line, "--json"], home)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["resumed_tiles"] == begins_with - 1
    assert resumed.read_bytes() == undisturbed.read_bytes()
    assert list((home / "jobs").glob("*/*")) == [], "what is done is not kept any longer"
