"""Gives the weights of a tiny pipeline the names that Stable Diffusion's first authors gave to theirs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor

_UNET = {
    "conv_in.": "input_blocks.0.0.",
    "time_embedding.linear_1.": "time_embed.0.",
    "time_embedding.linear_2.": "time_embed.2.",
    "conv_norm_out.": "out.0.",
    "conv_out.": "out.2.",
    "down_blocks.0.resnets.0.": "input_blocks.1.0.",
    "down_blocks.0.attentions.0.": "input_blocks.1.1.",
    "down_blocks.0.downsamplers.0.conv.": "input_blocks.2.0.op.",
    "down_blocks.1.resnets.0.": "input_blocks.3.0.",
    "mid_block.resnets.0.": "middle_block.0.",
    "mid_block.attentions.0.": "middle_block.1.",
    "mid_block.resnets.1.": "middle_block.2.",
    "up_blocks.0.resnets.0.": "output_blocks.0.0.",
    "up_blocks.0.resnets.1.": "output_blocks.1.0.",
    "up_blocks.0.upsamplers.0.conv.": "output_blocks.1.1.conv.",
    "up_blocks.1.resnets.0.": "output_blocks.2.0.",
    "up_blocks.1.attentions.0.": "output_blocks.2.1.",
    "up_blocks.1.resnets.1.": "output_blocks.3.0.",
    "up_blocks.1.attentions.1.": "output_blocks.3.1.",
}
_UNET_BLOCK = {
    "norm1.": "in_layers.0.",
    "conv1.": "in_layers.2.",
    "time_emb_proj.": "emb_layers.1.",
    "norm2.": "out_layers.0.",
    "conv2.": "out_layers.3.",
    "conv_shortcut.": "skip_connection.",
}
_VAE = {
    "encoder.down_blocks.0.resnets.0.": "encoder.down.0.block.0.",
    "encoder.down_blocks.0.downsamplers.0.conv.": "encoder.down.0.downsample.conv.",
    "encoder.down_blocks.1.resnets.0.": "encoder.down.1.block.0.",
    "decoder.up_blocks.0.resnets.0.": "decoder.up.1.block.0.",
    "decoder.up_blocks.0.resnets.1.": "decoder.up.1.block.1.",
    "decoder.up_blocks.0.upsamplers.0.conv.": "decoder.up.1.upsample.conv.",
    "decoder.up_blocks.1.resnets.0.": "decoder.up.0.block.0.",
    "decoder.up_blocks.1.resnets.1.": "decoder.up.0.block.1.",
    "mid_block.resnets.0.": "mid.block_1.",
    "mid_block.resnets.1.": "mid.block_2.",
    "mid_block.attentions.0.": "mid.attn_1.",
    "conv_norm_out.": "norm_out.",
    "conv_shortcut.": "nin_shortcut.",
}
_VAE_ATTENTION = {"group_norm.": "norm.", "to_q.": "q.", "to_k.": "k.", "to_v.": "v.", "to_out.0.": "proj_out."}


def write_single_file(folder: Path, path: Path) -> None:
    """One checkpoint of the unet, the autoencoder and the text encoder of a folder."""
    tensors = {}
    for name, value in load_file(folder / "unet" / "diffusion_pytorch_model.safetensors").items():
        tensors[f"model.diffusion_model.{_unet_name(name)}"] = value
    for name, value in load_file(folder / "vae" / "diffusion_pytorch_model.safetensors").items():
        renamed = _vae_name(name)
        is_attention = ".attn_1." in renamed and "norm" not in renamed and value.dim() == 2
        tensors[f"first_stage_model.{renamed}"] = value[..., None, None] if is_attention else value
    for name, value in load_file(folder / "text_encoder" / "model.safetensors").items():
        tensors[f"cond_stage_model.transformer.text_model.{name.removeprefix('text_model.')}"] = value
    save_file(_contiguous(tensors), path)


def _unet_name(name: str) -> str:
    begin = next(old for old in _UNET if name.startswith(old))
    return _UNET[begin] + _replaced(name.removeprefix(begin), _UNET_BLOCK if "resnets" in begin else {})


def _vae_name(name: str) -> str:
    renamed = _replaced(name, _VAE)
    return _replaced(renamed, _VAE_ATTENTION) if ".attn_1." in renamed else renamed


def _replaced(name: str, words: Mapping[str, str]) -> str:
    for old, new in words.items():
        name = name.replace(old, new)
    return name


def _contiguous(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.contiguous() for name, value in tensors.items()}
