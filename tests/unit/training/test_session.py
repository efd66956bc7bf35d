"""From a recipe to a file of weights, with one process and with two."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from imagetool.kit.weights import load_into, read_layout, save_weights
from imagetool.training.checkpoint import FILE_NAME, Checkpoint
from imagetool.training.compute import OneDevice
from imagetool.training.errors import TrainingStopped, WouldOverwrite
from imagetool.training.recipe import Recipe
from imagetool.training.records import FIGURES, SAMPLE
from imagetool.training.session import Plan, train
from plugins.super_resolution.network import Layout
from tests.fakes.pictures import textured, written
from tests.fakes.trainee.train import LAYOUT, Trainee
from tests.fakes.trainings import recipe

ROOT = Path(__file__).parents[3]
A_MOMENT_MIN = 0.0005


def plan(
    folder: Path, chosen: Recipe | None = None, *, minutes: float = A_MOMENT_MIN, resume: bool = False
) -> Plan:
    return Plan(
        recipe=chosen or recipe(),
        package="tests.fakes.trainee",
        data=folder,
        folder=folder / "out",
        minutes=minutes,
        resume=resume,
        device="cpu",
        devices=1,
    )


def test_a_training_leaves_weights_and_all_that_is_to_be_looked_at(tmp_path: Path) -> None:
    path = train(plan(tmp_path))
    assert path == tmp_path / "out" / "made.safetensors"
    assert read_layout(path) == LAYOUT
    names = {each.name for each in path.parent.iterdir()}
    assert {path.name, FILE_NAME, FIGURES, SAMPLE} <= names
    saved, network = Checkpoint.load(path.parent, recipe().text), Trainee(1, 1).network
    load_into(network, path)
    for name, value in network.state_dict().items():
        assert torch.equal(value, saved.averaged[f"module.{name}"].half().float()), "the average is what is saved"


def test_a_stopped_training_says_so_and_can_be_resumed(tmp_path: Path) -> None:
    with pytest.raises(
        TrainingStopped, match=r"^Stopped at step 3; the checkpoint is in “.*”\. Add --resume to go"
    ):
        train(plan(tmp_path, recipe(task={"stop_at": 3}), minutes=1.0))
    assert not (tmp_path / "out" / "made.safetensors").exists()
    path = train(plan(tmp_path, resume=True, minutes=0.01))  # three steps may have taken a tenth of a second
    assert path.exists()
    assert Checkpoint.load(path.parent, recipe().text).step > 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_between_two_steps(tmp_path: Path, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(TrainingStopped, match=r"^Stopped at step 5; "):
        train(plan(tmp_path, recipe(task={"signal": int(number), "signal_at": 4}), minutes=1.0))
    assert signal.getsignal(number) is before
    assert Checkpoint.load(tmp_path / "out", recipe().text).step == 5


def test_a_training_is_not_overwritten(tmp_path: Path) -> None:
    train(plan(tmp_path))
    before = (tmp_path / "out" / FILE_NAME).read_bytes()
    with pytest.raises(
        WouldOverwrite, match=r"holds a training already\. Add --resume to go on, or choose another"
    ):
        train(plan(tmp_path))
    assert (tmp_path / "out" / FILE_NAME).read_bytes() == before


def test_a_training_may_start_from_anothers_weights(tmp_path: Path) -> None:
    start = tmp_path / "start.safetensors"
    begun = Trainee(99, 3)
    save_weights(start, begun.network, LAYOUT, {})
    with pytest.raises(TrainingStopped):
        train(plan(tmp_path, recipe(start=start, task={"stop_at": 0}), minutes=1.0))
    network = Checkpoint.load(tmp_path / "out", recipe().text).network
    for name, value in begun.network.state_dict().items():
        assert torch.equal(network[name], value.half().float())


def test_one_device_is_the_only_process() -> None:
    compute = OneDevice("cpu")
    network = torch.nn.Linear(2, 1)
    optimiser = torch.optim.Adam(network.parameters())
    assert compute.prepared(network, optimiser) == (network, optimiser)
    assert (compute.rank, compute.ranks, compute.agreed(1.5)) == (0, 1, 1.5)
    compute.backward(network(torch.ones(1, 2)).sum())
    assert network.weight.grad is not None


TINY = """plugin = "super_resolution"
weights = "tiny"
minutes = 1
batch = 2
learning_rate = 1e-3
final_learning_rate = 1e-4
warm_up = 0.1
ema = 0.9

[network]
width = 4
blocks = 1
kernel = 1
partial = 2
scales = [2, 3]

[task]
photos = "clean"
side_px = 8
frequency = 0.05
"""


@pytest.mark.slow
def test_two_processes_train_one_network(tmp_path: Path) -> None:
    for index in range(4):
        written(tmp_path / f"{index}.png", textured(240, 240, index))
    (tmp_path / "tiny.toml").write_text(TINY, "utf-8")
    command = [
        sys.executable,
        str(ROOT / "main.py"),
        "train",
        str(tmp_path / "tiny.toml"),
        "--data",
        str(tmp_path),
    ]
    options = ["--out", str(tmp_path / "out"), "--minutes", "0.03", "--device", "cpu", "--devices", "2"]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    done = subprocess.run(
        [*command, *options],
        capture_output=True,
        text=True,
        timeout=150,
        env=environment,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    path = tmp_path / "out" / "tiny.safetensors"
    assert str(path) in done.stdout
    assert Layout.read(read_layout(path)) == Layout(width=4, blocks=1, kernel=1, partial=2, scales=(2, 3))
    rows = (tmp_path / "out" / FIGURES).read_text("utf-8").splitlines()
    assert rows[0].startswith("step,minutes,loss")
    assert len(rows) == len(set(rows)), "only the first process writes"
    saved = Checkpoint.load(tmp_path / "out", TINY)
    assert saved.step >= 2
    assert all(bool(torch.isfinite(value).all()) for value in saved.network.values())
