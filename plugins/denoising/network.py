"""The network: a U-Net that folds squares of pixels into channels at its entrance, and says what the noise is.

Its form is that of NAFNet (Chen et al. 2022, Simple Baselines for Image Restoration): convolutions with stride 2
on the way down, pixel shuffles on the way up, sums at the skips, and what comes out is added to the input. Its
blocks are the residual blocks without normalisation of DRUNet (Zhang et al. 2021, Plug-and-Play Image Restoration
with Deep Denoiser Prior): in trials of a few minutes on a CPU they got further than the gated blocks of NAFNet,
whose depthwise convolutions and normalisation wait for memory there; long trainings and GPUs were not compared.
Nothing pools over the whole input, as NAFNet's channel attention does, so that a pixel does not depend on how the
picture is cut into tiles. Folding (Zhang et al. 2018, FFDNet: Toward a Fast and Flexible Solution for CNN-Based
Image Denoising) makes all of it cheap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from imagetool.kit.u_net import MIDDLE, UNet, UNetLayout, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout(UNetLayout):
    """The shape of a network.

    Attributes:
        middle: Blocks at the lowest resolution.
        parts: What the change is told in: 1, all of it; 2, the noise and the traces of compression.
    """

    NUMBERS: ClassVar[Mapping[str, Whole]] = {**UNetLayout.NUMBERS, "middle": Whole(0, 64), "parts": Whole(1, 2)}

    middle: int
    parts: int = 1

    @property
    def middle_dilations(self) -> tuple[int, ...]:
        """None is dilated."""
        return (1,) * self.middle


class Network(UNet):
    """Takes what it was trained on out of pictures, without being told how strong it is."""

    layout: Layout

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout, given=3, told=3 * layout.parts)

    def forward(self, image: Tensor) -> Tensor:
        """Finds out what to change.

        Args:
            image: (B, 3, H, W) float32, of any size; in [0, 1] but for the noise.

        Returns:
            (B, parts, 3, H, W) float32: added to the image they make it clean. An untrained network says 0.
        """
        change = self.through(image - MIDDLE)  # (B, 3·parts, H, W)
        return change.reshape(len(image), self.layout.parts, *image.shape[1:])
