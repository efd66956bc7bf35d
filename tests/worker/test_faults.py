"""Whatever a plugin does wrong costs one job: a sentence, the reason in the details, and the next job works."""

from __future__ import annotations

import re

import numpy as np
import pytest

from imagetool.core.geometry import Rect
from imagetool.jobs.errors import ModelFailed, NotEnoughMemory, WorkerDied
from tests.fakes.desk import Desk, wait_until_gone
from tests.fakes.faulty import FOLDER, faulty
from tests.fakes.requests import picture, request

pytestmark = pytest.mark.shared_worker

RETURNED = "The model returned an invalid result (expected finite numbers of shape (1, 3, "
TABLE = [
    # plugin, its sentence
    ("wrong_shape", RETURNED + r".* got float32 of shape \(1, 3, "),
    ("wrong_dtype", RETURNED + r".* got uint8 of shape \(1, 3, "),
    ("not_a_number", RETURNED + r".* got values that are not numbers\)\. Your image is unchanged\.$"),
    ("wrong_shape_enlarged", RETURNED + r"96, 128\), got float32 of shape \(1, 3, 96, 127\)\)\. Your image is "),
    ("not_a_number_enlarged", RETURNED + r"96, 128\), got values that are not numbers\)\. Your image is "),
    ("returns_nothing", RETURNED + r".* got NoneType\)"),
    (
        "raises_html",
        r"The model failed \(RuntimeError: <b>Sorry</b><img src=.*…\)\. Your image is ",
    ),
    ("unprintable_error", r"The model failed \(.*Unprintable: <exception str\(\) failed>\)"),
    ("endless_error", r"x{599}…$"),
    ("missing_module", r"The model failed \(ModuleNotFoundError: No module named 'a_library_that_is_not_there'\)"),
    ("syntax_error", r"The model failed \(.*SyntaxError: "),
    ("paints_on_its_input", r"The model failed \(RuntimeError: oops\)\. Your image is unchanged\.$"),
]


@pytest.mark.parametrize(("name", "sentence"), TABLE, ids=[name for name, _ in TABLE])
def test_a_failure_is_one_sentence_and_the_worker_stays(desk: Desk, name: str, sentence: str) -> None:
    event = desk.failure_of(name)
    pattern = sentence.replace(RETURNED, re.escape(RETURNED))
    assert isinstance(event.error, ModelFailed)
    assert re.match(pattern, str(event.error)), str(event.error)
    assert len(str(event.error)) <= 600
    assert len(event.error.details) <= 20_000
    assert "model.py" in event.error.details or name in (
        "not_a_number",
        "not_a_number_enlarged",
        "returns_nothing",
        "wrong_dtype",
        "wrong_shape",
        "wrong_shape_enlarged",
    )
    desk.prove_that_it_works()


def test_a_lack_of_memory_is_nobodys_fault(desk: Desk) -> None:
    event = desk.failure_of("out_of_memory")
    assert isinstance(event.error, NotEnoughMemory)
    assert str(event.error) == (
        "The memory is not enough for this job. It was also tried without other models. "
        "Close other programs, or mask or enlarge less at once."
    )
    assert "model.py" in event.error.details
    desk.prove_that_it_works()


def test_all_these_failures_share_one_process(desk: Desk) -> None:
    pids = {desk.pid_of(job) for job in desk.heard if any("pid" in str(event) for event in desk.heard[job])}
    assert len(pids) == 1, "a failure that is no death must not cost the warm worker"


DEADLY = [
    # plugin, what the details tell
    ("aborts", "It was ended by signal 6."),
    ("segfaults", "It was ended by signal 11.\n"),
    ("exits", "It exited with status 0."),
    ("exits_politely", "It exited with status 1.\nbye"),
    ("exits_at_import", "It exited with status 3."),
    ("garbage_on_channel", "The model process sent something that is not a message: it is not JSON"),
    ("oversized_frame", "The model process sent something that is not a message: it claims 4294967295 bytes"),
    ("closes_channel", "It closed its channel."),
]


@pytest.mark.parametrize(("name", "reason"), DEADLY, ids=[name for name, _ in DEADLY])
def test_a_death_costs_one_job(desk: Desk, name: str, reason: str) -> None:
    asked = request(faulty(name, own_process=True))
    event = desk.end_of(desk.submit(asked))
    error = getattr(event, "error", None)
    assert isinstance(error, WorkerDied), event
    title = name.replace("_", " ").capitalize()
    assert str(error) == (
        f"“{title}” stopped unexpectedly. Your image is unchanged. Run it again, or look at the details."
    )
    assert error.details.startswith(reason), error.details
    after = np.zeros_like(picture())
    assert asked.source is not None
    asked.source.read_into(Rect.of_size(asked.source.size), after)
    np.testing.assert_array_equal(after, picture(), err_msg="the document must be as it was")
    desk.prove_that_it_works()


def test_what_was_printed_before_a_crash_is_in_the_details(desk: Desk) -> None:
    details = desk.failure_of("segfaults", own_process=True).error.details
    assert "about to read address 0" in details
    assert "model.py" in details, "the place of a native crash is told"


def test_printing_a_lot_neither_hurts_nor_reaches_the_channel(desk: Desk) -> None:
    event = desk.run(faulty("chatty"))
    assert type(event).__name__ == "Finished", event


def grandchild_in(details: str) -> int:
    found = re.search(r"grandchild (\d+)", details)
    assert found, details
    return int(found[1])


def test_what_a_dead_worker_left_behind_is_ended_too(desk: Desk) -> None:
    details = desk.failure_of("leaves_a_grandchild", own_process=True).error.details
    assert wait_until_gone(grandchild_in(details), wait_s=1), "the grandchild lives on"
    desk.prove_that_it_works()


# in test_sandbox.py, test_faults_limits.py, test_faults_channel.py, test_attempts.py and those of cancelling
SANDBOX = {
    "reads_the_users_files",
    "writes_outside",
    "calls_home",
    "attacks_the_editor",
    "cuts_the_pixels",
    "lists_descriptors",
    "works_at_home",
}
LIMITS = {
    "eats_memory",
    "shares_memory",
    "multiplies",
    "opens_thousands",
    "fills_its_folder",
    "floods_log",
    "floods_channel",
}
ATTEMPTS = {"short_of_memory", "stops_half_way", "loads_for_ever", "out_of_memory"}
CHANNEL = {"malformed_frame", "answers_too_often", "poisons_modules"}


def test_every_faulty_plugin_is_tried_somewhere() -> None:
    tried = {name for name, _ in (*TABLE, *DEADLY)} | {"chatty", "leaves_a_grandchild", "steady"}
    elsewhere = (
        {
            "patient",
            "stubborn",
            "swallows_cancel",
            "holds_the_interpreter",
            "hides_a_grandchild",
            "loops_forever",
            "ignores_sigterm",
            "reports",
        }
        | SANDBOX
        | LIMITS
        | CHANNEL
        | ATTEMPTS
    )
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} - {"__pycache__"} == tried | elsewhere
