"""Every bundled file of weights is what manifest, index and recipe say, and nothing else lies there."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import pytest
from safetensors import safe_open

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.catalog.places import Places
from imagetool.kit.weights import MOST_BYTES
from imagetool.plugin.weights import WeightsFile
from tests.fakes.requests import picture

ROOT = Path(__file__).parents[2]
WEIGHTS = ROOT / "weights"
INDEX = WEIGHTS / "index.toml"
MODELS = Catalog.scan(Places.find()).models
BUNDLED = [(model, file, path) for model in MODELS for file, path in model.weights]
IDS = [f"{model.entry.id}:{file.file}" for model, file, _ in BUNDLED]
each_file = pytest.mark.parametrize(("model", "file", "path"), BUNDLED, ids=IDS)


def index() -> dict[str, dict[str, Any]]:
    """The tables of weights/index.toml, by path."""
    files = tomllib.loads(INDEX.read_text("utf-8")).get("file", [])
    return {entry["path"]: entry for entry in files}


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def recipe_in(path: Path) -> str:
    """The text of the recipe in a file's header."""
    with safe_open(path, framework="pt") as stream:
        return str((stream.metadata() or {}).get("recipe", ""))


def recipes(model: CatalogModel) -> dict[str, str]:
    """The recipes of a model's plugin, by text."""
    folder = model.plugin.folder / "recipes"
    return {recipe.read_text("utf-8"): recipe.name for recipe in sorted(folder.glob("*.toml"))}


def test_there_are_bundled_weights() -> None:
    assert BUNDLED, "no manifest names a file: the tests below would say nothing"


@each_file
def test_it_is_the_file_that_the_manifest_names(model: CatalogModel, file: WeightsFile, path: Path) -> None:
    assert path.is_file(), f"{path.relative_to(ROOT)} is missing: train it, or take it out of the manifest"
    found = path.stat().st_size, sha256_of(path)
    assert found == (file.size, file.sha256), (
        f'the manifest of {model.plugin.manifest.id} must say size = {found[0]}, sha256 = "{found[1]}"'
    )
    assert found[0] <= MOST_BYTES


@each_file
def test_it_is_in_the_index(model: CatalogModel, file: WeightsFile, path: Path) -> None:
    name = str(path.relative_to(WEIGHTS))
    assert name in index(), f'add a [[file]] with path = "{name}" to weights/index.toml'
    entry = index()[name]
    assert (entry["size"], entry["sha256"]) == (file.size, file.sha256)
    assert entry["license"], f"under which licence may {name} be given away?"
    assert entry["origin"], f"how was {name} made?"


def test_the_index_names_nothing_that_no_manifest_names() -> None:
    named = {str(path.relative_to(WEIGHTS)) for _, _, path in BUNDLED}
    assert set(index()) <= named, "take what is gone out of weights/index.toml"


def test_nothing_else_lies_there() -> None:
    named = {path for _, _, path in BUNDLED}
    cards = {model.card for model, _, _ in BUNDLED if model.card}
    found = {path for path in WEIGHTS.rglob("*") if path.is_file()} - {INDEX}
    assert found <= named | cards, "every user downloads what lies in weights/; delete it or name it in a manifest"


@each_file
def test_its_recipe_is_still_there_word_for_word(model: CatalogModel, file: WeightsFile, path: Path) -> None:
    assert recipe_in(path) in recipes(model), (
        f"no recipe of {model.plugin.folder.name} is the one that {file.file} was made by; "
        "train again, or keep the recipe as it was under a name of its own"
    )


@each_file
def test_it_loads_and_runs(model: CatalogModel, file: WeightsFile, path: Path) -> None:
    import importlib

    import torch

    from imagetool.core.geometry import Size
    from imagetool.kit.weights import checked_weights
    from imagetool.plugin.models import Filter, Generator, Inpainter, Scorer, Upscaler
    from imagetool.plugin.parameters import Params
    from tests.fakes.models import FakeJob

    weights = checked_weights([(file.file, path, file.sha256, file.size)])
    module, attribute = model.code
    made = getattr(importlib.import_module(module), attribute)()
    made.load(weights, torch.device("cpu"))
    image = torch.tensor(picture(height=8, width=12)[..., :3]).permute(2, 0, 1)[None] / 255
    params, job = Params.parsed(model.entry.parameters, {}), FakeJob()
    with torch.inference_mode():
        match made:
            case Upscaler():
                result, planes, scale = made.run(image, made.scales[0], params, job), 3, made.scales[0]
            case Generator():
                result, planes, scale = made.run(Size(12, 8), 1, params, job)[:, :3], 3, 1
            case Scorer():
                result, planes, scale = made.run(image, params, job), 1, 1
            case Inpainter():
                hole = torch.ones(1, 1, 8, 12, dtype=torch.bool)
                hole[..., :4] = False
                result, planes, scale = made.run(image, hole, params, job), 3, 1
            case _:
                assert isinstance(made, Filter), f"how is a {type(made).__name__} tried?"
                result, planes, scale = made.run(image, params, job), 3, 1
    assert result.shape == (1, planes, 8 * scale, 12 * scale)
    assert bool(torch.isfinite(result).all())


@pytest.mark.parametrize("model", [model for model in MODELS if model.weights], ids=lambda model: model.entry.id)
def test_it_has_a_card(model: CatalogModel) -> None:
    assert model.card is not None, f"say `card = …` for {model.id}"
    assert model.card.is_file(), f"{model.card.name} is missing: write the card of {model.id}"
    text = model.card.read_text("utf-8")
    for file, _ in model.weights:
        assert file.file in text, f"the card of {model.id} does not say which file it is about"
