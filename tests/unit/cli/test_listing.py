from __future__ import annotations

import json

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


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_asking_for_the_version_or_help_is_no_error(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([word])
    out, err = capsys.readouterr()
    assert (ended.value.code, err) == (0, "")
    assert __version__ in out or "usage" in out
