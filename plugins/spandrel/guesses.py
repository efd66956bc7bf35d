"""Says what weights of an unknown architecture seem to be, from the names and shapes of their tensors."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

_BY_NAME: tuple[tuple[tuple[str, ...], str], ...] = (
    (("fea_conv.pw.weight", "B1.c1_d."), "BSRN, which enlarges pictures"),
    (("fea_conv.weight", "B1.c1_d."), "RFDN, which enlarges pictures"),
    (("IMDB1.", "fea_conv."), "IMDN, which enlarges pictures"),
    (("model.diffusion_model.",), "Stable Diffusion, or another latent diffusion model"),
    (("double_blocks.0.", "single_blocks.0."), "Flux, a diffusion model"),
    (("lora_",), "a LoRA, which changes another model"),
    ((".lora_A.",), "a LoRA, which changes another model"),
    (("image_encoder.", "mask_decoder."), "Segment Anything, which selects things"),
    (("text_model.encoder.",), "an encoder of texts"),
    (("layer1.0.conv1.weight", "fc.weight"), "a ResNet, which sorts pictures into classes"),
    (("fc21.weight", "fc22.weight"), "a variational autoencoder"),
    (("fc_mu.", "fc_"), "a variational autoencoder"),
    (("encoder.", "decoder."), "an autoencoder"),
)


def guess(state: Mapping[str, Tensor]) -> str:
    """What the weights seem to be, as `a …`; "" where nothing is known."""
    for parts, what in _BY_NAME:
        if all(any(part in name for name in state) for part in parts):
            return what
    weights = [value for value in state.values() if value.dim() >= 2]
    if not weights:
        return ""
    first, last = weights[0], weights[-1]
    if all(value.dim() == 2 for value in weights):
        sizes = f"from {first.shape[1]} to {last.shape[0]} numbers"
        return f"a generator or classifier of fully connected layers, {sizes}"
    if all(name.partition(".")[0].isdigit() for name in state) and first.dim() == last.dim() == 4:
        if first.shape[1] > 3 and last.shape[0] == 3:
            return f"the decoder of an autoencoder (TAESD), from {first.shape[1]} channels to a picture"
        if first.shape[1] == 3 and last.shape[0] > 3:
            return f"the encoder of an autoencoder (TAESD), from a picture to {last.shape[0]} channels"
    return ""
