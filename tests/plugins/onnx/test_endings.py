"""Numbers read off the last operators."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from onnx import NodeProto, TensorProto, numpy_helper

from plugins.onnx.endings import values_at_the_end
from plugins.onnx.facts import Values
from tests.plugins.onnx.made_graphs import OPEN, model, node, port

LIMITS = {"zero": 0.0, "one": 1.0, "minus": -1.0, "byte": 255.0, "six": 6.0}


def constant(name: str, value: float) -> NodeProto:
    return node("Constant", [], [name], value=numpy_helper.from_array(np.array(value, np.float32)))


def clip(low: str, high: str) -> NodeProto:
    return node("Clip", ["x", low, high], ["y"])


ENDINGS = [
    ([node("Relu", ["x"], ["y"])], None),
    ([node("Tanh", ["x"], ["y"])], Values.SIGNED),
    ([node("Sigmoid", ["x"], ["t"]), node("Cast", ["t"], ["y"], to=TensorProto.FLOAT)], Values.UNIT),
    ([node("Tanh", ["x"], ["t"]), node("Mul", ["t", "byte"], ["y"])], None),
    ([clip("zero", "one")], Values.UNIT),
    ([clip("zero", "byte")], Values.BYTES),
    ([clip("minus", "one")], Values.SIGNED),
    ([clip("zero", "six")], None),
    ([clip("zero", "")], None),
    ([clip("zero", "x")], None),
    ([constant("k", 255), clip("zero", "k")], Values.BYTES),
    ([node("Clip", ["x"], ["y"], min=0.0, max=1.0)], Values.UNIT),
    ([node("Clip", ["x"], ["y"], min=0.0)], None),
    ([node("Identity", ["y"], ["y"])], None),
]


@pytest.mark.parametrize(("nodes", "values"), ENDINGS)
def test_the_last_operator_that_changes_numbers(nodes: Sequence[NodeProto], values: Values | None) -> None:
    weights = {name: np.array(value, np.float32) for name, value in LIMITS.items()}
    assert values_at_the_end(model(nodes, [port("x", OPEN)], [port("y", OPEN)], weights), "y") is values
