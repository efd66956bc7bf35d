"""The classes that a plugin's models are made from, one for each task."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, device

    from imagetool.plugin.job import Job
    from imagetool.plugin.parameters import Params
    from imagetool.plugin.weights import Weights


class Model:
    """A model, made without arguments in the worker and loaded once before its first job."""

    def load(self, weights: Weights, device: device) -> None:
        """Puts whatever the model needs on `device`; `weights` are the files that its manifest names."""


class Inpainter(Model, ABC):
    """Paints inside a hole."""

    @abstractmethod
    def run(self, image: Tensor, hole: Tensor, params: Params, job: Job) -> Tensor:
        """Fills a hole.

        Args:
            image: (1, 3, H, W) float32 in [0, 1], sRGB-encoded RGB; what lies in the hole is the old content.
            hole: (1, 1, H, W) bool, True where to paint; at least one pixel is True.
            params: The values of the form.
            job: For the seed, progress, previews and cancel.

        Returns:
            (1, 3, H, W) float32 in [0, 1]. Only its pixels inside the hole are used.
        """


class Upscaler(Model, ABC):
    """Makes pictures larger by whole factors; imagetool makes any other size from them."""

    @property
    @abstractmethod
    def scales(self) -> tuple[int, ...]:
        """The factors it knows, each at least 2; asked after `load`."""

    @abstractmethod
    def run(self, image: Tensor, scale: int, params: Params, job: Job) -> Tensor:
        """Enlarges. Called once for each tile, and again for its opacity where it has any.

        Args:
            image: (1, 3, H, W) float32 in [0, 1], sRGB-encoded RGB; H and W are at least 1.
            scale: One of `scales`.
            params: The values of the form.
            job: For the seed, progress, previews and cancel.

        Returns:
            (1, 3, scale·H, scale·W) float; values outside [0, 1] are cut.
        """
