"""What a graph says about itself, and what in it is refused before onnxruntime sees it."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from onnx import AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto, TensorProto, numpy_helper

from plugins.onnx.errors import (
    CustomOperator,
    DrawsChance,
    ExternalData,
    NotNumbers,
    TooComplex,
    TooNew,
    TrainingGraph,
    UnknownInputs,
    Unsound,
)
from plugins.onnx.files import read_model

MOST_NODES = 200_000
"""Operators after every function has been put in place of its calls."""

_DOMAINS = ("", "ai.onnx", "ai.onnx.ml", "com.microsoft")
_LOADS_FILES = ("EPContext",)
"""Operators of com.microsoft that read another file."""

_DRAWS = ("RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli")

_SHAPE_LEFT_OUT = "Field 'shape' of 'type' is required"
"""What the checker says of an output without a shape; onnxruntime finds it by itself."""

_DEEPEST = 64
"""Functions that call functions."""

NUMBERS: dict[int, str] = {
    TensorProto.FLOAT: "float32",
    TensorProto.FLOAT16: "float16",
    TensorProto.DOUBLE: "float64",
    TensorProto.UINT8: "uint8",
    TensorProto.BOOL: "bool",
}
"""Types of numbers that a picture or, the last one, a mask can have, as NumPy calls them."""

_Call = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Port:
    """One input or output: its name, its numbers as NumPy calls them, and its sides, None where they are open."""

    name: str
    numbers: str
    sides: tuple[int | None, ...] | None

    def __str__(self) -> str:
        sides = "×".join("?" if side is None else str(side) for side in self.sides or ()) or "any shape"
        return f"“{self.name}” ({self.numbers}, {sides})"


@dataclass(frozen=True, slots=True)
class Graph:
    """A checked file: its proto, and what goes in and comes out."""

    name: str
    proto: ModelProto
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]


def read_graph(path: Path, name: str) -> Graph:
    """Reads a file and refuses whatever could do more than compute.

    Raises:
        NotOnnx: where the bytes are of another kind.
        Refused: where the graph is damaged, too new, too complex, or wants another file or a library.
    """
    proto = read_model(path, name)
    if not all(isinstance(text, str) for text in _texts(proto)):  # what is no UTF-8 comes as bytes
        raise Unsound(name, "it has names that are no text")
    if proto.training_info:
        raise TrainingGraph(name)
    _check_versions(proto, name)
    _check_operators(proto, name)
    for tensor in _tensors(proto):
        _check_tensor(tensor, name)
    _check_sound(proto, name)
    known = {tensor.name for tensor in proto.graph.initializer}
    known |= {sparse.values.name for sparse in proto.graph.sparse_initializer}
    inputs = tuple(_port(value, name) for value in proto.graph.input if value.name not in known)
    return Graph(name, proto, inputs, tuple(_port(value, name) for value in proto.graph.output))


def _check_sound(proto: ModelProto, name: str) -> None:
    try:
        onnx.checker.check_model(proto)
    except (onnx.checker.ValidationError, ValueError, RuntimeError) as error:
        if _SHAPE_LEFT_OUT not in str(error):
            raise Unsound(name, str(error)) from None


def _check_versions(proto: ModelProto, name: str) -> None:
    if proto.ir_version > onnx.IR_VERSION:
        raise TooNew(name, f"version {proto.ir_version} of the ONNX format")
    for used in itertools.chain(proto.opset_import, *(function.opset_import for function in proto.functions)):
        if used.domain in ("", "ai.onnx") and used.version > onnx.defs.onnx_opset_version():
            raise TooNew(name, f"version {used.version} of the ONNX operators")


def _check_operators(proto: ModelProto, name: str) -> None:
    functions = {_key(function): function for function in proto.functions}
    for node in itertools.chain(_nodes(proto.graph.node), *(_nodes(it.node) for it in proto.functions)):
        if _key(node) not in functions and (node.domain not in _DOMAINS or node.op_type in _LOADS_FILES):
            raise CustomOperator(name, node.op_type, node.domain)
        if node.op_type in _DRAWS:
            raise DrawsChance(name, node.op_type)
    if _expanded(proto, functions, name) > MOST_NODES:
        raise TooComplex(name, MOST_NODES)


def _expanded(proto: ModelProto, functions: dict[_Call, FunctionProto], name: str) -> int:
    """The number of operators once every function stands where it is called."""
    open_calls: set[_Call] = set()

    @functools.cache
    def size_of(call: _Call) -> int:
        if call in open_calls:
            raise Unsound(name, f"the function {call[1]} calls itself")
        if len(open_calls) == _DEEPEST:
            raise TooComplex(name, MOST_NODES)
        open_calls.add(call)
        total = count(functions[call].node)
        open_calls.discard(call)
        return total

    def count(nodes: Iterable[NodeProto]) -> int:
        return sum(size_of(_key(node)) if _key(node) in functions else 1 for node in _nodes(nodes))

    return count(proto.graph.node)


def _texts(message: Message) -> Iterator[str | bytes]:
    """All texts of a message and of those in it."""
    for field, value in message.ListFields():
        if field.type in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_MESSAGE):
            for item in value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else (value,):
                yield from _texts(item) if isinstance(item, Message) else (item,)


def _key(thing: NodeProto | FunctionProto) -> _Call:
    return thing.domain, thing.op_type if isinstance(thing, NodeProto) else thing.name


def _nodes(nodes: Iterable[NodeProto]) -> Iterator[NodeProto]:
    """All of them, those of branches and loops included; the parser has bounded how deep they lie."""
    for node in nodes:
        yield node
        for attribute in node.attribute:
            for graph in _graphs(attribute):
                yield from _nodes(graph.node)


def _graphs(attribute: AttributeProto) -> Iterator[GraphProto]:
    if attribute.HasField("g"):
        yield attribute.g
    yield from attribute.graphs


def _tensors(proto: ModelProto) -> Iterator[TensorProto]:
    """Every tensor of the file, wherever it lies."""
    yield from _tensors_of(proto.graph)
    for function in proto.functions:
        yield from _tensors_in(itertools.chain.from_iterable(node.attribute for node in function.node))
        yield from _tensors_in(function.attribute_proto)


def _tensors_of(graph: GraphProto) -> Iterator[TensorProto]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    yield from _tensors_in(itertools.chain.from_iterable(node.attribute for node in graph.node))


def _tensors_in(attributes: Iterable[AttributeProto]) -> Iterator[TensorProto]:
    for attribute in attributes:
        if attribute.HasField("t"):
            yield attribute.t
        yield from attribute.tensors
        for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
            yield from (sparse.values, sparse.indices)
        for graph in _graphs(attribute):
            yield from _tensors_of(graph)


def _check_tensor(tensor: TensorProto, name: str) -> None:
    if tensor.data_location == TensorProto.EXTERNAL or tensor.external_data:
        place = next((entry.value for entry in tensor.external_data if entry.key == "location"), "")
        raise ExternalData(name, tensor.name, place)
    if tensor.data_type not in (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE):
        return
    try:
        values = numpy_helper.to_array(tensor)
    except (ValueError, TypeError):
        raise Unsound(name, f"the tensor {tensor.name} does not have the size it should") from None
    if np.isnan(values).any():
        raise NotNumbers(name, tensor.name)


def _port(value: onnx.ValueInfoProto, name: str) -> Port:
    kind = value.type.tensor_type
    if not value.type.HasField("tensor_type"):
        raise UnknownInputs(name, [f"“{value.name}”, which is no tensor"])
    sides = tuple(_side(side) for side in kind.shape.dim) if kind.HasField("shape") else None
    return Port(value.name, NUMBERS.get(kind.elem_type) or _type_name(kind.elem_type), sides)


def _side(side: onnx.TensorShapeProto.Dimension) -> int | None:
    return side.dim_value if side.HasField("dim_value") and side.dim_value > 0 else None


def _type_name(number: int) -> str:
    known = number in TensorProto.DataType.values()
    return TensorProto.DataType.Name(number).lower() if known else f"type {number}"
