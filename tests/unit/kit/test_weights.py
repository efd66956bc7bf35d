from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from imagetool.kit.errors import BadWeights
from imagetool.kit.weights import checked_weights, load_into, read_layout, save_weights

LAYOUT = {"width": 5, "scales": [2, 3]}


def network(inside: int = 5, seed: int = 1) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, inside), nn.Linear(inside, 2))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "made.safetensors"


@pytest.fixture
def saved(path: Path) -> Path:
    save_weights(path, network(), LAYOUT, {"recipe": "a = 1"})
    return path


def test_a_network_comes_back_within_half_precision(saved: Path) -> None:
    other = network(seed=2)
    load_into(other, saved)
    for name, value in network().state_dict().items():
        loaded = other.state_dict()[name]
        assert loaded.dtype == torch.float32
        torch.testing.assert_close(loaded, value, rtol=2**-11, atol=0)
        assert torch.equal(loaded, value.half().float())


def test_a_file_says_how_it_was_made_and_holds_half_floats(saved: Path) -> None:
    assert read_layout(saved) == LAYOUT
    with safe_open(saved, framework="pt") as file:
        assert file.metadata()["recipe"] == "a = 1"
        assert {file.get_tensor(name).dtype for name in file.keys()} == {torch.float16}  # noqa: SIM118


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e6])
def test_values_that_half_floats_cannot_hold_are_not_written(path: Path, value: float) -> None:
    broken = network()
    with torch.no_grad():
        broken.state_dict()["1.bias"][0] = value
    with pytest.raises(
        BadWeights, match=r"“made\.safetensors” cannot be used: 1\.bias has values that are not fin"
    ):
        save_weights(path, broken, LAYOUT, {})
    assert not path.exists()


@pytest.mark.parametrize("other", [network(6), nn.Linear(3, 5)], ids=["shapes", "names"])
def test_another_network_is_refused_and_left_as_it_was(saved: Path, other: nn.Module) -> None:
    before = {name: value.clone() for name, value in other.state_dict().items()}
    with pytest.raises(BadWeights, match="its tensors are not those of the network that its header describes"):
        load_into(other, saved)
    assert all(torch.equal(value, before[name]) for name, value in other.state_dict().items())


def test_partly_takes_what_fits_and_leaves_the_rest(saved: Path) -> None:
    torch.manual_seed(3)
    other = nn.Sequential(nn.Linear(3, 5), nn.Linear(5, 4), nn.Linear(4, 4))
    before = {name: value.clone() for name, value in other.state_dict().items()}
    load_into(other, saved, partly=True)
    for name, value in other.state_dict().items():
        expected = network().state_dict()[name].half().float() if name.startswith("0.") else before[name]
        assert torch.equal(value, expected)


def entry(path: Path, **changes: object) -> tuple[str, Path, str, int]:
    content = path.read_bytes()
    facts = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)} | changes
    return "made", path, str(facts["sha256"]), int(str(facts["size"]))


def test_files_that_are_what_they_should_be_are_given_on(saved: Path) -> None:
    assert checked_weights([entry(saved)]).only == saved


CHANGED: list[tuple[str, dict[str, object], str]] = [
    ("hash", {"sha256": "0" * 64}, "it has been changed since it was installed"),
    ("size", {"size": 7}, "it has been changed since it was installed"),
    ("empty hash", {"sha256": "0" * 63, "size": 7}, "it has been changed since it was installed"),
]


@pytest.mark.parametrize(("changes", "said"), [row[1:] for row in CHANGED], ids=[row[0] for row in CHANGED])
def test_files_that_are_not_are_refused(saved: Path, changes: dict[str, object], said: str) -> None:
    with pytest.raises(BadWeights) as caught:
        checked_weights([entry(saved, **changes)])
    assert str(caught.value) == f"The weights “made.safetensors” cannot be used: {said}. Install them again."


def test_a_file_that_is_not_there_is_refused(saved: Path) -> None:
    given = entry(saved)
    saved.unlink()
    with pytest.raises(BadWeights, match="No such file or directory"):
        checked_weights([given])


def with_header(metadata: dict[str, str] | None) -> Callable[[Path], object]:
    return lambda path: save_file({"a": torch.zeros(1)}, path, metadata=metadata)


FOREIGN: list[tuple[str, Callable[[Path], object], str]] = [
    ("missing", lambda path: None, "cannot be used: "),
    ("empty", lambda path: path.write_bytes(b""), "cannot be used: "),
    ("text", lambda path: path.write_text("no weights, but some text"), "cannot be used: "),
    ("no header", with_header(None), "cannot be used: it has no layout."),
    ("no layout", with_header({"recipe": "a"}), "cannot be used: it has no layout."),
    ("no JSON", with_header({"layout": "{"}), "cannot be used: "),
    ("no table", with_header({"layout": "[1]"}), "cannot be used: its layout is no table."),
]


@pytest.mark.parametrize(("write", "said"), [row[1:] for row in FOREIGN], ids=[row[0] for row in FOREIGN])
def test_a_file_without_layout_is_refused(tmp_path: Path, write: Callable[[Path], object], said: str) -> None:
    path = tmp_path / "foreign.safetensors"
    write(path)
    with pytest.raises(BadWeights) as caught:
        read_layout(path)
    assert said in str(caught.value)


@pytest.mark.parametrize("content", [None, b"", b"no weights, but some text"], ids=["missing", "empty", "text"])
def test_a_file_that_holds_no_tensors_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "foreign.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadWeights, match=r"“foreign\.safetensors” cannot be used: "):
        load_into(network(), path)
