"""What is compared, and on which part of the picture."""

from __future__ import annotations

import pytest

from imagetool.core.geometry import Rect, Size
from imagetool.plugin.manifest import Manifest
from imagetool.plugin.parameters import FloatParameter, IntParameter, Params
from imagetool.ui.shootout.crop_choice import crop_of
from imagetool.ui.shootout.entrants import (
    MOST_ENTRANTS,
    all_values,
    several_models,
    several_seeds,
    several_values,
    spread,
    varied,
)
from tests.fakes.requests import MANIFEST, fake_model

PARAMETERS = """
[[model.param]]
id = "strength"
type = "float"
label = "Strength"
min = 0.0
max = 1.0
default = 0.5
[[model.param]]
id = "pieces"
type = "choice"
label = "Pieces"
default = "few"
choices = [{ value = "few", label = "Few" }, { value = "many", label = "Many" }]
[[model.param]]
id = "best"
type = "bool"
label = "Best quality"
[[model.param]]
id = "words"
type = "text"
label = "Words"
"""
FLOAT = FloatParameter(id="a", label="A", default=0.5, min=0.0, max=1.5, unit="px")
WHOLE = IntParameter(id="b", label="B", default=1, min=1, max=4)
LARGE = Size(6000, 4000)


def test_seeds_follow_each_other() -> None:
    model = fake_model()
    found = several_seeds(model, Params({}), 17, 3)
    assert [(it.name, it.seed) for it in found] == [("Seed 17", 17), ("Seed 18", 18), ("Seed 19", 19)]


def test_each_model_keeps_its_own_values() -> None:
    one, other = fake_model(), fake_model(MANIFEST.replace("Fast", "Slow"))
    found = several_models([(one, Params({"a": 1})), (other, Params({"b": 2}))], 5)
    assert [(it.name, dict(it.params), it.seed) for it in found] == [("Fast", {"a": 1}, 5), ("Slow", {"b": 2}, 5)]


def test_one_setting_changes_and_the_others_stay() -> None:
    model = fake_model()
    found = several_values(model, Params({"a": 0.5, "z": True}), 5, FLOAT, (0.0, 1.25))
    assert [(it.name, dict(it.params)) for it in found] == [
        ("A 0 px", {"a": 0.0, "z": True}),
        ("A 1.25 px", {"a": 1.25, "z": True}),
    ]


def test_what_can_be_varied_is_read_off_the_form() -> None:
    parameters = Manifest.parse(MANIFEST + PARAMETERS, "paper").models[0].parameters
    assert [it.id for it in varied(parameters)] == ["strength", "pieces", "best"]
    assert [all_values(it) for it in varied(parameters)] == [(), ("few", "many"), (False, True)]
    names = [it.name for it in several_values(fake_model(), Params({}), 0, parameters[1], ("few", "many"))]
    assert names == ["Pieces Few", "Pieces Many"]


def test_numbers_are_spread_evenly_inside_the_range() -> None:
    assert spread(FLOAT, 0.0, 1.5, 4) == (0.0, 0.5, 1.0, 1.5)
    assert spread(FLOAT, -3, 9, 3) == (0.0, 1.5), "what lies outside is cut, and told once"
    assert spread(WHOLE, 1, 4, MOST_ENTRANTS) == (1, 2, 3, 4), "no whole number comes twice"
    assert all(isinstance(value, int) for value in spread(WHOLE, 1, 4, 3))


@pytest.mark.parametrize(
    ("visible", "selection", "factor", "expected"),
    [
        (Rect(100, 200, 900, 700), None, 1.0, Rect(100, 200, 900, 700)),
        (Rect(0, 0, 6000, 4000), None, 1.0, Rect(2488, 1488, 3512, 2512)),
        (Rect(0, 0, 6000, 4000), None, 4.0, Rect(2872, 1872, 3128, 2128)),
        (Rect(0, 0, 6000, 4000), Rect(100, 300, 200, 400), 1.0, Rect(50, 250, 250, 450)),
        (Rect(0, 0, 6000, 4000), Rect(0, 0, 40, 20), 1.0, Rect(0, 0, 80, 64)),
        (Rect(0, 0, 500, 500), Rect(0, 0, 6000, 4000), 1.0, Rect(0, 0, 1000, 1000)),
        (Rect(9, 9, 9, 9), None, 1.0, Rect(2488, 1488, 3512, 2512)),
    ],
    ids=["view", "too much in view", "enlarged", "selection", "tiny", "all selected", "nothing in view"],
)
def test_the_crop(visible: Rect, selection: Rect | None, factor: float, expected: Rect) -> None:
    assert crop_of(LARGE, visible, selection, factor) == expected


@pytest.mark.parametrize("size", [Size(1, 1), Size(40, 3000)])
def test_a_crop_never_leaves_a_small_picture(size: Size) -> None:
    crop = crop_of(size, Rect.of_size(size))
    assert crop.restrict(Rect.of_size(size)) == crop
    assert not crop.empty
