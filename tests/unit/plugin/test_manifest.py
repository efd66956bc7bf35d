from __future__ import annotations

from pathlib import Path

import pytest

from imagetool.plugin.errors import ManifestError
from imagetool.plugin.manifest import Manifest
from imagetool.plugin.parameters import ChoiceParameter, FloatParameter
from imagetool.plugin.tasks import Task

SOUND = """
manifest = 1
id       = "org.example.sharpen"
version  = "1.2.0"
name     = "Example Sharpen"
license  = "Apache-2.0"
requires = { imagetool = ">=0.1,<2" }
kind     = "python"

[[model]]
id    = "fast"
name  = "Fast"
task  = "denoise"
entry = "sharpen:Fast"

[[model.param]]
id = "strength"
type = "float"
min = 0.0
max = 1.0
default = 0.5
label = "Strength"

[[model.param]]
id = "look"
type = "choice"
default = "soft"
label = "Look"
choices = [{ value = "soft", label = "Soft" }, { value = "hard", label = "Hard" }]
"""


def problems(text: str) -> list[str]:
    """What is wrong with a manifest, one text each; [] where nothing is."""
    try:
        Manifest.parse(text, "The plugin “x”")
    except ManifestError as error:
        return [str(problem) for problem in error.problems]
    return []


def changed(*changes: tuple[str, str]) -> str:
    text = SOUND
    for old, new in changes:
        assert old in text, f"{old!r} is not in the sound manifest"
        text = text.replace(old, new, 1)
    return text


def test_a_sound_manifest_tells_everything() -> None:
    manifest = Manifest.parse(SOUND, "The plugin “x”")
    (model,) = manifest.models
    assert (manifest.id, str(manifest.version), manifest.license) == ("org.example.sharpen", "1.2.0", "Apache-2.0")
    assert (model.id, model.task, model.entry) == ("fast", Task.DENOISE, "sharpen:Fast")
    strength, look = model.parameters
    assert isinstance(strength, FloatParameter)
    assert (strength.min, strength.max, strength.default) == (0.0, 1.0, 0.5)
    assert isinstance(look, ChoiceParameter)
    assert look.choices == (("soft", "Soft"), ("hard", "Hard"))


WRONG = [
    # what is changed in the sound manifest, and the one problem that is told
    (("manifest = 1", "manifest = 2"), "manifest: is 2: this plugin needs a newer version of imagetool"),
    (("manifest = 1", "manifest = 0"), "manifest: is 0, the first version is 1"),
    (("manifest = 1", ""), "manifest: is missing"),
    (("manifest = 1", "manifest = true"), "manifest: expected a whole number, got True"),
    (("manifest = 1", "manifest = 1.0"), "manifest: expected a whole number, got 1.0"),
    (("manifest = 1", "manifest = 1\ncolour = 3"), "colour: is not a key that this version knows"),
    (
        ('"org.example.sharpen"', '"Org Example"'),
        "id: 'Org Example' does not have the form [a-z0-9]+([.-][a-z0-9]+)*",
    ),
    (
        ('"org.example.sharpen"', '"../../evil"'),
        "id: '../../evil' does not have the form [a-z0-9]+([.-][a-z0-9]+)*",
    ),
    (('"org.example.sharpen"', '""'), "id: '' does not have the form [a-z0-9]+([.-][a-z0-9]+)*"),
    (('"1.2.0"', '"newest"'), "version: 'newest' is not a version number"),
    (('"Example Sharpen"', "5"), "name: expected text, got 5"),
    (('"Example Sharpen"', '"a\\u001b[31m"'), "name: 'a\\x1b[31m' has signs that cannot be shown"),
    (('">=0.1,<2"', '"about 1"'), "requires.imagetool: 'about 1' is not a version range"),
    (('">=0.1,<2"', '">=0.1", moon = "full"'), "requires.moon: is not a key that this version knows"),
    (('"python"', '"perl"'), "kind: 'perl' is not one of python, weights"),
    (('"denoise"', '"juggle"'), "model[0].task: 'juggle' is not one of inpaint, upscale, denoise, "),
    (('"sharpen:Fast"', '"os.system"'), "model[0].entry: 'os.system' does not have the form "),
    (('id    = "fast"', 'id    = ""'), "model[0].id: '' does not have the form "),
    (('"sharpen:Fast"', '""'), "model[0].entry: '' does not have the form "),
    (('id    = "fast"', 'id    = "fast"\ncard = "../../secret"'), "model[0].card: '../../secret' does not have"),
    (('id    = "fast"', 'id    = "fast"\ncontext = nan'), "model[0].context: nan is not a finite number"),
    (('id    = "fast"', 'id    = "fast"\ncontext = -1'), "model[0].context: is not from 0 to 100"),
    (('id    = "fast"', 'id    = "fast"\ncontext_min_px = -1'), "model[0].context_min_px: is below 0"),
    (
        ('type = "float"', 'type = "colours"'),
        "model[0].param[0].type: 'colours' is not one of bool, int, float, choice, colour, text, seed, file",
    ),
    (('type = "float"', ""), "model[0].param[0].type: is missing"),
    (("default = 0.5", "default = 5"), "model[0].param[0].default: 5.0 is not a number from 0 to 1"),
    (("default = 0.5", "default = true"), "model[0].param[0].default: expected a number, got True"),
    (("max = 1.0", "max = inf"), "model[0].param[0].max: inf is not a finite number"),
    (("max = 1.0", "max = 1.0\nstep = 0.0"), "model[0].param[0].step: is not above 0"),
    (('default = "soft"', 'default = "loud"'), "model[0].param[1].default: 'loud' is not one of soft, hard"),
    (('label = "Soft" }', 'label = "Soft", hue = 3 }'), "model[0].param[1].choices[0].hue: is not a key that "),
    (('id = "look"', 'id = "strength"'), "model[0].param: the id 'strength' is used twice"),
]


@pytest.mark.parametrize(("change", "said"), WRONG, ids=[said[:60] for _, said in WRONG])
def test_what_is_wrong_is_told_with_its_place(change: tuple[str, str], said: str) -> None:
    found = problems(changed(change))
    assert any(problem.startswith(said) for problem in found), f"expected “{said}”, got {found}"


def test_every_problem_is_told_at_once() -> None:
    text = changed(
        ('"1.2.0"', '"?"'), ('"denoise"', '"juggle"'), ("min = 0.0", "min = 'low'"), ("manifest = 1", "")
    )
    places = [problem.split(":")[0] for problem in problems(text)]
    assert {"manifest", "version", "model[0].task", "model[0].param[0].min"} <= set(places)


def test_a_newer_manifest_is_not_judged_by_keys_we_do_not_know() -> None:
    text = changed(("manifest = 1", "manifest = 7\nwarp = 9"), ('kind     = "python"', 'kind = "quantum"'))
    assert problems(text) == ["manifest: is 7: this plugin needs a newer version of imagetool"]


NOT_TOML = ["id = ", "a = " + "[" * 50_000, "a = " + "9" * 5_000, "\x00", "[a]\n[a]"]


@pytest.mark.parametrize("text", NOT_TOML, ids=lambda text: repr(text[:12]))
def test_what_is_no_toml_is_one_problem(text: str) -> None:
    (problem,) = problems(text)
    assert problem.startswith("file: is not valid TOML (")


ENDLESS_NUMBERS = [
    ('"1.2.0"', f'"{"1" * 5000}"'),
    ('">=0.1,<2"', f'">={"1" * 5000}"'),
    ("= 1\n", f"= {'1' * 4000}\n"),
]


@pytest.mark.parametrize("change", ENDLESS_NUMBERS, ids=["version", "requires", "manifest"])
def test_numbers_of_thousands_of_digits_are_a_problem_and_no_crash(change: tuple[str, str]) -> None:
    assert problems(changed(change))


def test_a_plugin_without_models_is_useless() -> None:
    text = SOUND.split("[[model]]")[0]
    assert problems(text) == ["model: a plugin has at least one model"]


def test_two_models_of_one_id() -> None:
    second = '\n[[model]]\nid = "fast"\nname = "F"\ntask = "denoise"\nentry = "a:B"\n'
    assert problems(SOUND + second) == ["model: the id 'fast' is used twice"]


def test_the_sentence_names_the_plugin_and_all_problems() -> None:
    with pytest.raises(ManifestError) as caught:
        Manifest.parse(changed(('"1.2.0"', '"?"'), ('"python"', '"perl"')), "The plugin “x”")
    assert str(caught.value) == (
        "The plugin “x” cannot be used: version: '?' is not a version number; kind: 'perl' is not one of "
        "python, weights."
    )


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[3] / "plugins").glob("*/plugin.toml")), ids=str)
def test_the_bundled_manifests_are_sound(path: Path) -> None:
    assert problems(path.read_text("utf-8")) == []


def test_a_model_without_a_name_is_called_by_its_id() -> None:
    text = changed(('id    = "fast"\nname  = "Fast"', 'id    = "fast-photo"'))
    (model,) = Manifest.parse(text, "The plugin “x”").models
    assert model.name == "Fast photo"
