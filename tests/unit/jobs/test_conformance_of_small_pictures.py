"""What the checks say of models that are given the opacity, make more like a picture, or show several at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.small_plugins import checked, failures, write_small_plugin


@dataclass(frozen=True)
class Case:
    """A plugin's code, and what is said of it."""

    name: str
    check: str
    explanation: str
    fix: str
    code: str
    task: str
    more: str

    def __str__(self) -> str:
        return self.name


CASES = [
    Case(
        "promises_more_like",
        "more like",
        "Asked for more like a picture of 64 × 64 that is partly transparent: The model has no way to make",
        "def more_like(self, image, count, params, job), or remove variations = true",
        """
        class It(Generator):
            def run(self, size, count, params, job):
                return torch.rand(count, 3, size.height, size.width, generator=job.generator())
        """,
        task="generate",
        more="variations = true",
    ),
    Case(
        "looks_at_no_picture",
        "more like",
        "More like another picture is the same.",
        "the image that more_like is given",
        """
        class It(Generator):
            def run(self, size, count, params, job):
                return torch.rand(count, 3, size.height, size.width, generator=job.generator())
            def more_like(self, image, count, params, job):
                return torch.rand(count, 3, *image.shape[-2:], generator=job.generator())
        """,
        task="generate",
        more="variations = true",
    ),
    Case(
        "promises_guides",
        "guides",
        "With strokes of colour: The model has no way to follow strokes of colour.",
        "known, params, job), or remove guides = true",
        """
        class It(Inpainter):
            def run(self, image, hole, params, job):
                return image
        """,
        task="inpaint",
        more="guides = true",
    ),
    Case(
        "looks_at_no_stroke",
        "guides",
        "Strokes of colour make no difference.",
        "Let guided follow colours where known is True.",
        """
        class It(Inpainter):
            def run(self, image, hole, params, job):
                return image
            def guided(self, image, hole, colours, known, params, job):
                return image
        """,
        task="inpaint",
        more="guides = true",
    ),
    Case(
        "forgets_the_opacity",
        "result",
        "got float32 of shape (1, 3, ",
        "four planes, as the image has; or remove opacity = true",
        """
        class It(Inpainter):
            def run(self, image, hole, params, job):
                return image[:, :3]
        """,
        task="inpaint",
        more="opacity = true",
    ),
    Case(
        "shows_four_planes",
        "result",
        "a preview has the shape (1, 3, height, width), this one has (1, 4, ",
        "Give job.preview one picture with three planes",
        """
        class It(Inpainter):
            def run(self, image, hole, params, job):
                job.preview(image)
                return image
        """,
        task="inpaint",
        more="opacity = true",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_wrong_fails_its_own_check(case: Case, tmp_path: Path) -> None:
    folder = write_small_plugin(tmp_path / case.name, case.code, task=case.task, more=case.more)
    (found,) = failures(checked(folder))
    assert found.check == case.check
    assert case.explanation in found.explanation
    assert case.fix in found.fix


def test_one_that_follows_strokes_passes(tmp_path: Path) -> None:
    code = """
    class It(Inpainter):
        def run(self, image, hole, params, job):
            return image
        def guided(self, image, hole, colours, known, params, job):
            return torch.where(known, colours, image)
    """
    report = checked(write_small_plugin(tmp_path / "follows", code, task="inpaint", more="guides = true"))
    assert report.passed, failures(report)
    (check,) = [check for check in report.checks if check.check == "guides"]
    assert check.explanation.startswith("96 × 64 that is partly transparent, with strokes; ")


def test_more_like_a_picture_that_depends_on_picture_and_seed_passes(tmp_path: Path) -> None:
    code = """
    class It(Generator):
        def run(self, size, count, params, job):
            made = torch.rand(count, 3, size.height, size.width, generator=job.generator())
            job.preview(made)
            return made
        def more_like(self, image, count, params, job):
            return (image + 0.1 * torch.rand(count, *image.shape[1:], generator=job.generator()))
    """
    report = checked(write_small_plugin(tmp_path / "makes_more", code, task="generate", more="variations = true"))
    assert report.passed, failures(report)
    (check,) = [check for check in report.checks if check.check == "more like"]
    assert check.explanation == "more like 64 × 64 that is partly transparent; more like 67 × 59."
