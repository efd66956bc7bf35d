"""What the loader makes of a folder, and what it refuses; the diffusers library is not needed for that."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from imagetool.plugin import CannotRun, Inspection, NotMine, Task
from imagetool.plugin.errors import Cancelled, Problem
from imagetool.plugin.model_entry import ModelEntry, read_model
from imagetool.plugin.tables import TableReader
from plugins.diffusers.loader import Pipelines
from tests.fakes.models import FakeJob
from tests.plugins.diffusers.plain_folder import INDEX, UNET, changed, plain_folder, write

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound folder."""
    return plain_folder(tmp_path / "Plain Model")


def inspected(folder: Path, job: FakeJob | None = None) -> tuple[Inspection, Path]:
    target = folder.parent / "target"
    target.mkdir()
    return Pipelines().inspect(folder, target, job or FakeJob()), target


def entry(table: dict[str, Any]) -> ModelEntry:
    """As imagetool reads it once it has filled in the rest."""
    weights = [{**file, "sha256": "0" * 64, "size": 1} for file in table["weights"]]
    problems: list[Problem] = []
    whole = {**table, "loader": "imagetool.diffusers/pipeline", "weights": weights}
    made = read_model(TableReader(whole, "", problems), has_code=False)
    assert problems == []
    return made


def test_a_folder_becomes_a_model_with_a_form(folder: Path) -> None:
    (folder / "README.md").write_text("---\nlanguage: en\nlicense: apache-2.0\n---\n# Plain\n")
    found, _ = inspected(folder)
    assert (found.name, found.license) == ("Plain Model", "apache-2.0")
    assert found.summary == "A DDPM of the diffusers library."
    (table,) = found.models
    made = entry(dict(table))
    assert made.task is Task.GENERATE
    assert made.tile.size == 32, "the least that a form shows"
    assert [(it.id, it.default) for it in made.parameters] == [("steps", 250)]


def test_only_what_is_needed_is_copied_as_plain_data(folder: Path) -> None:
    (folder / "pipeline.py").write_text("raise SystemExit")
    (folder / "unet" / "optimizer.bin").write_bytes(b"much")
    found, target = inspected(folder)
    files = sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file())
    assert files == [INDEX, "scheduler/scheduler_config.json", "unet/config.json", UNET]
    assert [file["file"] for file in found.models[0]["weights"]] == files
    assert "_name_or_path" not in json.loads((target / "unet" / "config.json").read_text())
    assert json.loads((target / INDEX).read_text()) == {
        "_class_name": "DDPMPipeline",
        "unet": ["diffusers", "UNet2DModel"],
        "scheduler": ["diffusers", "DDPMScheduler"],
    }


def test_pickled_weights_and_parts_become_one_safetensors_file(folder: Path) -> None:
    (folder / UNET).unlink()
    torch.save(
        {"state_dict": {"module.a": torch.ones(2), "module.b": torch.zeros(3)}},
        (folder / UNET).with_suffix(".bin"),
    )
    _, target = inspected(folder)
    assert {name: len(value) for name, value in load_file(target / UNET).items()} == {"a": 2, "b": 3}


def test_weights_in_parts_are_put_together(folder: Path) -> None:
    (folder / UNET).unlink()
    names = (
        "diffusion_pytorch_model-00001-of-00002.safetensors",
        "diffusion_pytorch_model-00002-of-00002.safetensors",
    )
    for name, key in zip(names, "ab", strict=True):
        save_file({key: torch.ones(2)}, folder / "unet" / name)
    parts = {"weight_map": dict(zip("ab", names, strict=True))}
    write(folder / "unet" / "diffusion_pytorch_model.safetensors.index.json", parts)
    _, target = inspected(folder)
    assert set(load_file(target / UNET)) == {"a", "b"}


def test_half_floats_are_taken_where_there_is_nothing_better(folder: Path) -> None:
    (folder / UNET).rename(folder / "unet" / "diffusion_pytorch_model.fp16.safetensors")
    _, target = inspected(folder)
    assert (target / UNET).exists()


def test_the_library_is_not_imported_to_look_into_a_folder(folder: Path) -> None:
    code = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from plugins.diffusers.loader import Pipelines
from tests.fakes.models import FakeJob
Path(sys.argv[3]).mkdir()
Pipelines().inspect(Path(sys.argv[2]), Path(sys.argv[3]), FakeJob())
sys.exit(bool({"diffusers", "transformers", "huggingface_hub"} & set(sys.modules)))
"""
    arguments = [str(ROOT), str(folder), str(folder.parent / "target")]
    subprocess.run([sys.executable, "-I", "-c", code, *arguments], check=True)


def test_it_can_be_stopped(folder: Path) -> None:
    with pytest.raises(Cancelled):
        inspected(folder, FakeJob(cancelled=True))


class Evil:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self._path,))


def linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


Change = Callable[[Path], object]

WRONG: list[tuple[str, Change, str]] = [
    ("no JSON", lambda it: (it / INDEX).write_text("{"), "“Plain Model/model_index.json” is not valid JSON."),
    ("a list", lambda it: write(it / INDEX, []), "“Plain Model/model_index.json” holds no table."),
    (
        "twice",
        lambda it: (it / INDEX).write_text('{"unet": 1, "unet": 2}'),
        "“Plain Model/model_index.json” says “unet” twice.",
    ),
    (
        "no number",
        lambda it: (it / "unet/config.json").write_text('{"a": NaN}'),
        "“unet/config.json” holds NaN, which is no number.",
    ),
    (
        "deep",
        lambda it: (it / INDEX).write_text("[" * 99_999),
        "“Plain Model/model_index.json” is not valid JSON.",
    ),
    (
        "a pointer",
        lambda it: (it / INDEX).write_text("version https://git-lfs.github.com/spec/v1\n"),
        "“Plain Model/model_index.json” is a pointer of Git LFS; fetch the files with “git lfs pull”.",
    ),
    (
        "a pipeline with code",
        lambda it: changed(it / INDEX, _class_name=["pipeline", "Mine"]),
        "“Plain Model” brings code of its own for its pipeline, which is not run.",
    ),
    (
        "an unknown pipeline",
        lambda it: changed(it / INDEX, _class_name="FluxPipeline"),
        "“Plain Model” is a FluxPipeline, which is not known here; known are DDIMPipeline,",
    ),
    (
        "an unknown class",
        lambda it: changed(it / INDEX, unet=["diffusers", "FluxTransformer2DModel"]),
        "The unet of “Plain Model” is a diffusers.FluxTransformer2DModel, which is not known",
    ),
    (
        "a module of its own",
        lambda it: changed(it / INDEX, unet=["os", "UNet2DModel"]),
        "The unet of “Plain Model” is a os.UNet2DModel, which is not known here; known are UNet2DModel,",
    ),
    ("no part", lambda it: changed(it / INDEX, unet=None), "“Plain Model” has no unet, which its pipeline needs."),
    (
        "an odd part",
        lambda it: changed(it / INDEX, unet="UNet2DModel"),
        "“Plain Model” says of its unet neither a library nor a class.",
    ),
    (
        "something else",
        lambda it: changed(it / INDEX, lora=["diffusers", "Lora"]),
        "“Plain Model” has lora in its index, which is not known here.",
    ),
    (
        "code for a part",
        lambda it: changed(it / "unet/config.json", auto_map={"AutoModel": "x.Y"}),
        "“unet/config.json” asks for code of its own to be run (“auto_map”), which is not done.",
    ),
    (
        "quantised",
        lambda it: changed(it / "unet/config.json", quantization_config={}),
        "“unet/config.json” describes quantised weights, which are not read here; use the full ones.",
    ),
    (
        "another class",
        lambda it: changed(it / "unet/config.json", _class_name="VQModel"),
        "“unet/config.json” is of a VQModel, where a UNet2DModel is expected.",
    ),
    ("no settings", lambda it: (it / "unet/config.json").unlink(), "“unet/config.json” is missing."),
    (
        "a linked file",
        lambda it: linked(it / UNET),
        "“unet/diffusion_pytorch_model.safetensors” is a link; copy the folder together with what its links",
    ),
    (
        "a linked folder",
        lambda it: linked(it / "unet"),
        "“unet/config.json” is a link; copy the folder together with what its links point to.",
    ),
    (
        "no weights",
        lambda it: (it / UNET).unlink(),
        "The unet of “Plain Model” has no weights; copy the whole folder.",
    ),
    (
        "cut off",
        lambda it: (it / UNET).write_bytes((it / UNET).read_bytes()[:-4]),
        "“diffusion_pytorch_model.safetensors”",
    ),
    (
        "parts elsewhere",
        lambda it: write(it / f"{UNET}.index.json", {"weight_map": {"a": "../a.safetensors"}}),
        "“unet/diffusion_pytorch_model.safetensors.index.json” does not name the parts of its weights.",
    ),
    (
        "no size",
        lambda it: changed(it / "unet/config.json", sample_size=None),
        "The sample_size of “Plain Model” is None, not a whole number from 1 to 4096.",
    ),
    (
        "impossible size",
        lambda it: changed(it / "unet/config.json", sample_size=10**9),
        "The sample_size of “Plain Model” is 1000000000, not a whole number from 1 to 4096.",
    ),
    (
        "many channels",
        lambda it: changed(it / "unet/config.json", in_channels=5),
        "The pictures of “Plain Model” have 5 channels; 1, 3 and 4 are known here.",
    ),
    (
        "classes",
        lambda it: changed(it / "unet/config.json", num_class_embeds=10),
        "“Plain Model” makes pictures of classes by their numbers, which is not known here.",
    ),
]


@pytest.mark.parametrize(("change", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_wrong_folder_is_refused_in_a_sentence(folder: Path, change: Change, said: str) -> None:
    change(folder)
    with pytest.raises(CannotRun) as caught:
        inspected(folder)
    assert str(caught.value).startswith(said)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("name", ["diffusion_pytorch_model.bin", "diffusion_pytorch_model.safetensors"])
def test_code_in_pickled_weights_is_not_run(folder: Path, name: str) -> None:
    canary = folder.parent / "canary"
    (folder / UNET).unlink()
    (folder / "unet" / name).write_bytes(pickle.dumps({"a": Evil(canary)}, protocol=2))
    with pytest.raises(CannotRun):
        inspected(folder)
    assert not canary.exists()


def test_another_folder_is_left_to_others(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(
        NotMine, match=r"“other” has no model_index\.json, so it is no folder of the diffusers library\."
    ):
        inspected(tmp_path / "other")


def checkpoint(path: Path, **tensors: torch.Tensor) -> Path:
    first = {"model.diffusion_model.input_blocks.0.0.weight": tensors.pop("first", torch.zeros(320, 4, 3, 3))}
    keys = {"model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": tensors.pop("key")}
    save_file(first | keys | tensors, path)
    return path


ALONE = [
    ("Stable Diffusion 1", 4, 768),
    ("Stable Diffusion 1 inpainting", 9, 768),
    ("Stable Diffusion 2", 4, 1024),
    ("Stable Diffusion XL", 4, 2048),
    ("diffusion", 4, 99),
]


@pytest.mark.parametrize(("what", "channels", "width"), ALONE, ids=[row[0] for row in ALONE])
def test_a_checkpoint_alone_is_recognised_and_asked_to_come_with_its_folder(
    tmp_path: Path, what: str, channels: int, width: int
) -> None:
    path = checkpoint(tmp_path / "a.safetensors", first=torch.zeros(8, channels, 3, 3), key=torch.zeros(8, width))
    with pytest.raises(CannotRun) as caught:
        Pipelines().inspect(path, tmp_path, FakeJob())
    assert str(caught.value) == (
        f"“a.safetensors” is a {what} checkpoint without its settings and the words of its tokenizer; put it into "
        "its folder of the diffusers library, beside model_index.json, and choose that folder."
    )


def test_a_checkpoint_of_something_else_is_left_to_others(tmp_path: Path) -> None:
    save_file({"conv.weight": torch.zeros(2)}, tmp_path / "a.safetensors")
    with pytest.raises(NotMine, match=r"“a\.safetensors” does not hold a whole diffusion model\."):
        Pipelines().inspect(tmp_path / "a.safetensors", tmp_path, FakeJob())


def test_other_tasks_are_not_made() -> None:
    with pytest.raises(CannotRun, match="A pipeline of the diffusers library cannot segment"):
        Pipelines().model(Task.SEGMENT)
