"""A recognised network as a function of colour pictures, whatever channels and sizes it knows itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from imagetool.core.geometry import Size
from imagetool.kit.checkpoints import read_checkpoint
from imagetool.kit.resampling import CUBIC, resize
from imagetool.kit.safetensor_files import read_metadata
from imagetool.kit.tensors import mirrored, padded
from imagetool.plugin import CannotRun, Job
from plugins.spandrel.architectures import Described, Unknown, recognised
from plugins.spandrel.traits import wants_noise_level

FACTS = "imagetool.spandrel"
"""Key of the file's header that holds what was found out about the network, as JSON."""

NOISE_LEVEL = 15.0
"""What a network is told where nobody says, in steps of 8 bit."""

LUMA = (0.299, 0.587, 0.114)
"""BT.601: what a network for gray pictures sees of a coloured one that it enlarges."""

_RANDOM = ("AuraSR",)
_NO_CONVOLUTIONS = (nn.Linear, nn.LayerNorm, nn.Softmax, nn.MultiheadAttention)


class Network:
    """Runs a network on (1, 3, H, W) RGB in [0, 1] of any size.

    A network of one channel gets R, G and B one after the other where it keeps the size, which is the best of the
    ways that were measured for DnCNN; where it enlarges, it gets the luma, and the chroma is enlarged by the cubic
    kernel. A network of four channels gets an opaque picture.
    """

    def __init__(self, described: Described, device: torch.device, minimum_px: int = 1) -> None:
        self.described = described
        self.minimum_px = minimum_px
        self._job: Job | None = None
        self._takes_level = wants_noise_level(described)
        self._format = torch.channels_last if only_convolutions(described.model) else torch.contiguous_format
        described.model.to(device).to(memory_format=self._format)  # type: ignore[call-overload]
        for module in described.model.modules():
            if not any(True for _ in module.children()):
                module.register_forward_pre_hook(self._check)

    @classmethod
    def read(cls, path: Path, device: torch.device) -> Network:
        """From a file that `inspect` has written.

        Raises:
            CannotRun: where this version of spandrel does not know the network any more.
        """
        try:
            described, _ = recognised(read_checkpoint(path))
        except Unknown:
            raise CannotRun(
                "The library spandrel does not know this network any more: install it again."
            ) from None
        facts = json.loads(read_metadata(path).get(FACTS, "{}"))
        return cls(described, device, int(facts.get("minimum_px", 1)))

    @property
    def scale(self) -> int:
        """How much larger the result is."""
        return int(self.described.scale)

    def filtered(self, image: Tensor, job: Job, noise_level: float = NOISE_LEVEL) -> Tensor:
        """(1, 3, H, W) to (1, 3, H, W)."""
        if self.described.input_channels == 1:
            planes = image.transpose(0, 1)  # (3, 1, H, W)
            return self._run(planes, job, noise_level).transpose(0, 1)
        return self._run(self._with_channels(image), job, noise_level)[:, :3]

    def enlarged(self, image: Tensor, job: Job) -> Tensor:
        """(1, 3, H, W) to (1, 3, scale·H, scale·W)."""
        if self.described.input_channels > 1:
            return self._run(self._with_channels(image), job)[:, :3]
        weights = image.new_tensor(LUMA)[:, None, None]
        luma = self._run((image * weights).sum(1, keepdim=True), job).float()  # (1, 1, sH, sW)
        cubic = resize(image, Size(luma.shape[-1], luma.shape[-2]), CUBIC)  # (1, 3, sH, sW)
        return cubic + luma - (cubic * weights).sum(1, keepdim=True)

    def filled(self, image: Tensor, hole: Tensor, job: Job) -> Tensor:
        """(1, 3, H, W) and (1, 1, H, W) bool to (1, 3, H, W)."""
        return self._run(image, job, mask=hole.to(image.dtype))

    def _run(
        self, image: Tensor, job: Job, noise_level: float = NOISE_LEVEL, mask: Tensor | None = None
    ) -> Tensor:
        height, width = image.shape[-2:]
        least = max(height, self.minimum_px), max(width, self.minimum_px)
        image = mirrored(image, *least).contiguous(memory_format=self._format)
        self._job = job
        try:
            if mask is not None:
                made = self.described(image, mirrored(mask, *least))
            elif self._takes_level:
                made = self._at_level(image, noise_level)
            elif self.described.architecture.id in _RANDOM:
                made = self._seeded(image, job.seed)
            else:
                made = self.described(image)
        finally:
            self._job = None
        return made[..., : height * self.scale, : width * self.scale]

    def _at_level(self, image: Tensor, noise_level: float) -> Tensor:
        image = padded(image, self.described.size_requirements.multiple_of)
        level = torch.full_like(image[:, :1], noise_level / 255)
        made: Tensor = self.described.model(torch.cat([image, level], dim=1))
        return made

    def _seeded(self, image: Tensor, seed: int) -> Tensor:
        devices = [image.device] if image.device.type == "cuda" else []
        with torch.random.fork_rng(devices):
            torch.manual_seed(seed)
            return self.described(image)

    def _with_channels(self, image: Tensor) -> Tensor:
        if self.described.input_channels == image.shape[1]:
            return image
        return torch.cat([image, torch.ones_like(image[:, :1])], dim=1)

    def _check(self, _module: nn.Module, _arguments: object) -> None:
        if self._job is not None:
            self._job.check()


def facts_of(network: Network) -> Mapping[str, str]:
    """What `read` reads."""
    return {FACTS: json.dumps({"minimum_px": network.minimum_px})}


def only_convolutions(network: nn.Module) -> bool:
    """Whether there is no attention in it.

    Then memory in which channels come last is 1.2 to 1.3 times faster on a CPU; with attention it is slower.
    """
    return not any(isinstance(module, _NO_CONVOLUTIONS) for module in network.modules())
