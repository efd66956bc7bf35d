"""Tiny pipelines with random weights, written as folders by the diffusers library itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from plugins.diffusers.library import library

_WORDS = ("red", "green", "blue", "cat", "dog", "a", "of")
TOKENS = 77


class Made:
    """Folders that are made when they are asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.diffusers: Any = library("diffusers")
        self.transformers: Any = library("transformers")

    def text(self, *, inpainting: bool = False) -> Path:
        """Stable Diffusion, with nine channels where it is made for inpainting."""
        name = "Tiny Inpainting" if inpainting else "Tiny Text"
        return self._once(name, lambda path: self._text(path, inpainting=inpainting))

    def xl(self) -> Path:
        """Stable Diffusion XL, with two text encoders."""
        return self._once("tiny-xl", self._xl)

    def pixels(self, channels: int = 3, scheduler: str = "DDPM") -> Path:
        """Pictures of 16 pixels out of noise."""
        return self._once(f"tiny-{scheduler}-{channels}", lambda path: self._pixels(path, channels, scheduler))

    def latents(self) -> Path:
        """Pictures of 32 pixels out of 16 latents a side."""
        return self._once("tiny-latents", self._latents)

    def _once(self, name: str, make: Any) -> Path:
        path = self._folder / name
        if not path.exists():
            torch.manual_seed(1)
            make(path)
        return path

    def _text(self, path: Path, *, inpainting: bool) -> None:
        unet = self._unet(in_channels=9 if inpainting else 4, cross_attention_dim=32)
        shared = {"vae": self._vae(), "unet": unet, "scheduler": self._ddim(), "tokenizer": self._tokenizer(path)}
        pipeline = "StableDiffusionInpaintPipeline" if inpainting else "StableDiffusionPipeline"
        getattr(self.diffusers, pipeline)(
            **shared,
            text_encoder=self.transformers.CLIPTextModel(self._text_config()),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        ).save_pretrained(path)

    def _xl(self, path: Path) -> None:
        unet = self._unet(
            in_channels=4,
            cross_attention_dim=64,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=6 * 8 + 32,
            attention_head_dim=(2, 4),
            use_linear_projection=True,
        )
        self.diffusers.StableDiffusionXLPipeline(
            vae=self._vae(),
            unet=unet,
            scheduler=self.diffusers.EulerDiscreteScheduler(beta_schedule="scaled_linear"),
            tokenizer=self._tokenizer(path),
            tokenizer_2=self._tokenizer(path),
            text_encoder=self.transformers.CLIPTextModel(self._text_config()),
            text_encoder_2=self.transformers.CLIPTextModelWithProjection(self._text_config()),
        ).save_pretrained(path)

    def _pixels(self, path: Path, channels: int, scheduler: str) -> None:
        unet = self.diffusers.UNet2DModel(
            sample_size=16,
            in_channels=channels,
            out_channels=channels,
            layers_per_block=1,
            block_out_channels=(16, 32),
            down_block_types=("DownBlock2D", "AttnDownBlock2D"),
            up_block_types=("AttnUpBlock2D", "UpBlock2D"),
            norm_num_groups=8,
            attention_head_dim=8,
        )
        made = getattr(self.diffusers, f"{scheduler}Scheduler")(num_train_timesteps=1000)
        getattr(self.diffusers, f"{scheduler}Pipeline")(unet=unet, scheduler=made).save_pretrained(path)

    def _latents(self, path: Path) -> None:
        unet = self.diffusers.UNet2DModel(
            sample_size=16,
            in_channels=3,
            out_channels=3,
            layers_per_block=1,
            block_out_channels=(16, 32),
            down_block_types=("DownBlock2D", "AttnDownBlock2D"),
            up_block_types=("AttnUpBlock2D", "UpBlock2D"),
            norm_num_groups=8,
            attention_head_dim=8,
        )
        vqvae = self.diffusers.VQModel(
            block_out_channels=(16, 32),
            down_block_types=("DownEncoderBlock2D", "DownEncoderBlock2D"),
            up_block_types=("UpDecoderBlock2D", "UpDecoderBlock2D"),
            latent_channels=3,
            norm_num_groups=8,
            num_vq_embeddings=8,
        )
        self.diffusers.LDMPipeline(vqvae=vqvae, unet=unet, scheduler=self._ddim()).save_pretrained(path)

    def _unet(self, **options: Any) -> Any:
        return self.diffusers.UNet2DConditionModel(
            **{
                "sample_size": 32,
                "out_channels": 4,
                "layers_per_block": 1,
                "block_out_channels": (32, 64),
                "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
                "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
                "norm_num_groups": 8,
                "attention_head_dim": 8,
            }
            | options
        )

    def _vae(self) -> Any:
        return self.diffusers.AutoencoderKL(
            block_out_channels=(16, 32),
            down_block_types=("DownEncoderBlock2D", "DownEncoderBlock2D"),
            up_block_types=("UpDecoderBlock2D", "UpDecoderBlock2D"),
            latent_channels=4,
            norm_num_groups=8,
            sample_size=64,
        )

    def _ddim(self) -> Any:
        return self.diffusers.DDIMScheduler(
            beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1
        )

    def _text_config(self) -> Any:
        return self.transformers.CLIPTextConfig(
            vocab_size=len(vocabulary()),
            hidden_size=32,
            intermediate_size=37,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=TOKENS,
            projection_dim=32,
            bos_token_id=vocabulary()["<|startoftext|>"],
            eos_token_id=vocabulary()["<|endoftext|>"],
            pad_token_id=vocabulary()["<|endoftext|>"],
        )

    def _tokenizer(self, path: Path) -> Any:
        words = path.parent / f"{path.name} words"
        words.mkdir(exist_ok=True)
        (words / "vocab.json").write_text(json.dumps(vocabulary()))
        (words / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{line}\n" for line in merges()))
        return self.transformers.CLIPTokenizer(
            str(words / "vocab.json"), str(words / "merges.txt"), model_max_length=TOKENS
        )


def vocabulary() -> dict[str, int]:
    """Letters, letters at a word's end, and what the merges make of them."""
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    made = ["".join(line.split()) for line in merges()]
    tokens = [*letters, *(f"{letter}</w>" for letter in letters), *made, "<|startoftext|>", "<|endoftext|>"]
    return {token: number for number, token in enumerate(dict.fromkeys(tokens))}


def merges() -> list[str]:
    """Joins the letters of the known words from the left."""
    lines = []
    for word in _WORDS:
        signs = [*word[:-1], f"{word[-1]}</w>"]
        while len(signs) > 1:
            lines.append(f"{signs[0]} {signs[1]}")
            signs[:2] = [signs[0] + signs[1]]
    return list(dict.fromkeys(lines))
