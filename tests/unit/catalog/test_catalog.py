from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.catalog.errors import LoaderMissing, NoModel, UnknownModel
from imagetool.catalog.places import Places
from imagetool.catalog.plugins import Plugin
from imagetool.catalog.scanning import MANIFEST_MAX_BYTES, with_loader
from imagetool.plugin import API_VERSION
from imagetool.plugin.manifest import Manifest
from imagetool.plugin.tasks import Task

MANIFEST = """
manifest = 1
id       = "{id}"
version  = "1.0"
name     = "{id}"
license  = "MIT"
requires = {{ imagetool = "{requires}" }}
kind     = "python"

[[model]]
id    = "{model}"
name  = "Model"
task  = "{task}"
entry = "code:Model"
card  = "card.md"
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    folder = tmp_path / "plugins"
    folder.mkdir()
    return Places(tmp_path, folder, tmp_path / "weights", tmp_path / "home")


def add(places: Places, folder: str, model: str = "fast", task: str = "inpaint", requires: str = ">=0.1") -> Path:
    """Puts a plugin there whose code would fail if anybody imported it."""
    path = places.bundled_plugins / folder
    path.mkdir()
    text = MANIFEST.format(id=folder, model=model, task=task, requires=requires)
    (path / "plugin.toml").write_text(text, "utf-8")
    (path / "code.py").write_text("raise SystemExit('the catalogue imported plugin code')\n")
    return path


def test_models_are_listed_plugin_by_plugin_without_running_them(places: Places) -> None:
    add(places, "b", model="two")
    add(places, "a", model="one")
    catalog = Catalog.scan(places)
    assert [model.id for model in catalog.models] == ["a/one", "b/two"]
    assert catalog.broken == ()
    assert catalog.models[0].card == places.bundled_plugins / "a" / "card.md"
    assert [plugin.package for plugin in catalog.plugins] == ["plugins.a", "plugins.b"]


def test_tasks_are_those_that_a_model_can_do_in_their_usual_order(places: Places) -> None:
    add(places, "a", task="filter")
    add(places, "b", task="inpaint")
    assert Catalog.scan(places).tasks == (Task.INPAINT, Task.FILTER)


def test_a_task_begins_with_a_model_for_every_picture(places: Places) -> None:
    folder = add(places, "a", model="tiles")
    with (folder / "plugin.toml").open("a", encoding="utf-8") as manifest:
        manifest.write("special = true\n")
    add(places, "b", model="any")
    catalog = Catalog.scan(places)
    assert [model.id for model in catalog.models_for(Task.INPAINT)] == ["b/any", "a/tiles"]
    assert catalog.find(Task.INPAINT, None).id == "b/any"
    assert catalog.find(Task.INPAINT, "tiles").id == "a/tiles"


def test_folders_without_a_manifest_are_no_plugins(places: Places) -> None:
    (places.bundled_plugins / "__pycache__").mkdir()
    (places.bundled_plugins / "notes.txt").write_text("nothing")
    catalog = Catalog.scan(places)
    assert (catalog.plugins, catalog.broken, catalog.tasks) == ((), (), ())


def test_a_folder_that_is_not_there_has_no_plugins(tmp_path: Path) -> None:
    assert Catalog.scan(Places(tmp_path, tmp_path / "gone", tmp_path, tmp_path)).plugins == ()


def test_one_broken_plugin_does_not_hide_the_others(places: Places) -> None:
    add(places, "sound")
    (add(places, "broken") / "plugin.toml").write_text("id = ")
    catalog = Catalog.scan(places)
    assert [plugin.manifest.id for plugin in catalog.plugins] == ["sound"]
    (broken,) = catalog.broken
    assert str(broken.error).startswith("The plugin “broken” cannot be used: file: is not valid TOML")


BROKEN = [
    (b"\xff\xfe\x00", "plugin.toml: cannot be read ("),
    (b"#" * (MANIFEST_MAX_BYTES + 1), f"plugin.toml: is larger than {MANIFEST_MAX_BYTES} bytes"),
    (b"", "manifest: is missing"),
    (b"a = " + b"[" * 100_000, "file: is not valid TOML ("),
]


@pytest.mark.parametrize(("content", "said"), BROKEN, ids=[said for _, said in BROKEN])
def test_a_manifest_that_cannot_be_read_is_a_broken_plugin(places: Places, content: bytes, said: str) -> None:
    (add(places, "x") / "plugin.toml").write_bytes(content)
    (broken,) = Catalog.scan(places).broken
    assert said in str(broken.error)


def test_a_manifest_that_is_a_folder_is_a_broken_plugin(places: Places) -> None:
    (places.bundled_plugins / "x" / "plugin.toml").mkdir(parents=True)
    (broken,) = Catalog.scan(places).broken
    assert "plugin.toml: cannot be read" in str(broken.error)


def test_a_plugin_for_another_version_says_which_and_which_this_is(places: Places) -> None:
    add(places, "x", requires=">=99")
    (broken,) = Catalog.scan(places).broken
    assert f"requires.imagetool: needs version >=99 of the contract, here it is {API_VERSION}." in str(
        broken.error
    )


def test_a_model_is_found_by_either_name_and_the_first_is_the_default(places: Places) -> None:
    add(places, "a", model="one")
    add(places, "b", model="two")
    catalog = Catalog.scan(places)
    for name, found in [(None, "a/one"), ("one", "a/one"), ("two", "b/two"), ("b/two", "b/two")]:
        assert catalog.find(Task.INPAINT, name).id == found


NOT_FOUND = [
    ("three", "There is no model “three” for inpaint. Choose one of a/one, b/one."),
    ("one", "There is no model “one” for inpaint. Choose one of a/one, b/one."),  # two plugins have it
    ("", "There is no model “” for inpaint. Choose one of a/one, b/one."),
]


@pytest.mark.parametrize(("name", "said"), NOT_FOUND)
def test_a_name_that_means_no_model_or_several_is_refused(places: Places, name: str, said: str) -> None:
    add(places, "a", model="one")
    add(places, "b", model="one")
    with pytest.raises(UnknownModel) as caught:
        Catalog.scan(places).find(Task.INPAINT, name)
    assert str(caught.value) == said


def test_a_task_that_nothing_can_do(places: Places) -> None:
    with pytest.raises(NoModel) as caught:
        Catalog.scan(places).find(Task.UPSCALE, None)
    assert str(caught.value) == "No installed model can upscale; “models” lists what is there."


def test_home_moves_with_the_variable(home: Path) -> None:
    assert Places.find().home == home


def test_a_checkout_has_its_plugins_beside_the_package() -> None:
    places = Places.find()
    assert (places.bundled_plugins / "inpainting" / "plugin.toml").is_file()
    assert (places.runtime / "imagetool" / "worker" / "__main__.py").is_file()


def test_a_pack_whose_second_loader_is_gone_is_unusable() -> None:
    manifest = Manifest.parse(PACK_OF_TWO, "x")
    owner = Manifest.parse(OWNER, "x")
    pack, loader = (Plugin(it, Path("/nowhere"), "", bundled=False) for it in (manifest, owner))
    with pytest.raises(LoaderMissing) as caught:
        with_loader(pack, (loader,))
    assert str(caught.value) == (
        "“Two” needs the loader “org.example.loads/other”; install the plugin that brings it."
    )
    model = CatalogModel(replace(pack, loader=loader), manifest.models[1])
    with pytest.raises(LoaderMissing):
        _ = model.code


OWNER = """
manifest = 1
id = "org.example.loads"
version = "1.0"
name = "Loads"
license = "MIT"
kind = "python"
[[loader]]
id = "file"
name = "Files"
entry = "loads:Files"
files = [".pth"]
"""
PACK_OF_TWO = """
manifest = 1
id = "org.example.two"
version = "1.0"
name = "Two"
license = "MIT"
kind = "weights"
[[model]]
id = "a"
name = "A"
task = "upscale"
loader = "org.example.loads/file"
[[model]]
id = "b"
name = "B"
task = "upscale"
loader = "org.example.loads/other"
"""
