"""What a graph's inputs may mean, from their declared types and sides alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plugins.onnx.errors import UnknownInputs
from plugins.onnx.facts import Layout, Plane
from plugins.onnx.graphs import Graph, Port
from plugins.onnx.network import values_of

CHANNELS = (3, 1, 4)
"""Of a picture, the likeliest first."""

TRIAL_PX = (64, 128, 256, 512, 96, 224)
"""Sides that are tried where the graph leaves them open."""

PICTURE_NUMBERS = ("float32", "float16", "float64", "uint8")
"""That a picture can have, going in or coming out."""

_MASK = (*PICTURE_NUMBERS, "bool")
_AXES = {Layout.NCHW: (1, 2, 3), Layout.NHWC: (3, 1, 2)}
"""Where channels, height and width are."""


@dataclass(frozen=True, slots=True)
class Guess:
    """One way to feed the graph: what its picture is, and a height and width to try it with."""

    picture: Plane
    height: int
    width: int
    is_fixed: bool


@dataclass(frozen=True, slots=True)
class Roles:
    """Which input is the picture and which, where there are two, the mask."""

    picture: Port
    mask: Port | None

    @classmethod
    def of(cls, graph: Graph) -> Roles:
        """Decides by the declared channels, then by the names.

        Raises:
            UnknownInputs: where there is anything else than a picture, or a picture and a mask.
        """
        ports = graph.inputs
        if not ports or len(ports) > 2 or any(not _is_plane(port, _MASK) for port in ports):
            raise UnknownInputs(graph.name, [str(port) for port in ports])
        masks = [port for port in ports if _is_mask(port, ports)]
        pictures = [port for port in ports if port not in masks]
        if len(pictures) != 1 or not _is_plane(pictures[0], PICTURE_NUMBERS):
            raise UnknownInputs(graph.name, [str(port) for port in ports])
        return cls(pictures[0], masks[0] if masks else None)

    def mask_plane(self, picture: Plane) -> Plane | None:
        """The mask beside a picture: of one channel, in the same layout where its own sides do not say more."""
        if self.mask is None:
            return None
        layouts = [layout for layout in Layout if (self.mask.sides or ())[_AXES[layout][0] :][:1] == (1,)]
        layout = picture.layout if picture.layout in layouts or not layouts else layouts[0]
        return Plane(self.mask.name, self.mask.numbers, layout, 1, values_of(self.mask.numbers))


def guesses(port: Port) -> Iterator[Guess]:
    """The likeliest first: layouts whose channels are declared, then those where they are open."""
    sides = port.sides or (None,) * 4
    declared = [layout for layout in Layout if sides[_AXES[layout][0]] in CHANNELS]
    for channels in CHANNELS:
        for layout in declared or [layout for layout in Layout if sides[_AXES[layout][0]] is None]:
            _, *size = (sides[axis] for axis in _AXES[layout])
            if sides[_AXES[layout][0]] not in (None, channels):
                continue
            plane = Plane(port.name, port.numbers, layout, channels, values_of(port.numbers))
            for height, width in dict.fromkeys((size[0] or side, size[1] or side) for side in TRIAL_PX):
                yield Guess(plane, height, width, is_fixed=None not in size)


def _is_plane(port: Port, numbers: tuple[str, ...]) -> bool:
    sides = port.sides or (None,) * 4
    return port.numbers in numbers and len(sides) == 4 and sides[0] in (None, 1)


def _is_mask(port: Port, ports: tuple[Port, ...]) -> bool:
    if len(ports) == 1:
        return False
    (other,) = (it for it in ports if it is not port)
    if _may_be_mask(port) != _may_be_mask(other):
        return _may_be_mask(port)
    return "mask" in port.name.lower() and "mask" not in other.name.lower()


def _may_be_mask(port: Port) -> bool:
    one = port.sides is not None and 1 in (port.sides[1], port.sides[3])
    return one or port.numbers == "bool"
