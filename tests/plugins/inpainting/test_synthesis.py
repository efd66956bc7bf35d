"""The fill as a whole: what it promises, on pictures small enough for seconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from plugins.inpainting.synthesis import FillSettings, NothingToCopyError, fill


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """On pictures this small two threads only wait for each other, for seconds on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def filled(image: Tensor, hole: Tensor, seed: int = 1, **settings: float) -> Tensor:
    with torch.inference_mode():
        generator = torch.Generator().manual_seed(seed)
        return fill(image, hole, FillSettings(**settings), generator, lambda done, preview: None)  # type: ignore[arg-type]


def box(height: int, width: int, top: int, left: int, bottom: int, right: int) -> Tensor:
    hole = torch.zeros(1, 1, height, width, dtype=torch.bool)
    hole[..., top:bottom, left:right] = True
    return hole


def noise(height: int, width: int) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(5))


def stripes(height: int, width: int) -> Tensor:
    """Diagonal stripes, 8 pixels wide, of two colours."""
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    dark = ((x + y) // 8 % 2).float()
    return torch.stack([0.2 + 0.6 * dark, 0.7 - 0.4 * dark, 0.3 + 0.1 * dark])[None]


def test_a_regular_pattern_is_continued() -> None:
    image, hole = stripes(128, 128), box(128, 128, 50, 40, 80, 76)
    result = filled(torch.where(hole, 1.0, image), hole)
    assert float((result - image).abs().mean()) * hole.numel() / int(hole.sum()) < 0.02


def test_texture_keeps_its_strength() -> None:
    image, hole = noise(128, 128), box(128, 128, 40, 40, 84, 84)
    inside = filled(image, hole)[..., 40:84, 40:84]
    assert float(inside.std()) > 0.85 * float(image.std())


def test_outside_is_identical_and_the_hole_is_not_looked_at() -> None:
    image, hole = noise(64, 80), box(64, 80, 20, 20, 40, 50)
    other = torch.where(hole, 0.5, image)
    result = filled(image, hole)
    assert torch.equal(result[~hole.expand_as(image)], image[~hole.expand_as(image)])
    assert torch.equal(result, filled(other, hole))


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    image, hole = noise(96, 96), box(96, 96, 30, 30, 60, 60)
    assert torch.equal(filled(image, hole, seed=7), filled(image, hole, seed=7))
    assert not torch.equal(filled(image, hole, seed=7), filled(image, hole, seed=8))


def test_a_brightness_slope_leaves_no_seam() -> None:
    image = torch.linspace(0.1, 0.9, 96).expand(1, 3, 96, 96).contiguous()
    hole = box(96, 96, 30, 30, 66, 66)
    result = filled(torch.where(hole, 0.0, image), hole)
    assert float((result - image).abs().max()) < 0.06


@pytest.mark.parametrize(
    ("size", "hole"),
    [
        ((1, 2), (0, 0, 1, 1)),
        ((2, 2), (0, 0, 1, 2)),
        ((5, 4), (1, 1, 3, 3)),
        ((9, 9), (0, 0, 9, 8)),
        ((9, 200), (3, 0, 5, 200)),
        ((200, 9), (10, 4, 190, 5)),
        ((64, 64), (0, 0, 20, 20)),
        ((64, 64), (30, 30, 31, 31)),
        ((63, 65), (0, 0, 63, 60)),
        ((65, 63), (1, 1, 64, 62)),
        ((140, 140), (20, 20, 120, 120)),
    ],
    ids=str,
)
def test_awkward_sizes(size: tuple[int, int], hole: tuple[int, int, int, int]) -> None:
    image, area = noise(*size), box(*size, *hole)
    result = filled(image, area)
    assert result.shape == image.shape
    assert bool(((result >= 0) & (result <= 1)).all())
    assert torch.equal(result[~area.expand_as(image)], image[~area.expand_as(image)])


def test_a_gray_picture_stays_gray() -> None:
    image = noise(80, 80)[:, :1].expand(1, 3, 80, 80).contiguous()
    result = filled(image, box(80, 80, 20, 20, 50, 50))
    assert float((result[:, 0] - result[:, 2]).abs().max()) < 1e-5


def test_an_empty_hole_changes_nothing() -> None:
    image = noise(20, 20)
    assert torch.equal(filled(image, torch.zeros(1, 1, 20, 20, dtype=torch.bool)), image)


@pytest.mark.parametrize("size", [(1, 1), (40, 30)], ids=str)
def test_a_hole_that_covers_all_is_refused_in_a_sentence(size: tuple[int, int]) -> None:
    with pytest.raises(NothingToCopyError, match=r"^The mask covers the whole picture, .+\.$"):
        filled(noise(*size), torch.ones(1, 1, *size, dtype=torch.bool))


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="are needed"):
        filled(noise(20, 20), box(21, 20, 1, 1, 2, 2))


def test_steps_rise_to_one_and_previews_show_the_crop() -> None:
    seen: list[tuple[float, torch.Size]] = []
    with torch.inference_mode():
        fill(
            noise(96, 120),
            box(96, 120, 20, 20, 70, 80),
            FillSettings(),
            torch.Generator(),
            lambda done, preview: seen.append((done, preview.shape)),
        )
    shares = [done for done, _ in seen]
    assert len(shares) > 10
    assert shares == sorted(set(shares))
    assert shares[-1] == 1
    assert all(shape[:2] == (1, 3) and shape[2] <= 96 and shape[3] <= 120 for _, shape in seen)


def test_what_a_step_raises_ends_the_fill() -> None:
    class StoppedError(Exception):
        pass

    calls = 0

    def stop(done: float, preview: Tensor) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise StoppedError

    with pytest.raises(StoppedError):
        fill(noise(96, 96), box(96, 96, 20, 20, 60, 60), FillSettings(), torch.Generator(), stop)
    assert calls == 3
