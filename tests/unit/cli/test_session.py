"""What the command line says while a job runs."""

from __future__ import annotations

import queue

import pytest

from imagetool.cli.session import Session
from imagetool.jobs.errors import ModelFailed
from imagetool.jobs.events import Event, Failed, Noted
from tests.fakes.requests import request
from tests.fakes.runners import RecordingRunner


def test_what_was_done_otherwise_is_said_and_the_log_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    asked = request()
    for event in (
        Noted(asked.job_id, "Loading took 2 s."),
        Noted(asked.job_id, "It goes on in fp32.", plain=True),
        Failed(asked.job_id, ModelFailed("It failed.")),
    ):
        events.put(event)
    with pytest.raises(ModelFailed):
        Session(RecordingRunner(), events, None).run(asked)
    out, err = capsys.readouterr()
    assert (out, err) == ("", "It goes on in fp32.\n")
