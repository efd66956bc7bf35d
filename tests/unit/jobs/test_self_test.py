"""What every model is tried with before it is trusted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imagetool.catalog.places import Places
from imagetool.catalog.scanning import read_manifest, third_party
from imagetool.core.geometry import Rect
from imagetool.core.picture import Pixels
from imagetool.jobs.install.self_test import ModelTest, self_test, small_requests
from imagetool.jobs.request import Request
from imagetool.jobs.watch import Watch
from imagetool.plugin import Task
from imagetool.worker.in_process import InProcessWorker
from tests.fakes.requests import MANIFEST, fake_model
from tests.fakes.small_plugins import own_path, write_small_plugin


def requests(task: Task, more: str = "") -> tuple[Request, ...]:
    return small_requests(fake_model(MANIFEST.replace('"inpaint"', f'"{task}"') + more))


def seen(request: Request) -> Pixels:
    """The picture of a request."""
    assert request.source
    size = request.source.size
    pixels: Pixels = np.zeros((size.height, size.width, 4), request.source.dtype)
    request.source.read_into(Rect.of_size(size), pixels)
    return pixels


@pytest.mark.parametrize("task", [task for task in Task if task is not Task.GENERATE])
def test_a_model_is_tried_on_an_opaque_picture(task: Task) -> None:
    (request,) = requests(task)
    assert (seen(request)[..., 3] == 255).all()


@pytest.mark.parametrize("task", [Task.INPAINT, Task.SCORE])
def test_one_that_is_given_the_opacity_sees_some(task: Task) -> None:
    (request,) = requests(task, "opacity = true\n")
    assert set(np.unique(seen(request)[..., 3])) == {0, 255}


def test_one_that_makes_more_like_a_picture_is_tried_with_one_and_without() -> None:
    (alone,) = requests(Task.GENERATE)
    new, more = requests(Task.GENERATE, "variations = true\n")
    assert (alone.source, new.source) == (None, None)
    assert more.source
    assert more.source.size == more.target == new.target == alone.target
    assert set(np.unique(seen(more)[..., 3])) == {0, 255}


def test_one_that_follows_strokes_is_tried_with_some_and_without() -> None:
    plain, drawn = requests(Task.INPAINT, "guides = true\n")
    assert plain.hints is None
    assert plain.mask
    assert drawn.hints is not None
    assert (drawn.hints[plain.mask.content_rect().slices][..., 3] == 255).any()
    assert plain.job_id != drawn.job_id


def test_what_fails_in_either_is_not_trusted(tmp_path: Path) -> None:
    code = """
    class It(Generator):
        def run(self, size, count, params, job):
            return torch.rand(count, 3, size.height, size.width, generator=job.generator())
        def more_like(self, image, count, params, job):
            raise CannotRun("It is tired.")
    """
    tests: list[ModelTest] = []
    for name, more in (("sound_alone", ""), ("fails_later", "variations = true")):
        folder = write_small_plugin(tmp_path / name, code, task="generate", more=more)
        plugin = third_party(read_manifest(folder / "plugin.toml"), folder, sealed=False)
        with own_path():
            tests += self_test(plugin, Places.find(), Watch(), InProcessWorker)
    assert [(test.model, test.problem) for test in tests] == [("Small", ""), ("Small", "It is tired.")]
    assert tests[0].peak_rss_mb > 0
