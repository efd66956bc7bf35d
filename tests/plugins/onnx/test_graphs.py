"""Graphs that could do more than compute, or nothing at all, are refused before onnxruntime sees them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, TrainingInfoProto, helper, numpy_helper

from imagetool.plugin import CannotRun
from plugins.onnx.graphs import Port, read_graph
from tests.plugins.onnx.made_graphs import (
    OPEN,
    affine,
    blur,
    branch,
    external,
    looping,
    many_calls,
    model,
    nearest,
    node,
    port,
    saved,
    with_function,
)


def one(kind: str, domain: str = "", opset: int = 17, **attributes: Any) -> ModelProto:
    imports = {"": 17} | {domain: opset if not domain else 1}
    return model(
        [helper.make_node(kind, ["x"], ["y"], domain=domain, **attributes)],
        [port("x", OPEN)],
        [port("y", OPEN)],
        opset_imports=[helper.make_opsetid(name, version) for name, version in imports.items()],
    )


def for_training() -> ModelProto:
    made = blur()
    made.training_info.append(TrainingInfoProto())
    return made


def in_a_branch(proto: ModelProto) -> ModelProto:
    """The operators of a model inside an If."""
    inner = helper.make_graph(
        list(proto.graph.node), "inner", [], [port("y", None)], list(proto.graph.initializer)
    )
    choice = node("If", ["c"], ["z"], then_branch=inner, else_branch=branch("b", "Relu"))
    return model(
        [choice],
        [port("x", OPEN)],
        [port("z", OPEN)],
        {"c": np.array(True)},
        opset_imports=list(proto.opset_import),
    )


def with_format(version: int) -> ModelProto:
    made = blur()
    made.ir_version = version
    return made


def misshapen() -> ModelProto:
    made = blur()
    made.graph.initializer[0].raw_data = b"\0" * 5
    return made


def constant(value: float) -> ModelProto:
    tensor = numpy_helper.from_array(np.array(value, np.float32), "c")
    nodes = [node("Constant", [], ["c"], value=tensor), node("Add", ["x", "c"], ["y"])]
    return model(nodes, [port("x", OPEN)], [port("y", OPEN)])


OUTSIDE = (
    "“made.onnx” keeps the weights “w” in another file (“/etc/passwd”). "
    "Only models in a single file can be used: save it again without external data."
)
LIBRARY = (
    "“made.onnx” uses the operator “{}” of “{}”, which needs a library of code. "
    "Only the operators of ONNX and onnxruntime can be used."
)
NEWER = (
    "“made.onnx” needs version 999 of the ONNX {}, which this onnxruntime does not know. "
    "Export it for an older version."
)
COMPLEX = "“made.onnx” expands to more than 200000 operators, which is more than is run."
DICE = (
    "“made.onnx” draws random numbers (“RandomUniformLike”), so no result could be made twice. Export it without."
)

REFUSED = [
    (external(), OUTSIDE),
    (in_a_branch(external()), OUTSIDE),
    (one("Sharpen", "com.acme"), LIBRARY.format("Sharpen", "com.acme")),
    (in_a_branch(one("Sharpen", "com.acme")), LIBRARY.format("Sharpen", "com.acme")),
    (one("EPContext", "com.microsoft"), LIBRARY.format("EPContext", "com.microsoft")),
    (for_training(), "“made.onnx” holds instructions for training. Export it for inference."),
    (one("RandomUniformLike"), DICE),
    (in_a_branch(one("RandomUniformLike")), DICE),
    (one("Relu", opset=999), NEWER.format("operators")),
    (with_format(999), NEWER.format("format")),
    (many_calls(40), COMPLEX),
    (many_calls(80), COMPLEX),
    (
        with_function(recursive=True),
        "“made.onnx” is not a sound ONNX graph (the function Halved calls itself). Export it again.",
    ),
    (affine(float("nan"), 0), "“made.onnx” has weights that are not numbers (“s”). Download it again."),
    (constant(float("nan")), "“made.onnx” has weights that are not numbers (“c”). Download it again."),
    (
        misshapen(),
        "“made.onnx” is not a sound ONNX graph (the tensor w does not have the size it should). Export it again.",
    ),
]


@pytest.mark.parametrize(("proto", "sentence"), REFUSED)
def test_bad_graphs(tmp_path: Path, proto: ModelProto, sentence: str) -> None:
    with pytest.raises(CannotRun) as raised:
        read_graph(saved(proto, tmp_path), "made.onnx")
    assert str(raised.value) == sentence


@pytest.mark.parametrize("name", [b"Relu", b"made", b"com.acme"])
def test_names_that_are_no_text(tmp_path: Path, name: bytes) -> None:
    proto = model(
        [node("Relu", ["x"], ["t"]), helper.make_node("Sharpen", ["t"], ["y"], domain="com.acme")],
        [port("x", OPEN)],
        [port("y", OPEN)],
    )
    path = saved(proto, tmp_path)
    path.write_bytes(path.read_bytes().replace(name, b"\xff" * len(name)))
    with pytest.raises(CannotRun) as raised:
        read_graph(path, "made.onnx")
    assert str(raised.value) == (
        "“made.onnx” is not a sound ONNX graph (it has names that are no text). Export it again."
    )


def test_an_operator_that_nobody_knows(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match=r"is not a sound ONNX graph \(No Op registered for Sharpen"):
        read_graph(saved(one("Sharpen"), tmp_path), "made.onnx")


def test_an_operator_without_its_input(tmp_path: Path) -> None:
    proto = model([node("Relu", ["nowhere"], ["y"])], [port("x", OPEN)], [port("y", OPEN)])
    with pytest.raises(CannotRun, match=r"is not a sound ONNX graph \(.*'nowhere'.*\)\. Export it again\."):
        read_graph(saved(proto, tmp_path), "made.onnx")


@pytest.mark.parametrize(
    "proto",
    [
        with_function(),
        many_calls(10),
        looping(3),
        in_a_branch(blur()),
        affine(float("inf"), 0),
        one("Gelu", "com.microsoft"),
    ],
)
def test_functions_branches_loops_infinities_and_operators_of_onnxruntime_pass(
    tmp_path: Path, proto: ModelProto
) -> None:
    assert read_graph(saved(proto, tmp_path), "made.onnx").proto == proto


def test_an_output_without_a_shape_passes(tmp_path: Path) -> None:
    proto = model([node("Relu", ["x"], ["y"])], [port("x", OPEN)], [port("y", None)])
    assert read_graph(saved(proto, tmp_path), "made.onnx").outputs == (Port("y", "float32", None),)


def test_weights_among_the_inputs_are_no_inputs(tmp_path: Path) -> None:
    """As files of before the fourth version of the format list them."""
    proto = blur()
    proto.graph.input.append(port("w", (3, 1, 3, 3)))
    graph = read_graph(saved(proto, tmp_path), "made.onnx")
    assert graph.inputs == (Port("x", "float32", (1, 3, None, None)),)
    assert str(graph.inputs[0]) == "“x” (float32, 1×3×?×?)"


def test_types_are_named(tmp_path: Path) -> None:
    proto = nearest(2, kind=TensorProto.FLOAT16)
    assert read_graph(saved(proto, tmp_path), "made.onnx").inputs[0].numbers == "float16"
