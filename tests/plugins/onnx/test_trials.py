"""What small pictures tell about a graph: layout, black and white, sizes, how far it sees, tiles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import ModelProto, TensorProto

from plugins.onnx.facts import Layout, Values
from tests.plugins.onnx.found import Found
from tests.plugins.onnx.made_graphs import (
    OPEN,
    OPEN_NHWC,
    affine,
    blur,
    clipping,
    filling,
    in_blocks,
    model,
    nearest,
    node,
    port,
)


def tanh(*, then_byte: bool = False) -> ModelProto:
    """Ends in a Tanh, behind an Identity; or that as whole bytes."""
    nodes = [node("Tanh", ["x"], ["t"]), node("Identity", ["t"], ["y"])]
    if then_byte:
        nodes = [node("Clip", ["x", "low", "high"], ["t"]), node("Cast", ["t"], ["y"], to=TensorProto.FLOAT)]
    weights = {"low": np.array(0, np.float32), "high": np.array(255, np.float32)} if then_byte else {}
    return model(nodes, [port("x", OPEN)], [port("y", OPEN)], weights)


LAYOUTS = [
    (nearest(2), Layout.NCHW),
    (nearest(2, OPEN_NHWC, channels_last=True), Layout.NHWC),
    (nearest(2, (1, None, None, None)), Layout.NCHW),
    (nearest(2, (None, None, None, 1), channels_last=True), Layout.NHWC),
    (nearest(2, (1, 32, 48, 3), channels_last=True), Layout.NHWC),
]


@pytest.mark.parametrize(("proto", "layout"), LAYOUTS)
def test_layout(tmp_path: Path, proto: ModelProto, layout: Layout) -> None:
    facts = Found(proto, tmp_path).facts
    assert (facts.picture.layout, facts.result.layout, facts.scale) == (layout, layout, 2)


def test_layouts_may_differ(tmp_path: Path) -> None:
    turned = model(
        [node("Transpose", ["x"], ["y"], perm=[0, 2, 3, 1])], [port("x", OPEN)], [port("y", (1, "h", "w", 3))]
    )
    facts = Found(turned, tmp_path).facts
    assert (facts.picture.layout, facts.result.layout) == (Layout.NCHW, Layout.NHWC)


VALUES = [
    (blur(), Values.UNIT, Values.UNIT),
    (clipping(20, 300), Values.BYTES, Values.BYTES),
    (affine(255, 0), Values.UNIT, Values.BYTES),
    (affine(1 / 255, 0), Values.BYTES, Values.UNIT),
    (affine(0.5, 0.5), Values.SIGNED, Values.UNIT),
    (affine(2, -1), Values.UNIT, Values.SIGNED),
    (affine(-1, 1), Values.UNIT, Values.UNIT),  # a negative, which never looks like the picture
    (tanh(), Values.SIGNED, Values.SIGNED),
    (tanh(then_byte=True), Values.BYTES, Values.BYTES),
    (nearest(2, kind=TensorProto.UINT8), Values.BYTES, Values.BYTES),
    (clipping(0, 1), Values.UNIT, Values.UNIT),
]


@pytest.mark.parametrize(("proto", "given", "taken"), VALUES)
def test_black_and_white(tmp_path: Path, proto: ModelProto, given: Values, taken: Values) -> None:
    facts = Found(proto, tmp_path).facts
    assert (facts.picture.values, facts.result.values) == (given, taken)


@pytest.mark.parametrize("multiple", [1, 2, 8, 64])
def test_multiples(tmp_path: Path, multiple: int) -> None:
    found = Found(in_blocks(multiple), tmp_path)
    assert (found.facts.multiple_of, found.facts.least_px, found.facts.fixed) == (multiple, multiple, None)
    assert found.entry().tile.multiple_of == multiple


def test_the_shortest_side(tmp_path: Path) -> None:
    """Mirroring 7 pixels needs at least 8."""
    pads = np.array([0, 0, 7, 7, 0, 0, 7, 7], np.int64)
    nodes = [
        node("Pad", ["x", "pads"], ["wide"], mode="reflect"),
        node("AveragePool", ["wide"], ["y"], kernel_shape=[15, 15]),
    ]
    made = model(nodes, [port("x", OPEN)], [port("y", OPEN)], {"pads": pads})
    assert Found(made, tmp_path).facts.least_px == 8


def test_one_size_that_is_not_declared(tmp_path: Path) -> None:
    made = model(
        [node("Reshape", ["x", "to"], ["y"])],
        [port("x", OPEN)],
        [port("y", OPEN)],
        {"to": np.array([1, 3, 128, 128], np.int64)},
    )
    assert Found(made, tmp_path).facts.fixed == (128, 128)


@pytest.mark.parametrize(("layers", "sides"), [(1, OPEN), (5, OPEN), (4, (1, 3, 96, 128)), (5, (1, 3, 64, 64))])
def test_how_far_it_sees(tmp_path: Path, layers: int, sides: Any) -> None:
    found = Found(blur(sides, layers=layers), tmp_path)
    assert found.facts.overlap_px == layers
    assert found.entry().tile.overlap == layers


def test_a_graph_of_one_size_has_tiles_whose_crops_fit(tmp_path: Path) -> None:
    entry = Found(nearest(3, (1, 3, 200, 100)), tmp_path).entry()
    assert (entry.tile.size, entry.tile.multiple_of) == (88, 1)


@pytest.mark.parametrize(("scale", "size"), [(1, 512), (2, 512), (4, 320), (8, 160)])
def test_the_more_a_graph_enlarges_the_smaller_its_tiles(tmp_path: Path, scale: int, size: int) -> None:
    assert Found(nearest(scale), tmp_path).entry().tile.size == size


def test_what_would_show_tiles_wants_the_whole_picture(tmp_path: Path) -> None:
    """Stretches contrast: subtracts the least value of all."""
    nodes = [
        node("ReduceMin", ["x"], ["least"], axes=[2, 3]),
        node("Sub", ["x", "least"], ["y"]),
    ]
    found = Found(model(nodes, [port("x", OPEN)], [port("y", OPEN)]), tmp_path)
    assert found.entry().whole
    assert found.inspection.summary.endswith("; needs the whole picture.")


def test_a_mask_of_bytes_or_of_truths(tmp_path: Path) -> None:
    for number, (kind, top) in enumerate([(TensorProto.UINT8, 255.0), (TensorProto.BOOL, 1.0)]):
        folder = tmp_path / str(number)
        folder.mkdir()
        mask = Found(filling(mask_kind=kind, top=top), folder).facts.mask
        assert mask is not None
        assert mask.numbers == ("uint8" if kind == TensorProto.UINT8 else "bool")
