"""The bundled models: their manifest, their weights, and pictures of odd sizes."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.catalog.places import Places
from imagetool.core.geometry import Size
from imagetool.kit.weights import read_layout
from imagetool.plugin import Params, Task, Weights
from imagetool.plugin.parameters import ChoiceParameter
from plugins.autoregressive.completer import PixelCompleter
from plugins.autoregressive.generator import PixelGenerator
from plugins.autoregressive.layout import Layout
from plugins.autoregressive.loading import ANYTHING
from plugins.autoregressive.scorer import PixelScorer
from tests.fakes.models import FakeJob

CPU = torch.device("cpu")
MODELS = [model for model in Catalog.scan(Places.find()).models if model.plugin.folder.name == "autoregressive"]

by_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.entry.id)


def of(task: Task) -> pytest.MarkDecorator:
    able = [model for model in MODELS if model.entry.task is task]
    return pytest.mark.parametrize("model", able, ids=lambda model: model.entry.id)


def weights(model: CatalogModel) -> Weights:
    return Weights({file.file: path for file, path in model.weights})


def params(model: CatalogModel, **given: Any) -> Params:
    return Params.checked(model.entry.parameters, given)


@by_model
def test_labels_of_the_form_are_those_that_the_network_knows(model: CatalogModel) -> None:
    layout = Layout.read(read_layout(weights(model).only))
    offered = [
        [value for value, _ in parameter.choices]
        for parameter in model.entry.parameters
        if isinstance(parameter, ChoiceParameter) and parameter.id == "label"
    ]
    if model.entry.task is not Task.SCORE:
        assert offered == ([[ANYTHING, *layout.labels]] if layout.labels else [])
    assert layout.usual[0] < layout.usual[1], "it knows what pictures usually need"


@by_model
def test_models_of_small_pictures_see_opacity_and_are_never_the_first_to_fill(model: CatalogModel) -> None:
    layout = Layout.read(read_layout(weights(model).only))
    assert model.entry.opacity == (layout.channels == 4 and model.entry.task is not Task.GENERATE)
    assert model.entry.special == (model.entry.task is Task.INPAINT)
    assert Catalog.scan(Places.find()).models_for(Task.INPAINT)[0].entry.id == "learned"


@of(Task.GENERATE)
def test_pictures_of_any_size(model: CatalogModel) -> None:
    generator = PixelGenerator()
    generator.load(weights(model), CPU)
    made = generator.run(Size(3, 5), 2, params(model, seamless=True, reject=True), FakeJob(seed=2))
    planes = 3 if model.entry.id == "patches" else 4
    assert made.shape == (2, planes, 5, 3)
    like = generator.more_like(torch.rand(1, 4, 4, 4), 1, params(model), FakeJob(seed=2))
    assert like.shape == (1, planes, 4, 4)
    assert generator.run(Size(1, 1), 1, params(model), FakeJob(seed=2)).shape == (1, planes, 1, 1)


@of(Task.SCORE)
@pytest.mark.parametrize("size", [(1, 1), (5, 7)])
def test_maps_of_any_size(model: CatalogModel, size: tuple[int, int]) -> None:
    scorer = PixelScorer()
    scorer.load(weights(model), CPU)
    job = FakeJob()
    bits = scorer.run(torch.rand(1, 4 if model.entry.opacity else 3, *size), params(model), job)
    assert bits.shape == (1, 1, *size)
    assert bool((bits > 0).all())
    assert len(job.figures) == 3


@of(Task.INPAINT)
def test_a_pixel_is_completed(model: CatalogModel) -> None:
    completer = PixelCompleter()
    completer.load(weights(model), CPU)
    hole = torch.zeros(1, 1, 3, 4, dtype=torch.bool)
    hole[..., 1, 2] = True
    plain = torch.ones(1, 4, 3, 4)
    made = completer.run(plain, hole, params(model), FakeJob(seed=1))
    assert torch.equal(made[..., ~hole[0, 0]], plain[..., ~hole[0, 0]])
