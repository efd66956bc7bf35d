"""What the loader finds out about a graph, and what it makes of it for the manifest."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import ModelProto, TensorProto, helper

import plugins.onnx
from imagetool.plugin import CannotRun, Manifest, Params, Task
from imagetool.plugin.errors import Cancelled
from plugins.onnx import trials
from plugins.onnx.facts import KEY
from plugins.onnx.loader import OnnxFiles
from tests.fakes.models import FakeJob
from tests.plugins.onnx.found import Found
from tests.plugins.onnx.made_graphs import (
    OPEN,
    affine,
    blur,
    branch,
    filling,
    looping,
    many_calls,
    model,
    nearest,
    node,
    port,
    saved,
    with_function,
)


def nothing_to_keep(kind: str, **attributes: Any) -> ModelProto:
    return model([node(kind, ["x"], ["y"], **attributes)], [port("x", OPEN)], [port("y", None)])


def brighter_by_the_mean(share: float) -> ModelProto:
    """Every pixel depends a little on all others."""
    nodes = [
        node("GlobalAveragePool", ["x"], ["mean"]),
        node("Mul", ["mean", "share"], ["t"]),
        node("Add", ["x", "t"], ["y"]),
    ]
    return model(nodes, [port("x", OPEN)], [port("y", OPEN)], {"share": np.array(share, np.float32)})


TASKS = [
    (nearest(2), "made.onnx", Task.UPSCALE, "Enlarges 2 times; colour; values 0–1."),
    (blur(), "made.onnx", Task.FILTER, "Changes the picture; colour; values 0–1."),
    (blur(), "my-DeNoiser.onnx", Task.DENOISE, "Takes noise away; colour; values 0–1."),
    (blur((1, 1, "h", "w")), "dncnn_15.onnx", Task.DENOISE, "Takes noise away; knows one channel; values 0–1."),
    (filling(), "made.onnx", Task.INPAINT, "Fills holes; colour; values 0–1."),
    (
        filling(hole_is_high=False),
        "made.onnx",
        Task.INPAINT,
        "Fills holes; colour; values 0–1; its mask is 0 in the hole.",
    ),
    (
        nearest(3, (1, 1, 224, 224), TensorProto.FLOAT16),
        "made.onnx",
        Task.UPSCALE,
        "Enlarges 3 times; knows one channel; values 0–1; numbers are float16; only 224×224 pixels at once.",
    ),
    (
        nearest(4, kind=TensorProto.UINT8),
        "made.onnx",
        Task.UPSCALE,
        "Enlarges 4 times; colour; values 0–255; numbers are uint8.",
    ),
    (affine(255, 0), "made.onnx", Task.FILTER, "Changes the picture; colour; values 0–1, returns 0–255."),
    (looping(3), "made.onnx", Task.FILTER, "Changes the picture; colour; values 0–1."),
    (with_function(), "made.onnx", Task.FILTER, "Changes the picture; colour; values 0–1."),
    (
        brighter_by_the_mean(0.02),
        "made.onnx",
        Task.FILTER,
        "Changes the picture; colour; values 0–1; sees further than tiles overlap.",
    ),
    (
        affine(1, 0, (1, 4, None, None)),
        "made.onnx",
        Task.FILTER,
        "Changes the picture; colour with opacity; values 0–1.",
    ),
]


@pytest.mark.parametrize(("proto", "name", "task", "summary"), TASKS)
def test_task_and_sentence(tmp_path: Path, proto: ModelProto, name: str, task: Task, summary: str) -> None:
    found = Found(proto, tmp_path, name)
    assert (found.table["task"], found.inspection.summary) == (task, summary)
    assert found.entry().task is task
    assert found.inspection.name == Path(name).stem


def test_the_first_output_that_is_a_picture_counts(tmp_path: Path) -> None:
    nodes = [node("GlobalAveragePool", ["x"], ["mean"]), node("Neg", ["x"], ["y"])]
    made = model(nodes, [port("x", OPEN)], [port("mean", (1, 3, 1, 1)), port("y", OPEN)])
    assert Found(made, tmp_path).facts.output == 1


def test_licence_name_and_what_else_it_says_is_kept(tmp_path: Path) -> None:
    proto = blur()
    helper.set_model_props(proto, {"License": "MIT", KEY: "not facts"})
    found = Found(proto, tmp_path, "2 Fine  model!.onnx")
    assert found.inspection.license == "MIT"
    assert (found.table["id"], found.table["name"]) == ("onnx-2-fine-model", "2 Fine model!")
    assert {entry.key for entry in found.proto.metadata_props} == {"License", KEY}
    del found.proto.metadata_props[:]
    del proto.metadata_props[:]
    assert found.proto == proto


def test_progress_is_told(tmp_path: Path) -> None:
    told = [done for done, _ in Found(nearest(2), tmp_path).job.progressed]
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) > 4


SHAPES = (
    "“made.onnx” turns a picture of 64×64 pixels and 3 channels into numbers of shape ({}). Only models that "
    "return the picture in the same size or a whole number of times larger can be used."
)
INPUTS = "“made.onnx” takes {}. Only models that take a picture, or a picture and a mask, can be used."
UNSOUND = "“made.onnx” is not a sound ONNX graph ({}). Export it again."
NOT_RUN = "“made.onnx” cannot be run by onnxruntime ({})."


def of_inputs(*ports: onnx.ValueInfoProto) -> ModelProto:
    return model([node("Identity", [ports[0].name], ["y"])], ports, [port("y", None)])


REFUSED = [
    (nothing_to_keep("GlobalAveragePool"), SHAPES.format("1, 3, 1, 1")),
    (nothing_to_keep("Flatten"), SHAPES.format("1, 12288")),
    (nothing_to_keep("ReduceMean", axes=[1]), SHAPES.format("1, 1, 64, 64")),
    (nothing_to_keep("AveragePool", kernel_shape=[2, 2], strides=[2, 2]), SHAPES.format("1, 3, 32, 32")),
    (nearest(32), SHAPES.format("1, 3, 2048, 2048")),
    (of_inputs(port("ids", (1, 77), TensorProto.INT64)), INPUTS.format("“ids” (int64, 1×77)")),
    (of_inputs(port("x", (8, 3, 64, 64))), INPUTS.format("“x” (float32, 8×3×64×64)")),
    (of_inputs(port("x", OPEN, TensorProto.BFLOAT16)), INPUTS.format("“x” (bfloat16, 1×3×?×?)")),
    (of_inputs(port("x", OPEN, TensorProto.BOOL)), INPUTS.format("“x” (bool, 1×3×?×?)")),
    (
        of_inputs(port("x", OPEN), port("z", OPEN)),
        INPUTS.format("“x” (float32, 1×3×?×?); “z” (float32, 1×3×?×?)"),
    ),
    (
        model(
            [node("Sqrt", ["minus"], ["not"]), node("Add", ["x", "not"], ["y"])],
            [port("x", OPEN)],
            [port("y", OPEN)],
            {"minus": np.array(-1, np.float32)},
        ),
        "“made.onnx” returns values that are not numbers, even for a plain picture.",
    ),
    (
        model(
            [
                node("ConstantOfShape", ["s"], ["z"]),
                node("ReduceSum", ["z"], ["r"], keepdims=0),
                node("Add", ["x", "r"], ["y"]),
            ],
            [port("x", OPEN)],
            [port("y", OPEN)],
            {"s": np.array([1_000_000, 1_000_000, 10])},
        ),
        "“made.onnx” failed on every trial picture (it wants more memory than there is).",
    ),
    (
        model([node("Relu", ["x"], ["y"])], [port("x", OPEN)], [port("y", OPEN)], opset_imports=[]),
        UNSOUND.format("model with IR version >= 3 must specify opset_import for ONNX"),
    ),
    (
        nearest(2, kind=TensorProto.DOUBLE),
        NOT_RUN.format("Could not find an implementation for Resize(13) node with name ''"),
    ),
]


@pytest.mark.parametrize(("proto", "sentence"), REFUSED)
def test_what_is_no_model_for_pictures(tmp_path: Path, proto: ModelProto, sentence: str) -> None:
    target = tmp_path / "target"
    target.mkdir()
    with pytest.raises(CannotRun) as raised:
        OnnxFiles().inspect(saved(proto, tmp_path), target, FakeJob())
    assert str(raised.value) == sentence
    assert list(target.iterdir()) == []


def test_newer_than_onnxruntime_but_not_than_the_library(tmp_path: Path) -> None:
    newest = onnx.defs.onnx_opset_version()
    made = model(
        [node("Relu", ["x"], ["y"])],
        [port("x", OPEN)],
        [port("y", OPEN)],
        opset_imports=[helper.make_opsetid("", newest)],
    )
    try:
        Found(made, tmp_path)
    except CannotRun as error:
        assert f"needs version {newest} of the ONNX operators" in str(error)  # noqa: PT017 - it may be known by now


def test_a_loop_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "RUN_LIMIT_S", 0.3)
    with pytest.raises(
        CannotRun, match=r"^“made\.onnx” did not finish a small trial picture within 0\.3 seconds\.$"
    ):
        Found(looping(None), tmp_path)


def test_a_loop_without_end_is_cancelled(tmp_path: Path) -> None:
    class StopsLater(FakeJob):
        def check(self) -> None:
            if self.progressed and self.progressed[-1][1] == "trying small pictures":
                raise Cancelled

    target = tmp_path / "target"
    target.mkdir()
    with pytest.raises(Cancelled):
        OnnxFiles().inspect(saved(looping(None), tmp_path), target, StopsLater())
    assert list(target.iterdir()) == []


def test_a_branch_can_be_a_picture(tmp_path: Path) -> None:
    choice = node("If", ["c"], ["y"], then_branch=branch("a", "Relu"), else_branch=branch("b", "Neg"))
    Found(model([choice], [port("x", OPEN)], [port("y", OPEN)], {"c": np.array(True)}), tmp_path)


def test_functions_that_call_functions(tmp_path: Path) -> None:
    assert Found(many_calls(6), tmp_path).table["task"] == Task.FILTER


def test_the_form_has_what_the_graph_leaves_open(tmp_path: Path) -> None:
    forms = {
        "a.onnx": (nearest(2), {"order": "rgb"}),
        "b.onnx": (nearest(2, (1, 1, None, None)), {"colours": "luma"}),
        "noise.onnx": (blur((1, 1, "h", "w")), {"strength": 1.0, "colours": "each"}),
        "d.onnx": (blur((1, 4, "h", "w")), {"strength": 1.0}),
    }
    for name, (proto, values) in forms.items():
        folder = tmp_path / name
        folder.mkdir()
        assert dict(Params.checked(Found(proto, folder, name).entry().parameters, {})) == values


def test_the_manifest_names_the_loader() -> None:
    folder = Path(plugins.onnx.__file__).parent
    manifest = Manifest.parse((folder / "plugin.toml").read_text(encoding="utf-8"), "plugin.toml")
    (loader,) = manifest.loaders
    assert (manifest.id, loader.id, loader.files) == ("imagetool.onnx", "graph", (".onnx", ".ort"))
    assert loader.entry == f"{OnnxFiles.__module__.rpartition('.')[2]}:{OnnxFiles.__name__}"


def test_the_plugin_does_not_shadow_the_library() -> None:
    assert sys.modules["onnx"] is not sys.modules["plugins.onnx"]
    assert hasattr(sys.modules["onnx"], "checker")
