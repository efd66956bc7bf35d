"""The model as the kit calls it: any size, depth and choice of the form, the same bytes for the same seed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from imagetool.catalog.catalog import Catalog
from imagetool.catalog.places import Places
from imagetool.core.geometry import Rect
from imagetool.core.picture import Pixels
from imagetool.kit.inpainting import Holes, fill_holes
from imagetool.kit.weights import save_weights
from imagetool.plugin import CannotRun, Params, Task, Weights
from imagetool.plugin.errors import Cancelled
from plugins.inpainting.learned import Learned
from plugins.inpainting.network import Layout, Network
from tests.fakes.models import FakeJob
from tests.fakes.pictures import textured

PARAMETERS = Catalog.scan(Places.find()).find(Task.INPAINT, "learned").entry.parameters
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Learned:
    """With a tiny network that says a little."""
    torch.manual_seed(3)
    network = Network(Layout(fold=2, widths=(8, 8), encoder=(1,), dilations=(1, 2), decoder=(1,)))
    torch.nn.init.normal_(network.exit.weight, std=0.02)
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    save_weights(path, network, network.layout.table(), {})
    made = Learned()
    made.load(Weights({path.name: Path(path)}), CPU)
    return made


def picture(width: int, height: int, dtype: Any = np.uint8) -> Pixels:
    colours = textured(width, height).astype(dtype) * (257 if dtype == np.uint16 else 1)
    opaque = np.full((height, width, 1), np.iinfo(dtype).max, dtype)
    return np.concatenate([colours, opaque], axis=2)


def filled(
    model: Learned,
    source: Pixels,
    hole: Rect,
    job: FakeJob | None = None,
    hints: NDArray[np.uint8] | None = None,
    **params: object,
) -> Pixels:
    """The whole picture with the hole filled."""
    mask: NDArray[np.uint8] = np.full((hole.height, hole.width), 255, np.uint8)
    result: Pixels = np.zeros((hole.height, hole.width, 4), source.dtype)
    chosen = Params.checked(PARAMETERS, {"quality": "draft", **params})
    holes = Holes(source, mask, hole, 1.0, 32, hints=hints)
    fill_holes(model, holes, chosen, CPU, lambda *_: job or FakeJob(), result)
    whole = source.copy()
    whole[hole.slices] = result
    return whole


@pytest.mark.parametrize(("width", "height"), [(97, 61), (9, 9), (2, 1), (64, 7)])
@pytest.mark.parametrize("texture", ["auto", "network"])
def test_any_size(model: Learned, width: int, height: int, texture: str) -> None:
    source = picture(width, height)
    hole = Rect(width // 2, height // 2, width // 2 + max(1, width // 8), height // 2 + max(1, height // 8))
    whole = filled(model, source, hole, texture=texture)
    outside = np.ones((height, width), bool)
    outside[hole.slices] = False
    assert np.array_equal(whole[outside], source[outside])
    assert (whole[..., 3] == 255).all()


def test_sixteen_bits_use_them_all(model: Learned) -> None:
    inside = filled(model, picture(80, 60, np.uint16), Rect(30, 20, 50, 40))[20:40, 30:50, :3]
    assert inside.dtype == np.uint16
    assert (inside % 257 != 0).any(), "the fill has only 256 levels"


def test_the_same_seed_gives_the_same_bytes_and_another_one_another_way(model: Learned) -> None:
    source, hole = picture(96, 80), Rect(30, 20, 62, 52)

    def made(seed: int, variety: float = 0.0, texture: str = "auto") -> Pixels:
        return filled(model, source, hole, FakeJob(seed=seed), variety=variety, texture=texture)

    assert np.array_equal(made(1, variety=0.5), made(1, variety=0.5))
    assert not np.array_equal(made(1, variety=0.5), made(2, variety=0.5))
    assert not np.array_equal(made(1, texture="network", variety=0.5), made(2, texture="network", variety=0.5))
    assert np.array_equal(made(1, texture="network"), made(2, texture="network")), "there is one likeliest way"


def test_what_it_is_filled_with_is_the_users_choice(model: Learned) -> None:
    source, hole = picture(96, 80), Rect(30, 20, 62, 52)
    network, pieces, auto, none = (
        filled(model, source, hole, texture=texture, detail=detail).astype(int)
        for texture, detail in (("network", 0.3), ("pieces", 0.3), ("auto", 0.3), ("auto", 0.0))
    )
    assert not np.array_equal(network, pieces)
    assert np.array_equal(none, network), "without texture there is only the network"
    assert 0 < np.abs(auto - network).mean() < np.abs(pieces - network).mean(), "it lies between the two"


def test_strokes_are_followed(model: Learned) -> None:
    source = np.full((96, 96, 4), 128, np.uint8)
    source[..., 3] = 255
    hole = Rect(24, 24, 72, 72)
    hints = np.zeros((48, 48, 4), np.uint8)
    hints[16:32, 16:32] = (20, 220, 20, 255)
    for texture in ("auto", "network"):
        guided = filled(model, source, hole, hints=hints, texture=texture).astype(int)
        plain = filled(model, source, hole, texture=texture).astype(int)
        assert (guided - plain)[48, 48, 1] > 40
        assert (guided - plain)[48, 48, 0] < -40


def test_progress_rises_and_previews_show_the_crop(model: Learned) -> None:
    job = FakeJob()
    filled(model, picture(96, 80), Rect(30, 20, 62, 52), job)
    done = [share for share, _ in job.progressed]
    assert done == sorted(done)
    assert done[0] < 0.3 < done[-1] <= 1
    assert {text for _, text in job.progressed} == {"laying out", "matching pieces"}
    assert job.previews


@pytest.mark.parametrize("texture", ["auto", "network"])
def test_a_stopped_job_stops(model: Learned, texture: str) -> None:
    with pytest.raises(Cancelled):
        filled(model, picture(96, 80), Rect(30, 20, 62, 52), FakeJob(cancelled=True), texture=texture)


def test_a_mask_over_everything_is_refused(model: Learned) -> None:
    with pytest.raises(CannotRun, match="nothing is left to fill it from"):
        filled(model, picture(20, 20), Rect(0, 0, 20, 20))
