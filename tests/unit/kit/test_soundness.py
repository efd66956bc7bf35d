from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from imagetool.kit.errors import InvalidResult
from imagetool.kit.precision import Precision
from imagetool.kit.soundness import TRIED_PX, Soundness

CPU = torch.device("cpu")
Change = Callable[[Tensor], Tensor]


def picture(height: int = 300, width: int = 400) -> Tensor:
    return 0.2 + 0.5 * torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(4))


def same(image: Tensor) -> Tensor:
    return image


def black(image: Tensor) -> Tensor:
    return image * 0


def white(image: Tensor) -> Tensor:
    return image + 2


def partly(change: Change) -> Change:
    """A change of a hundredth of the picture, far from its middle."""

    def changed(image: Tensor) -> Tensor:
        made = image.clone()
        made[..., -40:, -40:] = change(made[..., -40:, -40:])
        return made

    return changed


def no_number(image: Tensor) -> Tensor:
    made = image.clone()
    made[..., -1, -1] = torch.nan
    return made


def alone(made: Tensor) -> tuple[Tensor, ...]:
    return (made,)


class Model:
    """Does in reduced precision something else than in float32; remembers what it was asked for."""

    def __init__(self, reduced: Change = same, full: Change = same) -> None:
        self._changes = {Precision.FP32: full}
        self._reduced = reduced
        self.runs: list[tuple[int, int, str]] = []

    def run(self, image: Tensor, precision: Precision) -> Tensor:
        self.runs.append((image.shape[-2], image.shape[-1], str(precision)))
        return self._changes.get(precision, self._reduced)(image)


class Watched:
    """A model that is watched, and what is said of it."""

    def __init__(self, model: Model, precision: Precision = Precision.BF16) -> None:
        self.model = model
        self.notes: list[str] = []
        self.sound = Soundness(precision, CPU, self.notes.append)

    def made(self, image: Tensor | None = None) -> Tensor:
        (made,) = self.sound.begin(picture() if image is None else image, self.model.run, alone)()
        return made


TRIED = [(TRIED_PX, TRIED_PX, "fp32"), (TRIED_PX, TRIED_PX, "bf16")]
TILE, AGAIN = (300, 400, "bf16"), (300, 400, "fp32")


def test_a_sound_model_is_compared_once_and_stays_in_its_precision() -> None:
    watched = Watched(Model())
    for _ in range(3):
        assert torch.equal(watched.made(), picture())
    assert watched.model.runs == [*TRIED, TILE, TILE, TILE]
    assert watched.notes == []
    assert watched.sound.precision is Precision.BF16


def test_in_float32_nothing_is_computed_twice() -> None:
    watched = Watched(Model(full=black), Precision.FP32)
    watched.made()
    assert watched.model.runs == [AGAIN]
    assert watched.notes == []


def test_a_precision_that_is_far_off_is_left_before_the_first_tile() -> None:
    watched = Watched(Model(lambda image: image + 0.02))
    watched.made()
    watched.made()
    assert watched.model.runs == [*TRIED, AGAIN, AGAIN]
    assert watched.notes == [
        "In bf16 the picture came out inexact, so it was computed in fp32, which takes longer."
    ]


def test_what_is_a_little_off_is_exact_enough() -> None:
    watched = Watched(Model(lambda image: image + 0.004))
    watched.made()
    assert watched.sound.precision is Precision.BF16


RUBBISH = [(partly(black), "black"), (partly(white), "white"), (no_number, "without numbers")]


@pytest.mark.parametrize(("rubbish", "word"), RUBBISH, ids=["black", "white", "no number"])
def test_rubbish_in_a_later_tile_is_computed_again_and_the_rest_too(rubbish: Change, word: str) -> None:
    watched = Watched(Model())
    watched.made()
    watched.model = Model(rubbish)
    assert torch.equal(watched.made(), picture())
    watched.made()
    assert watched.model.runs == [TILE, AGAIN, AGAIN]
    assert watched.notes == [
        f"In bf16 a part came out {word}, so it and the rest were computed in fp32, which takes longer."
    ]
    assert watched.sound.precision is Precision.FP32


@pytest.mark.parametrize("meant", [black, white], ids=["black", "white"])
def test_what_float32_makes_too_is_meant(meant: Change) -> None:
    watched = Watched(Model(partly(meant), partly(meant)))
    for _ in range(3):
        watched.made()
    assert watched.model.runs == [*TRIED, TILE, AGAIN, TILE, TILE], "looked into once"
    assert watched.notes == []


def test_a_picture_that_is_black_or_white_may_stay_so() -> None:
    watched = Watched(Model())
    for value in (0.0, 0.05, 0.95, 1.0):
        watched.made(torch.full((1, 3, 300, 400), value))
    assert watched.sound.precision is Precision.BF16


@pytest.mark.parametrize("precision", [Precision.BF16, Precision.FP32])
def test_no_numbers_in_float32_are_the_models_fault(precision: Precision) -> None:
    watched = Watched(Model(no_number, no_number), precision)
    with pytest.raises(
        InvalidResult, match=r"finite numbers of shape \(1, 3, 300, 400\), got values that are not"
    ):
        watched.made()


def test_tiles_that_are_under_way_are_repaired_with_one_note() -> None:
    watched = Watched(Model(partly(black)))
    finishes = [watched.sound.begin(picture(), watched.model.run, alone) for _ in range(2)]
    assert all(torch.equal(finish()[0], picture()) for finish in finishes)
    assert len(watched.notes) == 1


def test_a_map_may_have_any_values() -> None:
    watched = Watched(Model(lambda image: image[:, :1] * 0 - 300, lambda image: image[:, :1] * 0 - 300))
    watched.made()
    assert watched.model.runs == [*TRIED, TILE]


def test_a_map_is_compared_by_its_range() -> None:
    watched = Watched(Model(lambda image: image[:, :1] * 100.5, lambda image: image[:, :1] * 100))
    watched.made()
    assert watched.sound.precision is Precision.BF16


@pytest.mark.parametrize("size", [(1, 1), (1, 30), (3, 5), (70, 9)])
def test_any_size(size: tuple[int, int]) -> None:
    watched = Watched(Model(black))
    small = picture(*size)
    assert torch.equal(watched.made(small), small)


def test_a_tile_that_takes_several_runs_is_computed_as_a_whole() -> None:
    watched, asked = Watched(Model()), []

    def compute(precision: Precision) -> Tensor:
        asked.append(str(precision))
        larger = picture().repeat_interleave(2, 2).repeat_interleave(2, 3)
        return larger if precision.is_full else partly(black)(larger)

    (made,) = watched.sound.begin(picture(), watched.model.run, alone, compute)()
    assert made.shape == (1, 3, 600, 800)
    assert float(made.min()) > 0.1
    assert watched.model.runs == TRIED
    assert asked == ["bf16", "fp32"]
