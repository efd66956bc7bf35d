"""Windows of one size over a picture of any."""

from __future__ import annotations

import itertools

import pytest
import torch

from plugins.onnx.facts import Facts, Layout, Plane, Values
from plugins.onnx.windows import fitting, grown, spans, through

PLANE = Plane("x", "float32", Layout.NCHW, 3, Values.UNIT)


@pytest.mark.parametrize("length", range(24, 200, 5))
@pytest.mark.parametrize("overlap_px", [0, 3, 6, 11])
def test_spans_cover_everything_once_and_keep_their_distance(length: int, overlap_px: int) -> None:
    window = 24
    found = spans(length, window, overlap_px)
    assert (found[0].keep_from, found[-1].keep_to) == (0, length)
    assert all(one.keep_to == other.keep_from for one, other in itertools.pairwise(found))
    for span in found:
        assert span.begin >= 0
        assert span.begin + window <= length
        assert span.keep_from == 0 or span.keep_from - span.begin >= overlap_px
        assert span.keep_to == length or span.begin + window - span.keep_to >= overlap_px


@pytest.mark.parametrize(
    ("facts", "fitted"),
    [
        (Facts(PLANE, PLANE), (5, 9)),
        (Facts(PLANE, PLANE, multiple_of=4), (8, 12)),
        (Facts(PLANE, PLANE, multiple_of=4, least_px=9), (12, 12)),
        (Facts(PLANE, PLANE, fixed=(7, 7)), (7, 9)),
    ],
)
def test_the_smallest_size_that_fits(facts: Facts, fitted: tuple[int, int]) -> None:
    assert fitting(5, 9, facts) == fitted


def test_grown_by_mirroring_or_by_repeating() -> None:
    image = torch.tensor([[1.0, 2.0, 3.0]])[None, None]
    assert grown(image, 1, 5)[0, 0].tolist() == [[1, 2, 3, 2, 1]]
    assert grown(image, 2, 7)[0, 0].tolist() == [[1, 2, 3, 3, 3, 3, 3]] * 2
    assert grown(image, 1, 3) is image


@pytest.mark.parametrize("size", [(1, 1), (16, 24), (17, 25), (50, 23)])
def test_every_window_has_the_one_size(size: tuple[int, int]) -> None:
    seen = []

    def compute(part: torch.Tensor) -> torch.Tensor:
        seen.append(tuple(part.shape[-2:]))
        return part.repeat_interleave(2, -1).repeat_interleave(2, -2)

    image = torch.rand(1, 3, *size)
    made = through(image, Facts(PLANE, PLANE, scale=2, fixed=(16, 24), overlap_px=3), compute)
    assert set(seen) == {(16, 24)}
    assert torch.equal(made, image.repeat_interleave(2, -1).repeat_interleave(2, -2))
