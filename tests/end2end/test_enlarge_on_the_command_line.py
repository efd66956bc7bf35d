"""`run upscale` in a process of its own, with the real worker and a bundled model."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from imagetool.core.files import read_picture
from imagetool.core.geometry import Size
from imagetool.core.picture import Picture
from imagetool.kit.device import has_fast_bfloat16
from tests.fakes.pictures import textured, written

ROOT = Path(__file__).parents[2]
WEIGHTS = ROOT / "weights" / "super_resolution" / "fast.safetensors"
EIGHT_BITS = "bf16" if has_fast_bfloat16(torch.device("cpu")) else "fp32"


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, str(ROOT / "main.py"), "run", "upscale", *map(str, arguments)]
    environment = {**os.environ, **environment}
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False, env=environment)


def enlarged(source: Path, output: Path, *options: object) -> tuple[Picture, dict[str, Any]]:
    """The result and the report of a run by the model `fast`."""
    done = run(source, "-o", output, "--model", "fast", "--device", "cpu", "--json", *options)
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    picture = read_picture(output)
    assert report["size"] == list(picture.size)
    assert report["output_sha256"] == hashlib.sha256(output.read_bytes()).hexdigest()
    return picture, report


def test_it_is_told_as_json_and_repeats_bit_for_bit(tmp_path: Path) -> None:
    photo = written(tmp_path / "photo.png", textured(97, 61))
    outputs = [tmp_path / "one.png", tmp_path / "two.png"]
    for output in outputs:
        picture, report = enlarged(photo, output, "--scale", 1.5)
        assert picture.size == Size(146, 92)
        assert (picture.depth, picture.gray, picture.has_alpha) == (8, False, False)
        assert (report["model"], report["device"]) == ("imagetool.super-resolution/fast", "cpu")
        assert report["precision"] == EIGHT_BITS
        assert report["weights_sha256"] == hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
        assert report["tiles"] == 1
    assert outputs[0].read_bytes() == outputs[1].read_bytes(), "same model, device, input: same bytes"


def test_sixteen_bits_stay_sixteen_bits_and_are_not_rounded_on_the_way(tmp_path: Path) -> None:
    ramp = np.linspace(20_000, 24_000, 96, dtype=np.uint16)  # sixteen levels of eight bits
    source = tmp_path / "deep.tif"
    assert cv2.imwrite(str(source), np.dstack([np.tile(ramp + shift, (32, 1)) for shift in (0, 9, 99)]))
    picture, report = enlarged(source, tmp_path / "out.tif", "--scale", 1.5)
    assert (picture.size, picture.depth) == (Size(144, 48), 16)
    assert report["precision"] == "fp32", "bfloat16 has eight significant bits"
    assert len(np.unique(picture.pixels[..., 0])) > 256
    middle = picture.pixels[24, :, 0].astype(int)
    assert abs(middle[20:-20] - np.interp(np.arange(20.5, 124) / 1.5 - 0.5, range(96), ramp)).max() < 257


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
def test_gray_stays_gray(tmp_path: Path, suffix: str) -> None:
    source = written(tmp_path / f"gray{suffix}", textured(40, 30)[..., 0].copy())
    picture, _ = enlarged(source, tmp_path / f"out{suffix}")
    assert (picture.size, picture.gray) == (Size(80, 60), True)
    with Image.open(tmp_path / f"out{suffix}") as file:
        assert file.mode == "L", "the file has three channels for one"


def test_opacity_is_enlarged_softly(tmp_path: Path) -> None:
    alpha = np.full((48, 64), 255, np.uint8)
    alpha[:, 32:] = np.linspace(255, 0, 32).astype(np.uint8)
    source = written(tmp_path / "soft.png", np.dstack([textured(64, 48), alpha]))
    picture, _ = enlarged(source, tmp_path / "out.png")
    made = picture.pixels[..., 3]
    assert picture.has_alpha
    assert (made[:, :56] >= 253).all(), "what was opaque is not any more"
    assert len(np.unique(made)) > 24, "a soft edge has become a hard one"
    assert abs(made[48].astype(int) - np.interp(np.arange(128) / 2 - 0.25, range(64), alpha[24])).max() < 16


def test_what_is_opaque_throughout_stays_so(tmp_path: Path) -> None:
    opaque = np.full((30, 40), 255, np.uint8)
    source = written(tmp_path / "opaque.png", np.dstack([textured(40, 30), opaque]))
    picture, _ = enlarged(source, tmp_path / "out.png")
    assert (picture.pixels[..., 3] == 255).all()


@pytest.mark.parametrize(
    ("options", "size"), [(("--scale", "8"), Size(8, 8)), (("--size", "3x2"), Size(3, 2)), ((), Size(2, 2))]
)
def test_one_pixel_is_enough(tmp_path: Path, options: tuple[str, ...], size: Size) -> None:
    source = written(tmp_path / "dot.png", np.full((1, 1, 3), (200, 100, 50), np.uint8))
    picture, _ = enlarged(source, tmp_path / "out.png", *options)
    assert picture.size == size
    assert abs(picture.pixels[..., :3].astype(int) - (200, 100, 50)).max() < 24


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_a_size_on_paper_sets_the_resolution_and_keeps_the_rest(tmp_path: Path, suffix: str) -> None:
    """The EXIF block has a resolution of its own; no reader may find the old one there."""
    exif = Image.Exif()
    exif[0x010F], exif[0x011A], exif[0x011B], exif[0x0128] = "Camera", 72.0, 72.0, 2
    source = written(tmp_path / f"photo{suffix}", textured(60, 40), exif=exif, dpi=(72, 72))
    picture, _ = enlarged(source, tmp_path / f"out{suffix}", "--print", "3x2cm@100")
    assert picture.size == Size(118, 79)
    assert picture.metadata.dpi == pytest.approx((100, 100), abs=0.1)
    with Image.open(tmp_path / f"out{suffix}") as file:
        assert file.info["dpi"] == pytest.approx((100, 100), abs=0.1)
        kept = file.getexif()
        assert kept.get(0x010F) == "Camera"
        assert float(kept.get(0x011A, 100)) == pytest.approx(100, abs=0.1), (
            "the EXIF block says the old resolution"
        )


def test_a_size_in_pixels_keeps_the_resolution(tmp_path: Path) -> None:
    source = written(tmp_path / "photo.png", textured(60, 40), dpi=(72, 72))
    picture, _ = enlarged(source, tmp_path / "out.png", "--size", "100x")
    assert picture.size == Size(100, 67)
    assert picture.metadata.dpi == pytest.approx((72, 72), abs=0.1)


def test_the_exif_block_does_not_claim_the_old_size(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA002], exif.get_ifd(0x8769)[0xA003] = 60, 40
    source = written(tmp_path / "photo.jpg", textured(60, 40), exif=exif)
    enlarged(source, tmp_path / "out.jpg")
    with Image.open(tmp_path / "out.jpg") as file:
        inner = file.getexif().get_ifd(0x8769)
        assert (inner.get(0xA002, 120), inner.get(0xA003, 80)) == (120, 80)


def test_no_room_for_the_result_is_one_sentence(tmp_path: Path) -> None:
    import resource

    source = written(tmp_path / "photo.png", textured(100, 100))

    def limit() -> None:  # the source fits, what it becomes does not
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    words = [sys.executable, str(ROOT / "main.py"), "run", "upscale", str(source), "-o", str(tmp_path / "out.png")]
    failed = subprocess.run(
        [*words, "--scale", "4"], capture_output=True, text=True, timeout=120, check=False, preexec_fn=limit
    )
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "MB for the picture do not fit into " in failed.stderr
    assert failed.stderr.count("\n") == 1
    assert not (tmp_path / "out.png").exists()
