"""The models as the kit calls them, and their manifest against their weights."""

from __future__ import annotations

import dataclasses
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
from imagetool.kit.errors import BadWeights
from imagetool.kit.luminance import luma
from imagetool.kit.precision import Precision
from imagetool.kit.same_size import Sheet, run_filter
from imagetool.kit.weights import read_layout, save_weights
from imagetool.plugin import Params, Task, Weights
from plugins.denoising.denoiser import SHOWN_GAIN, BlindDenoiser
from plugins.denoising.grain import REACH_PX, grain_of
from plugins.denoising.network import Layout, Network
from tests.fakes.models import FakeJob

CPU = torch.device("cpu")
LAYOUT = Layout(fold=2, widths=(6, 8), encoder=(1,), middle=1, decoder=(1,))
MODELS = [
    model
    for model in Catalog.scan(Places.find()).models_for(Task.DENOISE)
    if model.plugin.folder.name == "denoising"
]
PARAMETERS = MODELS[0].entry.parameters
PHOTO = next(model for model in MODELS if model.entry.id == "photo")
SIZES = [(1, 1), (1, 7), (33, 17)]
EVERYTHING: list[dict[str, Any]] = [
    {},
    {"strength": 1.5},
    {"strength": 0.5, "grain": 1.0},
    {"luma": 0.0},
    {"chroma": 0.3, "best": True},
    {"show_removed": True},
]

by_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.entry.id)


def told_apart(layout: Layout) -> Layout:
    return dataclasses.replace(layout, parts=2)


def noise(height: int, width: int) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(2))


def params(**given: Any) -> Params:
    return Params.checked(PARAMETERS, given)


def random_denoiser(path: Path, layout: Layout) -> BlindDenoiser:
    """A model whose weights are random; it changes every pixel a little."""
    network, rng = Network(layout), torch.Generator().manual_seed(3)
    with torch.no_grad():
        for value in network.parameters():
            value.copy_(torch.randn(value.shape, generator=rng) * 0.08)
    save_weights(path, network, layout.table(), {})
    made = BlindDenoiser()
    made.load(Weights({path.name: path}), CPU)
    return made


@pytest.fixture
def denoiser(tmp_path: Path) -> BlindDenoiser:
    return random_denoiser(tmp_path / "random.safetensors", LAYOUT)


@pytest.fixture
def of_photos(tmp_path: Path) -> BlindDenoiser:
    """One that tells noise and traces of JPEG apart."""
    return random_denoiser(tmp_path / "random.safetensors", told_apart(LAYOUT))


def run_on_photo(denoiser: BlindDenoiser, image: Tensor, **given: Any) -> Tensor:
    with torch.inference_mode():
        return denoiser.run(image, Params.checked(PHOTO.entry.parameters, given), FakeJob())


def run(denoiser: BlindDenoiser, image: Tensor, job: FakeJob | None = None, **given: Any) -> Tensor:
    with torch.inference_mode():
        return denoiser.run(image, params(**given), job or FakeJob())


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("given", EVERYTHING, ids=str)
def test_any_size(denoiser: BlindDenoiser, size: tuple[int, int], given: dict[str, Any]) -> None:
    made = run(denoiser, noise(*size), **given)
    assert made.shape == (1, 3, *size)
    assert bool(torch.isfinite(made).all())


@pytest.mark.parametrize("given", EVERYTHING, ids=str)
def test_the_same_picture_gives_the_same_bytes_and_is_not_written(
    denoiser: BlindDenoiser, given: dict[str, Any]
) -> None:
    image = noise(12, 20)
    before = image.clone()
    assert torch.equal(run(denoiser, image, **given), run(denoiser, image.clone(), **given))
    assert torch.equal(image, before)


@pytest.mark.parametrize("given", [{}, {"grain": 1.0}, {"best": True}, {"luma": 1.5, "chroma": 0.5}], ids=str)
def test_strength_0_is_the_picture_itself(denoiser: BlindDenoiser, given: dict[str, Any]) -> None:
    image, job = noise(9, 14), FakeJob()
    assert torch.equal(run(denoiser, image, job, strength=0.0, **given), image)
    assert job.progressed == [], "nothing has to be computed"


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_strength_0_is_exact_in_every_depth(denoiser: BlindDenoiser, dtype: type) -> None:
    top = int(np.iinfo(dtype).max)
    source: Pixels = np.random.default_rng(5).integers(0, top, (40, 50, 4), dtype, endpoint=True)
    made = by_the_kit(denoiser, source, Tiling(32, 4, 4), strength=0.0)
    np.testing.assert_array_equal(made[source[..., 3] > 0], source[source[..., 3] > 0])


def test_strength_1_is_the_network_and_more_goes_on(denoiser: BlindDenoiser) -> None:
    image = noise(9, 14)
    network = image + denoiser._network(image).sum(dim=1).detach()
    assert float((network - image).abs().max()) > 1e-3, "the network does nothing"
    assert torch.equal(run(denoiser, image), network)
    for strength in (0.25, 0.8, 1.5):
        made = run(denoiser, image, strength=strength)
        torch.testing.assert_close(made, image + strength * (network - image), rtol=0, atol=1e-6)


def test_light_and_colour_apart(denoiser: BlindDenoiser) -> None:
    image = noise(9, 14)
    light, colour = run(denoiser, image, chroma=0.0), run(denoiser, image, luma=0.0)
    both = run(denoiser, image)
    torch.testing.assert_close(luma(colour), luma(image), rtol=0, atol=1e-6)
    torch.testing.assert_close(light - luma(light), image - luma(image), rtol=0, atol=1e-6)
    torch.testing.assert_close(light + colour - image, both, rtol=0, atol=1e-6)


def test_traces_of_jpeg_have_a_strength_of_their_own(of_photos: BlindDenoiser) -> None:
    image = noise(9, 14)
    with torch.inference_mode():
        changes = of_photos._network(image)
    assert float(changes.abs().amax(dim=(0, 2, 3, 4)).min()) > 1e-3, "one of the changes is nothing"
    for strength, traces in ((1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.4, 1.3)):
        made = run_on_photo(of_photos, image, strength=strength, traces=traces)
        expected = image + strength * changes[:, 0] + traces * changes[:, 1]
        torch.testing.assert_close(made, expected, rtol=0, atol=1e-6)
    assert torch.equal(run_on_photo(of_photos, image, strength=0.0, traces=0.0), image)


def test_light_and_colour_of_the_noise_are_not_those_of_the_traces(of_photos: BlindDenoiser) -> None:
    image = noise(9, 14)
    traces = run_on_photo(of_photos, image, strength=0.0) - image
    made = run_on_photo(of_photos, image, luma=0.0, chroma=0.0)
    torch.testing.assert_close(made, image + traces, rtol=0, atol=1e-6)


def test_the_best_of_photos_is_the_mean_of_both_changes(of_photos: BlindDenoiser) -> None:
    image = noise(16, 16)
    made = run_on_photo(of_photos, image, best=True)
    with torch.inference_mode():
        turned = [of_photos._network(torch.rot90(image, turn, (2, 3))).sum(dim=1) for turn in range(4)]
        mirrored = [of_photos._network(torch.rot90(image, turn, (2, 3)).flip(3)).sum(dim=1) for turn in range(4)]
    back = [torch.rot90(change, -turn, (2, 3)) for turn, change in enumerate(turned)]
    back += [torch.rot90(change.flip(3), -turn, (2, 3)) for turn, change in enumerate(mirrored)]
    torch.testing.assert_close(made, image + torch.stack(back).mean(dim=0), rtol=0, atol=1e-5)


def test_what_was_removed_can_be_seen(denoiser: BlindDenoiser) -> None:
    image = noise(9, 14)
    choices: list[dict[str, Any]] = [{}, {"strength": 0.5}, {"grain": 0.7}]
    for given in choices:
        shown = run(denoiser, image, show_removed=True, **given)
        removed = image - run(denoiser, image, **given)
        torch.testing.assert_close(shown, 0.5 + SHOWN_GAIN * removed, rtol=0, atol=1e-6)
    assert bool((run(denoiser, image, strength=0.0, show_removed=True) == 0.5).all())


def test_grain_is_put_back_in_shares(denoiser: BlindDenoiser) -> None:
    image = noise(19, 24)
    smooth, half, all_of_it = (run(denoiser, image, grain=grain) for grain in (0.0, 0.5, 1.0))
    torch.testing.assert_close(half - smooth, (all_of_it - smooth) / 2, rtol=0, atol=1e-6)
    grain = grain_of(image - smooth)
    torch.testing.assert_close(all_of_it - smooth, grain.expand(-1, 3, -1, -1), rtol=0, atol=1e-6)
    assert float(grain.abs().max()) > 1e-3


def test_grain_has_no_colour_and_no_blotches() -> None:
    fine = torch.randn(1, 1, 64, 64, generator=torch.Generator().manual_seed(1))
    coloured = torch.cat([fine, -fine * 0.299 / 0.587, torch.zeros_like(fine)], dim=1)  # no luma
    assert float(grain_of(coloured).abs().max()) < 1e-5
    blotch = torch.linspace(0, 1, 64).expand(1, 3, 64, 64)
    assert float(grain_of(blotch)[..., 8:-8].abs().max()) < 1e-5
    kept = grain_of(fine.expand(-1, 3, -1, -1))
    assert 0.8 < float(kept.std() / fine.std()) < 1, "most of white noise is fine"


def test_a_grain_reaches_as_far_as_it_says() -> None:
    point = torch.zeros(1, 3, 31, 31)
    point[..., 15, 15] = 1
    rows, columns = grain_of(point)[0, 0].nonzero().unbind(1)
    assert {int(rows.max()) - 15, 15 - int(rows.min()), int(columns.max()) - 15} == {REACH_PX}


@pytest.mark.parametrize("strength", [0.0, 1.0])
def test_the_noise_level_is_told(denoiser: BlindDenoiser, strength: float) -> None:
    job = FakeJob()
    clean = torch.full((1, 3, 64, 64), 0.5)
    run(denoiser, clean + (noise(64, 64) - 0.5) * 12**0.5 * 20 / 255, job, strength=strength)
    assert list(job.figures) == ["noise level"]
    assert job.figures["noise level"] == pytest.approx(20, abs=1.5)


def test_of_a_tiny_picture_no_noise_level_is_told(denoiser: BlindDenoiser) -> None:
    job = FakeJob()
    run(denoiser, noise(9, 14), job)
    assert job.figures == {}


def by_the_kit(
    denoiser: BlindDenoiser,
    source: Pixels,
    tiling: Tiling | None,
    precision: Precision = Precision.FP32,
    job: FakeJob | None = None,
    **given: Any,
) -> Pixels:
    result: Pixels = np.zeros_like(source)
    sheet = Sheet(source, tiling, LAYOUT.multiple_of, CPU, precision)
    run_filter(denoiser, sheet, params(**given), lambda *_: job or FakeJob(), result)
    return result


def picture(dtype: Any, height: int = 111, width: int = 134) -> Pixels:
    top = int(np.iinfo(dtype).max)
    pixels: Pixels = np.random.default_rng(1).integers(0, top, (height, width, 4), dtype, endpoint=True)
    pixels[..., 3] = top
    return pixels


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("given", EVERYTHING, ids=str)
def test_tiles_give_what_the_whole_gives(denoiser: BlindDenoiser, dtype: type, given: dict[str, Any]) -> None:
    """The network looks at blocks of four pixels, and tiles begin anywhere: the kit gives it whole blocks."""
    source, reach = picture(dtype), LAYOUT.reach_px + REACH_PX
    tiling = Tiling(2 * reach + 42, reach, LAYOUT.multiple_of)
    assert tiling.step_px(source.shape[1]) < 50
    whole, tiled = by_the_kit(denoiser, source, None, **given), by_the_kit(denoiser, source, tiling, **given)
    difference = np.abs(whole.astype(int) - tiled)
    assert difference.max() <= 1
    assert (difference > 0).mean() < 0.005, "more than what rounding can do"


def test_tiles_that_cut_blocks_would_be_seen(denoiser: BlindDenoiser) -> None:
    source, reach = picture(np.uint16), LAYOUT.reach_px + REACH_PX
    whole = by_the_kit(denoiser, source, None)
    tiled = by_the_kit(denoiser, source, Tiling(2 * reach + 42, reach, 1))
    assert np.abs(whole.astype(int) - tiled).max() > 10


def test_the_noise_level_of_tiles_is_their_median(denoiser: BlindDenoiser) -> None:
    """Of a picture whose noise is strong in one tile of nine, which three others see a part of."""
    level = np.full((288, 288, 1), 1000.0)
    level[192:, 192:] = 8000
    noise = np.random.default_rng(6).standard_normal((288, 288, 3))
    opaque = np.full((288, 288, 1), 65_535)
    source = np.concatenate([(30_000 + noise * level).clip(0, 65_535), opaque], axis=2).astype(np.uint16)
    job, reach = FakeJob(), LAYOUT.reach_px + REACH_PX
    by_the_kit(denoiser, source, Tiling(96 + 2 * (reach + 7), reach, LAYOUT.multiple_of), job=job)
    assert job.figures["noise level"] == pytest.approx(1000 / 257, rel=0.1)


def test_a_gray_picture_stays_gray(denoiser: BlindDenoiser) -> None:
    source = picture(np.uint8)
    source[..., :3] = source[..., :1]
    made = by_the_kit(denoiser, source, None)
    assert (made[..., :1] == made[..., 1:3]).all()


def test_bfloat16_is_near(denoiser: BlindDenoiser) -> None:
    source = picture(np.uint8)
    exact, rough = (
        by_the_kit(denoiser, source, None, precision, grain=0.5) for precision in (Precision.FP32, Precision.BF16)
    )
    assert np.abs(exact.astype(int) - rough).max() <= 8
    assert np.abs(exact.astype(int) - rough).mean() < 1


class Other(nn.Module):
    """Not the network that the header describes."""

    def __init__(self) -> None:
        super().__init__()
        self.only = nn.Linear(2, 2)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_weights(path, Other(), LAYOUT.table(), {})
    with pytest.raises(BadWeights, match="its tensors are not those of the network that its header describes"):
        BlindDenoiser().load(Weights({path.name: path}), CPU)


def layout_of(model: CatalogModel) -> Layout:
    ((_, path),) = model.weights
    return Layout.read(read_layout(path))


def test_there_are_models() -> None:
    assert {"gaussian", "fast"} <= {model.entry.id for model in MODELS}


@by_model
def test_all_have_the_same_form_and_few_controls_are_seen_first(model: CatalogModel) -> None:
    shared = tuple(parameter for parameter in model.entry.parameters if parameter.id != "traces")
    assert shared == PARAMETERS
    assert (len(shared) < len(model.entry.parameters)) == (layout_of(model).parts == 2)
    assert sum(not parameter.advanced for parameter in model.entry.parameters) <= 5


@by_model
def test_a_tile_overlaps_as_far_as_the_model_sees_and_has_whole_blocks(model: CatalogModel) -> None:
    tile, layout = model.entry.tile, layout_of(model)
    needed = layout.reach_px + REACH_PX
    assert tile.overlap >= needed, f"write overlap = {needed} into plugin.toml, or more"
    assert tile.multiple_of == layout.multiple_of, f"write multiple_of = {layout.multiple_of} into plugin.toml"
    assert tile.size > 2 * tile.overlap + 64, "most of a tile is overlap"


@by_model
def test_the_weights_are_good_for_a_picture(model: CatalogModel) -> None:
    """A smooth picture stays as it is; the same one with noise becomes much like it."""
    ((file, path),) = model.weights
    denoiser = BlindDenoiser()
    denoiser.load(Weights({file.file: path}), CPU)
    used = Params.checked(model.entry.parameters, {})
    x = torch.linspace(0.2, 0.8, 64)
    image = (x[None, :] * 0.5 + x[:, None] * 0.5).expand(1, 3, -1, -1)
    with torch.inference_mode():
        kept = denoiser.run(image, used, FakeJob())
    assert float((kept - image).square().mean().sqrt()) * 255 < 1.5
    noisy = image + torch.randn(image.shape, generator=torch.Generator().manual_seed(4)) * 25 / 255
    with torch.inference_mode():
        made = denoiser.run(noisy, used, FakeJob())
    assert float((made - image).square().mean().sqrt()) * 255 < 5


@by_model
def test_the_weights_take_gray_noise_out_of_a_gray_picture(model: CatalogModel) -> None:
    ((file, path),) = model.weights
    denoiser = BlindDenoiser()
    denoiser.load(Weights({file.file: path}), CPU)
    image = torch.linspace(0.2, 0.8, 96)[None, :].expand(1, 3, 96, 96)
    noise_alike = torch.randn(1, 1, 96, 96, generator=torch.Generator().manual_seed(4)) * 25 / 255
    with torch.inference_mode():
        made = denoiser.run(image + noise_alike, Params.checked(model.entry.parameters, {}), FakeJob())
    assert float((made - image).square().mean().sqrt()) * 255 < 8
