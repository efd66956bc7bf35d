from __future__ import annotations

import io
from contextlib import redirect_stderr
from pathlib import Path

import numpy as np
import pytest

from imagetool.cli.preflight import Preflight
from imagetool.core.geometry import Rect
from imagetool.jobs.measures import Measures
from imagetool.jobs.request import Report, Request, Result
from tests.fakes.requests import enlarging

DONE = Report("cpu", "fp32", 12.0, 4, 900.0, base_rss_mb=700.0, tile_px=96)


class Terminal(io.StringIO):
    """A stream that somebody watches."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def preflight(home: Path) -> Preflight:
    return Preflight(Measures(home))


def result_of(request: Request) -> Result:
    assert request.target is not None
    rect = Rect.of_size(request.target)
    return Result(rect, np.zeros((rect.height, rect.width, 4), np.uint8), DONE)


def test_before_a_job_stands_what_the_last_one_took(preflight: Preflight) -> None:
    request = enlarging()
    with redirect_stderr(Terminal()) as terminal:
        preflight.before(request)
        preflight.after(request, result_of(request))
        preflight.before(request)
    assert terminal.getvalue().splitlines() == ["CPU", "≈ 12 s · 900 MB · CPU"]
    assert preflight.expected["seconds"] == 12.0
    assert preflight.expected["ram_bytes"] == pytest.approx(900e6, rel=0.01)


def test_nobody_watches(preflight: Preflight, capsys: pytest.CaptureFixture[str]) -> None:
    preflight.before(enlarging())
    assert capsys.readouterr() == ("", ""), "on stderr stands what went wrong, and nothing else"
    assert preflight.expected["seconds"] is None
