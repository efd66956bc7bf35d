"""What a manifest says about tiles, precisions and weights."""

from __future__ import annotations

import pytest

from imagetool.plugin.errors import ManifestError
from imagetool.plugin.manifest import Manifest
from imagetool.plugin.model_entry import ModelEntry, TileEntry
from imagetool.plugin.tasks import Task
from imagetool.plugin.weights import WeightsFile

SHA256 = "0123456789abcdef" * 4
HEAD = """
manifest = 1
id       = "org.example.larger"
version  = "1.0"
name     = "Larger"
license  = "Apache-2.0"
kind     = "python"

[[model]]
id    = "fast"
name  = "Fast"
task  = "upscale"
entry = "larger:Fast"
"""
WEIGHTS = f'file = "fast.safetensors", sha256 = "{SHA256}", size = 1234'


def model(lines: str = "") -> ModelEntry:
    (entry,) = Manifest.parse(HEAD + lines, "The plugin “x”").models
    return entry


def problems(lines: str) -> list[str]:
    """What is wrong with the model, one text each; [] where nothing is."""
    try:
        model(lines)
    except ManifestError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_a_model_that_says_nothing_gets_what_suits_most() -> None:
    entry = model()
    assert entry.task is Task.UPSCALE
    assert (entry.tile, entry.precisions, entry.weights) == (TileEntry(512, 32, 1), ("fp32",), ())
    assert (entry.whole, entry.opacity, entry.variations, entry.guides) == (False, False, False, False)


def test_a_model_that_says_everything() -> None:
    entry = model(
        "tile = { size = 704, overlap = 56, multiple_of = 8 }\n"
        'precisions = ["fp32", "bf16"]\n'
        f"weights = [{{ {WEIGHTS} }}, {{ {WEIGHTS.replace('fast.', 'head.')} }}]\n"
    )
    assert entry.tile == TileEntry(704, 56, 8)
    assert entry.precisions == ("fp32", "bf16")
    assert entry.weights == (
        WeightsFile("fast.safetensors", SHA256, 1234),
        WeightsFile("head.safetensors", SHA256, 1234),
    )


@pytest.mark.parametrize(
    ("task", "key"),
    [("inpaint", "opacity"), ("score", "opacity"), ("generate", "variations"), ("inpaint", "guides")],
)
def test_what_only_models_of_some_tasks_can_say(task: str, key: str) -> None:
    text = HEAD.replace("upscale", task) + f"{key} = true"
    (entry,) = Manifest.parse(text, "The plugin “x”").models
    for flag in ("opacity", "variations", "guides"):
        assert getattr(entry, flag) == (flag == key)


@pytest.mark.parametrize("lines", ["tile = { size = 32, overlap = 16 }", "tile = { size = 16384, overlap = 0 }"])
def test_the_ends_of_the_ranges_are_allowed(lines: str) -> None:
    assert problems(lines) == []


def weights(changed: str) -> str:
    return f"weights = [{{ {changed} }}]"


WRONG = [
    # a line of the model, and what is told about it first
    ("tile = 512", "model[0].tile: expected a table, got 512"),
    ("tile = { size = 31, overlap = 0 }", "model[0].tile.size: is not from 32 to 16384"),
    ("tile = { size = 16385 }", "model[0].tile.size: is not from 32 to 16384"),
    ("tile = { size = 512.0 }", "model[0].tile.size: expected a whole number, got 512.0"),
    ("tile = { size = 64, overlap = 33 }", "model[0].tile.overlap: is not from 0 to half the size"),
    ("tile = { size = 512, overlap = -1 }", "model[0].tile.overlap: is not from 0 to half the size"),
    ("tile = { multiple_of = 0 }", "model[0].tile.multiple_of: is not from 1 to 1024"),
    ("tile = { multiple_of = 1025 }", "model[0].tile.multiple_of: is not from 1 to 1024"),
    ("tile = { multiple_of = true }", "model[0].tile.multiple_of: expected a whole number, got True"),
    ("tile = { sise = 512 }", "model[0].tile.sise: is not a key that this version knows"),
    ("opacity = 1", "model[0].opacity: expected true or false, got 1"),
    ("opacity = true", "model[0].opacity: is for models of inpaint and score, not of upscale"),
    ("variations = true", "model[0].variations: is for models of generate, not of upscale"),
    ("guides = true", "model[0].guides: is for models of inpaint, not of upscale"),
    ('precisions = "fp32"', "model[0].precisions: expected a list, got 'fp32'"),
    ('precisions = ["bf16"]', "model[0].precisions: is not a list of fp32, bf16, fp16 with fp32 in it"),
    ('precisions = ["fp32", "fp8"]', "model[0].precisions: is not a list of fp32, bf16, fp16 with fp32 in it"),
    ('precisions = ["fp32", ["bf16"]]', "model[0].precisions: is not a list of fp32, bf16, fp16 with fp32 in it"),
    ('precisions = ["fp32", 16]', "model[0].precisions: is not a list of fp32, bf16, fp16 with fp32 in it"),
    ("weights = 5", "model[0].weights: expected a list, got 5"),
    ('weights = ["fast.safetensors"]', "model[0].weights[0]: expected a table, got 'fast.safetensors'"),
    (weights(f'sha256 = "{SHA256}", size = 5'), "model[0].weights[0].file: is missing"),
    (weights('file = "a.safetensors", size = 5'), "model[0].weights[0].sha256: is missing"),
    (weights(f'file = "a.safetensors", sha256 = "{SHA256}"'), "model[0].weights[0].size: is missing"),
    (
        weights(WEIGHTS.replace("fast.", "../fast.")),
        "model[0].weights[0].file: '../fast.safetensors' does not have",
    ),
    (
        weights(WEIGHTS.replace("fast.", "/etc/fast.")),
        "model[0].weights[0].file: '/etc/fast.safetensors' does not",
    ),
    (weights(WEIGHTS.replace("fast.", "..\\\\")), "model[0].weights[0].file: '..\\\\safetensors' does not have"),
    (weights(WEIGHTS.replace("fast.", ".")), "model[0].weights[0].file: '.safetensors' does not have the form"),
    (weights(WEIGHTS.replace(SHA256, "")), "model[0].weights[0].sha256: "),
    (weights(WEIGHTS.replace('"fast.safetensors"', '""')), "model[0].weights[0].file: "),
    (weights(WEIGHTS.replace(SHA256, SHA256.upper())), "model[0].weights[0].sha256: '0123456789ABCDEF"),
    (weights(WEIGHTS.replace(SHA256, SHA256[:-1])), "model[0].weights[0].sha256: '0123456789abcdef"),
    (weights(WEIGHTS.replace("size = 1234", "size = -1")), "model[0].weights[0].size: "),
    (weights(WEIGHTS.replace("size = 1234", "size = 1099511627777")), "model[0].weights[0].size: is larger than"),
    (
        weights(WEIGHTS.replace("size = 1234", 'size = "1 MB"')),
        "model[0].weights[0].size: expected a whole number",
    ),
    (
        weights(WEIGHTS + ', url = "http://example.org/a"'),
        "model[0].weights[0].url: 'http://example.org/a' does not have the form https://",
    ),
    (
        weights(WEIGHTS + ', mirror = "x"'),
        "model[0].weights[0].mirror: is not a key that this version",
    ),
    (
        f"weights = [{{ {WEIGHTS} }}, {{ {WEIGHTS} }}]",
        "model[0].weights: the file 'fast.safetensors' is used twice",
    ),
]


@pytest.mark.parametrize(("lines", "said"), WRONG, ids=[lines[:70] for lines, _ in WRONG])
def test_what_is_wrong_is_told_with_its_place(lines: str, said: str) -> None:
    found = problems(lines)
    assert found, f"expected “{said}”, but nothing was wrong"
    assert found[0].startswith(said), found


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = problems('tile = { size = 1, multiple_of = 0 }\nprecisions = ["int8"]\n' + weights('size = "x"'))
    places = {problem.partition(":")[0] for problem in found}
    assert {
        "model[0].tile.size",
        "model[0].tile.multiple_of",
        "model[0].precisions",
        "model[0].weights[0].file",
        "model[0].weights[0].sha256",
        "model[0].weights[0].size",
    } <= places
