"""What a model shows of a result on its way: one picture over its crop, or several new ones side by side."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from imagetool.core.geometry import Rect
from imagetool.core.grids import MISSING, cut
from imagetool.plugin.models import Model
from imagetool.wire.messages import BufferRef, Message, Preview, PreviewTaken, RectRef, Run, TileRef
from imagetool.worker.assignment import Assignment
from imagetool.worker.inbox import Inbox
from imagetool.worker.job import CropJob

SIDE_PX = 64  # of the buffer, which holds so many pixels squared
CROP = Rect(0, 0, 20, 12)


class Screen:
    """A job of some task, its preview buffer, and what it says."""

    def __init__(self, task: str, count: int) -> None:
        self.buffer = np.zeros(SIDE_PX**2 * 3, np.uint8)
        self.inbox = Inbox()
        self.said: list[Message] = []
        nothing = BufferRef("", (count, 12, 20, 4), "uint8")
        run = Run(
            job_id="a",
            task=task,
            module="",
            attribute="",
            params={},
            seed=1,
            device="cpu",
            precisions=("fp32",),
            tile=TileRef(64, 8, 1),
            whole=False,
            weights=(),
            source=None,
            mask=None,
            hints=None,
            prompt=None,
            result=nothing,
            preview=nothing,
        )
        assignment = Assignment(run, Model(), torch.device("cpu"), self.inbox, self.said.append)
        self.job = CropJob(assignment, self.buffer, CROP, (0.0, 1.0))

    def shown(self) -> tuple[Preview, NDArray[np.uint8]]:
        """The latest preview and its pixels (h, w, 3)."""
        preview = self.said[-1]
        assert isinstance(preview, Preview)
        pixels = self.buffer[: preview.width * preview.height * 3]
        return preview, pixels.reshape(preview.height, preview.width, 3)


def pictures(count: int, height: int = 12, width: int = 20) -> Tensor:
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(count))


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_new_pictures_stand_side_by_side(count: int) -> None:
    screen, made = Screen("generate", 5), pictures(count)
    screen.job.preview(made)
    preview, pixels = screen.shown()
    assert (preview.count, preview.rect) == (count, RectRef(0, 0, 20, 12))
    for picture, cell in zip(made, cut(pixels, count), strict=True):
        np.testing.assert_allclose(cell, picture.permute(1, 2, 0).numpy() * 255, atol=0.501)


def test_there_is_gray_where_a_picture_is_missing() -> None:
    screen = Screen("generate", 3)
    screen.job.preview(torch.zeros(3, 3, 12, 20))
    _, pixels = screen.shown()
    assert (pixels[12:, 20:] == MISSING).all()
    assert (pixels == MISSING).mean() == 0.25


@pytest.mark.parametrize(("count", "cell"), [(2, (32, 16)), (16, (16, 8)), (100, (6, 3))])
def test_many_and_large_ones_are_made_smaller_until_they_fit(count: int, cell: tuple[int, int]) -> None:
    screen = Screen("generate", count)
    screen.job.preview(pictures(count, 40, 80))
    _, pixels = screen.shown()
    assert cut(pixels, count)[-1].shape[1::-1] == cell


def test_the_next_one_waits_until_the_last_is_taken() -> None:
    screen = Screen("generate", 2)
    for _ in range(2):
        screen.job.preview(pictures(2))
    assert len(screen.said) == 1
    screen.inbox.put(PreviewTaken("a"))
    screen.job.preview(pictures(2))
    assert len(screen.said) == 2


WRONG = [
    # task, pictures of the job, form of the preview, what is said
    ("denoise", 1, (2, 3, 4, 4), r"the shape \(1, 3, height, width\), this one has \(2, 3, 4, 4\)"),
    ("denoise", 12, (2, 3, 4, 4), r"the shape \(1, 3, height, width\), this one has \(2, 3, 4, 4\)"),
    ("generate", 4, (5, 3, 4, 4), r"the shape \(1 to 4, 3, height, width\), this one has \(5, 3, 4, 4\)"),
    ("generate", 4, (0, 3, 4, 4), r"this one has \(0, 3, 4, 4\)"),
    ("generate", 4, (4, 4, 4, 4), r"this one has \(4, 4, 4, 4\)"),
    ("generate", 4, (3, 4, 4), r"this one has \(3, 4, 4\)"),
    ("generate", 4, (1, 3, 0, 4), r"this one has \(1, 3, 0, 4\)"),
]


@pytest.mark.parametrize(("task", "count", "form", "said"), WRONG)
def test_another_form_is_refused(task: str, count: int, form: tuple[int, ...], said: str) -> None:
    screen = Screen(task, count)
    with pytest.raises(ValueError, match="a preview has .*" + said):
        screen.job.preview(torch.zeros(form))
    assert screen.inbox.claim_preview(), "the buffer is still free"
