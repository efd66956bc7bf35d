"""Makes pictures out of noise alone, in pixels or in latents, step by step.

Ho et al. 2020, Denoising Diffusion Probabilistic Models; Rombach et al. 2022, High-Resolution Image Synthesis with
Latent Diffusion Models.
"""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import Tensor

from imagetool.core.geometry import Size
from imagetool.plugin import Job, Params
from plugins.diffusers.assembling import Assembled
from plugins.diffusers.kinds import Way
from plugins.diffusers.sizes import fitted, generated_size
from plugins.diffusers.stopping import Stopping


class Unguided:
    """A pipeline of a network and a scheduler, and for latents a decoder."""

    def __init__(self, assembled: Assembled) -> None:
        parts = assembled.parts
        self._unet, self._scheduler = parts["unet"], parts["scheduler"]
        self._decoder = parts["vqvae"] if assembled.index.kind.way is Way.LATENT else None
        self._device = assembled.device
        self._stopping = Stopping([it for it in (self._unet, self._decoder) if it is not None])
        self._takes_generator = "generator" in inspect.signature(self._scheduler.step).parameters
        shrinks = 1 if self._decoder is None else 2 ** (len(self._decoder.config.block_out_channels) - 1)
        side = self._unet.config.sample_size
        self._side_px = (side if isinstance(side, int) else max(side)) * shrinks
        self._shrinks = shrinks
        self._multiple_of = shrinks * 2 ** (len(self._unet.config.block_out_channels) - 1)

    def make(self, size: Size, number: int, count: int, params: Params, job: Job) -> Tensor:
        """The picture of that number: (1, 3 or 4, H, W) in [0, 1]."""
        work = generated_size(size, self._side_px, self._multiple_of, free=False)
        generator = torch.Generator(self._device).manual_seed(job.generator().initial_seed() + number)
        shape = (1, self._unet.config.in_channels, work.height // self._shrinks, work.width // self._shrinks)
        sample = torch.randn(shape, generator=generator, device=self._device, dtype=self._unet.dtype)
        with self._stopping.asking(job):
            made = self._sampled(sample, generator, number, count, params, job)
        return fitted(_coloured(made), size)

    def _sampled(
        self, sample: Tensor, generator: torch.Generator, number: int, count: int, params: Params, job: Job
    ) -> Tensor:
        options: dict[str, Any] = {"generator": generator} if self._takes_generator else {}
        least = int(getattr(self._scheduler, "pndm_order", 1))  # PNDM knows no fewer
        self._scheduler.set_timesteps(max(least, int(params["steps"])), device=self._device)
        sample = sample * self._scheduler.init_noise_sigma
        steps = self._scheduler.timesteps
        for step, time in enumerate(steps):
            job.progress((number + step / len(steps)) / count, f"Step {step + 1} of {len(steps)}")
            noise = self._unet(self._scheduler.scale_model_input(sample, time), time).sample
            stepped = self._scheduler.step(noise, time, sample, **options)
            sample = stepped.prev_sample
            if self._decoder is None and number == 0:
                guess = getattr(stepped, "pred_original_sample", None)
                job.preview(_coloured(_unit(sample if guess is None else guess))[:, :3])
        if self._decoder is not None:
            sample = self._decoder.decode(sample / self._decoder.config.scaling_factor).sample
        return _unit(sample)


def _unit(sample: Tensor) -> Tensor:
    """From [-1, 1] to [0, 1]."""
    return (sample.float() / 2 + 0.5).clamp(0, 1)


def _coloured(image: Tensor) -> Tensor:
    """Gray as three equal planes; colours, with opacity or without, as they are."""
    return image.repeat(1, 3, 1, 1) if image.shape[1] == 1 else image
