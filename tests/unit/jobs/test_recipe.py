"""What a recipe holds of a job."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from imagetool import __version__
from imagetool.core.geometry import Size
from imagetool.core.picture import Picture
from imagetool.jobs.recipe import Recipe, RecipeTiles, sha256_of
from imagetool.plugin.tasks import Task
from tests.fakes.recipes import recipe_of, result_of
from tests.fakes.requests import enlarging, mask, picture, request


def test_it_names_who_made_the_result_of_what_and_how() -> None:
    pixels = picture(height=300)  # more than one band of rows
    asked = request(params={"strength": 0.5}, pixels=pixels, seed=2**62)
    recipe = recipe_of(asked)
    assert (recipe.imagetool, recipe.task) == (__version__, Task.INPAINT)
    assert (recipe.plugin, recipe.plugin_version) == ("org.example.fake", "1.0")
    assert (recipe.model, recipe.weights_sha256) == ("org.example.fake/fast", None)
    assert (recipe.params, recipe.seed) == ({"strength": 0.5}, 2**62)
    assert (recipe.device, recipe.precision, recipe.size) == ("cpu", "fp32", Size(10, 12))
    assert recipe.input_sha256 == hashlib.sha256(pixels.tobytes()).hexdigest()
    assert (
        recipe.mask_sha256 == hashlib.sha256(mask(height=300).read(mask(height=300).bounds).tobytes()).hexdigest()
    )
    assert recipe.hints_sha256 is None
    assert recipe.output_sha256 == hashlib.sha256(np.full((12, 10, 4), 200, np.uint8).tobytes()).hexdigest()


def test_hints_are_part_of_it() -> None:
    hints = np.full((48, 64, 4), 9, np.uint8)
    recipe = recipe_of(replace(request(), hints=hints))
    assert recipe.hints_sha256 == hashlib.sha256(hints.tobytes()).hexdigest()


def test_the_tile_plan_is_told_where_there_is_one() -> None:
    asked = enlarging(pixels=picture(height=100, width=150))
    assert Recipe.of(asked, result_of(asked)).tiles == RecipeTiles()
    assert Recipe.of(asked, result_of(asked, tiles=6, tile_px=96)).tiles == RecipeTiles(96, 8, 4, 3, 2)
    assert Recipe.of(asked, result_of(asked, tiles=7, tile_px=96)).tiles == RecipeTiles(96, 8, 4, 0, 0)


def test_sixteen_bits_are_hashed_with_the_lower_byte_first() -> None:
    wide = np.array([[[1, 2, 3, 0x0405]]], np.uint16)
    expected = hashlib.sha256(bytes([1, 0, 2, 0, 3, 0, 5, 4])).hexdigest()
    assert sha256_of(wide) == expected
    assert sha256_of(Picture.of(wide).pixels[:, ::-1]) == expected, (
        "the order of the bytes in memory does not count"
    )
