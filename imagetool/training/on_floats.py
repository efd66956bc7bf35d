"""A bundled denoiser on pictures of floats, as papers measure: noise that leaves 0 to 1 is not cut off.

Documents have whole numbers, which cut it off, and workers take documents. So the model runs in this process here,
on the whole picture at once, in the precision that it would have in the program.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from imagetool.catalog.catalog import CatalogModel
from imagetool.kit.device import choose_device
from imagetool.kit.errors import KitError
from imagetool.kit.precision import choose_precision
from imagetool.kit.tensors import check_result, padded
from imagetool.kit.weights import checked_weights
from imagetool.plugin.models import Denoiser
from imagetool.plugin.parameters import Params
from imagetool.training.denoising_evaluation import Floats

if TYPE_CHECKING:
    from torch import Generator, Tensor


class OnFloats:
    """A method of `denoising_evaluation`; `figures` are what the model has told of the last picture."""

    def __init__(self, model: CatalogModel, params: Params, device: str) -> None:
        """Loads the model.

        Raises:
            KitError: where it is no denoiser, its weights are not what they should be, or the device is not there.
        """
        self._device = choose_device(device)
        self._params, self._multiple_of = params, model.entry.tile.multiple_of
        self._precision = choose_precision(self._device, np.dtype(np.uint8), model.entry.precisions)
        module, attribute = model.code
        made: Any = getattr(importlib.import_module(module), attribute)()
        if not isinstance(made, Denoiser):
            raise KitError(f"“{model.id}” does not denoise.")
        self._model = made
        weights = checked_weights((file.file, path, file.sha256, file.size) for file, path in model.weights)
        self._model.load(weights, self._device)
        self.figures: dict[str, float] = {}

    def __call__(self, noisy: Floats, sigma_255: float | None = None) -> Floats:  # noqa: ARG002 - it is blind
        """What the model makes of a picture.

        Raises:
            InvalidResult: where that is no picture of the same size.
        """
        height, width = noisy.shape[:2]
        image = torch.from_numpy(noisy).to(self._device).permute(2, 0, 1)[None]  # (1, 3, H, W)
        seen = padded(image, self._multiple_of)
        job = _Listener(self._device)
        with torch.inference_mode(), self._precision.active(self._device):
            made = check_result(self._model.run(seen, self._params, job), tuple(seen.shape))
        self.figures = job.figures
        return np.asarray(made[0, :, :height, :width].float().permute(1, 2, 0).cpu().numpy(), np.float32)


class _Listener:
    """Fulfils `plugin.Job`; only figures are heard."""

    seed = 0

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self.figures: dict[str, float] = {}

    def generator(self) -> Generator:
        """A fresh generator."""
        return torch.Generator(self._device).manual_seed(self.seed)

    def progress(self, done: float, text: str = "") -> None:
        """Nobody watches."""

    def preview(self, image: Tensor) -> None:
        """Nobody watches."""

    def check(self) -> None:
        """Nobody stops it."""

    def figure(self, name: str, value: float) -> None:
        """Keeps the number."""
        self.figures[name] = value

    def log(self, text: str) -> None:
        """Nobody reads it."""
