"""The model as the kit calls it, and its manifest against its weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from imagetool.catalog.catalog import Catalog
from imagetool.catalog.places import Places
from imagetool.core.picture import Pixels
from imagetool.core.tile_plan import Tiling
from imagetool.kit.precision import Precision
from imagetool.kit.same_size import Sheet, run_scorer
from imagetool.kit.weights import read_layout, save_weights
from imagetool.plugin import Params, Task, Weights
from imagetool.training.ageing.aged import aged_by_name
from imagetool.training.damage_evaluation import VISIBLE, Tally
from plugins.damage.finder import DamageFinder
from plugins.damage.network import Layout, Network
from tests.fakes.models import FakeJob
from tests.fakes.pictures import textured

CPU = torch.device("cpu")
MODEL = Catalog.scan(Places.find()).find(Task.SCORE, "damage")
NOTHING = Params.checked(MODEL.entry.parameters, {})
WEIGHTS = Places.find().bundled_weights / "damage" / "damage.safetensors"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[DamageFinder, Layout]:
    """A model with random weights that do not see far."""
    layout = Layout(fold=2, widths=(6, 8), encoder=(1,), middle=1, decoder=(1,))
    network, rng = Network(layout), torch.Generator().manual_seed(3)
    with torch.no_grad():
        for value in network.parameters():
            value.copy_(torch.randn(value.shape, generator=rng) * 0.3)
    path = tmp_path_factory.mktemp("weights") / "random.safetensors"
    save_weights(path, network, layout.table(), {})
    return finder(path), layout


@pytest.fixture(scope="module")
def bundled() -> DamageFinder:
    """The model with the weights that it comes with."""
    return finder(WEIGHTS)


def finder(path: Path) -> DamageFinder:
    made = DamageFinder()
    made.load(Weights({path.name: path}), CPU)
    return made


def found(model: DamageFinder, pixels: Pixels, tiling: Tiling | None = None, multiple_of: int = 16) -> np.ndarray:
    result = np.full((*pixels.shape[:2], 1), -1, np.float32)
    sheet = Sheet(pixels, tiling, multiple_of, CPU, Precision.FP32)
    run_scorer(model, sheet, NOTHING, lambda *_: FakeJob(), result)
    return result


def picture(height: int, width: int, dtype: type = np.uint8) -> Pixels:
    pixels: Pixels = np.full((height, width, 4), np.iinfo(dtype).max, dtype)
    pixels[..., :3] = textured(width, height).astype(dtype) * (np.iinfo(dtype).max // 255)
    return pixels


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (33, 17)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_probabilities_of_any_size_and_depth(
    small: tuple[DamageFinder, Layout], size: tuple[int, int], dtype: type
) -> None:
    pixels = picture(*size, dtype)
    before = pixels.copy()
    told = found(small[0], pixels)
    assert 0 < told.min() <= told.max() < 1
    assert np.array_equal(pixels, before)
    assert np.array_equal(told, found(small[0], pixels)), "the same picture gives the same map"


def test_tiles_do_not_show(small: tuple[DamageFinder, Layout]) -> None:
    model, layout = small
    overlap = -(-layout.reach_px // layout.multiple_of) * layout.multiple_of
    pixels, multiple = picture(150, 170), layout.multiple_of
    tiling = Tiling(2 * overlap + 42, overlap, multiple)
    assert tiling.step_px(170) < 50, "several tiles"
    tiled, whole = found(model, pixels, tiling, multiple), found(model, pixels, None, multiple)
    assert np.abs(tiled - whole).max() < 1e-5


def test_the_manifest_fits_the_weights() -> None:
    layout = Layout.read(read_layout(WEIGHTS))
    tile = MODEL.entry.tile
    assert tile is not None
    assert tile.overlap >= layout.reach_px, "tiles would show"
    assert tile.multiple_of % layout.multiple_of == 0
    assert WEIGHTS.stat().st_size <= 2 * 1024**2
    assert not MODEL.entry.opacity
    assert not MODEL.entry.parameters


def test_what_is_bundled_finds_damage_on_a_photo_nobody_has_seen(bundled: DamageFinder) -> None:
    tally = Tally()
    for seed in range(3):
        old = aged_by_name("waves", textured(160, 128, seed), seed)
        opaque = np.dstack([old.image, np.full(old.truth.shape, 255, np.uint8)])
        tally.add(found(bundled, opaque)[..., 0], old.truth >= VISIBLE)
    auroc = tally.auroc()
    assert auroc is not None
    assert auroc > 0.9


def test_it_finds_nothing_where_nothing_is(bundled: DamageFinder) -> None:
    plain = np.full((96, 96, 4), 255, np.uint8)
    plain[..., :3] = 128
    assert found(bundled, plain).max() < 0.5
