from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from imagetool.kit.checkpoints import read_checkpoint
from imagetool.plugin import Cancelled, CannotRun, Inspection, Manifest, NotMine, PluginError
from plugins.spandrel.architectures import recognised
from plugins.spandrel.checkpoints import FILE, Checkpoints
from plugins.spandrel.traits import parameters_of, traits_of
from tests.fakes.foreign_files import SUFFIXES, Trap, assert_same, from_cuda, saved, weights, written
from tests.fakes.foreign_networks import state_of
from tests.fakes.models import FakeJob

pytestmark = pytest.mark.filterwarnings("ignore:torch.meshgrid")  # a network of spandrel calls it the old way


def inspected(tmp_path: Path, content: object, name: str = "net.pth") -> tuple[Inspection, Path]:
    source = written(tmp_path, content if isinstance(content, bytes) else saved(content), name)
    target = tmp_path / "target"
    target.mkdir()
    return Checkpoints().inspect(source, target, FakeJob()), target / FILE


def table_of(tmp_path: Path, network: str, file_name: str = "net.pth") -> dict[str, Any]:
    found, _ = inspected(tmp_path, state_of(network), file_name)
    return dict(found.models[0])


KINDS: list[tuple[str, str, str, str, str]] = [
    ("ESRGAN", "4x_net.pth", "upscale", "esrgan-x4", "ESRGAN, 4 times larger, 0.4 M parameters"),
    (
        "Compact",
        "net.pth",
        "upscale",
        "realesrgan-compact-x2",
        "RealESRGAN Compact, 2 times larger, 2.3 k parameters",
    ),
    ("SPAN", "net.pth", "upscale", "span-x4", "SPAN, 4 times larger, 66.9 k parameters"),
    ("SwinIR", "net.pth", "upscale", "swinir-x2", "SwinIR, 2 times larger, 7.8 k parameters"),
    ("gray ESRGAN", "net.pth", "upscale", "esrgan-x2", "ESRGAN, 2 times larger, 0.4 M parameters"),
    ("ESRGAN with opacity", "net.pth", "upscale", "esrgan-x2", "ESRGAN, 2 times larger, 0.4 M parameters"),
    ("ESRGAN 1x", "1x_DeJPG.pth", "filter", "esrgan-filter", "ESRGAN, keeps the size, 0.4 M parameters"),
    ("ESRGAN 1x", "1x_Denoise.pth", "denoise", "esrgan-denoise", "ESRGAN, takes noise away, 0.4 M parameters"),
    ("DnCNN", "net.pth", "denoise", "dncnn-denoise", "DnCNN, takes noise away, 4.2 k parameters"),
    ("DRUNet", "net.pth", "denoise", "drunet-denoise", "DRUNet, takes noise away, 41.0 k parameters"),
    ("NAFNet", "NAFNet-SIDD.pth", "denoise", "nafnet-denoise", "NAFNet, takes noise away, 19.9 k parameters"),
    ("SCUNet", "net.pth", "denoise", "scunet-denoise", "SCUNet, takes noise away, 5.5 M parameters"),
    ("NAFNet", "NAFNet-GoPro.pth", "filter", "nafnet-filter", "NAFNet, keeps the size, 19.9 k parameters"),
]


@pytest.mark.parametrize(("network", "file", "task", "model", "summary"), KINDS)
def test_a_checkpoint_becomes_a_model_of_the_right_task(
    network: str, file: str, task: str, model: str, summary: str
) -> None:
    described, _ = recognised(state_of(network))
    traits = traits_of(described, Path(file))
    assert (traits.task, traits.id, traits.summary) == (task, model, summary)
    form = parameters_of(described, traits.task)
    assert [parameter["id"] for parameter in form][:1] == ([] if task == "upscale" else ["strength"])


@pytest.mark.parametrize(
    ("network", "multiple", "precisions"),
    [("DRUNet", 8, ["fp32", "bf16"]), ("Compact", 1, ["fp32", "bf16"]), ("SPAN", 1, ["fp32"])],
)
def test_tiles_and_precisions_are_those_of_the_network(
    tmp_path: Path, network: str, multiple: int, precisions: list[str]
) -> None:
    table = table_of(tmp_path, network)
    assert table["tile"]["multiple_of"] == multiple
    assert table["tile"]["size"] % 16 == 0
    assert 8 <= table["tile"]["overlap"] <= table["tile"]["size"] // 2
    assert table["precisions"] == precisions
    assert "whole" not in table
    assert table["weights"] == [{"file": FILE}]


def test_the_models_that_are_told_the_noise_level_ask_for_it(tmp_path: Path) -> None:
    assert [form["id"] for form in table_of(tmp_path, "FDnCNN")["param"]] == ["strength", "noise_level"]


def test_what_is_found_is_valid_in_a_manifest(tmp_path: Path) -> None:
    table = table_of(tmp_path, "DRUNet")
    form = "\n".join(
        "[[model.param]]\n" + "\n".join(f"{key} = {value!r}" for key, value in parameter.items())
        for parameter in table["param"]
    )
    tile = ", ".join(f"{key} = {value}" for key, value in table["tile"].items())
    text = f"""
        manifest = 1
        id = "org.example.pack"
        version = "1.0"
        name = "{table["name"]}"
        license = "unknown"
        kind = "weights"
        [[model]]
        id = "{table["id"]}"
        name = "{table["name"]}"
        task = "{table["task"]}"
        summary = "{table["summary"]}"
        loader = "imagetool.spandrel/checkpoint"
        tile = {{ {tile} }}
        precisions = {table["precisions"]}
        weights = [{{ file = "{FILE}", sha256 = "{"0" * 64}", size = 1 }}]
        {form}
    """
    assert Manifest.parse(text, "test").models[0].tile.multiple_of == 8


NAMES = [
    ("4x_foo-Bar.pth", "4x foo-Bar"),
    ("swift_srgan_4x.pth.tar", "swift srgan 4x"),
    ("net.PTH", "net"),
    (".pth", ".pth"),
    ("a\nb<i>.ckpt", "a b<i>"),
    ("x" * 100 + ".bin", "x" * 60),
]


@pytest.mark.parametrize(("file", "name"), NAMES)
def test_the_name_is_the_files_own_without_endings(tmp_path: Path, file: str, name: str) -> None:
    found, _ = inspected(tmp_path, state_of("Compact"), file)
    assert found.name == found.models[0]["name"] == name
    assert found.license == "unknown"


def test_a_licence_in_the_file_is_handed_on(tmp_path: Path) -> None:
    from safetensors.torch import save

    found, _ = inspected(
        tmp_path, save(state_of("Compact"), {"modelspec.license": "CC-BY-4.0"}), "net.safetensors"
    )
    assert found.license == "CC-BY-4.0"


def prefixed(prefix: str, state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {prefix + name: value for name, value in state.items()}


Wrap = Callable[[dict[str, Tensor]], object]

WRAPPED: list[tuple[str, Wrap]] = [
    ("params_ema", lambda state: {"params": prefixed("x.", state), "params_ema": state}),
    ("state_dict", lambda state: {"state_dict": state, "epoch": 3}),
    ("model", lambda state: {"model": state}),
    ("module.", lambda state: prefixed("module.", state)),
    ("model.", lambda state: prefixed("model.", state)),
    ("netG.module.", lambda state: prefixed("netG.module.", state)),
    ("lightning", lambda state: {"state_dict": prefixed("generator.", state) | prefixed("vgg.", weights())}),
    ("legacy", lambda state: saved(state, legacy=True)),
    ("CUDA", lambda state: from_cuda(saved(state))),
    ("legacy CUDA", lambda state: from_cuda(saved(state, legacy=True))),
]


@pytest.mark.parametrize("wrap", [row[1] for row in WRAPPED], ids=[row[0] for row in WRAPPED])
@pytest.mark.parametrize("network", ["Compact", "ESRGAN", "DnCNN"])
def test_wrapped_checkpoints_load(tmp_path: Path, network: str, wrap: Wrap) -> None:
    state = state_of(network)
    content = wrap(state)
    source = written(tmp_path, content if isinstance(content, bytes) else saved(content))
    described, named = recognised(read_checkpoint(source))
    assert_same(named, state)
    assert all(value.dtype == torch.float32 for value in described.model.state_dict().values())


def test_half_floats_stay_half_floats_in_the_file_and_are_computed_in_whole_ones(tmp_path: Path) -> None:
    state = {name: value.half() for name, value in state_of("Compact").items()}
    _, file = inspected(tmp_path, state)
    assert_same(read_checkpoint(file), state)
    described, _ = recognised(read_checkpoint(file))
    assert {value.dtype for value in described.model.state_dict().values()} == {torch.float32}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_ending_does_not_matter(tmp_path: Path, suffix: str) -> None:
    found, _ = inspected(tmp_path, state_of("Compact"), f"net{suffix}")
    assert found.summary.startswith("RealESRGAN Compact")


def linear(*sizes: int) -> dict[str, Tensor]:
    network = nn.Sequential(*(nn.Linear(a, b) for a, b in itertools.pairwise(sizes)))
    return dict(network.state_dict())


def with_wrong_shapes() -> dict[str, Tensor]:
    state = state_of("Compact")
    return state | {"body.2.weight": torch.zeros(5, 8, 3, 3)}


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:7485942d\nsize 131354118\n"

REFUSED: list[tuple[str, Callable[[Path], object], type[PluginError], str]] = [
    (
        "unknown",
        lambda folder: weights(),
        NotMine,
        (
            "holds weights of an architecture that is not known: its tensors begin with “conv.weight”, "
            "“conv.bias”, “norm.num_batches_tracked”."
        ),
    ),
    (
        "guessed",
        lambda folder: linear(64, 256, 784),
        NotMine,
        (
            "holds weights of an architecture that is not known: it looks like a generator or classifier of fully "
            "connected layers, from 64 to 784 numbers; its tensors begin with “0.weight”, “0.bias”, “1.weight”."
        ),
    ),
    (
        "RFDN",
        lambda folder: {"fea_conv.weight": torch.zeros(3, 3, 3, 3), "B1.c1_d.weight": torch.zeros(2, 3, 1, 1)},
        NotMine,
        (
            "holds weights of an architecture that is not known: it looks like RFDN, which enlarges pictures; its "
            "tensors begin with “fea_conv.weight”, “B1.c1_d.weight”."
        ),
    ),
    (
        "nearly",
        lambda folder: with_wrong_shapes(),
        NotMine,
        (
            "holds weights of an architecture that is not known: its names are those of RealESRGAN Compact, but "
            "its shapes are not."
        ),
    ),
    (
        "ONNX",
        lambda folder: b"\x08\x07\x12\x07pytorch" + bytes(99),
        NotMine,
        "is an ONNX model, not a checkpoint.",
    ),
    (
        "pointer",
        lambda folder: LFS,
        CannotRun,
        (
            "is not the weights but a Git LFS pointer to them: run “git lfs pull”, or download the file itself "
            "from the page of its repository."
        ),
    ),
    (
        "code",
        lambda folder: {"params": state_of("Compact"), "x": Trap(folder / "canary")},
        CannotRun,
        (
            "is a pickle that would call “posix.system” when it is opened, so it was not opened: ask its author "
            "for the weights alone, best as safetensors."
        ),
    ),
    (
        "channels",
        lambda folder: state_of("two channels"),
        CannotRun,
        "makes 2 channels out of 2 (ESRGAN); pictures have one, three or four.",
    ),
]


@pytest.mark.parametrize(("make", "kind", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_cannot_be_used_gives_one_sentence(
    tmp_path: Path, make: Callable[[Path], object], kind: type[PluginError], said: str
) -> None:
    with pytest.raises(PluginError) as caught:
        inspected(tmp_path, make(tmp_path))
    assert str(caught.value) == f"“net.pth” {said}"
    assert type(caught.value) is kind
    assert not (tmp_path / "canary").exists()
    assert not list((tmp_path / "target").iterdir())


def test_a_cancelled_inspection_leaves_nothing(tmp_path: Path) -> None:
    source = written(tmp_path, saved(state_of("Compact")))
    target = tmp_path / "target"
    target.mkdir()
    with pytest.raises(Cancelled):
        Checkpoints().inspect(source, target, FakeJob(cancelled=True))
    assert not list(target.iterdir())
