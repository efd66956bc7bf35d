"""Makes and fills pictures with latent diffusion that is guided by a text.

Rombach et al. 2022, High-Resolution Image Synthesis with Latent Diffusion Models; Ho and Salimans 2022,
Classifier-Free Diffusion Guidance; Podell et al. 2023, SDXL.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from imagetool.core.geometry import Size
from imagetool.kit.resampling import resize
from imagetool.plugin import Job, Params
from plugins.diffusers.assembling import Assembled
from plugins.diffusers.latent_colours import LatentColours
from plugins.diffusers.sizes import fitted, generated_size, inpainted_size
from plugins.diffusers.stopping import Stopping

_LIBRARY_MULTIPLE = 8
"""Of which the library wants the sides of pictures to be multiples, whatever the network."""

_Finish = Callable[[Tensor], Tensor]


class Guided:
    """A pipeline of the library, of the class `which`."""

    def __init__(self, assembled: Assembled, which: str) -> None:
        self._pipeline = assembled.pipeline(which)
        self._device = assembled.device
        shrinks = int(self._pipeline.vae_scale_factor)
        self._multiple_of = math.lcm(shrinks, _LIBRARY_MULTIPLE)
        self._side_px = _side(self._pipeline.unet.config.sample_size) * shrinks
        self._colours = LatentColours(self._pipeline.vae, shrinks)
        networks = ("unet", "vae", "text_encoder", "text_encoder_2")
        found = (getattr(self._pipeline, name, None) for name in networks)
        self._stopping = Stopping([network for network in found if network is not None])

    def make(self, size: Size, number: int, count: int, params: Params, job: Job) -> Tensor:
        """The picture of that number: (1, 3, H, W) in [0, 1]."""
        work = generated_size(size, self._side_px, self._multiple_of, free=True)
        seen = self._seen(job, number, count, lambda colours: colours)
        return fitted(self._run(work, number, params, job, callback_on_step_end=seen), size)

    def fill(self, image: Tensor, hole: Tensor, params: Params, job: Job) -> Tensor:
        """The picture (1, 3, H, W) with its hole (1, 1, H, W) filled."""
        size = Size(image.shape[-1], image.shape[-2])
        work = inpainted_size(size, int(params["side"]), self._multiple_of)
        small = resize(image, work).clamp(0, 1)  # (1, 3, h, w)
        small_hole = (functional.interpolate(hole.float(), (work.height, work.width), mode="area") > 0).float()

        def around(colours: Tensor) -> Tensor:
            known = functional.interpolate(small, colours.shape[-2:], mode="area").cpu()
            inside = functional.interpolate(small_hole, colours.shape[-2:], mode="area").cpu()
            return known + (colours - known) * inside

        strength = float(params["strength"])
        made = self._run(
            work,
            0,
            params,
            job,
            image=small,
            mask_image=small_hole,
            strength=strength,
            num_inference_steps=max(int(params["steps"]), math.ceil(1 / strength)),
            callback_on_step_end=self._seen(job, 0, 1, around),
        )
        return resize(made, size).clamp(0, 1)

    def _run(self, work: Size, number: int, params: Params, job: Job, **options: Any) -> Tensor:
        generator = torch.Generator(self._device).manual_seed(job.generator().initial_seed() + number)
        with self._stopping.asking(job):
            made = self._pipeline(
                **{
                    "prompt": str(params["prompt"]),
                    "negative_prompt": str(params["negative"]),
                    "width": work.width,
                    "height": work.height,
                    "num_inference_steps": int(params["steps"]),
                    "guidance_scale": float(params["guidance"]),
                    "generator": generator,
                    "output_type": "pt",
                    "return_dict": False,
                }
                | options
            )[0]
        result: Tensor = made.float()
        return result

    def _seen(self, job: Job, number: int, count: int, finish: _Finish) -> Callable[..., dict[str, Any]]:
        """What the library calls after each step."""

        def step_ended(pipeline: Any, step: int, time: object, tensors: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
            steps = pipeline.num_timesteps
            job.progress((number + (step + 1) / steps) / count, f"Step {step + 1} of {steps}")
            if number == 0:
                job.preview(finish(self._colours.picture(tensors["latents"][:1])))
            return tensors

        return step_ended


def _side(sample_size: Any) -> int:
    return int(sample_size if isinstance(sample_size, int) else max(sample_size))
