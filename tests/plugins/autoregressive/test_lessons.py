from __future__ import annotations

import torch

from plugins.autoregressive.layout import Layout
from plugins.autoregressive.lessons import CHANGED, PERTURBED, known_parts, lesson, perturbed, scale_of
from plugins.autoregressive.parts import blots, seam

ONE = Layout("gated", 8, 1, "classes", 4, 1, ("a", "b"), guide=1)
THREE = Layout("gated", 8, 1, "classes", 4, 1, ("a", "b"), guide=1, scales=3)
PIXELS = torch.full((400, 1, 16, 16), 7)
LABELS = torch.arange(400) % 3 - 1


def rng(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_some_pictures_are_erased_in_part_and_some_perturbed_but_none_is_both() -> None:
    made = lesson(ONE, PIXELS, LABELS, 0, 0.3, rng())
    erased = made.known.any(dim=(1, 2))
    noisy = made.condition[:, 2] > 0
    assert 0.22 < float(erased.float().mean()) < 0.38
    assert 0.5 * PERTURBED < float(noisy.float().mean()) < 1.6 * PERTURBED
    assert not bool((erased & noisy).any())
    assert bool((made.pixels[~noisy] == 7).all())
    assert bool((made.pixels[noisy] != 7).any(dim=(1, 2, 3)).all())


def test_conditions_tell_the_label_and_the_size() -> None:
    made = lesson(THREE, PIXELS, LABELS, 1, 0.0, rng())
    assert made.pixels.shape == (400, 1, 8, 8)
    assert made.condition.shape == (400, THREE.told) == (400, 6)
    assert made.condition[0, :2].tolist() == [0, 0]
    assert made.condition[1, :2].tolist() == [1, 0]
    assert bool((made.condition[:, 3:] == torch.tensor([0, 1, 0])).all())
    assert bool(made.known[:, ::2, ::2].all())
    assert int(made.known.sum()) == 400 * 16


def test_larger_sizes_are_learned_more_often() -> None:
    chosen = torch.tensor([scale_of(THREE, rng(number)) for number in range(600)]).bincount() / 600
    torch.testing.assert_close(chosen, torch.tensor([1.0, 2.0, 3.0]) / 6, atol=0.07, rtol=0)
    assert scale_of(ONE, rng()) == 0


def test_as_many_values_are_changed_as_the_paper_found_best() -> None:
    changed = perturbed(torch.full((50, 1, 32, 32), 7), ONE, rng()) != 7
    assert abs(float(changed.float().mean()) - CHANGED * 255 / 256) < 0.01


def test_parts_of_every_kind_are_erased_and_never_all_or_nothing() -> None:
    known = known_parts(300, 16, 16, rng())
    assert known.shape == (300, 16, 16)
    share = known.float().mean(dim=(1, 2))
    assert float(share.min()) > 0.03
    assert float(share.max()) < 1
    rows = known.all(dim=2) | ~known.any(dim=2)
    below = rows.all(dim=1) & known[:, 0, 0]
    assert 30 < int(below.sum()) < 140, "a quarter goes on from above"


def test_blots_cover_the_share_that_is_asked_for() -> None:
    for share in (0.1, 0.5, 0.9):
        wanted = blots(32, 32, share, rng())
        assert abs(float(wanted.float().mean()) - share) < 0.03
    assert bool(blots(3, 1, 0.05, rng()).any())


def test_a_seam_is_a_cross_in_the_middle() -> None:
    wanted = seam(16, 8)
    assert wanted[8, 0]
    assert wanted[0, 4]
    assert not wanted[0, 0]
    assert int(wanted[:, 0].sum()) == 4
    assert int(wanted[0].sum()) == 2
    assert bool(seam(1, 1).all())
