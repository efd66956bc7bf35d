"""The editor's background threads held back, so that something can happen before their work is done."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pytestqt.qtbot import QtBot

from imagetool.ui.background import _THREADS, Background

_MOST_S = 30.0  # a test that failed must not hang


@contextmanager
def held(background: Background) -> Iterator[None]:
    """Within it nothing is done; what was asked for is done afterwards."""
    free = threading.Event()
    for _ in range(_THREADS):
        background.run(lambda: free.wait(_MOST_S), _nothing, _nothing)
    try:
        yield
    finally:
        free.set()


def settle(qtbot: QtBot, background: Background) -> None:
    """Waits until all that was asked for is done and answered."""
    all_threads = threading.Barrier(_THREADS)
    answers: list[object] = []
    for _ in range(_THREADS):
        background.run(lambda: all_threads.wait(_MOST_S), answers.append, answers.append)
    qtbot.waitUntil(lambda: len(answers) == _THREADS, timeout=20_000)


def _nothing(_: object) -> None:
    """Nobody waits for the answer."""
