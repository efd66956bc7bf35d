"""Reading off a graph's last operators which numbers its result is held between."""

from __future__ import annotations

import numpy as np
from onnx import AttributeProto, ModelProto, NodeProto, TensorProto, numpy_helper

from plugins.onnx.facts import Values

_HANDED_ON = ("Identity", "Cast", "Transpose", "Reshape", "Squeeze", "Unsqueeze", "DepthToSpace", "Slice", "Round")
"""Operators that leave the numbers as they are."""

_FUNCTIONS = {"Tanh": Values.SIGNED, "Sigmoid": Values.UNIT, "HardSigmoid": Values.UNIT}
_BOUNDS: dict[tuple[float, ...], Values] = {
    (0.0, 1.0): Values.UNIT,
    (0.0, 255.0): Values.BYTES,
    (-1.0, 1.0): Values.SIGNED,
}


def values_at_the_end(proto: ModelProto, output: str) -> Values | None:
    """What the function or the clipping before an output bounds it to; None where there is none."""
    makers = {name: node for node in proto.graph.node for name in node.output}
    node = makers.get(output)
    seen = 0
    while node is not None and node.op_type in _HANDED_ON and seen < len(makers):
        node, seen = makers.get(node.input[0] if node.input else ""), seen + 1
    if node is None:
        return None
    return _BOUNDS.get(_bounds(node, proto, makers)) if node.op_type == "Clip" else _FUNCTIONS.get(node.op_type)


def _bounds(clip: NodeProto, proto: ModelProto, makers: dict[str, NodeProto]) -> tuple[float, ...]:
    attributes = {attribute.name: attribute.f for attribute in clip.attribute}
    if attributes:  # before the eleventh version of the operators
        return attributes.get("min", -1e38), attributes.get("max", 1e38)
    weights = {tensor.name: tensor for tensor in proto.graph.initializer}
    return tuple(_number(weights.get(name) or _constant(makers.get(name))) for name in clip.input[1:])


def _constant(node: NodeProto | None) -> TensorProto | None:
    attributes = node.attribute if node is not None and node.op_type == "Constant" else ()
    return next((it.t for it in attributes if it.type == AttributeProto.TENSOR), None)


def _number(tensor: TensorProto | None) -> float:
    values = numpy_helper.to_array(tensor) if tensor is not None else np.empty(0)
    return float(values.reshape(-1)[0]) if values.size == 1 else float("nan")
