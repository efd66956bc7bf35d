"""A bare file becomes a pack of weights, or one sentence."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from imagetool.catalog.archives.listing import BadArchive
from imagetool.catalog.catalog import Catalog
from imagetool.catalog.manifest_text import manifest_text
from imagetool.catalog.places import Places
from imagetool.catalog.plugins import Plugin
from imagetool.core.errors import ImagetoolError
from imagetool.jobs.errors import ModelFailed, WorkerDied
from imagetool.jobs.install.inspection import FileRefused
from imagetool.jobs.install.packing import NoLoader, make_pack, slug
from imagetool.jobs.watch import Watch
from imagetool.plugin.manifest import Kind, Manifest
from imagetool.plugin.tasks import Task
from imagetool.wire.messages import Inspect, Message, Refused
from tests.fakes.loaders import MODEL, Answer, InspectingLaunch, dies, fails, finds, refuses

LOADER = """
manifest = 1
id       = "org.example.{name}"
version  = "1.0"
name     = "{name}"
license  = "MIT"
kind     = "python"
[[loader]]
id = "file"
name = "Files of {name}"
entry = "code:Files"
files = [".pth", ".pth.tar"]
folders = {folders}
"""


def loader(name: str, folders: str = "false") -> Plugin:
    manifest = Manifest.parse(LOADER.format(name=name, folders=folders), name)
    return Plugin(manifest, Path("/nowhere") / name, "", bundled=False)


CATALOG = Catalog((loader("first"), loader("second", "true")), ())


def packed(source: Path, launch: InspectingLaunch, watch: Watch | None = None) -> tuple[Manifest, Path]:
    folder = source.parent / "pack"
    folder.mkdir()
    places = replace(Places.find(), home=source.parent / "home")
    return make_pack(source, folder, CATALOG, places, watch or Watch(), launch), folder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of weights, as its name says."""
    path = tmp_path / "SPAN ch28_x4.pth.tar"
    path.write_bytes(b"anything")
    return path


def test_what_a_loader_finds_becomes_a_manifest(source: Path) -> None:
    launch = InspectingLaunch(finds())
    manifest, folder = packed(source, launch)
    assert Manifest.parse((folder / "plugin.toml").read_text("utf-8"), "x") == manifest
    assert (manifest.id, manifest.kind, manifest.name, manifest.license) == (
        "local.span-ch28-x4",
        Kind.WEIGHTS,
        "SPAN",
        "MIT",
    )
    (model,) = manifest.models
    assert (model.task, model.loader, model.tile.size) == (Task.UPSCALE, "org.example.first/file", 64)
    (weights,) = model.weights
    assert (weights.sha256, weights.size) == (hashlib.sha256(b"weights").hexdigest(), 7)
    assert launch.killed == 1, "its process is gone"


def test_another_content_is_another_version(source: Path) -> None:
    first, folder = packed(source, InspectingLaunch(finds()))
    folder.rename(folder.with_name("first"))
    second, folder = packed(source, InspectingLaunch(finds(content=b"others")))
    folder.rename(folder.with_name("second"))
    again, _ = packed(source, InspectingLaunch(finds()))
    assert first.id == second.id
    assert first.version != second.version
    assert first.version == again.version


def test_the_process_sees_the_file_and_may_write_to_the_pack_alone(source: Path) -> None:
    launch = InspectingLaunch(finds())
    _, folder = packed(source, launch)
    (plan,) = launch.plans
    assert plan.confinement is not None
    assert str(source) in plan.confinement.readable
    assert str(source.parent) not in plan.confinement.readable
    assert str(folder) not in plan.confinement.writable, "the pack itself is made when the process is gone"
    assert not plan.confinement.network
    assert plan.memory_limit_bytes


def links(asked: Inspect) -> Message:
    """Leaves a link where the manifest goes, as a loader may that was taken over."""
    answer = finds()(asked)
    (Path(asked.target) / "plugin.toml").symlink_to(Path(asked.source).with_name("victim"))
    assert answer is not None
    return answer


def test_a_link_that_a_loader_leaves_is_not_followed(source: Path) -> None:
    victim = source.with_name("victim")
    victim.write_text("mine")
    with pytest.raises(BadArchive, match="is a link"):
        packed(source, InspectingLaunch(links))
    assert victim.read_text() == "mine"


def test_what_one_loader_leaves_is_not_given_to_the_next(source: Path) -> None:
    def litters(asked: Inspect) -> Message:
        (Path(asked.target) / "litter.py").write_text("x")
        return Refused(asked.job_id, "No.", final=False)

    _, folder = packed(source, InspectingLaunch(litters, finds()))
    assert sorted(path.name for path in folder.iterdir()) == ["model.safetensors", "plugin.toml"]


def test_the_next_loader_is_asked_where_one_does_not_know_the_file(source: Path) -> None:
    manifest, _ = packed(source, InspectingLaunch(refuses("No."), finds()))
    assert manifest.models[0].loader == "org.example.second/file"


REFUSED: list[tuple[tuple[Answer, ...], type[ImagetoolError], str]] = [
    ((refuses("The first says no."), refuses("The second, too.")), FileRefused, "The first says no."),
    ((refuses("It is a pickle with code.", final=True),), FileRefused, "It is a pickle with code."),
    ((refuses("No."), refuses("It is a page.", final=True)), FileRefused, "It is a page."),
    ((fails("It has a bug."),), ModelFailed, "It has a bug."),
    ((dies,), WorkerDied, "“Files of first” stopped unexpectedly."),
    ((finds([{**MODEL, "task": "juggle"}]),), ModelFailed, "model[0].task: 'juggle' is not one of"),
    ((finds([{**MODEL, "entry": "os:system"}]),), ModelFailed, "model[0].entry: is not a key that this version"),
    ((finds([{**MODEL, "weights": [{"file": "../a.safetensors"}]}]),), ModelFailed, "speaks of the file “../a."),
    ((finds([{**MODEL, "weights": [{"file": "b.safetensors"}]}]),), ModelFailed, "speaks of the file “b.safete"),
    ((finds([{**MODEL, "weights": [{}]}]),), ModelFailed, "speaks of the file “”"),
]


@pytest.mark.parametrize(("answers", "kind", "said"), REFUSED, ids=[row[2][:40] for row in REFUSED])
def test_what_cannot_be_a_pack(
    source: Path, answers: tuple[Answer, ...], kind: type[ImagetoolError], said: str
) -> None:
    launch = InspectingLaunch(*answers)
    with pytest.raises(kind) as caught:
        packed(source, launch)
    assert said in str(caught.value)
    assert launch.killed == len(answers), "every process that was started is gone"


def test_a_name_that_no_loader_knows(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("words")
    with pytest.raises(NoLoader) as caught:
        packed(text, InspectingLaunch())
    assert str(caught.value) == (
        "“notes.txt” is neither a plugin nor a file of weights that can be read. "
        "Give a plugin's folder or zip, or a file that ends in .pth, .pth.tar."
    )


def test_a_folder_goes_to_the_loader_that_takes_folders(tmp_path: Path) -> None:
    (tmp_path / "pipeline").mkdir()
    launch = InspectingLaunch(finds())
    manifest, _ = packed(tmp_path / "pipeline", launch)
    assert (manifest.id, manifest.models[0].loader) == ("local.pipeline", "org.example.second/file")


def test_who_waits_hears_of_it_and_can_stop(source: Path) -> None:
    told: list[tuple[float, str]] = []

    class Enough(Exception):
        """The test wants no more."""

    def check() -> None:
        if told:
            raise Enough

    launch = InspectingLaunch(finds())
    with pytest.raises(Enough):
        packed(source, launch, Watch(lambda done, text: told.append((done, text)), check))
    assert told == [(0.5, "looking")]
    assert launch.killed == 1


SLUGS = [
    ("SPAN ch28_x4.pth.tar", "span-ch28-x4"),
    ("x.safetensors", "x"),
    ("4x-UltraSharp V2.1.pth", "4x-ultrasharp-v2-1"),
    ("ÄÖ.pth", "weights"),
    ("-.pth", "weights"),
    ("a" * 99 + ".pth", "a" * 60),
]


@pytest.mark.parametrize(("name", "wanted"), SLUGS)
def test_ids_are_made_of_names(tmp_path: Path, name: str, wanted: str) -> None:
    (tmp_path / name).touch()
    assert slug(tmp_path / name) == wanted


def test_a_manifest_survives_being_written() -> None:
    import tomllib

    table = {
        "text": 'quotes " and \\ and \x7f and “ü”',
        "yes": True,
        "count": 3,
        "share": 0.25,
        "names": ["a", "b"],
        "none": [],
        "inner": {"a b": {"deep": [1, 2]}},
        "model": [{"id": "x", "choices": [{"value": "a"}]}, {"id": "y"}],
    }
    assert tomllib.loads(manifest_text(table)) == table
    with pytest.raises(TypeError, match="object cannot be written to a manifest"):
        manifest_text({"what": object()})
