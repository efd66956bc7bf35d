from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from imagetool import __version__
from imagetool.cli.main import main


def test_models_as_json_is_one_object_with_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--json"]) == 0
    out, err = capsys.readouterr()
    models = json.loads(out)["models"]
    (exemplar,) = [model for model in models if model["id"] == "imagetool.inpainting/exemplar"]
    assert {"task", "plugin", "params", "weights", "license", "ready", "reason"} <= set(exemplar)
    assert (exemplar["task"], exemplar["ready"]) == ("inpaint", True)
    assert err == ""


def test_models_as_json_name_their_weights(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--json"]) == 0
    models = {model["id"]: model for model in json.loads(capsys.readouterr().out)["models"]}
    assert models["imagetool.inpainting/exemplar"]["weights"] == []
    fast = models["imagetool.super-resolution/fast"]
    assert (fast["task"], fast["ready"], fast["reason"]) == ("upscale", True, None)
    (weights,) = fast["weights"]
    path = Path(weights["path"])
    assert weights["file"] == path.name == "fast.safetensors"
    assert weights["size"] == path.stat().st_size
    assert weights["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.usefixtures("without_weights")
def test_a_model_without_its_weights_is_listed_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--json"]) == 0
    models = {model["id"]: model for model in json.loads(capsys.readouterr().out)["models"]}
    fast = models["imagetool.super-resolution/fast"]
    assert (fast["ready"], fast["reason"]) == (
        False,
        "“Fast” cannot run without its weights “fast.safetensors”: it is not there. Install imagetool again.",
    )
    assert models["imagetool.inpainting/exemplar"]["ready"], "one model's trouble is not another's"


@pytest.mark.usefixtures("without_weights")
def test_a_model_without_its_weights_says_so_to_people_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "cannot run without its weights" in lines["imagetool.super-resolution/fast"], "ready, or why not"
    assert "cannot run" not in lines["imagetool.inpainting/exemplar"]


@pytest.mark.usefixtures("without_weights")
def test_running_a_model_without_its_weights_is_one_sentence(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.png"
    assert main(["run", "upscale", str(photo), "-o", str(output), "--model", "fast"]) == 1
    out, err = capsys.readouterr()
    assert err == (
        "“Fast” cannot run without its weights “fast.safetensors”: it is not there. Install imagetool again.\n"
    )
    assert out == ""
    assert not output.exists()


def test_models_for_people_name_every_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    assert "imagetool.inpainting/exemplar" in capsys.readouterr().out


def test_plugins_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugins", "list", "--json"]) == 0
    plugins = json.loads(capsys.readouterr().out)["plugins"]
    (inpainting,) = [plugin for plugin in plugins if plugin["id"] == "imagetool.inpainting"]
    assert inpainting["usable"]
    assert "exemplar" in inpainting["models"]


def test_plugins_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugins", "list"]) == 0
    assert "imagetool.inpainting" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("word", "told"), [("--version", f"imagetool {__version__}\n"), ("--help", "usage: imagetool ")]
)
def test_asking_for_the_version_or_help_is_no_error(
    word: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([word])
    out, err = capsys.readouterr()
    assert (ended.value.code, err) == (0, "")
    assert out.startswith(told)
