"""The models as the worker calls them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from imagetool.core.geometry import Size
from imagetool.kit.complexity import lossless_bits
from imagetool.kit.weights import save_weights
from imagetool.plugin import Params, Weights
from plugins.autoregressive.completer import PixelCompleter
from plugins.autoregressive.generator import PixelGenerator, on_gray
from plugins.autoregressive.layout import Layout
from plugins.autoregressive.loading import label_number, to_floats, to_levels
from plugins.autoregressive.scorer import CORRECTED, PATCH_PX, RATIO, RAW, PixelScorer
from tests.fakes.models import FakeJob

CPU = torch.device("cpu")
LAYOUT = Layout("gated", 8, 2, "both", 3, 4, ("red", "blue"), copies=1, guide=1, scales=2, palette=True)
GENERATED: dict[str, Any] = {
    "label": "anything",
    "temperature": 1.0,
    "seamless": False,
    "reject": False,
    "change": 0.4,
}


@pytest.fixture
def weights(tmp_path: Path) -> Weights:
    return saved(tmp_path, LAYOUT)


def saved(folder: Path, layout: Layout) -> Weights:
    model = layout.model()
    rng = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for value in model.parameters():
            value.copy_(torch.randn(value.shape, generator=rng) * 0.3)
    save_weights(folder / "any.safetensors", model, layout.table(), {})
    return Weights({"any.safetensors": folder / "any.safetensors"})


def generator(weights: Weights) -> PixelGenerator:
    model = PixelGenerator()
    model.load(weights, CPU)
    return model


def made(model: PixelGenerator, count: int, seed: int = 3, **given: Any) -> Tensor:
    return model.run(Size(6, 5), count, Params(GENERATED | given), FakeJob(seed=seed))


def test_as_many_pictures_as_asked_for_each_with_its_seed(weights: Weights) -> None:
    model = generator(weights)
    three = made(model, 3)
    assert three.shape == (3, 4, 5, 6)
    assert float(three.min()) >= 0
    assert float(three.max()) <= 1
    assert torch.equal(three, made(model, 3))
    assert torch.equal(three[2:], made(model, 1, seed=5))
    assert not torch.equal(three[0], three[1])


def test_a_label_is_told_and_less_variety_is_likelier(weights: Weights) -> None:
    model = generator(weights)
    assert not torch.equal(made(model, 2), made(model, 2, label="blue"))
    pictures = model._pictures
    likely, any_ = (
        float(pictures.bits((made(model, 4, temperature=heat) * 255).round().long(), torch.full((4,), -1)).mean())
        for heat in (0.1, 1.5)
    )
    assert likely < any_


def test_seamless_pictures_are_the_same_but_for_their_borders(weights: Weights) -> None:
    model = generator(weights)
    size, job = Size(16, 16), FakeJob(seed=3)
    plain = model.run(size, 1, Params(GENERATED), job)
    closed = model.run(size, 1, Params(GENERATED | {"seamless": True}), job)
    changed = (plain != closed).any(dim=1)[0]
    assert bool(changed.any())
    assert not bool(changed[2:14, 2:14].any())


def test_outliers_are_drawn_again(tmp_path: Path) -> None:
    free = generator(saved(tmp_path, LAYOUT))
    job = FakeJob(seed=3)
    pixels = to_levels(free.run(Size(6, 5), 8, Params(GENERATED), job), 4)
    bits = free._pictures.bits(pixels, torch.full((8,), -1)).mean(dim=(1, 2)) / 4
    middle = float(bits.median())
    strict = generator(saved(tmp_path, dataclass_with(LAYOUT, usual=(0.0, middle))))
    again = strict.run(Size(6, 5), 8, Params(GENERATED | {"reject": True}), job)
    kept = (to_levels(again, 4) == pixels).all(dim=3).all(dim=2).all(dim=1)
    assert kept.tolist() == (bits <= middle).tolist()
    assert job.figures["rejected"] >= 4


def dataclass_with(layout: Layout, **changes: Any) -> Layout:
    return Layout.read(layout.table() | {name: list(value) for name, value in changes.items()})


def test_more_like_one_keeps_what_is_not_drawn_anew(weights: Weights) -> None:
    model = generator(weights)
    like = torch.rand(1, 4, 12, 12, generator=torch.Generator().manual_seed(1))
    like = to_floats(to_levels(like, 4))
    six = model.more_like(like, 6, Params(GENERATED), FakeJob(seed=3))
    same = (six == like).all(dim=1).flatten(1).float().mean(dim=1)
    assert six.shape == (6, 4, 12, 12)
    assert bool((same > 0.5).all())
    assert bool((same < 0.8).all())
    assert not torch.equal(six[0], six[1])


def test_a_map_has_the_bits_of_every_pixel(weights: Weights) -> None:
    model = PixelScorer()
    model.load(weights, CPU)
    image = to_floats(to_levels(torch.rand(1, 4, 9, 8, generator=torch.Generator().manual_seed(1)), 4))
    job = FakeJob(seed=1)
    bits = model.run(image, Params({"map": "bits", "background": True}), job)
    assert bits.shape == (1, 1, 9, 8)
    assert job.figures[RAW] == pytest.approx(float(bits.sum()) / (4 * 72))
    file = lossless_bits(to_levels(image, 4)[0].permute(1, 2, 0).to(torch.uint8).numpy())
    assert job.figures[CORRECTED] == pytest.approx(job.figures[RAW] - file / (4 * 72))
    ratio = model.run(image, Params({"map": "ratio", "background": True}), job)
    assert job.figures[RATIO] == pytest.approx(float(ratio.sum()) / (4 * 72), abs=1e-6)
    background = model._pictures.bits(to_levels(image, 4), torch.tensor([-1]), perturbed=True)
    torch.testing.assert_close(ratio, bits - background)
    assert float(ratio.abs().max()) > 0.01
    plain = FakeJob(seed=1)
    model.run(image, Params({"map": "bits", "background": False}), plain)
    assert set(plain.figures) == {RAW, CORRECTED}


def test_a_large_picture_is_measured_in_patches(weights: Weights) -> None:
    model = PixelScorer()
    model.load(weights, CPU)
    params = Params({"map": "bits", "background": False})
    image = torch.rand(1, 4, 2, PATCH_PX + 20, generator=torch.Generator().manual_seed(1))
    whole, rest = (model.run(part, params, FakeJob()) for part in (image, image[..., PATCH_PX:]))
    torch.testing.assert_close(whole[..., PATCH_PX:], rest)


def test_a_hole_is_filled_and_every_seed_fills_it_another_way(weights: Weights) -> None:
    model = PixelCompleter()
    model.load(weights, CPU)
    image = to_floats(to_levels(torch.rand(1, 4, 9, 8, generator=torch.Generator().manual_seed(1)), 4))
    hole = torch.zeros(1, 1, 9, 8, dtype=torch.bool)
    hole[..., 4:, 2:6] = True
    params = Params({"label": "red", "temperature": 1.0})
    one, other = (model.run(image, hole, params, FakeJob(seed=seed)) for seed in (1, 2))
    assert one.shape == image.shape
    assert torch.equal(one[..., ~hole[0, 0]], image[..., ~hole[0, 0]])
    assert not torch.equal(one[..., hole[0, 0]], other[..., hole[0, 0]])
    hidden = image.masked_fill(hole, 0.5)
    assert torch.equal(one, model.run(hidden, hole, params, FakeJob(seed=1))), "it saw what was erased"
    opaque = model.run(image[:, :3], hole, params, FakeJob(seed=1))
    assert opaque.shape == (1, 3, 9, 8)


def test_labels_by_name() -> None:
    assert label_number(LAYOUT, Params({"label": "blue"})) == 1
    assert label_number(LAYOUT, Params({"label": "anything"})) == -1
    assert label_number(LAYOUT, Params({})) == -1


def test_what_is_transparent_has_no_colour_and_what_has_no_opacity_is_opaque() -> None:
    half = torch.tensor([1.0, 0.5, 0.0, 0.0]).reshape(1, 4, 1, 1)
    assert to_levels(half, 4).flatten().tolist() == [0, 0, 0, 0]
    assert to_levels(half, 3).flatten().tolist() == [0, 0, 0]
    assert to_levels(half[:, :3], 4).flatten().tolist() == [255, 128, 0, 255]
    assert on_gray(half).flatten().tolist() == [0.5, 0.5, 0.5]


def test_a_plain_picture_needs_fewer_bits_than_noise() -> None:
    plain = np.full((16, 16, 4), 200, np.uint8)
    noise = np.random.default_rng(1).integers(0, 256, (16, 16, 4), np.uint8)
    assert lossless_bits(plain) < 1000
    assert lossless_bits(noise) > 7 * noise.size
    for pixels in (plain, noise):
        files = [io.BytesIO(), io.BytesIO()]
        Image.fromarray(pixels).save(files[0], "PNG", optimize=True)
        Image.fromarray(pixels).save(files[1], "WEBP", lossless=True, quality=100, method=4)
        sizes = [len(file.getvalue()) for file in files]
        assert sizes[0] != sizes[1]
        assert lossless_bits(pixels) == 8 * min(sizes)
