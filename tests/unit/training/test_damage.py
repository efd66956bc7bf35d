from __future__ import annotations

import torch
from torch import Tensor

from imagetool.training.damage import COMPRESSED, DAMAGES, JPEG_MULTIPLE, NOISY, Damaged
from imagetool.training.jpeg import BLOCK_PX, jpeg
from imagetool.training.objective import Randomness

CPU = torch.device("cpu")
SIDE_PX = 40
PHOTO = DAMAGES["photo"]
WHOLE_PX = PHOTO.whole_px(SIDE_PX)


def damaged(step: int, count: int = 8) -> Damaged:
    """Smooth photos, on which damage stands out."""
    y, x = torch.meshgrid(torch.arange(WHOLE_PX) / 30, torch.arange(WHOLE_PX) / 20, indexing="ij")
    phase = torch.arange(count)[:, None, None, None] + torch.tensor([0.0, 1.0, 2.0])[None, :, None, None]
    truth = 0.5 + 0.3 * torch.sin(x + phase) * torch.cos(y)
    return PHOTO.apply(truth, SIDE_PX, Randomness(1, step, 0, CPU))


def steps(count: int) -> list[Damaged]:
    return [damaged(step) for step in range(count)]


def changed(image: Tensor, other: Tensor) -> Tensor:
    """Which pictures of a batch differ."""
    return (image - other).abs().amax(dim=(1, 2, 3)) > 0


def test_crops_are_large_enough_that_blocks_of_jpeg_begin_anywhere_in_them() -> None:
    assert WHOLE_PX % JPEG_MULTIPLE == 0
    assert WHOLE_PX >= SIDE_PX + BLOCK_PX - 1
    assert DAMAGES["gaussian"].whole_px(SIDE_PX) == SIDE_PX


def test_some_are_noisy_some_compressed_some_both_and_some_clean() -> None:
    noisy, compressed = [], []
    for batch in steps(40):
        for part in (batch.image, batch.noisy, batch.truth):
            assert part.shape == (8, 3, SIDE_PX, SIDE_PX)
            assert 0 <= float(part.min()) <= float(part.max()) <= 1
        noisy.append(changed(batch.noisy, batch.truth))
        compressed.append(changed(batch.image, batch.noisy))
    was_noisy, was_compressed = torch.cat(noisy), torch.cat(compressed)
    assert abs(float(was_noisy.float().mean()) - NOISY) < 0.1
    assert abs(float(was_compressed.float().mean()) - COMPRESSED) < 0.1
    kinds = {(bool(one), bool(other)) for one, other in zip(was_noisy, was_compressed, strict=True)}
    assert len(kinds) == 4


def test_the_same_step_gives_the_same_damage() -> None:
    first, again, other = damaged(3), damaged(3), damaged(4)
    assert torch.equal(first.image, again.image)
    assert not torch.equal(first.image, other.image)


def test_blocks_begin_at_different_places() -> None:
    """Steps between neighbours are largest where blocks meet."""
    places = set()
    for batch in steps(30):
        only = changed(batch.image, batch.noisy) & ~changed(batch.noisy, batch.truth)
        trace = (batch.image - batch.truth)[only].diff(dim=3).abs().sum(dim=(0, 1, 2))
        if bool(only.any()):
            by_place = [float(trace[at::BLOCK_PX].mean()) for at in range(BLOCK_PX)]
            places.add(by_place.index(max(by_place)))
    assert len(places) >= 4


def test_noise_of_gaussian_damage_leaves_0_to_1_and_has_no_second_part() -> None:
    truth = torch.ones(8, 3, SIDE_PX, SIDE_PX)
    batch = DAMAGES["gaussian"].apply(truth, SIDE_PX, Randomness(1, 2, 0, CPU))
    assert float(batch.image.max()) > 1
    assert torch.equal(batch.image, batch.noisy)
    assert DAMAGES["gaussian"].parts == 1


def test_checks_are_what_their_names_say() -> None:
    truth = damaged(1, count=1).truth[..., :32, :32]
    for quality in (10, 20, 40):
        expected = jpeg(truth, torch.tensor([float(quality)]), halved_colour=True)
        assert torch.equal(PHOTO.checks[f"jpeg{quality}"](truth, 0), expected)
    one, same, other = (PHOTO.checks["camera"](truth, seed) for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_some_pictures_are_gray_and_so_is_their_noise() -> None:
    """Noise that all colours share looks like detail to a network that has never seen it."""
    truth = torch.rand(8, 3, WHOLE_PX, WHOLE_PX, generator=torch.Generator().manual_seed(1))
    for damage in DAMAGES.values():
        batches = [damage.apply(truth, SIDE_PX, Randomness(1, step, 0, CPU)) for step in range(40)]
        gray = torch.cat([_without_colour(batch.truth) for batch in batches])
        assert 0.04 < float(gray.float().mean()) < 0.17
        noisy = torch.cat([_without_colour(batch.noisy) for batch in batches])
        assert bool((noisy == gray).all())


def _without_colour(pictures: Tensor) -> Tensor:
    """Which of (B, 3, H, W) have three equal channels."""
    return (pictures - pictures[:, :1]).abs().amax(dim=(1, 2, 3)) < 1e-6
