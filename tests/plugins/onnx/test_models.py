"""What the models compute, compared with NumPy; how they stop; what they refuse to load."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import ModelProto, TensorProto
from torch import Tensor

from imagetool.core.geometry import Rect, Size
from imagetool.core.picture import Pixels
from imagetool.core.tile_plan import Tiling
from imagetool.kit.enlarging import Enlargement
from imagetool.kit.luminance import luma
from imagetool.kit.precision import Precision
from imagetool.kit.resampling import resize
from imagetool.plugin import CannotRun, Denoiser, Filter, Inpainter, Job, Model, Params, Task, Upscaler, Weights
from imagetool.plugin.errors import Cancelled
from plugins.onnx import windows
from plugins.onnx.facts import KEY, Facts, Layout, Plane, Values
from plugins.onnx.loader import OnnxFiles
from tests.fakes.models import FakeJob
from tests.plugins.onnx.made_graphs import (
    OPEN,
    OPEN_NHWC,
    affine,
    blur,
    blurred,
    external,
    filling,
    in_blocks,
    looping,
    model,
    nearest,
    node,
    port,
    saved,
)

CPU = torch.device("cpu")
SIZES = [(1, 1), (1, 9), (37, 53), (64, 64)]
Installed = Callable[..., Any]


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    """Inspects a graph and loads what came of it."""

    def install(proto: ModelProto, name: str = "made.onnx") -> Model:
        target = tmp_path / "target"
        target.mkdir()
        inspection = OnnxFiles().inspect(saved(proto, tmp_path, name), target, FakeJob())
        made = OnnxFiles().model(Task(inspection.models[0]["task"]))
        made.load(Weights({"model.onnx": target / "model.onnx"}), CPU)
        return made

    return install


def picture(height: int, width: int, seed: int = 1) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed))


def params(**given: Any) -> Params:
    return Params(given)


def times(image: Tensor, scale: int) -> Tensor:
    return image.repeat_interleave(scale, -1).repeat_interleave(scale, -2)


ENLARGING = [
    (nearest(2), 1e-7),
    (nearest(3, OPEN_NHWC, channels_last=True), 1e-7),
    (nearest(4, kind=TensorProto.UINT8), 0.5 / 255 + 1e-6),
    (nearest(2, kind=TensorProto.FLOAT16), 1e-3),
    (nearest(2, (1, 3, 40, 32)), 1e-7),
    (nearest(2, (1, 24, 32, 3), channels_last=True), 1e-7),
    (nearest(2, (None, 4, None, None)), 1e-7),
]


@pytest.mark.parametrize(("proto", "tolerance"), ENLARGING)
@pytest.mark.parametrize("size", SIZES)
def test_every_layout_type_and_size(
    installed: Installed, proto: ModelProto, tolerance: float, size: tuple[int, int]
) -> None:
    upscaler = installed(proto)
    assert isinstance(upscaler, Upscaler)
    image = picture(*size)
    (scale,) = upscaler.scales
    made = upscaler.run(image, scale, params(), FakeJob())
    assert made.dtype is torch.float32
    torch.testing.assert_close(made, times(image, scale), rtol=0, atol=tolerance)


@pytest.mark.parametrize("size", SIZES)
def test_sides_that_must_be_multiples(installed: Installed, size: tuple[int, int]) -> None:
    image = picture(*size)
    torch.testing.assert_close(installed(in_blocks(8)).run(image, params(), FakeJob()), image)


def test_convolutions_are_those_of_numpy(installed: Installed) -> None:
    image = picture(40, 31)
    made = installed(blur(layers=3)).run(image, params(), FakeJob())
    torch.testing.assert_close(made, torch.from_numpy(blurred(image.numpy(), 3)), rtol=0, atol=1e-6)


@pytest.mark.parametrize("size", [(64, 64), (65, 200), (150, 90)])
def test_windows_of_one_size_give_what_the_whole_gives(installed: Installed, size: tuple[int, int]) -> None:
    """The picture's edge is its own: what is compared lies further inside than the blur sees."""
    image = picture(*size)
    made = installed(blur((1, 3, 48, 56), layers=4)).run(image, params(), FakeJob())
    inside = (..., slice(4, -4), slice(4, -4))
    torch.testing.assert_close(
        made[inside], torch.from_numpy(blurred(image.numpy(), 4))[inside], rtol=0, atol=1e-6
    )


def test_tiles_of_a_graph_of_one_size_give_what_the_whole_gives(tmp_path: Path, installed: Installed) -> None:
    """Through the tool of the kit, as the worker does it."""
    enlarged = nearest(2, (1, 3, 64, 64))
    smooth = blur((1, 3, 64, 64), layers=4)
    smooth.graph.node[-1].output[0] = "soft"
    enlarged.graph.node[0].input[0] = "soft"
    nodes = [*smooth.graph.node, *enlarged.graph.node]
    weights = [*smooth.graph.initializer, *enlarged.graph.initializer]
    graph = onnx.helper.make_graph(nodes, "both", smooth.graph.input, enlarged.graph.output, weights)
    proto = onnx.helper.make_model(graph, ir_version=8, opset_imports=[onnx.helper.make_opsetid("", 17)])
    upscaler = installed(proto)
    rng = np.random.default_rng(4)
    source = np.full((100, 150, 4), 255, np.uint8)
    source[..., :3] = rng.integers(0, 256, (100, 150, 3))
    result: Pixels = np.zeros((200, 300, 4), np.uint8)
    tiling = Tiling(52, upscaler._graph.facts.overlap_px)
    Enlargement(source, result, tiling, CPU, Precision.FP32).run(upscaler, params(), _job_for)
    image = torch.from_numpy(source[..., :3].astype(np.float32)).permute(2, 0, 1)[None] / 255
    soft = times(torch.from_numpy(blurred(image.numpy(), 4)), 2)[0].permute(1, 2, 0) * 255
    difference = np.abs(result[..., :3] - soft.numpy())[8:-8, 8:-8]
    assert difference.max() <= 0.51


def _job_for(crop: Rect, begin: float, end: float) -> Job:
    return FakeJob()


def test_values_are_turned_and_turned_back(installed: Installed) -> None:
    image = picture(9, 8)
    made = installed(affine(-127.5, 255)).run(image, params(), FakeJob())  # 0–1 in, 0–255 out
    torch.testing.assert_close(made, 1 - image / 2)


def test_the_light_alone_keeps_the_colours_of_the_picture(installed: Installed) -> None:
    image = picture(20, 30)
    upscaler = installed(nearest(2, (1, 1, None, None)))
    made = upscaler.run(image, 2, params(colours="luma"), FakeJob())
    cubic = resize(image, Size(60, 40))
    torch.testing.assert_close(luma(made), times(luma(image), 2))
    torch.testing.assert_close(made - luma(made), cubic - luma(cubic), rtol=0, atol=1e-6)


def test_each_channel_by_itself(installed: Installed) -> None:
    image = picture(20, 30)
    made = installed(nearest(2, (1, 1, None, None))).run(image, 2, params(colours="each"), FakeJob())
    torch.testing.assert_close(made, times(image, 2))


def test_blue_first(installed: Installed) -> None:
    nodes = [node("Mul", ["x", "tint"], ["y"])]
    tint = np.array([1.0, 0.9, 0.5], np.float32).reshape(1, 3, 1, 1)
    graph = model(nodes, [port("x", OPEN)], [port("y", OPEN)], {"tint": tint})
    filter_ = installed(graph)
    assert isinstance(filter_, Filter)
    image = picture(8, 8)
    torch.testing.assert_close(filter_.run(image, params(), FakeJob()), image * torch.from_numpy(tint))
    flipped = torch.from_numpy(tint[:, ::-1].copy())
    torch.testing.assert_close(filter_.run(image, params(order="bgr"), FakeJob()), image * flipped)


def test_strength_is_a_share_of_the_change(installed: Installed) -> None:
    denoiser = installed(blur(), "denoise.onnx")
    assert isinstance(denoiser, Denoiser)
    image = picture(16, 16)
    none, half, full = (denoiser.run(image, params(strength=share), FakeJob()) for share in (0.0, 0.5, 1.0))
    torch.testing.assert_close(none, image)
    torch.testing.assert_close(half, (image + full) / 2)


def hole_in(height: int, width: int) -> Tensor:
    hole = torch.zeros((1, 1, height, width), dtype=torch.bool)
    hole[..., height // 4 : height // 2 + 1, width // 3 : width // 2 + 1] = True
    return hole


FILLING = [
    filling(),
    filling(hole_is_high=False),
    filling(mask_kind=TensorProto.UINT8, top=255),
    filling(mask_kind=TensorProto.BOOL),
    filling(sides=(1, 3, 128, 96)),
]


@pytest.mark.parametrize("proto", FILLING)
@pytest.mark.parametrize("size", [(1, 1), (30, 41), (128, 96)])
def test_holes_are_filled(installed: Installed, proto: ModelProto, size: tuple[int, int]) -> None:
    inpainter = installed(proto)
    assert isinstance(inpainter, Inpainter)
    image, hole = picture(*size), hole_in(*size)
    made = inpainter.run(image, hole, params(), FakeJob())
    torch.testing.assert_close(made, torch.where(hole, 0.5, image))


def test_a_crop_larger_than_the_graph_is_shrunk(installed: Installed) -> None:
    inpainter = installed(filling(sides=(1, 3, 64, 64)))
    image = torch.full((1, 3, 200, 160), 0.25)
    hole = hole_in(200, 160)
    made = inpainter.run(image, hole, params(), FakeJob())
    assert made.shape == image.shape
    well_inside = made[..., 60:90, 62:74]
    torch.testing.assert_close(well_inside, torch.full_like(well_inside, 0.5), rtol=0, atol=0.01)


def test_the_largest_crop_at_its_own_size(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "MOST_PAINTED_PX", 50)
    image = torch.full((1, 3, 120, 80), 0.25)
    assert installed(filling()).run(image, hole_in(120, 80), params(), FakeJob()).shape == image.shape


def test_what_lies_in_the_hole_is_not_shown_to_the_graph(installed: Installed) -> None:
    nodes = [node("Mul", ["mask", "zero"], ["nothing"]), node("Add", ["x", "nothing"], ["y"])]
    graph = model(
        nodes,
        [port("x", OPEN), port("mask", (1, 1, "h", "w"))],
        [port("y", OPEN)],
        {"zero": np.array(0, np.float32)},
    )
    image, hole = picture(12, 12), hole_in(12, 12)
    made = installed(graph).run(image, hole, params(), FakeJob())
    torch.testing.assert_close(made, image * ~hole)


def test_the_same_twice(installed: Installed) -> None:
    upscaler = installed(blur(layers=5))
    image = picture(100, 90)
    one, other = (upscaler.run(image, params(), FakeJob()) for _ in range(2))
    assert torch.equal(one, other)


class StopsAfter(FakeJob):
    """Is cancelled at the third look."""

    looks = 0

    def check(self) -> None:
        self.looks += 1
        if self.looks >= 3:
            raise Cancelled


def test_cancel_stops_a_run_in_its_middle(tmp_path: Path) -> None:
    """The loop has no end; that the call comes back at all is the test."""
    plane = Plane("x", "float32", Layout.NCHW, 3, Values.UNIT)
    filter_ = loaded(looping(None), tmp_path, Facts(plane, dataclasses.replace(plane, name="y")))
    began_s = time.monotonic()
    with pytest.raises(Cancelled):
        filter_.run(picture(8, 8), params(), StopsAfter())
    assert time.monotonic() - began_s < 5


def test_a_result_of_another_shape_on_another_picture(installed: Installed) -> None:
    """At trial sizes it was twice as large, here it is not."""
    plane = Plane("x", "float32", Layout.NCHW, 3, Values.UNIT)
    nodes = [node("Relu", ["x"], ["y"])]
    graph = model(nodes, [port("x", OPEN)], [port("y", OPEN)])
    filter_ = installed(graph)
    filter_._graph.facts = Facts(plane, dataclasses.replace(plane, name="y"), scale=2)
    with pytest.raises(CannotRun) as raised:
        filter_.run(picture(5, 4), params(), FakeJob())
    assert str(raised.value) == (
        "The ONNX model failed on this picture "
        "(it returned numbers of shape (1, 3, 5, 4) for a result of 8×10 pixels)."
    )


def test_what_onnxruntime_says_is_one_sentence(tmp_path: Path) -> None:
    plane = Plane("x", "float32", Layout.NCHW, 3, Values.UNIT)
    filter_ = loaded(in_blocks(8), tmp_path, Facts(plane, dataclasses.replace(plane, name="y")))
    with pytest.raises(CannotRun) as raised:
        filter_.run(picture(9, 9), params(), FakeJob())
    sentence = str(raised.value)
    assert sentence.startswith("The ONNX model failed on this picture (")
    assert sentence.endswith(").")
    assert "\n" not in sentence
    assert "/onnxruntime" not in sentence
    assert len(sentence) < 220


def loaded(proto: ModelProto, folder: Path, facts: Facts | str | None) -> Any:
    """A filter from a file that somebody else wrote."""
    if facts is not None:
        proto.metadata_props.add(key=KEY, value=facts if isinstance(facts, str) else facts.text())
    made = OnnxFiles().model(Task.FILTER)
    made.load(Weights({"model.onnx": saved(proto, folder, "model.onnx")}), CPU)
    return made


NOT_OURS = "“model.onnx” was not prepared by imagetool. Install the .onnx file itself."
OUTSIDE = (
    "“model.onnx” keeps the weights “w” in another file (“/etc/passwd”). "
    "Only models in a single file can be used: save it again without external data."
)
PLANE = Plane("x", "float32", Layout.NCHW, 3, Values.UNIT)
SOUND = Facts(PLANE, PLANE).text()
PACKS = [
    (blur(), None, NOT_OURS),
    (blur(), "no JSON", NOT_OURS),
    (blur(), "[]", NOT_OURS),
    (blur(), "[" * 100_000, NOT_OURS),
    (blur(), SOUND.replace('"scale": 1', '"scale": 1000000'), NOT_OURS),
    (blur(), SOUND.replace('"scale": 1', '"scale": true'), NOT_OURS),
    (blur(), SOUND.replace('"least_px": 1', '"least_px": -1'), NOT_OURS),
    (blur(), SOUND.replace('"fixed": null', '"fixed": [1]'), NOT_OURS),
    (blur(), SOUND.replace("float32", "object"), NOT_OURS),
    (blur(), SOUND.replace("NCHW", "WHCN"), NOT_OURS),
    (blur(), SOUND.replace('"channels": 3', '"channels": 4', 1), NOT_OURS),
    (
        external(),
        SOUND,
        OUTSIDE,
    ),
]


@pytest.mark.parametrize(("proto", "facts", "sentence"), PACKS)
def test_a_pack_that_somebody_wrote_by_hand(
    tmp_path: Path, proto: ModelProto, facts: str | None, sentence: str
) -> None:
    copy = ModelProto.FromString(proto.SerializeToString())
    with pytest.raises(CannotRun) as raised:
        loaded(copy, tmp_path, facts)
    assert str(raised.value) == sentence


def test_facts_come_back_as_they_were(tmp_path: Path) -> None:
    mask = Plane("mask", "bool", Layout.NHWC, 1, Values.BYTES)
    facts = Facts(PLANE, PLANE, 2, mask, False, 3, (40, 50), 8, 16, 12)
    assert Facts.read(facts.text()) == facts
