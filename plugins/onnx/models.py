"""The models that an ONNX graph can be: one class for each task, all around the same graph."""

from __future__ import annotations

import torch
from torch import Tensor

from imagetool.plugin import Denoiser, Filter, Inpainter, Job, Params, Upscaler, Weights
from plugins.onnx.colours import Colours, Order, in_colour
from plugins.onnx.errors import NotInspected
from plugins.onnx.facts import KEY, Facts
from plugins.onnx.graphs import read_graph
from plugins.onnx.network import compute
from plugins.onnx.session import Session
from plugins.onnx.windows import painted, through


class OnnxGraph:
    """A loaded graph and what is known about it."""

    def __init__(self, weights: Weights, device: torch.device) -> None:
        """Reads the file that the loader wrote.

        Raises:
            Refused: where somebody else wrote it, and badly.
            CannotRun: where onnxruntime does not take it.
        """
        graph = read_graph(weights.only, weights.only.name)
        said = {entry.key: entry.value for entry in graph.proto.metadata_props}
        try:
            self.facts = Facts.read(said[KEY])
        except (KeyError, ValueError):
            raise NotInspected(graph.name) from None
        self._session = Session(weights.only, device, check=_nobody)
        self._notice = self._session.notice

    def through(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """(1, 3, scale·h, scale·w) of a picture (1, 3, h, w), windows and colours included."""
        self._tell(job)
        colours, order = _ways(params, self.facts)

        def once(part: Tensor) -> Tensor:
            return compute(self._session, self.facts, part, None, job.check)

        def all_of(planes: Tensor) -> Tensor:
            return through(planes, self.facts, once)

        return in_colour(image, self.facts.picture.channels, colours, order, all_of)

    def painted(self, image: Tensor, hole: Tensor, params: Params, job: Job) -> Tensor:
        """(1, 3, h, w) with the hole filled. The graph never sees what lies in the hole."""
        self._tell(job)
        colours, order = _ways(params, self.facts)

        def paint(planes: Tensor, where: Tensor) -> Tensor:
            blank = planes * ~where

            def once(part: Tensor) -> Tensor:
                return compute(self._session, self.facts, part, where, job.check)

            return in_colour(blank, self.facts.picture.channels, colours, order, once)

        return painted(image, hole, self.facts, paint)

    def _tell(self, job: Job) -> None:
        if self._notice:
            job.log(self._notice)
            self._notice = ""


class OnnxUpscaler(Upscaler):
    """Enlarges by the one factor of its graph."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Starts onnxruntime."""
        self._graph = OnnxGraph(weights, device)

    @property
    def scales(self) -> tuple[int, ...]:
        """The one that was found."""
        return (self._graph.facts.scale,)

    def run(self, image: Tensor, scale: int, params: Params, job: Job) -> Tensor:  # noqa: ARG002 - there is only one
        """One tile."""
        return self._graph.through(image, params, job)


class OnnxFilter(Filter):
    """Changes a picture of any size."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Starts onnxruntime."""
        self._graph = OnnxGraph(weights, device)

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """One tile, as much of it as wanted."""
        return _as_strong(self._graph, image, params, job)


class OnnxDenoiser(Denoiser):
    """Takes noise away."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Starts onnxruntime."""
        self._graph = OnnxGraph(weights, device)

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """One tile, as much of it as wanted."""
        return _as_strong(self._graph, image, params, job)


class OnnxInpainter(Inpainter):
    """Paints inside a hole."""

    def load(self, weights: Weights, device: torch.device) -> None:
        """Starts onnxruntime."""
        self._graph = OnnxGraph(weights, device)

    def run(self, image: Tensor, hole: Tensor, params: Params, job: Job) -> Tensor:
        """One crop; a large one is shrunk to what the graph takes."""
        return self._graph.painted(image, hole, params, job)


def _as_strong(graph: OnnxGraph, image: Tensor, params: Params, job: Job) -> Tensor:
    strength = float(params.get("strength", 1.0))
    made = graph.through(image, params, job)
    return made if strength >= 1 else image + strength * (made - image)


def _ways(params: Params, facts: Facts) -> tuple[Colours, Order]:
    usual = Colours.LUMA if facts.scale > 1 else Colours.EACH
    return Colours(str(params.get("colours", usual))), Order(str(params.get("order", Order.RGB)))


def _nobody() -> None:
    """Loading cannot be cancelled: there is no job yet."""
