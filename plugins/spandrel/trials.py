"""Tries a network on small pictures: whether it works, and what tiles, sizes and precision it bears."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from imagetool.core.geometry import Rect, Size
from imagetool.core.tile_plan import Tiling
from imagetool.kit.tensors import padded
from imagetool.plugin import Job, Task
from plugins.spandrel.architectures import Described, is_tiled_badly, wants_whole
from plugins.spandrel.networks import Network, only_convolutions

SAME_DB = 55.0
"""bfloat16 is used where its result is nearer than this to that of float32.

Measured at enlarging four times (Set5 without its first picture): at 52 dB a network loses 0.04 dB against the
truth, at 56 dB 0.001.
"""

_CPU = torch.device("cpu")
_TRIAL = (48, 40)  # height, width
_SMALL = ((1, 1), (3, 2), (7, 5), (17, 9), (33, 31))
_MINIMA = (1, 2, 4, 8, 16, 32, 48, 64, 128)
_REACHES = (8, 16, 24, 32, 48, 64)
_BLOCKS = (8, 16, 32, 64)  # sides of what networks with attention look at
_USUAL_BLOCK, _KNOWN_BLOCKS = 16, {"SCUNet": 64}  # of networks with attention that are too slow to be probed
_MIDDLE = Rect(129, 129, 145, 145)
_PROBED_PX = 275**2 + 4 * 145**2
_HALF_STEP = 0.5 / 255
_NO_REACH = 32
_MOST_OPERATIONS = 6e11  # some ten seconds on one processor; counted, so that it is the same on every machine
_TILE_BYTES = 1_200_000_000
_COPIES = 6  # of the largest layer, that are in memory at once
_LARGEST_TILE, _LARGEST_TILE_IF_BAD, _SMALLEST_TILE = 768, 1024, 128

_MISFITS = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


class Failed(Exception):
    """The network does not do what its architecture should; the text completes a sentence."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the trials told.

    Attributes:
        minimum_px: Smaller pictures are continued to this size.
        tile_px: Side of a tile that fits into memory.
        overlap_px: How far around a pixel the picture changes it visibly.
        multiple_of: What the sides of a tile are multiples of.
        whole: Whether it needs the whole picture.
        precisions: What it computes in.
    """

    minimum_px: int
    tile_px: int
    overlap_px: int
    multiple_of: int
    whole: bool
    precisions: tuple[str, ...]


def tried(described: Described, task: Task, job: Job) -> Findings:
    """Runs the network a few dozen times on small pictures, seconds to half a minute in all.

    Raises:
        Failed: where it returns something that is no picture of the right size.
    """
    with torch.inference_mode():
        network = Network(described, _CPU)
        run = _runner(network, task, job)
        job.progress(0.1, "trial run")
        features = _widest_layer(described.model, lambda: _checked(run, _TRIAL, network.scale))
        job.progress(0.3, "small pictures")
        network.minimum_px = _minimum(network, run, job)
        job.progress(0.5, "precision")
        precisions = ("fp32", "bf16") if described.supports_bfloat16 and _bears_bf16(run) else ("fp32",)
        job.progress(0.6, "tiles")
        overlap_px, multiple = _overlap(run, network, job)
    tile_px = _tile_side(features, multiple, overlap_px, is_bad=is_tiled_badly(described))
    return Findings(network.minimum_px, tile_px, overlap_px, multiple, wants_whole(described), precisions)


def trial_picture(height: int, width: int) -> Tensor:
    """(1, 3, height, width) in [0, 1]: soft shapes, an edge, a little grain; always the same."""
    generator = torch.Generator().manual_seed(5)
    coarse = torch.rand(1, 3, 2 + height // 8, 2 + width // 8, generator=generator)
    soft = nn.functional.interpolate(coarse, (height, width), mode="bilinear")
    soft[..., width // 3 : width // 2] = 1 - soft[..., width // 3 : width // 2]
    grain = torch.randn(soft.shape, generator=generator)
    return (soft + 0.02 * grain).clamp(0, 1)


_Run = Callable[[Tensor], Tensor]


def _runner(network: Network, task: Task, job: Job) -> _Run:
    def run(image: Tensor) -> Tensor:
        if task is Task.UPSCALE:
            return network.enlarged(image, job)
        if task is Task.INPAINT:
            hole = torch.zeros_like(image[:, :1], dtype=torch.bool)
            height, width = hole.shape[-2:]
            hole[..., height // 3 : height // 2 + 1, width // 3 : width // 2 + 1] = True
            return network.filled(image, hole, job)
        return network.filtered(image, job)

    return run


def _checked(run: _Run, size: tuple[int, int], scale: int) -> Tensor:
    height, width = size
    try:
        made = run(trial_picture(height, width))
    except _MISFITS as error:
        raise Failed(f"fails on a picture of {width}×{height} pixels ({_first_line(error)})") from None
    if tuple(made.shape) != (1, 3, height * scale, width * scale):
        raise Failed(f"makes a result of shape {tuple(made.shape)} from a picture of {width}×{height} pixels")
    if not bool(torch.isfinite(made).all()):
        raise Failed(f"makes values that are no numbers from a picture of {width}×{height} pixels")
    return made


def _minimum(network: Network, run: _Run, job: Job) -> int:
    """The least size at which all small pictures work."""
    for minimum in _MINIMA:
        network.minimum_px = minimum
        job.check()
        try:
            for size in _SMALL:
                _checked(run, size, network.scale)
        except Failed:
            if minimum == _MINIMA[-1]:
                raise
            continue
        return minimum
    return _MINIMA[-1]


def _bears_bf16(run: _Run) -> bool:
    picture = trial_picture(*_TRIAL)
    try:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            rough = run(picture).float()
    except _MISFITS:
        return False
    error = float((rough - run(picture).float()).square().mean())
    return math.isfinite(error) and (error == 0 or -10 * math.log10(error) > SAME_DB)


@dataclass(frozen=True, eq=False, slots=True)
class _Probe:
    """Compares the middle of a picture's result with what crops around it give.

    The middle begins at an odd place, as tiles may, and the picture is so large that no crop is all of it.
    """

    run: _Run
    scale: int
    picture: Tensor  # (1, 3, side, side)
    whole: Tensor  # the middle of its result

    @classmethod
    def begin(cls, run: _Run, scale: int) -> _Probe:
        """Computes the result without crops."""
        picture = trial_picture(_MIDDLE.left + _MIDDLE.right, _MIDDLE.top + _MIDDLE.bottom)
        return cls(run, scale, picture, _part(run(picture), _MIDDLE, scale))

    def error(self, reach_px: int, block: int, job: Job) -> float:
        """How far the result of a crop is off at worst."""
        job.check()
        size = Size(self.picture.shape[-1], self.picture.shape[-2])
        crop = Tiling(size.width, reach_px, block).crop(_MIDDLE, size)
        made = self.run(padded(self.picture[(..., *crop.slices)], block))
        return float((_part(made, _MIDDLE.moved(-crop.left, -crop.top), self.scale) - self.whole).abs().max())


def _part(made: Tensor, part: Rect, scale: int) -> Tensor:
    rows, columns = slice(part.top * scale, part.bottom * scale), slice(part.left * scale, part.right * scale)
    return made[..., rows, columns].float()


def _overlap(run: _Run, network: Network, job: Job) -> tuple[int, int]:
    """How far a crop must reach around what is kept of it, and at multiples of what it must begin.

    Found by doing it, until the result is that of the whole picture. Networks that look at blocks of the picture
    need crops that begin where a block does. Where nothing that is tried agrees, as with networks that look at
    everything at once, more would not help much either.
    """
    described = network.described
    multiple = described.size_requirements.multiple_of
    attends = not only_convolutions(described.model)
    if _operations_per_pixel(run) * _PROBED_PX > _MOST_OPERATIONS:
        usual = _KNOWN_BLOCKS.get(described.architecture.id, _USUAL_BLOCK)
        return _NO_REACH, math.lcm(multiple, usual) if attends and multiple == 1 else multiple
    probe = _Probe.begin(run, network.scale)
    most = _REACHES[-1]
    for block in dict.fromkeys(math.lcm(multiple, block) for block in ((1, *_BLOCKS) if attends else (1,))):
        # A crop that begins at an even multiple of the block may be right by chance: one of these begins at an odd
        if all(probe.error(reach, block, job) <= _HALF_STEP for reach in (most, most + block)):
            fits = (reach for reach in _REACHES if probe.error(reach, block, job) <= _HALF_STEP)
            return next(fits, most), block
    return _NO_REACH, multiple


def _operations_per_pixel(run: _Run) -> float:
    height, width = _TRIAL
    try:
        with FlopCounterMode(display=False) as counter:
            run(trial_picture(height, width))
    except _MISFITS:  # the counter does not know every network
        return math.inf
    return float(counter.get_total_flops()) / (height * width)


def _widest_layer(network: nn.Module, run: Callable[[], object]) -> float:
    """The most numbers that a layer makes of one pixel of the picture."""
    most = 0

    def look(_module: nn.Module, _arguments: object, made: object) -> None:
        nonlocal most
        if isinstance(made, Tensor):
            most = max(most, made.numel())

    hooks = [module.register_forward_hook(look) for module in network.modules()]
    try:
        run()
    finally:
        for hook in hooks:
            hook.remove()
    return most / (_TRIAL[0] * _TRIAL[1])


def _tile_side(features: float, multiple: int, overlap_px: int, *, is_bad: bool) -> int:
    bytes_per_pixel = 4 * _COPIES * max(features, 1.0)
    side = int(math.sqrt(_TILE_BYTES / bytes_per_pixel))
    largest = _LARGEST_TILE_IF_BAD if is_bad else _LARGEST_TILE
    side = max(_SMALLEST_TILE, 2 * (overlap_px + multiple) + 64, min(largest, side))
    step = math.lcm(multiple, 16) if multiple <= 64 else multiple
    return -(-side // step) * step


def _first_line(error: Exception) -> str:
    return (str(error).partition("\n")[0] or type(error).__name__)[:120]
