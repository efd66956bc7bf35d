"""The pipelines that are known, and the classes that they may be made of; nothing else is imported by name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """How a pipeline makes its pictures."""

    TEXT = "text"  # latents, guided by a text
    LATENT = "latent"  # latents, out of nothing
    PIXEL = "pixel"  # pixels, out of nothing


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of pipeline.

    Attributes:
        way: How it makes pictures.
        needs: Its components.
        generates: The class of the library that makes pictures from a text; empty where we do it ourselves.
        inpaints: The class that fills holes; empty where it cannot.
        guidance: What is usual.
    """

    way: Way
    needs: tuple[str, ...]
    generates: str = ""
    inpaints: str = ""
    guidance: float = 0.0


_SD = Kind(
    Way.TEXT,
    ("vae", "text_encoder", "tokenizer", "unet", "scheduler"),
    "StableDiffusionPipeline",
    "StableDiffusionInpaintPipeline",
    7.5,
)
_XL = Kind(
    Way.TEXT,
    ("vae", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "unet", "scheduler"),
    "StableDiffusionXLPipeline",
    "StableDiffusionXLInpaintPipeline",
    5.0,
)
_PIXEL = Kind(Way.PIXEL, ("unet", "scheduler"))

KINDS: dict[str, Kind] = {
    "StableDiffusionPipeline": _SD,
    "StableDiffusionImg2ImgPipeline": _SD,
    "StableDiffusionInpaintPipeline": _SD,
    "StableDiffusionXLPipeline": _XL,
    "StableDiffusionXLImg2ImgPipeline": _XL,
    "StableDiffusionXLInpaintPipeline": _XL,
    "DDPMPipeline": _PIXEL,
    "DDIMPipeline": _PIXEL,
    "PNDMPipeline": _PIXEL,
    "LDMPipeline": Kind(Way.LATENT, ("vqvae", "unet", "scheduler")),
}

LEFT_OUT = ("safety_checker", "feature_extractor", "image_encoder", "watermark")
"""Components that a pipeline may name and works without."""

_SCHEDULERS = (
    *("DDIMScheduler", "DDPMScheduler", "DEISMultistepScheduler", "DPMSolverMultistepScheduler"),
    *("DPMSolverSinglestepScheduler", "EulerAncestralDiscreteScheduler", "EulerDiscreteScheduler"),
    *("HeunDiscreteScheduler", "KDPM2AncestralDiscreteScheduler", "KDPM2DiscreteScheduler", "LCMScheduler"),
    *("LMSDiscreteScheduler", "PNDMScheduler", "TCDScheduler", "UniPCMultistepScheduler"),
)
_TOKENIZERS = ("CLIPTokenizer", "CLIPTokenizerFast")

COMPONENTS: dict[str, dict[str, str]] = {
    "unet": dict.fromkeys(("UNet2DModel", "UNet2DConditionModel"), "diffusers"),
    "vae": dict.fromkeys(("AutoencoderKL", "AutoencoderTiny"), "diffusers"),
    "vqvae": {"VQModel": "diffusers"},
    "scheduler": dict.fromkeys(_SCHEDULERS, "diffusers"),
    "text_encoder": {"CLIPTextModel": "transformers"},
    "text_encoder_2": {"CLIPTextModelWithProjection": "transformers"},
    "tokenizer": dict.fromkeys(_TOKENIZERS, "transformers"),
    "tokenizer_2": dict.fromkeys(_TOKENIZERS, "transformers"),
}
"""For each component: the classes it may have, and the library that each is from."""
