"""What is told when something is made again otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from imagetool.catalog.catalog import Catalog
from imagetool.core.geometry import Point, Size
from imagetool.jobs.departures import RecipeModelMissing, departures, model_of, params_of
from imagetool.jobs.recipe import RecipeTiles
from imagetool.plugin.errors import ParameterError
from imagetool.plugin.models import Prompt
from tests.fakes.recipes import recipe_of
from tests.fakes.requests import MANIFEST, fake_model, request

PARAMETERS = """
[[model.param]]
id = "strength"
type = "float"
min = 0.0
max = 1.0
default = 0.5
label = "Strength"
[[model.param]]
id = "steps"
type = "int"
min = 1
max = 10
default = 4
label = "Steps"
"""
RECIPE = replace(
    recipe_of(request(params={"strength": 0.5, "quick": True})),
    weights_sha256="a" * 64,
    tiles=RecipeTiles(512),
    prompt=Prompt((Point(1, 2),)),
)


def test_nothing_is_told_where_all_is_the_same() -> None:
    other_output = replace(RECIPE, output_sha256="b" * 64, files=(), plugin="renamed")
    assert departures(RECIPE, other_output) == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"input_sha256": "b" * 64}, "The input is another one."),
        ({"mask_sha256": None}, "The mask is not given now."),
        ({"hints_sha256": "b" * 64}, "The hints are given now."),
        (
            {"model": "a/b", "weights_sha256": None, "plugin_version": "9"},
            "The model is a/b, not org.example.fake/fast.",
        ),
        ({"plugin_version": "1.1"}, "The plugin has version 1.1, not 1.0."),
        ({"weights_sha256": "b" * 64}, "The weights are others."),
        ({"params": {"strength": 0.7, "quick": True}}, "“strength” is 0.7, not 0.5."),
        ({"params": {"strength": 0.5}}, "The model has no parameter “quick” any more."),
        ({"params": {"strength": 0.5, "quick": False}}, "“quick” is no, not yes."),
        (
            {"params": {**RECIPE.params, "new": "x" * 99}},
            f"“new”, which the recipe does not know, is {'x' * 39}….",
        ),
        ({"seed": 2}, "The seed is 2, not 1."),
        ({"size": Size(20, 10)}, "The size is 20 × 10, not 10 × 12."),
        ({"prompt": None}, "Something else was pointed at."),
        ({"device": "cuda", "precision": "bf16"}, "It ran on cuda in bf16, not on cpu in fp32."),
        ({"tiles": RecipeTiles(256)}, "The tiles were 256 px, not 512 px."),
        ({"imagetool": "9.0"}, f"imagetool has version 9.0, not {RECIPE.imagetool}."),
    ],
)
def test_each_departure_is_a_sentence(change: dict[str, Any], said: str) -> None:
    assert departures(RECIPE, replace(RECIPE, **change)) == (said,)


def test_values_that_the_model_no_longer_takes_become_its_defaults() -> None:
    model = fake_model(MANIFEST + PARAMETERS)
    recipe = replace(RECIPE, params={"strength": 0.25, "steps": 99, "gone": "x"})
    assert dict(params_of(recipe, model)) == {"strength": 0.25, "steps": 4}
    assert dict(params_of(recipe, model, {"strength": 1.0})) == {"strength": 1.0, "steps": 4}
    with pytest.raises(ParameterError):
        params_of(recipe, model, {"strength": 2.0})


def test_a_model_that_is_gone_is_told_with_its_version() -> None:
    with pytest.raises(RecipeModelMissing) as told:
        model_of(RECIPE, Catalog((), ()))
    assert str(told.value) == (
        "The recipe's model “org.example.fake/fast” (version 1.0) is not installed. Install its plugin, or choose "
        "another model for the same recipe."
    )


def test_a_model_of_another_version_is_taken() -> None:
    model = fake_model(MANIFEST.replace('"1.0"', '"2.0"'))
    assert model_of(RECIPE, Catalog((model.plugin,), ())) == model
