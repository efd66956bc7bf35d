"""Other ways to run the same network over the same picture, each as one call that is timed."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper
from torch import Tensor, nn

from imagetool.core.geometry import Rect, Size
from tests.benchmarks.sixteen_layers.desk import Rgb
from tests.benchmarks.sixteen_layers.plugin.sixteen import LAYERS, Network

OVERLAP_PX = LAYERS
Floats: TypeAlias = NDArray[np.float32]
Call: TypeAlias = Callable[[], object]
OnCrop: TypeAlias = Callable[[Any], Any]
FORMATS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True, slots=True)
class Rival:
    """A name for the table, what it computes in, and how it is made ready for a picture (H, W, 3)."""

    name: str
    precision: str
    prepare: Callable[[Rgb], Call]


def bare(precision: str, device: str = "cpu", *, channels_last: bool = False) -> Rival:
    """`network(image)` with the picture as a tensor on the device already: nothing else is timed."""

    def prepare(pixels: Rgb) -> Call:
        network, image = _on(pixels, precision, device, channels_last=channels_last)

        def call() -> None:
            with torch.inference_mode():
                made = network(image)
            _finish(made)

        return call

    return Rival(f"network(image){_layout(channels_last)}", precision, prepare)


def naive(precision: str, tile_px: int, device: str = "cpu", *, channels_last: bool = False) -> Rival:
    """The loop that everybody writes: a crop with overlap, the network, the middle into the result."""

    def prepare(pixels: Rgb) -> Call:
        network, image = _on(pixels, precision, device, channels_last=channels_last)

        def call() -> None:
            result = torch.empty_like(image)
            with torch.inference_mode():
                in_tiles(network, image, result, tile_px)
            _finish(result)

        return call

    return Rival(f"naive loop over tiles of {tile_px}{_layout(channels_last)}", precision, prepare)


def in_onnxruntime(tile_px: int = 0) -> Rival:
    """onnxruntime on the processor, on the whole picture or in the naive loop."""

    def prepare(pixels: Rgb) -> Call:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        session = onnxruntime.InferenceSession(as_onnx(), options, providers=["CPUExecutionProvider"])
        return _on_floats(lambda crop: session.run(None, {"image": crop})[0], as_floats(pixels), tile_px)

    return Rival(f"onnxruntime{_tiles(tile_px)}", "fp32", prepare)


def in_openvino(precision: str, tile_px: int = 0) -> Rival:
    """OpenVINO on the processor; compiled for the size that it meets most, before anything is timed."""

    def prepare(pixels: Rgb) -> Call:
        core = importlib.import_module("openvino").Core()  # only who wants this rival has it
        model = core.read_model(as_onnx(), b"")
        settings = {
            "INFERENCE_NUM_THREADS": torch.get_num_threads(),
            "INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16"}[precision],
            "PERFORMANCE_HINT": "LATENCY",
        }
        floats = as_floats(pixels)
        compiled: dict[tuple[int, ...], Any] = {}

        def infer(crop: Floats) -> Floats:
            if crop.shape not in compiled:
                model.reshape({"image": list(crop.shape)})
                compiled[crop.shape] = core.compile_model(model, "CPU", settings).create_infer_request()
            made: Floats = compiled[crop.shape].infer({"image": crop})[0]
            return made

        call = _on_floats(infer, floats, tile_px)
        call()  # compiles for every size of crop
        return call

    return Rival(f"OpenVINO{_tiles(tile_px)}", precision, prepare)


def in_opencv() -> Rival:
    """OpenCV's dnn on the whole picture, as its dnn_superres does it: from pixels to pixels."""

    def prepare(pixels: Rgb) -> Call:
        with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
            Path(file.name).write_bytes(as_onnx(pixels.shape[0], pixels.shape[1]))
            network = cv2.dnn.readNetFromONNX(file.name)
        cv2.setNumThreads(torch.get_num_threads())
        blue_first = np.ascontiguousarray(pixels[..., ::-1])

        def call() -> None:
            network.setInput(cv2.dnn.blobFromImage(blue_first, 1 / 255, swapRB=True))
            made = network.forward()
            cv2.dnn.imagesFromBlob(made)[0].astype(np.uint8)

        return call

    return Rival("OpenCV dnn, whole picture", "fp32", prepare)


def has_openvino(packages: Path | None) -> bool:
    """Whether it can be imported, from a folder of packages where one is named."""
    if packages:
        sys.path.append(str(packages))
    return importlib.util.find_spec("openvino") is not None


def in_tiles(run: OnCrop, image: Any, result: Any, tile_px: int) -> None:
    """Calls `run` on crops of at most `tile_px` of (B, C, H, W), and puts the middles together."""
    height, width = image.shape[-2:]
    whole = Rect.of_size(Size(width, height))
    step = tile_px - 2 * OVERLAP_PX
    for top in range(0, height, step):
        for left in range(0, width, step):
            core = Rect(left, top, left + step, top + step).restrict(whole)
            crop = core.grown(OVERLAP_PX).restrict(whole)
            made = run(image[(..., *crop.slices)])
            result[(..., *core.slices)] = made[(..., *core.moved(-crop.left, -crop.top).slices)]


def as_floats(pixels: Rgb) -> Floats:
    """(1, 3, H, W) in 0 to 1."""
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1))[None]
    return planes.astype(np.float32) / np.float32(255)


def as_onnx(height: int = 0, width: int = 0) -> bytes:
    """The network as an ONNX model, for any size where none is named."""
    nodes, weights, last = [], [], "image"
    for number, layer in enumerate(Network()):
        name = f"layer{number}"
        if isinstance(layer, nn.Conv2d):
            assert layer.bias is not None
            for kind, tensor in (("weight", layer.weight), ("bias", layer.bias)):
                weights.append(onnx.numpy_helper.from_array(tensor.detach().numpy(), f"{name}.{kind}"))
            inputs = [last, f"{name}.weight", f"{name}.bias"]
            nodes.append(helper.make_node("Conv", inputs, [name], kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
        else:
            nodes.append(helper.make_node("Relu", [last], [name]))
        last = name
    shape = [1, 3, height or "height", width or "width"]
    first, final = (helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("image", last))
    graph = helper.make_graph(nodes, "sixteen", [first], [final], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString()
    return data


def _on(pixels: Rgb, precision: str, device: str, *, channels_last: bool) -> tuple[nn.Module, Tensor]:
    layout = torch.channels_last if channels_last else torch.contiguous_format
    network = Network().eval().to(device, FORMATS[precision]).to(memory_format=layout)  # type: ignore[call-overload]
    image = torch.from_numpy(as_floats(pixels)).to(device, FORMATS[precision])
    return network, image.contiguous(memory_format=layout)


def _on_floats(run: OnCrop, floats: Floats, tile_px: int) -> Call:
    if not tile_px:
        return lambda: run(floats)
    result = np.empty_like(floats)
    return lambda: in_tiles(lambda crop: run(np.ascontiguousarray(crop)), floats, result, tile_px)


def _finish(made: Tensor) -> None:
    if made.is_cuda:
        torch.cuda.synchronize(made.device)


def _tiles(tile_px: int) -> str:
    return f", tiles of {tile_px}" if tile_px else ""


def _layout(channels_last: bool) -> str:
    return ", channels_last" if channels_last else ""
