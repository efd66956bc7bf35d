"""A mean of five by five pixels, the smallest denoiser there is."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from imagetool.plugin import Denoiser, Job, Params


class Soft(Denoiser):
    """A mean of five by five pixels."""

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """Between the picture and the mean."""
        soft = functional.avg_pool2d(functional.pad(image, (2, 2, 2, 2), mode="replicate"), 5, stride=1)
        return image + float(params["strength"]) * (soft - image)
