"""What `run generate` asks of a model: new pictures, or more like one that is given."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest

from imagetool.catalog.catalog import CatalogModel
from imagetool.cli.session import Session
from imagetool.cli.tasks import Choice, generate
from imagetool.core.files import ReadError
from imagetool.core.geometry import Rect, Size
from imagetool.jobs.errors import NoVariations
from imagetool.jobs.request import Report, Request, Result
from imagetool.plugin.parameters import Params
from tests.fakes.requests import MANIFEST, fake_model

GENERATOR = MANIFEST.replace("inpaint", "generate") + "tile = { size = 32, overlap = 8 }\n"
PLAIN, ABLE = fake_model(GENERATOR), fake_model(GENERATOR + "variations = true\n")


class FakeSession(Session):
    """Makes gray pictures of the size that is asked for; keeps the requests."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def run(self, request: Request) -> Result:
        """Gray."""
        self.requests.append(request)
        size = request.target or Size(1, 1)
        pixels = np.full((request.count, size.height, size.width, 4), 128, np.uint8)
        return Result(Rect.of_size(size), pixels, Report("cpu", "fp32", 1.0, 1, 1.0))


def asked(model: CatalogModel, session: FakeSession, *, like: Path | None = None, count: int = 1) -> list[str]:
    """The names of the files that are to be written."""
    options = argparse.Namespace(input=None, output="new", size=None, like=str(like) if like else None)
    options.count, options.seed, options.device = count, 7, "cpu"
    options.precision, options.tile_px, options.resume = "", 0, False
    return [path.as_posix() for path, _ in generate(options, Choice(model, Params({})), session).files]


def test_new_pictures_have_the_usual_size_and_no_source() -> None:
    session = FakeSession()
    assert asked(PLAIN, session, count=2) == ["new/000.png", "new/001.png"]
    (request,) = session.requests
    assert (request.source, request.target, request.count) == (None, Size(32, 32), 2)


def test_more_like_a_picture_has_its_size(photo: Path) -> None:
    session = FakeSession()
    assert asked(ABLE, session, like=photo) == ["new"]
    (request,) = session.requests
    assert request.source
    assert request.source.size == request.target == Size(64, 48)


def test_a_model_that_cannot_is_told_before_the_picture_is_read(tmp_path: Path) -> None:
    session = FakeSession()
    with pytest.raises(NoVariations, match=r"^“Fast” cannot make more like a picture"):
        asked(PLAIN, session, like=tmp_path / "gone.png")
    with pytest.raises(ReadError):
        asked(ABLE, session, like=tmp_path / "gone.png")
    assert session.requests == []
