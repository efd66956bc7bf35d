"""Tests of Tiny denoise; run them with: python -m pytest"""

from pathlib import Path
from unittest.mock import Mock

import torch
from imagetool.cli.main import main
from imagetool.plugin import Weights

from tiny_denoise import TinyDenoise

FOLDER = Path(__file__).parent


def test_it_does_all_that_imagetool_asks() -> None:
    assert main(["plugins", "check", str(FOLDER)]) == 0


def test_there_is_less_noise_than_before() -> None:
    model = TinyDenoise()
    model.load(Weights({"": FOLDER / "tiny_denoise.safetensors"}), torch.device("cpu"))
    image = 0.5 + 0.1 * torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        made = model.run(image, {"strength": 1.0}, Mock())
    assert made.std() < 0.5 * image.std()
