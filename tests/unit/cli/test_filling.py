"""What `run inpaint` asks of a model, and what becomes of the picture."""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import pytest

from imagetool.catalog.catalog import CatalogModel
from imagetool.cli.session import Session
from imagetool.cli.tasks import Choice, Made, inpaint
from imagetool.core.files import ReadError
from imagetool.core.files.errors import HintsSizeError
from imagetool.jobs.errors import NoGuides
from imagetool.jobs.request import Report, Request, Result
from imagetool.plugin.parameters import Params
from tests.fakes.requests import MANIFEST, fake_model

PLAIN, ABLE = fake_model(), fake_model(MANIFEST + "guides = true\n")


class FakeSession(Session):
    """Fills with opaque gray; keeps the requests."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def run(self, request: Request) -> Result:
        """Gray."""
        self.requests.append(request)
        assert request.mask
        rect = request.mask.content_rect()
        pixels = np.full((rect.height, rect.width, 4), 128, np.uint8)
        pixels[..., 3] = 255
        return Result(rect, pixels, Report("cpu", "fp32", 1.0, 1, 1.0))


def filled(
    model: CatalogModel,
    session: FakeSession,
    photo: Path,
    mask: Path,
    hints: Path | None = None,
    feather: float = 0,
) -> Made:
    options = argparse.Namespace(input=str(photo), output="new.png", mask=str(mask), feather=feather)
    options.hints, options.seed, options.device = str(hints) if hints else None, 7, "cpu"
    options.precision, options.tile_px, options.resume = "", 0, False
    return inpaint(options, Choice(model, Params({})), session)


@pytest.fixture
def hints(tmp_path: Path) -> Path:
    """A red dot on nothing, as large as the photo."""
    pixels = np.zeros((48, 64, 4), np.uint8)
    pixels[20:22, 30:34] = (0, 0, 255, 255)
    path = tmp_path / "hints.png"
    cv2.imwrite(str(path), pixels)
    return path


def test_hints_go_to_a_model_that_takes_guides(photo: Path, mask: Path, hints: Path) -> None:
    session = FakeSession()
    filled(ABLE, session, photo, mask)
    filled(ABLE, session, photo, mask, hints)
    without, given = (request.hints for request in session.requests)
    assert without is None
    assert given is not None
    assert given.shape == (48, 64, 4)
    assert (given[20:22, 30:34] == (255, 0, 0, 255)).all()
    assert int((given[..., 3] > 0).sum()) == 8


def test_a_model_that_takes_none_is_told_before_anything_is_read(photo: Path, mask: Path, tmp_path: Path) -> None:
    session, gone = FakeSession(), tmp_path / "gone.png"
    with pytest.raises(
        NoGuides, match=r"^The model “Fast” takes no guides\. Choose another model or leave --hints"
    ):
        filled(PLAIN, session, gone, mask, gone)
    with pytest.raises(ReadError):
        filled(ABLE, session, photo, mask, gone)
    assert session.requests == []


def test_hints_have_the_pictures_size(photo: Path, mask: Path, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "small.png"), np.zeros((10, 10, 4), np.uint8))
    with pytest.raises(HintsSizeError, match="10 × 10 pixels and the picture 64 × 48"):
        filled(ABLE, FakeSession(), photo, mask, tmp_path / "small.png")


def test_a_clear_margin_becomes_opaque_however_soft_the_edge(tmp_path: Path) -> None:
    """As it is in a picture whose canvas was enlarged; the mask reaches a little into what was there."""
    pixels, plane = np.full((48, 64, 4), 255, np.uint8), np.zeros((48, 64), np.uint8)
    pixels[:, 40:], plane[:, 34:] = 0, 255
    for name, image in (("photo.png", pixels), ("mask.png", plane)):
        cv2.imwrite(str(tmp_path / name), image)
    made = filled(PLAIN, FakeSession(), tmp_path / "photo.png", tmp_path / "mask.png", feather=20)
    ((_, picture),) = made.files
    assert (picture.pixels[..., 3] == 255).all()
    assert (picture.pixels[:, 40:, :3] == 128).all()
    assert (picture.pixels[:, :34, :3] == 255).all()
    assert 128 < picture.pixels[20, 35, 0] < 255, "the edge is soft where there is something under it"
