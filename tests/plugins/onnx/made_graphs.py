"""ONNX graphs made for tests: small networks whose results are known, and files that must be refused."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

Sides = Sequence[int | str | None]

OPEN: Sides = (1, 3, "h", "w")
OPEN_NHWC: Sides = (1, "h", "w", 3)


def port(name: str, sides: Sides | None, kind: int = TensorProto.FLOAT) -> ValueInfoProto:
    """An input or output."""
    return helper.make_tensor_value_info(name, kind, sides)


def node(kind: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> NodeProto:
    """One operator."""
    return helper.make_node(kind, list(inputs), list(outputs), **attributes)


def model(
    nodes: Sequence[NodeProto],
    inputs: Sequence[ValueInfoProto],
    outputs: Sequence[ValueInfoProto],
    weights: Mapping[str, NDArray[Any]] | None = None,
    **more: Any,
) -> ModelProto:
    """A model of the seventeenth version of the operators."""
    tensors = [numpy_helper.from_array(value, name) for name, value in (weights or {}).items()]
    graph = helper.make_graph(list(nodes), "made", list(inputs), list(outputs), tensors)
    more.setdefault("opset_imports", [helper.make_opsetid("", 17)])
    made: ModelProto = helper.make_model(graph, ir_version=8, **more)
    return made


def saved(proto: ModelProto, folder: Path, name: str = "made.onnx") -> Path:
    """The file of a model."""
    path = folder / name
    path.write_bytes(proto.SerializeToString())
    return path


def nearest(
    scale: int, sides: Sides = OPEN, kind: int = TensorProto.FLOAT, *, channels_last: bool = False
) -> ModelProto:
    """Every pixel becomes `scale` times `scale`."""
    factors = [1, scale, scale, 1] if channels_last else [1, 1, scale, scale]
    made = [
        side * factor if isinstance(side, int) and factor > 1 else side if factor == 1 else None
        for side, factor in zip(sides, factors, strict=True)
    ]
    resized = node(
        "Resize",
        ["x", "", "factors"],
        ["y"],
        mode="nearest",
        nearest_mode="floor",
        coordinate_transformation_mode="asymmetric",
    )
    return model(
        [resized], [port("x", sides, kind)], [port("y", made, kind)], {"factors": np.array(factors, np.float32)}
    )


def blur(sides: Sides = OPEN, kind: int = TensorProto.FLOAT, layers: int = 1) -> ModelProto:
    """The mean of three by three pixels, `layers` times; beyond the picture all is 0."""
    channels = sides[1]
    assert isinstance(channels, int)
    numbers = helper.tensor_dtype_to_np_dtype(kind)
    weights = np.full((channels, 1, 3, 3), 1 / 9).astype(numbers)
    names = ["x", *(f"t{index}" for index in range(1, layers)), "y"]
    nodes = [
        node("Conv", [one, "w"], [other], pads=[1] * 4, group=channels) for one, other in itertools.pairwise(names)
    ]
    return model(nodes, [port("x", sides, kind)], [port("y", sides, kind)], {"w": weights})


def blurred(image: NDArray[np.float32], layers: int = 1) -> NDArray[np.float32]:
    """What `blur` computes, by NumPy: (…, H, W)."""
    for _ in range(layers):
        wide = np.pad(image, [(0, 0)] * (image.ndim - 2) + [(1, 1), (1, 1)])
        height, width = image.shape[-2:]
        parts = [wide[..., i : i + height, j : j + width] for i in range(3) for j in range(3)]
        image = np.stack(parts).mean(axis=0, dtype=np.float64).astype(np.float32)
    return image


def in_blocks(block: int) -> ModelProto:
    """Takes the picture apart into blocks and puts it together again; the sides must be multiples of `block`."""
    nodes = [
        node("SpaceToDepth", ["x"], ["deep"], blocksize=block),
        node("DepthToSpace", ["deep"], ["y"], blocksize=block),
    ]
    return model(nodes, [port("x", OPEN)], [port("y", (1, 3, None, None))])


def affine(scale: float, shift: float, sides: Sides = OPEN) -> ModelProto:
    """Every value times `scale` plus `shift`."""
    nodes = [node("Mul", ["x", "s"], ["t"]), node("Add", ["t", "b"], ["y"])]
    weights = {"s": np.array(scale, np.float32), "b": np.array(shift, np.float32)}
    return model(nodes, [port("x", sides)], [port("y", sides)], weights)


def clipping(low: float, high: float) -> ModelProto:
    """Cuts at `low` and `high`, as a network does that has only seen values between them."""
    nodes = [node("Clip", ["x", "low", "high"], ["y"])]
    weights = {"low": np.array(low, np.float32), "high": np.array(high, np.float32)}
    return model(nodes, [port("x", OPEN)], [port("y", OPEN)], weights)


def filling(
    *, hole_is_high: bool = True, sides: Sides = OPEN, mask_kind: int = TensorProto.FLOAT, top: float = 1.0
) -> ModelProto:
    """Puts gray into the hole and leaves the rest; the mask is `top` in the hole, or 0 there."""
    mask_sides = (sides[0], 1, *sides[2:])
    nodes = [
        node("Cast", ["mask"], ["m0"], to=TensorProto.FLOAT),
        node("Div", ["m0", "top"], ["m1"]),
        node("Sub", ["one", "m1"], ["m2"]),
        node("Mul", ["x", "m2" if hole_is_high else "m1"], ["kept"]),
        node("Mul", ["m1" if hole_is_high else "m2", "gray"], ["filled"]),
        node("Add", ["kept", "filled"], ["y"]),
    ]
    weights = {
        "one": np.array(1, np.float32),
        "top": np.array(top, np.float32),
        "gray": np.array(0.5, np.float32),
    }
    inputs = [port("x", sides), port("mask", mask_sides, mask_kind)]
    return model(nodes, inputs, [port("y", sides)], weights)


def branch(name: str, kind: str) -> GraphProto:
    """A branch of an If: one operator on `x` from outside."""
    return helper.make_graph([node(kind, ["x"], [name])], name, [], [port(name, None)])


def looping(count: int | None) -> ModelProto:
    """Adds 0 in a loop, `count` times or for ever."""
    body = helper.make_graph(
        [
            node("Identity", ["go"], ["on"]),
            node("Add", ["v", "zero"], ["w"]),
        ],
        "body",
        [port("i", [], TensorProto.INT64), port("go", [], TensorProto.BOOL), port("v", None)],
        [port("on", [], TensorProto.BOOL), port("w", None)],
    )
    weights: dict[str, NDArray[Any]] = {"yes": np.array(True), "zero": np.array(0, np.float32)}
    if count is not None:
        weights["count"] = np.array(count, np.int64)
    loop = node("Loop", ["count" if count is not None else "", "yes", "x"], ["y"], body=body)
    return model([loop], [port("x", OPEN)], [port("y", OPEN)], weights)


def with_function(*, recursive: bool = False) -> ModelProto:
    """Calls a function of its own: y = x · 0.5."""
    inner = [
        node("Constant", [], ["half"], value_float=0.5),
        helper.make_node("Halved", ["a"], ["b"], domain="own") if recursive else node("Mul", ["a", "half"], ["b"]),
    ]
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    function = helper.make_function("own", "Halved", ["a"], ["b"], inner, imports)
    call = helper.make_node("Halved", ["x"], ["y"], domain="own")
    return model([call], [port("x", OPEN)], [port("y", OPEN)], functions=[function], opset_imports=imports)


def many_calls(depth: int) -> ModelProto:
    """A function that calls another twice, which calls another twice, and so on."""
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    functions = [helper.make_function("own", "f0", ["a"], ["b"], [node("Relu", ["a"], ["b"])], imports)]
    for level in range(1, depth):
        calls = [
            helper.make_node(f"f{level - 1}", ["a"], ["t"], domain="own"),
            helper.make_node(f"f{level - 1}", ["t"], ["b"], domain="own"),
        ]
        functions.append(helper.make_function("own", f"f{level}", ["a"], ["b"], calls, imports))
    call = helper.make_node(f"f{depth - 1}", ["x"], ["y"], domain="own")
    return model([call], [port("x", OPEN)], [port("y", OPEN)], functions=functions, opset_imports=imports)


def external() -> ModelProto:
    """Its weights lie in another file."""
    made = blur()
    tensor = made.graph.initializer[0]
    onnx.external_data_helper.set_external_data(tensor, "/etc/passwd", length=108)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    return made
