"""Manifests of packs of weights, of loaders, and what both may wish for."""

from __future__ import annotations

import pytest

from imagetool.plugin.errors import ManifestError
from imagetool.plugin.manifest import Kind, LoaderEntry, Manifest, NetworkPermission

SHA256 = "0123456789abcdef" * 4
PACK = f"""
manifest = 1
id       = "local.span-x4"
version  = "1+abc"
name     = "SPAN"
license  = "MIT"
kind     = "weights"

[[model]]
id      = "model"
name    = "SPAN"
task    = "upscale"
loader  = "imagetool.spandrel/checkpoint"
whole   = true
weights = [{{ file = "unet/model.safetensors", sha256 = "{SHA256}", size = 7 }}]
"""
CODE = """
manifest = 1
id       = "org.example.loads"
version  = "1.0"
name     = "Loads"
license  = "MIT"
kind     = "python"
requires = { packages = ["einops>=0.8", "timm"] }

[[loader]]
id    = "file"
name  = "Files"
entry = "loads:Files"
files = [".pth", ".pth.tar"]

[permissions]
network = [{ host = "example.org", reason = "It fetches a word list." }]
"""


def problems(text: str) -> list[str]:
    try:
        Manifest.parse(text, "The plugin “x”")
    except ManifestError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_a_pack_tells_its_loader_and_its_weights() -> None:
    manifest = Manifest.parse(PACK, "x")
    (model,) = manifest.models
    assert manifest.kind is Kind.WEIGHTS
    assert (model.entry, model.loader, model.whole) == ("", "imagetool.spandrel/checkpoint", True)
    assert (model.weights[0].file, model.weights[0].url) == ("unet/model.safetensors", "")


def test_a_plugin_may_have_loaders_and_no_models() -> None:
    manifest = Manifest.parse(CODE, "x")
    assert manifest.loaders == (LoaderEntry("file", "Files", "loads:Files", (".pth", ".pth.tar"), folders=False),)
    assert manifest.packages == ("einops>=0.8", "timm")
    assert manifest.permissions == (NetworkPermission("example.org", "It fetches a word list."),)


WRONG = [
    # text, what is changed in it, the first problem that is told
    (PACK, ("loader  = ", "entry  = "), "model[0].loader: is missing"),
    (
        PACK,
        ('"imagetool.spandrel/checkpoint"', '"spandrel"'),
        "model[0].loader: 'spandrel' does not have",
    ),
    (
        PACK,
        ("unet/model", "unet/../../model"),
        "model[0].weights[0].file: 'unet/../",
    ),
    (PACK, ("unet/model", "/model"), "model[0].weights[0].file: '/model.safetensors' does not have the form"),
    (PACK, ("unet/model", "unet//model"), "model[0].weights[0].file: 'unet//model.safetensors' does not have"),
    (PACK, ("whole   = true", 'whole = "yes"'), "model[0].whole: expected true or false, got 'yes'"),
    (PACK, ('"weights"\n', '"weights"\nrequires = { packages = ["a"] }\n'), "requires.packages: is not a key"),
    (
        PACK,
        ("[[model]]", '[permissions]\nnetwork = [{ host = "a.b", reason = "c" }]\n[[model]]'),
        "permissions.network: is not for packs of weights: they run no code",
    ),
    (PACK, ("[[model]]", '[[loader]]\nid = "a"\n[[model]]'), "loader: is not a key that this version knows"),
    (
        CODE,
        ('"einops>=0.8"', '"einops @ https://x.org/e.whl"'),
        "requires.packages[0]: 'einops @ https://x.org/e.",
    ),
    (CODE, ('"einops>=0.8"', '"../einops"'), "requires.packages[0]: '../einops' is not a requirement such as"),
    (CODE, ('"einops>=0.8"', "3"), "requires.packages[0]: 3 is not a requirement such as einops>=0.8"),
    (CODE, ('"einops>=0.8"', f'"einops>={"1" * 5000}"'), "requires.packages[0]: 'einops>=111"),
    (CODE, ('"example.org"', '"https://example.org"'), "permissions.network[0].host: 'https://example.org' does"),
    (CODE, (', reason = "It fetches a word list."', ""), "permissions.network[0].reason: is missing"),
    (CODE, ('".pth.tar"', '"pth"'), "loader[0].files: is not a list of texts of the form"),
    (CODE, ('[".pth", ".pth.tar"]', "[]"), "loader[0].files: is empty, and folders is not true"),
    (CODE, ('"loads:Files"', '"loads"'), "loader[0].entry: 'loads' does not have the form"),
    (
        PACK,
        ("[[model]]", '[[model]]\nid="a"\nname="A"\ntask="filter"\nloader="org.other/x"\n[[model]]'),
        "model: the loaders belong to several plugins; make a pack for each",
    ),
    (CODE, ("[[loader]]", "[[laoder]]"), "model: a plugin has at least one model"),
]


@pytest.mark.parametrize(("text", "change", "said"), WRONG, ids=[said[:60] for *_, said in WRONG])
def test_what_is_wrong_is_told_with_its_place(text: str, change: tuple[str, str], said: str) -> None:
    assert change[0] in text
    found = problems(text.replace(*change, 1))
    assert found, f"expected “{said}”, but nothing was wrong"
    assert found[0].startswith(said), found


def test_an_id_that_is_too_long_for_a_folder() -> None:
    found = problems(PACK.replace("local.span-x4", "a" * 101))
    assert found == ["id: is longer than 100 characters"]


def test_sizes_of_many_gigabytes_are_possible() -> None:
    assert not problems(PACK.replace("size = 7", "size = 17179869184"))
