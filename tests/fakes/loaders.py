"""Loaders on paper: workers that answer an inspection as the test wants, without any process."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from imagetool.jobs.process.log import BoundedLog
from imagetool.jobs.worker import Worker, WorkerPlan
from imagetool.wire.messages import Failed, Inspect, Inspected, Message, Progress, Refused

Answer = Callable[[Inspect], Message | None]

MODEL: dict[str, Any] = {
    "id": "span-x4",
    "name": "SPAN",
    "task": "upscale",
    "tile": {"size": 64, "overlap": 8},
    "precisions": ["fp32"],
    "weights": [{"file": "model.safetensors"}],
}


def finds(models: list[Mapping[str, Any]] | None = None, content: bytes = b"weights") -> Answer:
    """Writes a file and finds models in it."""

    def answer(asked: Inspect) -> Message:
        (Path(asked.target) / "model.safetensors").write_bytes(content)
        tables = json.dumps([dict(table) for table in (models or [MODEL])])
        return Inspected(asked.job_id, "SPAN", "4 times larger.", "MIT", tables)

    return answer


def refuses(sentence: str, *, final: bool = False) -> Answer:
    """Takes no file."""
    return lambda asked: Refused(asked.job_id, sentence, final)


def fails(sentence: str) -> Answer:
    """Has a bug."""
    return lambda asked: Failed(asked.job_id, sentence, "details")


def dies(asked: Inspect) -> Message | None:
    """Ends without an answer."""
    return None


class InspectingLaunch:
    """Give this as `launch`; each start uses up one answer, and `plans` remembers how it was started."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.plans: list[WorkerPlan] = []
        self.asked: list[Inspect] = []
        self.killed = 0

    def __call__(
        self,
        runtime: Path,
        plan: WorkerPlan,
        on_message: Callable[[Worker, Any], None],
        on_end: Callable[[Worker, str], None],
    ) -> Worker:
        """A worker that answers at once."""
        self.plans.append(plan)
        return _Inspecting(self, self._answers.pop(0), on_message, on_end)


class _Inspecting:
    def __init__(
        self,
        launch: InspectingLaunch,
        answer: Answer,
        on_message: Callable[[Worker, Any], None],
        on_end: Callable[[Worker, str], None],
    ) -> None:
        self.log = BoundedLog()
        self._launch, self._answer = launch, answer
        self._on_message, self._on_end = on_message, on_end

    def send(self, message: Message) -> None:
        """Answers an inspection."""
        if not isinstance(message, Inspect):
            return
        self._launch.asked.append(message)
        self._on_message(self, Progress(message.job_id, 0.5, "looking"))
        answer = self._answer(message)
        if answer is None:
            self._on_end(self, "It was ended by signal 11.")
        else:
            self._on_message(self, answer)

    def kill(self) -> None:
        """Counts."""
        self._launch.killed += 1
