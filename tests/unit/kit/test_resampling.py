from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from imagetool.core.geometry import Rect, Size
from imagetool.kit.resampling import CUBIC, DENSE_LIMIT, LANCZOS3, Kernel, needed_part, resize, resize_part, taps

KERNELS = [CUBIC, LANCZOS3]
PILLOW = {"cubic": Image.Resampling.BICUBIC, "lanczos": Image.Resampling.LANCZOS}

by_kernel = pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.name)


def noise(height: int, width: int, channels: int = 1) -> Tensor:
    rng = torch.Generator().manual_seed(height * 1000 + width)
    return torch.rand(1, channels, height, width, generator=rng, dtype=torch.float64)


SIZES = [
    # source, target; the long ones are resized tap by tap, the others by a matrix
    (Size(60, 50), Size(120, 100)),
    (Size(60, 50), Size(180, 75)),
    (Size(60, 50), Size(83, 171)),
    (Size(60, 50), Size(30, 25)),
    (Size(60, 50), Size(20, 41)),
    (Size(61, 97), Size(23, 17)),
    (Size(1500, 16), Size(1024, 16)),
    (Size(400, 16), Size(3000, 16)),
    (Size(16, 2300), Size(16, 700)),
]


@pytest.mark.parametrize(("source", "target"), SIZES)
@by_kernel
def test_inside_it_is_what_pillow_makes(source: Size, target: Size, kernel: Kernel) -> None:
    image = noise(source.height, source.width)
    picture = Image.fromarray(image[0, 0].float().numpy())
    assert picture.mode == "F"
    expected = np.asarray(picture.resize(target, PILLOW[kernel.name]))
    made = resize(image, target, kernel)[0, 0].numpy()
    # Pillow cuts the kernel at the border, we mirror the picture there.
    margins = [
        math.ceil(kernel.radius_px * max(1.0, to / of)) + 1 if to != of else 0
        for of, to in zip(source, target, strict=True)
    ]
    inner = Rect.of_size(target).grown(-margins[0], -margins[1])
    assert not inner.empty
    np.testing.assert_allclose(made[inner.slices], expected[inner.slices], atol=2e-6)


def test_some_of_these_sizes_go_each_way() -> None:
    """Else one of the two ways to compute is not tested above."""
    products = {axis[0] * axis[1] > DENSE_LIMIT for pair in SIZES for axis in zip(*pair, strict=True)}
    assert products == {True, False}


@pytest.mark.parametrize(("source", "target"), SIZES)
@by_kernel
def test_a_matrix_and_tap_by_tap_agree(source: Size, target: Size, kernel: Kernel) -> None:
    image = noise(source.height, source.width, channels=2)
    matrices = []
    for length, wanted in zip(source, target, strict=True):
        indices, weights = taps(length, wanted, kernel)
        matrices.append(torch.zeros(wanted, length, dtype=torch.float64).scatter_add_(1, indices, weights))
    columns, rows = matrices
    expected = rows @ image @ columns.T
    whole, into = Rect.of_size(source), Rect.of_size(target)
    torch.testing.assert_close(resize(image, target, kernel), expected, rtol=0, atol=1e-12)
    if source.width != target.width and source.height != target.height:
        made = resize_part(image, whole, source, target, into, kernel)
        torch.testing.assert_close(made, expected, rtol=0, atol=1e-12)


def test_float32_stays_float32_and_is_near() -> None:
    image = noise(50, 60)
    made = resize(image.float(), Size(83, 20))
    assert made.dtype == torch.float32
    torch.testing.assert_close(made.double(), resize(image, Size(83, 20)), rtol=0, atol=1e-6)


@pytest.mark.parametrize("source", [Size(1, 1), Size(1, 9), Size(2, 1), Size(37, 23)], ids=str)
@pytest.mark.parametrize("target", [Size(1, 1), Size(3, 2), Size(40, 90), Size(37, 5)], ids=str)
@by_kernel
def test_a_constant_picture_stays_constant(source: Size, target: Size, kernel: Kernel) -> None:
    image = torch.full((1, 3, source.height, source.width), 0.7)
    made = resize(image, target, kernel)
    assert made.shape == (1, 3, target.height, target.width)
    torch.testing.assert_close(made, torch.full_like(made, 0.7), rtol=0, atol=1e-6)


@pytest.mark.parametrize(("numerator", "denominator"), [(3, 1), (3, 2), (1, 2), (2, 5)])
@by_kernel
def test_beyond_the_border_the_picture_is_mirrored(numerator: int, denominator: int, kernel: Kernel) -> None:
    image = noise(30, 60)
    frame = 20
    framed = torch.tensor(np.pad(image.numpy(), ((0, 0), (0, 0), (frame, frame), (frame, frame)), "symmetric"))

    def times(side: int) -> int:
        return side * numerator // denominator

    made = resize(framed, Size(times(100), times(70)), kernel)
    inner = Rect(times(20), times(20), times(80), times(50))
    expected = resize(image, inner.size, kernel)
    torch.testing.assert_close(made[(..., *inner.slices)], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("length", range(1, 6))
def test_a_picture_narrower_than_the_kernel_is_mirrored_many_times(length: int) -> None:
    image = noise(1, length)
    period = torch.cat([image, image.flip(-1)], dim=-1)
    frame = 7  # periods, so that no border is in reach
    long = period.repeat(1, 1, 1, 2 * frame + 1)
    begin = 2 * length * frame * 2
    made = resize(long, Size(long.shape[-1] * 2, 1), LANCZOS3)[..., begin : begin + 2 * length]
    torch.testing.assert_close(resize(image, Size(2 * length, 1), LANCZOS3), made, rtol=0, atol=1e-12)


def test_the_order_of_the_axes_does_not_matter() -> None:
    image = noise(40, 30)
    for target in (Size(90, 10), Size(7, 110)):
        by_steps = resize(resize(image, Size(target.width, 40)), target)
        torch.testing.assert_close(resize(image, target), by_steps, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(30))
@by_kernel
def test_a_part_is_the_crop_of_the_whole(seed: int, kernel: Kernel) -> None:
    rng = np.random.default_rng(seed)
    whole = Size(*(int(side) for side in rng.integers(1, 40, 2)))
    target = Size(*(int(side) for side in rng.integers(1, 90, 2)))
    (left, right), (top, bottom) = (sorted(map(int, rng.choice(side + 1, 2, replace=False))) for side in target)
    part = Rect(left, top, right, bottom)
    check_part(whole, target, part, kernel)


ALIGNED = [
    # whole, target: factors whose kernel has zeros on the pixels themselves
    (Size(30, 20), Size(30, 20)),
    (Size(30, 20), Size(30, 50)),
    (Size(30, 20), Size(70, 20)),
    (Size(30, 20), Size(90, 60)),
    (Size(30, 20), Size(15, 20)),
]


@pytest.mark.parametrize(("whole", "target"), ALIGNED)
@by_kernel
def test_a_part_of_an_axis_that_keeps_its_size_is_the_crop_of_the_whole(
    whole: Size, target: Size, kernel: Kernel
) -> None:
    width, height = target
    for part in (Rect(0, 0, width, height), Rect(3, 2, 9, 5), Rect(width - 4, height - 1, width, height)):
        check_part(whole, target, part, kernel)


def check_part(whole: Size, target: Size, part: Rect, kernel: Kernel) -> None:
    image = noise(whole.height, whole.width, channels=3)
    seen_x = needed_part(whole.width, target.width, part.left, part.right, kernel)
    seen_y = needed_part(whole.height, target.height, part.top, part.bottom, kernel)
    seen = Rect(seen_x[0], seen_y[0], seen_x[1], seen_y[1])
    assert seen.restrict(Rect.of_size(whole)) == seen
    made = resize_part(image[(..., *seen.slices)], seen, whole, target, part, kernel)
    expected = resize(image, target, kernel)[(..., *part.slices)]
    torch.testing.assert_close(made, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("length", "target"), [(40, 80), (40, 120), (40, 57), (40, 20), (40, 13), (40, 40)])
@by_kernel
def test_all_that_is_needed_counts(length: int, target: int, kernel: Kernel) -> None:
    """But for one pixel at each end, which is there for the outputs beside."""
    image = noise(1, length)
    made = resize(image, Size(target, 1), kernel)
    for begin, end in pairwise(range(0, target + 1, 6)):
        first, last = needed_part(length, target, begin, end, kernel)
        for place in (slice(first, first + 2), slice(last - 2, last)):
            changed = image.clone()
            changed[..., place] += 1
            difference = (resize(changed, Size(target, 1), kernel) - made)[..., begin:end].abs().max()
            assert float(difference) > 1e-9, f"{begin}…{end} does not depend on {place}"


@by_kernel
def test_weights_add_up_to_one(kernel: Kernel) -> None:
    for length, target in [(1, 1), (1, 50), (50, 1), (17, 31), (300, 7)]:
        indices, weights = taps(length, target, kernel)
        assert int(indices.min()) >= 0
        assert int(indices.max()) < length
        torch.testing.assert_close(weights.sum(1), torch.ones(target, dtype=torch.float64), rtol=0, atol=1e-12)


def test_shrinking_does_not_alias() -> None:
    stripes = (torch.arange(200) % 2).double().expand(1, 1, 4, 200)
    made = resize(stripes, Size(50, 4))[..., 3:-3]
    torch.testing.assert_close(made, torch.full_like(made, 0.5), rtol=0, atol=0.02)
