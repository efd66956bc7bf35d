"""What the editor says while a job runs reaches the job."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from imagetool.core.geometry import Rect
from imagetool.wire.messages import Cancel, Free, Hold, PreviewTaken, RectRef, View
from imagetool.worker.inbox import Inbox

WAIT_S = 10.0
SHORT_S = 0.05  # how long it is watched that nothing happens


class Waiting:
    """Something that waits while the job “a” is held, on a thread of its own."""

    def __init__(self, inbox: Inbox) -> None:
        self.went_on = threading.Event()
        self._inbox = inbox
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        self._inbox.wait_while_held("a")
        self.went_on.set()

    def end(self) -> bool:
        """Whether it has gone on in time."""
        self._thread.join(WAIT_S)
        return self.went_on.is_set()


RELEASES: list[tuple[str, Callable[[Inbox], None]]] = [
    ("it may go on", lambda inbox: inbox.put(Hold("a", held=False))),
    ("it is cancelled", lambda inbox: inbox.put(Cancel("a"))),
    ("the worker ends", lambda inbox: inbox.close()),
]


@pytest.mark.parametrize("release", [row[1] for row in RELEASES], ids=[row[0] for row in RELEASES])
def test_a_job_that_is_held_waits_until(release: Callable[[Inbox], None]) -> None:
    inbox = Inbox()
    inbox.put(Hold("a", held=True))
    waiting = Waiting(inbox)
    inbox.put(Cancel("b"))
    inbox.put(Hold("b", held=False))
    assert not waiting.went_on.wait(SHORT_S)
    release(inbox)
    assert waiting.end()


def test_other_jobs_do_not_wait() -> None:
    inbox = Inbox()
    inbox.put(Hold("b", held=True))
    inbox.wait_while_held("a")
    inbox.put(Hold("a", held=True))
    inbox.put(Hold("a", held=False))
    inbox.wait_while_held("a")


def test_the_last_view_of_each_job_counts() -> None:
    inbox = Inbox()
    assert inbox.view("a") is None
    inbox.put(View("a", RectRef(1, 2, 3, 4)))
    inbox.put(View("b", RectRef(5, 6, 7, 8)))
    inbox.put(View("a", RectRef(2, 3, 4, 5)))
    assert inbox.view("a") == Rect(2, 3, 4, 5)
    assert inbox.view("b") == Rect(5, 6, 7, 8)


def test_after_a_job_nothing_of_it_is_left() -> None:
    inbox = Inbox()
    inbox.put(Hold("a", held=True))
    inbox.put(Cancel("a"))
    inbox.put(View("a", RectRef(1, 2, 3, 4)))
    assert inbox.claim_preview()
    inbox.renew()
    assert not inbox.is_cancelled("a")
    assert inbox.view("a") is None
    assert inbox.claim_preview()
    inbox.wait_while_held("a")


def test_a_preview_is_claimed_once_until_it_is_taken() -> None:
    inbox = Inbox()
    assert [inbox.claim_preview(), inbox.claim_preview()] == [True, False]
    inbox.put(PreviewTaken("a"))
    assert inbox.claim_preview()


def test_freeing_memory_waits_for_its_turn() -> None:
    inbox = Inbox()
    inbox.put(Free())
    inbox.close()
    assert inbox.runs.get() == Free()
    assert inbox.runs.get() is None
