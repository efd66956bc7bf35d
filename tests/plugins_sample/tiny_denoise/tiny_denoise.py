"""Tiny denoise: a network of four convolutions that finds the noise in a picture."""

import torch
from imagetool.plugin import Denoiser, Job, Params, Weights
from safetensors.torch import load_file
from torch import Tensor, nn


class Network(nn.Sequential):
    def __init__(self, width: int = 16) -> None:
        super().__init__(
            nn.Conv2d(3, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, 3, 3, padding=1),
        )


class TinyDenoise(Denoiser):
    def load(self, weights: Weights, device: torch.device) -> None:
        """Called once; the file has the bytes that plugin.toml promises."""
        self.network = Network()
        self.network.load_state_dict(load_file(weights.only))
        self.network.eval().to(device)

    def run(self, image: Tensor, params: Params, job: Job) -> Tensor:
        """image (1, 3, H, W) in [0, 1]; returns the same shape. Called for each tile."""
        noise = self.network(image)
        return image - float(params["strength"]) * noise
