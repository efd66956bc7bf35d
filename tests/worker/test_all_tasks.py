"""Every task goes the whole way: request, confined worker, kit, result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imagetool.catalog.catalog import CatalogModel
from imagetool.catalog.scanning import read_manifest, third_party
from imagetool.core.geometry import Point, Rect, Size
from imagetool.core.grids import cut
from imagetool.core.picture import Pixels
from imagetool.jobs.events import Failed, Finished, Previewed
from imagetool.jobs.lent_files import FileNotLent
from imagetool.jobs.request import PixelSource, Request, Result
from imagetool.plugin import Params, Prompt, Task
from tests.fakes.desk import Desk
from tests.fakes.requests import HOLE, mask, picture

pytestmark = pytest.mark.shared_worker

FOLDER = Path(__file__).parents[1] / "fakes" / "all_tasks"
PLUGIN = third_party(read_manifest(FOLDER / "plugin.toml"), FOLDER, sealed=False)
BY_ID = {entry.id: CatalogModel(PLUGIN, entry) for entry in PLUGIN.manifest.models}
MODELS = {
    model.entry.task: model for model in BY_ID.values() if not model.entry.opacity and not model.entry.guides
}


class Shown:
    """A picture as a source of pixels."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels
        self.size = Size(pixels.shape[1], pixels.shape[0])
        self.dtype: np.dtype[Any] = pixels.dtype

    def read_into(self, rect: Rect, out: Pixels) -> None:
        """Copies."""
        out[...] = self._pixels[rect.slices]


def asked(task: Task, source: PixelSource | None, **more: Any) -> Request:
    model = more.pop("model", MODELS[task])
    params = Params.checked(model.entry.parameters, more.pop("params", {}))
    return Request(model, params, 7, source, device="cpu", **more)


def done(desk: Desk, request: Request) -> Result:
    event = desk.end_of(desk.submit(request))
    assert isinstance(event, Finished), getattr(event, "error", event)
    return event.result


@pytest.fixture(params=[np.uint8, np.uint16], ids=["8 bit", "16 bit"])
def pixels(request: pytest.FixtureRequest) -> Pixels:
    """Partly transparent noise."""
    made: Pixels = picture(request.param).copy()
    made[:5, :9, 3] = np.iinfo(request.param).max // 3
    return made


def test_denoising_that_changes_nothing(desk: Desk, pixels: Pixels) -> None:
    result = done(desk, asked(Task.DENOISE, Shown(pixels)))
    np.testing.assert_array_equal(result.pixels, pixels)
    assert result.report.figures == {"noise level": 12.5}


def test_a_filter(desk: Desk, pixels: Pixels) -> None:
    result = done(desk, asked(Task.FILTER, Shown(pixels)))
    top = np.iinfo(pixels.dtype).max
    np.testing.assert_array_equal(result.pixels[..., :3], top - pixels[..., :3])
    np.testing.assert_array_equal(result.pixels[..., 3], pixels[..., 3])


def test_a_score(desk: Desk, pixels: Pixels) -> None:
    result = done(desk, asked(Task.SCORE, Shown(pixels)))
    assert result.pixels.dtype == np.float32
    assert result.pixels.shape == (48, 64, 1)
    expected = pixels[..., :3].astype(np.float64).mean(2, keepdims=True) / np.iinfo(pixels.dtype).max * 10
    np.testing.assert_allclose(result.pixels, expected, atol=1e-4)


def test_a_selection(desk: Desk, pixels: Pixels) -> None:
    prompt = Prompt((Point(3.5, 4.5),), (Point(21.0, 21.0),), Rect(20, 20, 24, 23))
    result = done(desk, asked(Task.SEGMENT, Shown(pixels), prompt=prompt))
    expected = np.zeros((48, 64, 1), np.uint8)
    expected[20:23, 20:24], expected[4, 3], expected[21, 21] = 255, 255, 0
    np.testing.assert_array_equal(result.pixels, expected)


def test_colours_from_hints(desk: Desk, pixels: Pixels) -> None:
    gray = pixels.copy()
    gray[..., :3] = gray[..., :1]
    hints = np.zeros((48, 64, 4), np.uint8)
    hints[10:12, 10:12] = (255, 0, 0, 255)
    result = done(desk, asked(Task.COLORIZE, Shown(gray), hints=hints))
    rgb = result.pixels[..., :3].astype(np.float64)
    light = rgb @ (0.299, 0.587, 0.114)
    assert np.abs(light - gray[..., 0]).max() <= 1
    assert (rgb[..., 0] - rgb[..., 2]).mean() > 0.05 * np.iinfo(pixels.dtype).max


def test_new_pictures(desk: Desk) -> None:
    request = asked(Task.GENERATE, None, target=Size(20, 12), count=3)
    first, again = done(desk, request), done(desk, asked(Task.GENERATE, None, target=Size(20, 12), count=3))
    assert first.pixels.shape == (3, 12, 20, 4)
    np.testing.assert_array_equal(first.pixels, again.pixels)
    assert (first.pixels[0] != first.pixels[1]).any()


def test_more_like_a_picture(desk: Desk, pixels: Pixels) -> None:
    """What is fully transparent has colour 0, whatever lies there."""
    source = pixels.copy()
    source[20:, :, 3] = 0
    made = done(desk, asked(Task.GENERATE, Shown(source), count=3)).pixels
    assert made.dtype == np.uint8
    assert made.shape == (3, 48, 64, 4)
    expected = np.where(source[..., 3:] > 0, source, 0) / (np.iinfo(pixels.dtype).max / 255)
    assert np.abs(made[0] - expected).max() <= 0.51
    assert (made[1, ..., 0] != made[2, ..., 0]).any()


def test_pictures_on_their_way_are_shown_side_by_side(desk: Desk) -> None:
    job_id = desk.submit(asked(Task.GENERATE, None, target=Size(20, 12), count=3))
    end = desk.end_of(job_id)
    assert isinstance(end, Finished), end
    (preview,) = [event for event in desk.heard[job_id] if isinstance(event, Previewed)]
    assert (preview.count, preview.rect, preview.pixels.shape) == (3, Rect(0, 0, 20, 12), (24, 40, 3))
    for made, cell in zip(end.result.pixels, cut(preview.pixels, 3), strict=True):
        np.testing.assert_array_equal(cell, made[..., :3])


def test_models_that_are_given_the_opacity(desk: Desk, pixels: Pixels) -> None:
    source, top = pixels.copy(), int(np.iinfo(pixels.dtype).max)
    source[:24, :, 3] = 0
    shown = np.where(source[..., 3:] > 0, source, 0)
    filled = done(desk, asked(Task.INPAINT, Shown(source), mask=mask(), model=BY_ID["fill-with-opacity"]))
    np.testing.assert_array_equal(filled.pixels, (top - shown)[HOLE.slices])
    scored = done(desk, asked(Task.SCORE, Shown(source), model=BY_ID["score-with-opacity"]))
    np.testing.assert_allclose(scored.pixels, (shown[..., 3:] + 10.0 * shown[..., :1]) / top, atol=1e-4)


def test_strokes_of_colour(desk: Desk, pixels: Pixels) -> None:
    hints = np.zeros((48, 64, 4), np.uint8)
    hints[5:15, 15:25] = (255, 0, 0, 255)
    result = done(desk, asked(Task.INPAINT, Shown(pixels), mask=mask(), hints=hints, model=BY_ID["fill-guided"]))
    expected = np.zeros((12, 10, 3), pixels.dtype)
    expected[:5, :5] = (np.iinfo(pixels.dtype).max, 0, 0)
    np.testing.assert_array_equal(result.pixels[..., :3], expected)


def test_filling_and_enlarging(desk: Desk, pixels: Pixels) -> None:
    filled = done(desk, asked(Task.INPAINT, Shown(pixels), mask=mask()))
    assert not filled.pixels[..., :3].any()
    larger = done(desk, asked(Task.UPSCALE, Shown(pixels), target=Size(128, 96)))
    visible = pixels[..., 3] > 0
    np.testing.assert_array_equal(larger.pixels[::2, ::2][visible], pixels[visible])


def test_a_file_is_lent_for_the_job_and_gone_after_it(desk: Desk, tmp_path: Path) -> None:
    own = tmp_path / "bright.bin"
    own.write_bytes(bytes([51]))
    request = asked(Task.GENERATE, None, target=Size(4, 4), params={"file": str(own)})
    assert (done(desk, request).pixels[..., :3] == 51).all(), (
        "the worker reads a copy, as it cannot see the original"
    )
    assert own.read_bytes() == bytes([51])


MISSING = [
    ("nowhere.bin", None, "“Brightness” cannot use “nowhere.bin”: it is no file. Choose another file."),
    ("large.bin", 101, "“Brightness” cannot use “large.bin”: it is larger than 100 bytes. Choose another file."),
]


@pytest.mark.parametrize(("name", "size", "said"), MISSING, ids=["missing", "large"])
def test_a_file_that_cannot_be_lent(desk: Desk, tmp_path: Path, name: str, size: int | None, said: str) -> None:
    if size:
        (tmp_path / name).write_bytes(bytes(size))
    request = asked(Task.GENERATE, None, target=Size(4, 4), params={"file": str(tmp_path / name)})
    event = desk.end_of(desk.submit(request))
    assert isinstance(event, Failed)
    assert isinstance(event.error, FileNotLent)
    assert str(event.error) == said
