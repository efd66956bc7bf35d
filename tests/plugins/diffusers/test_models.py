"""Tiny pipelines with random weights, run as imagetool runs them; they need the diffusers library."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from imagetool.core.geometry import Size
from imagetool.plugin import Cancelled, CannotRun, Generator, Inpainter, Params, Task, Weights
from plugins.diffusers.loader import Pipelines
from tests.fakes.models import FakeJob
from tests.plugins.diffusers.ldm_names import write_single_file
from tests.plugins.diffusers.made_pipelines import TOKENS, Made, merges, vocabulary

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # the library's own
CPU = torch.device("cpu")
SIZE = Size(64, 64)


class SeededJob(FakeJob):
    """A job with a seed, which may be stopped the n-th time that it is asked."""

    def __init__(self, seed: int = 1, stop_at: int = 0) -> None:
        super().__init__()
        self._seed, self._stop_at, self.asked = seed, stop_at, 0

    def generator(self) -> torch.Generator:
        """A generator of the seed."""
        return torch.Generator().manual_seed(self._seed)

    def check(self) -> None:
        """Raises at the n-th time."""
        self.asked += 1
        if self.asked == self._stop_at:
            raise Cancelled


class Installed:
    """What the loader has made of a folder, and its models, loaded."""

    def __init__(self, source: Path, tmp_path: Path) -> None:
        self.target = tmp_path / f"{source.name} installed"
        self.target.mkdir()
        inspection = Pipelines().inspect(source, self.target, FakeJob())
        self.tables = {str(table["task"]): table for table in inspection.models}

    def params(self, task: Task, given: dict[str, Any]) -> Params:
        """The form's own values, few steps, and what is given."""
        defaults = {row["id"]: row["default"] for row in self.tables[task]["param"]}
        return Params(defaults | {"steps": 3} | given)

    def model(self, task: Task) -> Any:
        """The model of a task."""
        paths = {row["file"]: self.target / row["file"] for row in self.tables[task]["weights"]}
        model = Pipelines().model(task)
        model.load(Weights(paths), CPU)
        return model

    def pictures(self, size: Size = SIZE, count: int = 1, job: FakeJob | None = None, **given: Any) -> Tensor:
        """Makes pictures."""
        model, params = self.model(Task.GENERATE), self.params(Task.GENERATE, given)
        assert isinstance(model, Generator)
        with torch.inference_mode():
            return model.run(size, count, params, job or SeededJob())

    def filled(self, image: Tensor, hole: Tensor, job: FakeJob | None = None, **given: Any) -> Tensor:
        """Fills a hole."""
        model, params = self.model(Task.INPAINT), self.params(Task.INPAINT, given)
        assert isinstance(model, Inpainter)
        with torch.inference_mode():
            return model.run(image, hole, params, job or SeededJob())


def is_picture(image: Tensor, *shape: int) -> bool:
    finite = bool(torch.isfinite(image).all())
    return image.shape == shape and finite and float(image.min()) >= 0 and float(image.max()) <= 1


PIPELINES = ["text", "xl", "pixels", "gray", "opacity", "pndm", "latents"]


def folder_of(made: Made, name: str) -> Path:
    match name:
        case "text":
            return made.text()
        case "xl":
            return made.xl()
        case "gray":
            return made.pixels(1, "DDIM")
        case "opacity":
            return made.pixels(4)
        case "pndm":
            return made.pixels(3, "PNDM")
        case "latents":
            return made.latents()
    return made.pixels()


@pytest.mark.parametrize("name", PIPELINES)
def test_pictures_out_of_a_seed(made: Made, tmp_path: Path, name: str) -> None:
    installed = Installed(folder_of(made, name), tmp_path)
    job = SeededJob(7)
    two = installed.pictures(Size(67, 50), 2, job)
    assert is_picture(two, 2, 4 if name == "opacity" else 3, 50, 67)
    assert not torch.equal(two[0], two[1])
    again = installed.pictures(Size(67, 50), 1, SeededJob(7))
    assert torch.equal(again[0], two[0]), "the same seed gives the same bytes, however many follow"
    assert not torch.equal(installed.pictures(Size(67, 50), 1, SeededJob(8))[0], two[0])
    shares = [share for share, _ in job.progressed]
    assert len(shares) >= 2 * 3
    assert shares == sorted(shares)
    if name != "latents":
        assert len(job.previews) >= 3, "one each step of the first picture"
        assert all(is_picture(preview, 1, 3, *preview.shape[-2:]) for preview in job.previews)


@pytest.mark.parametrize("name", ["pixels", "text"])
@pytest.mark.parametrize("size", [Size(1, 1), Size(7, 200)], ids=str)
def test_any_size(made: Made, tmp_path: Path, name: str, size: Size) -> None:
    assert is_picture(Installed(folder_of(made, name), tmp_path).pictures(size), 1, 3, size.height, size.width)


@pytest.mark.parametrize("name", ["pixels", "latents", "text"])
def test_stopping_at_any_moment(made: Made, tmp_path: Path, name: str) -> None:
    installed = Installed(folder_of(made, name), tmp_path)
    whole = SeededJob()
    installed.pictures(job=whole)
    assert whole.asked > 3 * 10, "it is asked many times within a step"
    for stop_at in (1, whole.asked // 2, whole.asked):
        job = SeededJob(stop_at=stop_at)
        with pytest.raises(Cancelled):
            installed.pictures(job=job)
        assert job.asked == stop_at


def test_the_words_matter(made: Made, tmp_path: Path) -> None:
    installed = Installed(made.text(), tmp_path)
    red, green = (installed.pictures(prompt=f"a {colour} cat") for colour in ("red", "green"))
    assert not torch.equal(red, green)
    assert not torch.equal(red, installed.pictures(prompt="a red cat", negative="dog"))
    assert not torch.equal(red, installed.pictures(prompt="a red cat", guidance=1.0))
    assert is_picture(installed.pictures(prompt="cat " * 200), 1, 3, 64, 64)


@pytest.fixture
def picture() -> tuple[Tensor, Tensor]:
    """A picture and its hole, neither of a size that the network likes."""
    image = torch.rand(1, 3, 45, 61, generator=torch.Generator().manual_seed(3))
    hole = torch.zeros(1, 1, 45, 61, dtype=torch.bool)
    hole[..., 10:30, 20:41] = True
    return image, hole


@pytest.mark.parametrize("name", ["text", "inpainting", "xl"])
def test_holes_are_filled(made: Made, tmp_path: Path, picture: tuple[Tensor, Tensor], name: str) -> None:
    installed = Installed(made.text(inpainting=True) if name == "inpainting" else folder_of(made, name), tmp_path)
    image, hole = picture
    before = image.clone()
    job = SeededJob()
    result = installed.filled(image, hole, job)
    assert is_picture(result, 1, 3, 45, 61)
    assert torch.equal(image, before)
    assert torch.equal(installed.filled(image, hole), result)
    assert not torch.equal(installed.filled(image, hole, prompt="blue dog"), result)
    assert not torch.equal(installed.filled(image, hole, SeededJob(2)), result)
    assert is_picture(installed.filled(image, hole, strength=0.05), 1, 3, 45, 61)
    assert len(job.previews) == 3
    assert all(is_picture(preview, 1, 3, *preview.shape[-2:]) for preview in job.previews)


def test_at_strength_one_the_old_content_does_not_matter(
    made: Made, tmp_path: Path, picture: tuple[Tensor, Tensor]
) -> None:
    """Of a network that is given the picture without its hole."""
    installed = Installed(made.text(inpainting=True), tmp_path)
    image, hole = picture
    inner = torch.zeros_like(hole)
    inner[..., 14:26, 24:37] = True  # at its edge, the resized picture mixes old and known
    other = torch.where(inner, 1 - image, image)
    one, two = (installed.filled(it, hole, side=64)[:, :, 16:24, 26:35] for it in (image, other))
    torch.testing.assert_close(one, two, rtol=0, atol=1e-4)
    half = [installed.filled(it, hole, side=64, strength=0.5)[:, :, 16:24, 26:35] for it in (image, other)]
    assert float((half[0] - half[1]).abs().max()) > 1e-3


def test_a_network_for_holes_makes_no_pictures(made: Made, tmp_path: Path) -> None:
    assert set(Installed(made.text(inpainting=True), tmp_path).tables) == {"inpaint"}
    assert set(Installed(made.text(), tmp_path).tables) == {"generate", "inpaint"}


def test_a_checkpoint_in_its_folder_gives_the_same_pictures(made: Made, tmp_path: Path) -> None:
    source = shutil.copytree(made.text(), tmp_path / "single")
    write_single_file(source, source / "tiny.safetensors")
    for part in ("unet", "vae", "text_encoder"):
        for path in (source / part).glob("*.safetensors"):
            path.unlink()
    expected = Installed(made.text(), tmp_path).pictures(prompt="a red cat")
    assert torch.equal(Installed(source, tmp_path).pictures(prompt="a red cat"), expected)


def test_a_folder_as_it_was_written_years_ago_gives_the_same_pictures(made: Made, tmp_path: Path) -> None:
    source = shutil.copytree(made.text(), tmp_path / "old")
    aged(source)
    expected = Installed(made.text(), tmp_path).pictures(prompt="a red cat")
    assert torch.equal(Installed(source, tmp_path).pictures(prompt="a red cat"), expected)


def aged(folder: Path) -> None:
    """Pickled weights, former names of tensors, a safety checker, and a tokenizer in two files."""
    text = folder / "text_encoder" / "model.safetensors"
    named = {f"text_model.{name.removeprefix('text_model.')}": value for name, value in load_file(text).items()}
    torch.save(
        named | {"text_model.embeddings.position_ids": torch.arange(TOKENS)[None]},
        text.with_name("pytorch_model.bin"),
    )
    text.unlink()
    vae = folder / "vae" / "diffusion_pytorch_model.safetensors"
    former = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    renamed = load_file(vae)
    for new, old in former.items():
        renamed = {name.replace(new, old): value for name, value in renamed.items()}
    torch.save({"state_dict": renamed}, vae.with_suffix(".bin"))
    vae.unlink()
    (folder / "tokenizer" / "tokenizer.json").unlink()
    (folder / "tokenizer" / "vocab.json").write_text(json.dumps(vocabulary()))
    (folder / "tokenizer" / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges()) + "\n")
    index = folder / "model_index.json"
    checker = {"safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"]}
    index.write_text(json.dumps(json.loads(index.read_text()) | checker))


def test_weights_that_do_not_fit_are_refused_in_a_sentence(made: Made, tmp_path: Path) -> None:
    source = shutil.copytree(made.text(), tmp_path / "wrong")
    path = source / "unet" / "diffusion_pytorch_model.safetensors"
    whole = load_file(path)
    kept = {name: value for name, value in whole.items() if not name.startswith("conv_in")}
    save_file(kept, path, {"format": "pt"})
    with pytest.raises(CannotRun, match=r"^The weights of the unet lack 2 tensors, such as conv_in\.bias, c"):
        Installed(source, tmp_path).pictures()
    save_file(kept | {"conv_in.bias": torch.zeros(5), "conv_in.weight": torch.zeros(5)}, path, {"format": "pt"})
    shutil.rmtree(tmp_path / "wrong installed")
    with pytest.raises(CannotRun, match=r"^The weights of the unet do not fit its settings \("):
        Installed(source, tmp_path).pictures()


def test_a_library_that_cannot_be_imported_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "diffusers.py").write_text("import not_there")
    code = """
import sys
sys.path[:0] = sys.argv[1:]
from plugins.diffusers.library import library
try:
    library("diffusers")
except Exception as error:
    print(type(error).__name__, error)
"""
    arguments = [sys.executable, "-I", "-c", code, str(tmp_path), str(ROOT)]
    said = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout
    assert said == (
        "CannotRun The diffusers library cannot be used (No module named 'not_there'); install its packages "
        "again.\n"
    )
