"""What is tried next where the memory was not enough, and what is said about it."""

from __future__ import annotations

import pytest

from imagetool.jobs.ladder import KILLED, TOOK_TOO_MUCH, Attempt, Scope, Shortage, Step, next_step, tried
from imagetool.plugin.model_entry import TileEntry

TILE = TileEntry(512, 16, 8)
ON_CPU, ON_CUDA = Shortage("cpu"), Shortage("cuda")
ALL = Scope(TILE, 4000, ("fp32", "bf16"), crowded=True)
WHOLE = Scope(None, 4000, ("fp32",), crowded=False)


def climb(first: Attempt, shortage: Shortage, scope: Scope) -> list[Step]:
    """All steps there are, where every attempt on a device other than the CPU fails for lack of its memory."""
    attempts, steps = [first], []
    while step := next_step(attempts, shortage if attempts[-1].device != "cpu" else ON_CPU, scope):
        steps.append(step)
        attempts.append(Attempt(step.attempt.tile_px or 512, *list_of(step.attempt)))
        assert len(steps) < 100, "there must be an end"
    return steps


def list_of(attempt: Attempt) -> tuple[str, str, bool]:
    return attempt.precision, attempt.device, attempt.alone


def test_the_whole_ladder_of_a_graphics_card() -> None:
    steps = climb(Attempt(1000, "", "auto"), ON_CUDA, ALL)
    assert [step.attempt for step in steps] == [
        Attempt(504, "", "auto"),
        Attempt(256, "", "auto"),
        Attempt(128, "", "auto"),
        Attempt(96, "", "auto"),
        Attempt(96, "bf16", "auto"),
        Attempt(96, "bf16", "auto", alone=True),
        Attempt(0, "", "cpu", alone=True),
        Attempt(256, "", "cpu", alone=True),
        Attempt(128, "", "cpu", alone=True),
        Attempt(96, "", "cpu", alone=True),
        Attempt(96, "bf16", "cpu", alone=True),
    ]
    assert [step.said for step in (steps[0], steps[4], steps[5], steps[6], steps[7])] == [
        "The graphics card's memory was not enough, so it was tried again with tiles of 504 pixels.",
        "The graphics card's memory was not enough, so it was tried again in bf16.",
        "The graphics card's memory was not enough, so it was tried again without other models.",
        "The graphics card's memory was not enough, so it was tried again on the CPU.",
        "The memory was not enough, so it was tried again with tiles of 256 pixels.",
    ]


CARD_DEATH = Shortage(death=KILLED)
SMALL = Scope(TILE, 300, (), crowded=False)
STEPS = [
    ("on the CPU there is no other device", Attempt(96, "bf16", "cpu", True), ON_CPU, ALL, None),
    ("auto is the CPU, too", Attempt(96, "bf16", "auto", True), ON_CPU, ALL, None),
    ("a whole picture has no tiles", Attempt(512, "", "cpu"), ON_CPU, WHOLE, None),
    ("nor on a card", Attempt(512, "fp32", "cuda"), ON_CUDA, WHOLE, Attempt(0, "fp32", "cpu")),
    ("who died gains nothing on the CPU", Attempt(96, "", "cuda"), CARD_DEATH, WHOLE, None),
    ("known to be low", Attempt(96, "", "auto"), Shortage("cpu", "bf16"), ALL, Attempt(96, "", "auto", True)),
    ("known to be full", Attempt(96, "", "auto"), Shortage("cpu", "fp32"), ALL, Attempt(96, "bf16", "auto")),
    ("low was asked for", Attempt(96, "bf16", "auto"), ON_CPU, ALL, Attempt(96, "bf16", "auto", True)),
    ("a tile is as large as its picture", Attempt(4096, "", "cpu"), ON_CPU, SMALL, Attempt(152, "", "cpu")),
    ("a small picture is one tile", Attempt(512, "", "cpu"), ON_CPU, Scope(TILE, 96, (), crowded=False), None),
    ("the manifest's tiles where none are known", Attempt(0, "", "cpu"), ON_CPU, ALL, Attempt(256, "", "cpu")),
]


@pytest.mark.parametrize(("why", "last", "shortage", "scope", "expected"), STEPS, ids=[row[0] for row in STEPS])
def test_one_step(why: str, last: Attempt, shortage: Shortage, scope: Scope, expected: Attempt | None) -> None:
    step = next_step([last], shortage, scope)
    assert (step.attempt if step else None) == expected, why


@pytest.mark.parametrize("death", [KILLED, TOOK_TOO_MUCH])
def test_a_death_is_said_to_be_one(death: str) -> None:
    step = next_step([Attempt(512, "", "cpu")], Shortage(death=death), ALL)
    assert step
    assert step.said == f"{death}, so it was tried again with tiles of 256 pixels."


def test_what_was_tried_is_said_in_short() -> None:
    attempts = [Attempt(512, "", "auto")]
    assert tried(attempts) == ""
    attempts += [Attempt(256, "", "auto")]
    assert tried(attempts) == "with tiles of 256 pixels"
    attempts += [Attempt(128, "", "auto"), Attempt(128, "bf16", "auto"), Attempt(128, "bf16", "auto", alone=True)]
    assert tried(attempts) == "with tiles of 128 pixels, in bf16 and without other models"
    attempts += [Attempt(512, "", "cpu", alone=True), Attempt(256, "", "cpu", alone=True)]
    assert tried(attempts) == (
        "with tiles of 128 pixels, in bf16, without other models, on the CPU and with tiles of 256 pixels"
    )
