"""`evaluate upscale` and `evaluate denoise` on a few tiny photos, with the real worker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imagetool.cli.main import main
from tests.fakes.pictures import textured, written


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    made.mkdir()
    written(made / "a.png", textured(50, 41))
    written(made / "b.jpg", textured(33, 64, seed=2))
    return made


def test_every_method_is_measured_on_every_photo(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--model", "fast", "--scales", "2", "3", "--json"]
    assert main(["evaluate", "upscale", "--data", str(folder), *options]) == 0
    report = json.loads(capsys.readouterr().out)
    methods = ["bicubic", "lanczos", "fast"]
    expected = {(scale, name, photo) for scale in (2, 3) for name in methods for photo in ("a", "b")}
    assert {(row["scale"], row["method"], row["photo"]) for row in report["rows"]} == expected
    assert [(row["scale"], row["method"]) for row in report["means"]] == [
        (scale, name) for scale in (2, 3) for name in methods
    ]
    for mean in report["means"]:
        same = [row for row in report["rows"] if (row["scale"], row["method"]) == (mean["scale"], mean["method"])]
        assert mean["psnr_db"] == pytest.approx(sum(row["psnr_db"] for row in same) / 2)
        assert 10 < mean["psnr_db"] < 60
        assert -1 <= mean["ssim"] <= 1


def test_a_sheet_is_written_beside_the_table(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "sheet.png"
    options = ["--model", "fast", "--scales", "2", "--photos", "1", "--sheet", str(sheet)]
    assert main(["evaluate", "upscale", "--data", str(folder), *options]) == 0
    out, _ = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == "| scale | method | PSNR dB | SSIM | seconds |"
    assert [line.split(" | ")[1] for line in lines[2:]] == ["bicubic", "lanczos", "fast"]
    assert sheet.is_file()


@pytest.mark.parametrize("size", [(3, 3), (1, 1), (8, 200)], ids=str)
def test_a_photo_too_small_to_be_measured_is_one_sentence(
    tmp_path: Path, size: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    """Made smaller by four nothing of it is left, or nothing inside the border that is cut."""
    written(tmp_path / "tiny.png", textured(*size))
    status = main(["evaluate", "upscale", "--data", str(tmp_path), "--model", "fast", "--scales", "4", "--json"])
    out, err = capsys.readouterr()
    assert status in (1, 2), out
    assert "tiny" in err, "which photo is it?"
    assert out == ""


def test_pictures_can_be_made_worse_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["evaluate", "upscale", "--data", str(folder), "--photos", "1", "--model", "fast-photo", "--json"]
    figures = []
    for more in ([], ["--worn"]):
        assert main([*command, "--scales", "2", *more]) == 0
        means = json.loads(capsys.readouterr().out)["means"]
        figures.append({row["method"]: row["psnr_db"] for row in means})
    clean, worn = figures
    assert worn["bicubic"] < clean["bicubic"]


DENOISE = ["evaluate", "denoise", "--model", "fast", "--data"]


def test_denoising_is_measured_with_noise_and_compression(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--sigmas", "0", "25", "--jpeg", "40", "--rival", "nlm", "--json"]
    assert main([*DENOISE, str(folder), *options]) == 0
    report = json.loads(capsys.readouterr().out)
    means = {(row["damage"], row["method"]): row["psnr_db"] for row in report["means"]}
    assert list(means) == [
        *(("sigma 0", name) for name in ("as it is", "fast")),
        *(("sigma 25", name) for name in ("as it is", "nlm", "fast")),
        *(("JPEG 40", name) for name in ("as it is", "fast")),
    ]
    assert means["sigma 0", "as it is"] is None, "JSON has no word for infinite"
    assert means["sigma 25", "as it is"] < means["sigma 25", "fast"]


def test_denoising_as_files_goes_through_the_worker(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = []
    for more in ([], ["--as-files"], ["--as-files", "--set", "strength=0"]):
        assert main([*DENOISE, str(folder), "--sigmas", "25", "--json", *more]) == 0
        means = json.loads(capsys.readouterr().out)["means"]
        figures.append({row["method"]: row["psnr_db"] for row in means})
    floats, files, untouched = figures
    assert files["as it is"] == pytest.approx(floats["as it is"], abs=1)
    assert files["fast"] == pytest.approx(floats["fast"], abs=1)
    assert untouched["fast"] == untouched["as it is"] == files["as it is"]


def test_the_noise_that_a_model_tells_is_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path / "large.png", textured(90, 80))
    written(tmp_path / "too-small-to-tell.png", textured(30, 30))
    for more in ([], ["--as-files"]):
        assert main([*DENOISE, str(tmp_path), "--estimate", "--sigmas", "0", "20", *more]) == 0
        lines = [line.split(" | ") for line in capsys.readouterr().out.splitlines()]
        assert lines[0] == ["| method", "sigma", "told, mean", "error, mean", "error, largest", "pictures |"]
        assert [(line[1], line[-1]) for line in lines[2:]] == [("0", "1 |"), ("20", "1 |"), ("all", "2 |")]


def test_a_sheet_of_denoised_pictures(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "sheet.png"
    assert main([*DENOISE, str(folder), "--photos", "1", "--sheet", str(sheet)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "| PSNR dB | sigma 15 | sigma 25 | sigma 50 | seconds |"
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| as it is", "| fast"]
    assert sheet.is_file()
