"""The table of what is to be removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from imagetool.training.errors import BadRemovals
from imagetool.training.removals import Removal, read_removals

GOOD = '[[removal]]\nname = "bird"\nphoto = "set/sand.webp"\nwhat = "a bird"\ndifficulty = "easy"\n'


def test_a_table_is_read_in_its_order(tmp_path: Path) -> None:
    (tmp_path / "removals.toml").write_text(GOOD + GOOD.replace("bird", "wire").replace("easy", "hard"), "utf-8")
    bird, wire = read_removals(tmp_path)
    assert bird == Removal("bird", "set/sand.webp", "a bird", "easy", tmp_path / "bird.png")
    assert (wire.name, wire.difficulty) == ("wire", "hard")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "removal has no entry"),
        ("removal = 3", "removal expected a list, got 3"),
        ("]", "Invalid statement"),
        (GOOD.replace("easy", "harder"), "difficulty 'harder' does not have the form easy|medium|hard"),
        (GOOD.replace('"bird"', '"../bird"'), "removal[0].name '../bird' does not have the form"),
        (GOOD.replace("what", "which"), "removal[0].what is missing; removal[0].which is not a key"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "removals.toml").write_text(text, "utf-8")
    with pytest.raises(BadRemovals) as caught:
        read_removals(tmp_path)
    assert reason in str(caught.value)


def test_a_folder_without_a_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRemovals, match=r"removals\.toml.* cannot be followed"):
        read_removals(tmp_path)


def test_every_removal_of_the_repository_has_a_mask_of_black_and_white() -> None:
    removals = read_removals(Path(__file__).parents[3] / "docs" / "evaluation" / "inpainting" / "removals")
    assert len(removals) == len({it.name for it in removals}) == 20
    for removal in removals:
        with Image.open(removal.mask) as mask:
            assert (mask.mode, mask.getextrema()) == ("1", (0, 255)), removal.name
