"""The classes that a plugin's models are made from, one for each task."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, device

    from imagetool.plugin.job import Job
    from imagetool.plugin.parameters import Params


class Model:
    """A model, made without arguments in the worker and loaded once before its first job."""

    def load(self, device: device) -> None:
        """Puts whatever the model needs on `device`."""


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
