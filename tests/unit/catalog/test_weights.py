"""Where a model's weights lie, and whether they are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.catalog.errors import CatalogError, WeightsMissing
from imagetool.catalog.places import Places

ONE, TWO = "01" * 32, "ab" * 32
MANIFEST = """
manifest = 1
id       = "org.example.larger"
version  = "1.0"
name     = "Larger"
license  = "MIT"
kind     = "python"

[[model]]
id    = "fast"
name  = "Fast"
task  = "upscale"
entry = "code:Model"
weights = [{files}]
"""


def file(name: str, sha256: str, size: int) -> str:
    return f'{{ file = "{name}", sha256 = "{sha256}", size = {size} }}'


@pytest.fixture
def places(tmp_path: Path) -> Places:
    (tmp_path / "plugins" / "larger").mkdir(parents=True)
    (tmp_path / "weights" / "larger").mkdir(parents=True)
    return Places(tmp_path, tmp_path / "plugins", tmp_path / "weights", tmp_path / "home")


def model(places: Places, *files: str) -> CatalogModel:
    text = MANIFEST.replace("{files}", ", ".join(files))
    (places.bundled_plugins / "larger" / "plugin.toml").write_text(text, "utf-8")
    (found,) = Catalog.scan(places).models
    return found


def put(places: Places, name: str, size: int) -> Path:
    path = places.bundled_weights / "larger" / name
    path.write_bytes(b"x" * size)
    return path


def test_a_model_without_weights_is_ready(places: Places) -> None:
    found = model(places)
    found.check_ready()
    assert (found.weights, found.weights_sha256) == ((), None)


def test_weights_lie_in_a_folder_of_the_plugins_name(places: Places) -> None:
    found = model(places, file("a.safetensors", ONE, 3), file("b.safetensors", TWO, 4))
    folder = places.bundled_weights / "larger"
    assert [path for _, path in found.weights] == [folder / "a.safetensors", folder / "b.safetensors"]
    assert found.weights_sha256 == f"{ONE},{TWO}"


def test_a_plugin_of_its_own_has_them_beside_its_manifest(places: Places) -> None:
    import dataclasses

    found = model(places, file("a.safetensors", ONE, 3))
    own = CatalogModel(dataclasses.replace(found.plugin, weights_folder=None), found.entry)
    assert own.weights[0][1] == places.bundled_plugins / "larger" / "a.safetensors"


def test_a_model_whose_weights_are_there_is_ready(places: Places) -> None:
    put(places, "a.safetensors", 3)
    put(places, "b.safetensors", 4)
    model(places, file("a.safetensors", ONE, 3), file("b.safetensors", TWO, 4)).check_ready()


REASONS = [
    # bytes of the first and the second file, None where it is not there; the sentence
    (None, 4, "“Fast” cannot run without its weights “a.safetensors”: it is not there. Install imagetool again."),
    (3, None, "“Fast” cannot run without its weights “b.safetensors”: it is not there. Install imagetool again."),
    (
        3,
        0,
        "“Fast” cannot run without its weights “b.safetensors”: it has 0 bytes instead of 4. Install imagetool",
    ),
    (
        2,
        None,
        "“Fast” cannot run without its weights “a.safetensors”: it has 2 bytes instead of 3. Install imagetool",
    ),
]


@pytest.mark.parametrize(("first", "second", "sentence"), REASONS)
def test_weights_that_are_not_as_they_should_be_are_named(
    places: Places, first: int | None, second: int | None, sentence: str
) -> None:
    found = model(places, file("a.safetensors", ONE, 3), file("b.safetensors", TWO, 4))
    for name, size in (("a.safetensors", first), ("b.safetensors", second)):
        if size is not None:
            put(places, name, size)
    with pytest.raises(WeightsMissing) as caught:
        found.check_ready()
    assert str(caught.value).startswith(sentence)
    assert isinstance(caught.value, CatalogError)


def test_a_folder_in_the_place_of_a_file_is_said(places: Places) -> None:
    found = model(places, file("a.safetensors", ONE, 3))
    (places.bundled_weights / "larger" / "a.safetensors").mkdir()
    with pytest.raises(WeightsMissing):
        found.check_ready()


def test_a_link_into_nothing_is_said(places: Places) -> None:
    found = model(places, file("a.safetensors", ONE, 3))
    (places.bundled_weights / "larger" / "a.safetensors").symlink_to("gone")
    with pytest.raises(WeightsMissing, match="it is not there"):
        found.check_ready()
