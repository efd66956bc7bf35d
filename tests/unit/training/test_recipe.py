from __future__ import annotations

from pathlib import Path

import pytest

from imagetool.training.errors import BadRecipe
from imagetool.training.recipe import Recipe

WHOLE = """plugin = "super_resolution"
weights = "fast-photo"
start = "../fast.safetensors"
shards = ["clean-*.tar"]
minutes = 1.5
batch = 16
learning_rate = 1e-3
final_learning_rate = 1e-6
warm_up = 0.01
ema = 0.999
seed = 4

[network]
width = 32

[task]
photos = "clean"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_whole_recipe_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    assert Recipe.read(path) == Recipe(
        path=path,
        text=WHOLE,
        plugin="super_resolution",
        weights="fast-photo",
        start=tmp_path / "../fast.safetensors",
        shards=("clean-*.tar",),
        minutes=1.5,
        batch=16,
        learning_rate=1e-3,
        final_learning_rate=1e-6,
        warm_up=0.01,
        ema=0.999,
        seed=4,
        network={"width": 32},
        task={"photos": "clean"},
    )


def test_what_may_be_left_out(tmp_path: Path) -> None:
    text = "\n".join(line for line in WHOLE.splitlines() if line.split(" ")[0] not in ("start", "shards", "seed"))
    recipe = Recipe.read(written(tmp_path, text))
    assert (recipe.start, recipe.shards, recipe.seed) == (None, (), 0)


WRONG = [
    # what is replaced, by what, what is said
    ('plugin = "super_resolution"\n', "", "plugin is missing"),
    ('"super_resolution"', '"../super"', "plugin '../super' does not have the form [a-z][a-z0-9_]*"),
    ('"super_resolution"', "7", "plugin expected text, got 7"),
    ('"fast-photo"', '"a/b"', "weights 'a/b' does not have the form [a-z][a-z0-9-]*"),
    ("minutes = 1.5", 'minutes = "long"', "minutes expected a number, got 'long'"),
    ("minutes = 1.5", "minutes = inf", "minutes inf is not a finite number"),
    ("minutes = 1.5", "minutes = 0", "batch and minutes must be above 0"),
    ("batch = 16", "batch = 0", "batch and minutes must be above 0"),
    ("batch = 16", "batch = 1.5", "batch expected a whole number, got 1.5"),
    ("batch = 16", "batch = true", "batch expected a whole number, got True"),
    ("final_learning_rate = 1e-6", "final_learning_rate = 0", "final_learning_rate is not above 0 and at most"),
    ("final_learning_rate = 1e-6", "final_learning_rate = 1", "final_learning_rate is not above 0 and at most"),
    ("learning_rate = 1e-3\n", "learning_rate = nan\n", "learning_rate nan is not a finite number"),
    ("ema = 0.999", "ema = 1.0", "ema and warm_up are shares from 0 to 1"),
    ("warm_up = 0.01", "warm_up = -0.1", "ema and warm_up are shares from 0 to 1"),
    ('shards = ["clean-*.tar"]', 'shards = "clean-*.tar"', "shards expected a list, got 'clean-*.tar'"),
    ("seed = 4", "seed = 4\ncolour = 5", "colour is not a key that this version knows"),
    ("[network]\nwidth = 32\n", "", "network is not a table with keys"),
    ("width = 32\n", "", "network is not a table with keys"),
    ('[task]\nphotos = "clean"\n', "", "task is not a table with keys"),
    ("batch = 16", "batch 16", "Expected '=' after a key"),
]


@pytest.mark.parametrize(("old", "new", "said"), WRONG)
def test_a_wrong_recipe_is_refused_in_a_sentence(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert WHOLE.count(old) == 1 or old.startswith("learning_rate")
    text = WHOLE.replace(f"\n{old}", f"\n{new}") if old.startswith("learning_rate") else WHOLE.replace(old, new)
    path = written(tmp_path, text)
    with pytest.raises(BadRecipe) as caught:
        Recipe.read(path)
    assert str(caught.value).startswith(f"The recipe “{path}” cannot be followed: {said}")
    assert "; " not in str(caught.value), "one mistake is said once"


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    text = WHOLE.replace("batch = 16\n", "").replace("ema = 0.999", "ema = 'much'").replace("width = 32\n", "")
    with pytest.raises(BadRecipe) as caught:
        Recipe.read(written(tmp_path, text))
    for said in ("batch is missing", "ema expected a number, got 'much'", "network is not a table with keys"):
        assert said in caught.value.reason


@pytest.mark.parametrize("content", [None, b"\xff\xfe not utf-8"], ids=["missing", "bytes"])
def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadRecipe, match="cannot be followed: "):
        Recipe.read(path)
