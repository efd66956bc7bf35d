"""The models as the kit calls them, and their manifest against their weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.catalog.places import Places
from imagetool.core.picture import Pixels
from imagetool.core.tile_plan import Tiling
from imagetool.kit.enlarging import Enlargement
from imagetool.kit.errors import BadWeights
from imagetool.kit.precision import Precision
from imagetool.kit.weights import read_layout, save_weights
from imagetool.plugin import Params, Task, Weights
from plugins.super_resolution.crispness import REACH_PX
from plugins.super_resolution.enlarger import Enlarger
from plugins.super_resolution.network import Cubic, Layout, Network
from tests.fakes.models import FakeJob

CPU = torch.device("cpu")
LAYOUT = Layout(width=8, blocks=1, kernel=5, partial=4, scales=(2, 3, 4))
MODELS = [
    model
    for model in Catalog.scan(Places.find()).models_for(Task.UPSCALE)
    if model.plugin.folder.name == "super_resolution"
]
PARAMETERS = MODELS[0].entry.parameters
SIZES = [(1, 1), (1, 7), (33, 17)]

by_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.entry.id)


def noise(height: int, width: int) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(2))


def params(**given: object) -> Params:
    return Params.checked(PARAMETERS, given)


@pytest.fixture
def enlarger(tmp_path: Path) -> Enlarger:
    """A model whose weights are random."""
    network, rng = Network(LAYOUT), torch.Generator().manual_seed(3)
    with torch.no_grad():
        for value in network.parameters():
            value.copy_(torch.randn(value.shape, generator=rng) * 0.1)
    path = tmp_path / "random.safetensors"
    save_weights(path, network, LAYOUT.table(), {})
    made = Enlarger()
    made.load(Weights({path.name: path}), CPU)
    return made


def run(enlarger: Enlarger, image: Tensor, scale: int = 2, **given: object) -> Tensor:
    with torch.inference_mode():
        return enlarger.run(image, scale, params(**given), FakeJob())


def test_its_scales_are_those_of_its_weights(enlarger: Enlarger) -> None:
    assert enlarger.scales == (2, 3, 4)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("given", [{}, {"best": True}, {"crispness": 1.0}], ids=str)
def test_any_size(enlarger: Enlarger, size: tuple[int, int], scale: int, given: dict[str, Any]) -> None:
    made = run(enlarger, noise(*size), scale, **given)
    assert made.shape == (1, 3, size[0] * scale, size[1] * scale)
    assert bool(torch.isfinite(made).all())


@pytest.mark.parametrize("given", [{}, {"best": True}, {"crispness": 0.5}], ids=str)
def test_the_same_picture_gives_the_same_bytes(enlarger: Enlarger, given: dict[str, Any]) -> None:
    image = noise(12, 20)
    assert torch.equal(run(enlarger, image, **given), run(enlarger, image.clone(), **given))


def turned(image: Tensor, number: int) -> Tensor:
    straight = image.transpose(-1, -2) if number >= 4 else image
    return straight.flip([axis for axis, bit in ((-1, 1), (-2, 2)) if number & bit])


@pytest.mark.parametrize("number", range(1, 8))
def test_at_best_quality_a_turned_picture_gives_the_turned_result(enlarger: Enlarger, number: int) -> None:
    image = noise(9, 14)
    best, expected = (
        run(enlarger, turned(image, number), best=True),
        turned(run(enlarger, image, best=True), number),
    )
    torch.testing.assert_close(best, expected, rtol=0, atol=1e-5)
    once, other = run(enlarger, turned(image, number)), turned(run(enlarger, image), number)
    assert float((once - other).abs().max()) > 1e-3, "the network alone already does this"


def test_best_quality_says_how_far_it_is(enlarger: Enlarger) -> None:
    job = FakeJob()
    with torch.inference_mode():
        enlarger.run(noise(5, 5), 2, params(best=True), job)
    assert [share for share, _ in job.progressed] == [number / 8 for number in range(8)]


def test_crispness_changes_the_picture_and_none_does_not(enlarger: Enlarger) -> None:
    image = noise(9, 14)
    assert torch.equal(run(enlarger, image, crispness=0.0), run(enlarger, image))
    assert not torch.equal(run(enlarger, image, crispness=0.5), run(enlarger, image))


def test_the_picture_is_not_written(enlarger: Enlarger) -> None:
    image = noise(9, 14)
    before = image.clone()
    run(enlarger, image, best=True, crispness=1.0)
    assert torch.equal(image, before)


@pytest.mark.parametrize("factor", [2, 6])
@pytest.mark.parametrize("given", [{}, {"best": True}, {"crispness": 1.0}], ids=str)
def test_tiles_give_what_the_whole_gives(enlarger: Enlarger, factor: int, given: dict[str, object]) -> None:
    source: Pixels = np.random.default_rng(1).integers(0, 256, (40, 50, 4), np.uint8)
    source[..., 3] = 255
    reach = LAYOUT.reach_px + REACH_PX

    def enlarged(tiling: Tiling) -> Pixels:
        result: Pixels = np.zeros((40 * factor, 50 * factor, 4), np.uint8)
        enlargement = Enlargement(source, result, tiling, CPU, Precision.FP32)
        enlargement.run(enlarger, params(**given), lambda *_: FakeJob())
        return result

    whole, tiled = enlarged(Tiling(4096, reach)), enlarged(Tiling(2 * reach + 20, reach))
    difference = np.abs(whole.astype(int) - tiled)
    assert difference.max() <= 1
    assert (difference > 0).mean() < 0.001, "more than what rounding can do"


class Other(nn.Module):
    """Not the network that the header describes."""

    def __init__(self) -> None:
        super().__init__()
        self.only = nn.Linear(2, 2)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_weights(path, Other(), LAYOUT.table(), {})
    with pytest.raises(BadWeights, match="its tensors are not those of the network that its header describes"):
        Enlarger().load(Weights({path.name: path}), CPU)


def layout_of(model: CatalogModel) -> Layout:
    ((_, path),) = model.weights
    return Layout.read(read_layout(path))


def test_there_are_models() -> None:
    assert {"strong", "fast"} <= {model.entry.id for model in MODELS}


@by_model
def test_a_tile_overlaps_as_far_as_the_model_sees(model: CatalogModel) -> None:
    tile, needed = model.entry.tile, layout_of(model).reach_px + REACH_PX
    assert tile.overlap >= needed, f"write overlap = {needed} into plugin.toml, or more"
    assert tile.size > 2 * tile.overlap + 64, "most of a tile is overlap"


@by_model
def test_the_weights_are_good_for_a_picture(model: CatalogModel) -> None:
    """A smooth picture comes back as smooth as bicubic makes it, whatever the weights have learned."""
    ((file, path),) = model.weights
    enlarger = Enlarger()
    enlarger.load(Weights({file.file: path}), CPU)
    x = torch.linspace(0.2, 0.8, 24)
    image = (x[None, :] * 0.5 + x[:, None] * 0.5).expand(1, 3, -1, -1)
    for scale in enlarger.scales:
        made: Any = run(enlarger, image, scale)
        inner = (..., slice(4 * scale, -4 * scale), slice(4 * scale, -4 * scale))
        assert float((made - Cubic(scale)(image))[inner].abs().max()) < 0.05
