"""A plugin that does one thing wrong fails the one check that is about it, with the place and the fix."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from imagetool.catalog.places import Places
from imagetool.catalog.scaffold import write_plugin
from imagetool.jobs.conformance import Status, check_folder
from imagetool.jobs.process.worker_process import WorkerProcess
from imagetool.jobs.watch import Watch
from imagetool.plugin.tasks import Task
from tests.fakes.faulty import FOLDER
from tests.fakes.small_plugins import SMALL, checked, failures, write_small_plugin
from tests.fakes.wheels import wheel

SAMPLE = FOLDER.parent / "plugins_sample" / "tiny_denoise"


@dataclass(frozen=True)
class Case:
    """A plugin's code, and what is said of it."""

    name: str
    check: str
    explanation: str
    fix: str
    code: str
    task: str = "filter"
    more: str = ""

    def __str__(self) -> str:
        return self.name


CASES = [
    Case(
        "loses_a_column",
        "result",
        "got float32 of shape",
        "Return exactly that shape",
        """
        class It(Filter):
            def run(self, image, params, job):
                return image[..., 1:]
        """,
    ),
    Case(
        "returns_bytes",
        "result",
        "got uint8 of shape",
        "Return floats in [0, 1]",
        """
        class It(Filter):
            def run(self, image, params, job):
                return (image * 255).to(torch.uint8)
        """,
    ),
    Case(
        "divides_by_nothing",
        "result",
        "values that are not numbers",
        "divisions",
        """
        class It(Filter):
            def run(self, image, params, job):
                return image * 0 / 0
        """,
    ),
    Case(
        "forgets_to_return",
        "result",
        "got NoneType",
        "“return”",
        """
        class It(Filter):
            def run(self, image, params, job):
                image * 0.5
        """,
    ),
    Case(
        "takes_any_random_numbers",
        "same seed",
        "other bytes the second time",
        "job.generator()",
        """
        class It(Filter):
            def run(self, image, params, job):
                return image + 0.1 * torch.rand_like(image)
        """,
    ),
    Case(
        "drops_odd_pixels",
        "sizes",
        "On a picture of 1 × 1",
        "multiple_of = N",
        """
        class It(Filter):
            def run(self, image, params, job):
                half = image[..., : image.shape[2] // 2 * 2, : image.shape[3] // 2 * 2]
                return half * 0.5
        """,
    ),
    Case(
        "normalises_all_at_once",
        "tiles",
        "differs by up to",
        "whole = true",
        """
        class It(Filter):
            def run(self, image, params, job):
                return image - image.mean() + 0.5
        """,
    ),
    Case(
        "divides_by_the_light",
        "opacity",
        "fully transparent",
        "divisions",
        """
        class It(Filter):
            def run(self, image, params, job):
                return image / image.max()
        """,
        more="whole = true",
    ),
    Case(
        "swallows_the_cancel",
        "cancel",
        "1.2 seconds after it was asked to stop, it still worked (on 256 × 256)",
        "Do not catch that with “except Exception”",
        """
        class It(Filter):
            def run(self, image, params, job):
                for part in range(20):
                    try:
                        job.progress(part / 20)
                    except Exception:
                        pass
                    threading.Event().wait(0.15 * image.shape[2] ** 2 / 256**2)
                return image
        """,
        more="whole = true",
    ),
    Case(
        "tells_nothing",
        "progress",
        "tells nothing between its beginning and its end",
        "Call job.progress",
        """
        class It(Filter):
            def run(self, image, params, job):
                for part in range(24):
                    job.check()
                    threading.Event().wait(0.05 * image.shape[2] ** 2 / 256**2)
                return image
        """,
        more="whole = true",
    ),
    Case(
        "goes_back",
        "progress",
        "Its progress goes back",
        "Count all the work",
        """
        class It(Filter):
            def run(self, image, params, job):
                for done in (0.1, 0.8, 0.2):
                    job.progress(done)
                    threading.Event().wait(0.06)
                return image
        """,
        more="whole = true",
    ),
    Case(
        "breaks_at_its_most",
        "parameters",
        "With strength = 1.0",
        "divisions",
        """
        class It(Filter):
            def run(self, image, params, job):
                return image / (1 - params["strength"])
        """,
        more='param = [{ id = "strength", type = "float", label = "S", min = 0.0, max = 1.0, default = 0.5 }]',
    ),
    Case(
        "ignores_the_seed",
        "seed",
        "the same picture",
        "job.generator()",
        """
        class It(Generator):
            def run(self, size, count, params, job):
                return torch.linspace(0, 1, size.width).expand(count, 3, size.height, size.width)
        """,
        task="generate",
    ),
    Case(
        "wants_a_point",
        "inputs",
        "On a picture with a box alone: The model failed (IndexError",
        "Find the place",
        """
        class It(Segmenter):
            def run(self, image, prompt, params, job):
                return image[:, :1] * 0 + float(prompt.wanted[0].x > 0)
        """,
        task="segment",
    ),
    Case(
        "fails_in_load",
        "loads",
        "(fails_in_load.py, line 11)",
        "Export the file again",
        """
        class It(Filter):
            def load(self, weights, device):
                raise RuntimeError("The weights “x” are not mine")
            def run(self, image, params, job):
                return image
        """,
    ),
    Case(
        "takes_too_few_arguments",
        "result",
        "(TypeError:",
        "def run(self, image, params, job)",
        """
        class It(Filter):
            def run(self, image):
                return image
        """,
    ),
    Case(
        "is_of_another_task",
        "result",
        "The model is not made for filter",
        "Derive the class that “entry” names from Filter",
        """
        class It(Scorer):
            def run(self, image, params, job):
                return image[:, :1]
        """,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_wrong_fails_its_own_check(case: Case, tmp_path: Path) -> None:
    folder = write_small_plugin(tmp_path / case.name, case.code, task=case.task, more=case.more)
    report = checked(folder)
    found = failures(report)
    assert [check.check for check in found] == [case.check], found
    assert case.explanation in found[0].explanation
    assert case.fix in found[0].fix
    assert not report.passed


@pytest.mark.parametrize("task", list(Task))
def test_a_new_plugin_of_every_task_passes(task: Task, tmp_path: Path) -> None:
    folder = tmp_path / f"new_{task}"
    write_plugin(folder, task)
    report = checked(folder)
    assert report.passed, failures(report)
    assert not [check for check in report.checks if check.status is Status.WARNING]


def test_values_from_0_to_255_are_worth_a_warning(tmp_path: Path) -> None:
    code = """
    class It(Filter):
        def run(self, image, params, job):
            return image * 255
    """
    report = checked(write_small_plugin(tmp_path / "is_too_bright", code))
    (warning,) = [check for check in report.checks if check.status is Status.WARNING]
    assert (warning.check, report.passed) == ("result", True)
    assert "Divide by 255" in warning.fix


def test_a_refusal_in_a_sentence_is_told(tmp_path: Path) -> None:
    code = """
    class It(Filter):
        def run(self, image, params, job):
            if image.shape[2] < 4:
                raise CannotRun("It needs four rows.")
            return image
    """
    report = checked(write_small_plugin(tmp_path / "needs_rows", code))
    (warning,) = [check for check in report.checks if check.status is Status.WARNING]
    assert warning.check == "sizes"
    assert warning.explanation.startswith("1 × 1: it refuses, with “It needs four rows.”")


def test_what_differs_between_processes_is_found(tmp_path: Path) -> None:
    code = """
    class It(Filter):
        def run(self, image, params, job):
            return image * 0.5 + 0.1 * (os.getpid() % 97) / 97
    """
    folder = write_small_plugin(tmp_path / "knows_its_process", code)
    (found,) = failures(checked(folder, launch=WorkerProcess))
    assert found.check == "other process"
    assert "process id" in found.fix


REAL = [
    # plugin, check, its explanation, its fix
    ("missing_module", "loads", "(model.py, line 3)", "a_library_that_is_not_there"),
    ("segfaults", "result", "It was ended by signal 11. (model.py, line 11)", "Code outside Python"),
]


@pytest.mark.parametrize(("name", "check", "explanation", "fix"), REAL, ids=[row[0] for row in REAL])
def test_a_faulty_plugin_is_explained(name: str, check: str, explanation: str, fix: str) -> None:
    (found,) = failures(checked(FOLDER / name, launch=WorkerProcess))
    assert found.check == check
    assert explanation in found.explanation
    assert fix in found.fix


def test_the_sample_passes_in_its_real_worker() -> None:
    before = {path.name: path.read_bytes() for path in SAMPLE.iterdir() if path.is_file()}
    told: list[float] = []
    report = check_folder(SAMPLE, Places.find(), Watch(lambda done, _: told.append(done)), limits=SMALL)
    assert report.passed, failures(report)
    assert (report.plugin, report.version) == ("org.example.tiny-denoise", "1.0.0")
    assert told == sorted(told)
    assert before == {path.name: path.read_bytes() for path in SAMPLE.iterdir() if path.is_file()}


@pytest.mark.slow
def test_packages_are_installed_for_the_checks_beside_a_copy(tmp_path: Path) -> None:
    code = """
    import shade_of_gray

    class It(Filter):
        def run(self, image, params, job):
            return image * float(shade_of_gray.VERSION) / 2
    """
    top = 'requires = { packages = ["shade_of_gray>=1"] }'
    folder = write_small_plugin(tmp_path / "brings_a_wheel", code, top=top)
    made = wheel(folder / "wheels", "shade_of_gray")
    digest = hashlib.sha256(made.read_bytes()).hexdigest()
    (folder / "wheels" / "SHA256SUMS").write_text(f"{digest}  {made.name}\n", "utf-8")
    before = sorted(folder.rglob("*"))
    report = checked(folder, launch=WorkerProcess)
    assert report.passed, failures(report)
    (packages,) = [check for check in report.checks if check.check == "packages"]
    assert packages.explanation == "Installed for the checks: shade_of_gray>=1."
    assert sorted(folder.rglob("*")) == before


def test_packages_that_conflict_with_ours_are_named(tmp_path: Path) -> None:
    top = 'requires = { packages = ["numpy<1"] }'
    folder = write_small_plugin(tmp_path / "wants_the_past", "class It(Filter): ...", top=top)
    (found,) = failures(checked(folder))
    assert found.check == "packages"
    assert "numpy<1" in found.explanation


def test_nothing_is_fetched_that_nobody_agreed_to(tmp_path: Path) -> None:
    top = 'requires = { packages = ["a-package-of-nobody>=1"] }'
    folder = write_small_plugin(tmp_path / "wants_more", "class It(Filter): ...", top=top)
    (found,) = failures(checked(folder))
    assert found.check == "packages"
    assert found.explanation == "It needs a-package-of-nobody>=1, which would have to be fetched."
    assert found.fix.startswith("Check again with --yes to agree to the download")
