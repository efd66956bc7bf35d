"""Real worker processes, started by plans that a test has changed, and what is left of them."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil

from imagetool.jobs.process.process_tree import MARK
from imagetool.jobs.process.worker_process import WorkerProcess
from imagetool.jobs.worker import Worker, WorkerPlan

_GRACE_S = 1.0


class Launches:
    """Give this to `Desk` as `launch`.

    `changes` are those of `dataclasses.replace` for every confined plan, `limits` those for its confinement.
    """

    def __init__(self, limits: Mapping[str, Any] | None = None, **changes: Any) -> None:
        self.limits, self.changes = limits or {}, changes
        self.workers: list[WorkerProcess] = []
        self.plans: list[WorkerPlan] = []

    def __call__(
        self,
        runtime: Path,
        plan: WorkerPlan,
        on_message: Callable[[Worker, Any], None],
        on_end: Callable[[Worker, str], None],
    ) -> Worker:
        """A worker by the changed plan."""
        if plan.confinement:
            confinement = dataclasses.replace(plan.confinement, **self.limits)
            plan = dataclasses.replace(plan, **{"confinement": confinement, **self.changes})
        self.plans.append(plan)
        self.workers.append(WorkerProcess(runtime, plan, on_message, on_end))
        return self.workers[-1]

    def orphans(self) -> list[psutil.Process]:
        """What workers that are gone have left behind and what is not gone a second later."""
        dead = {worker._mark for worker in self.workers if worker._exited.is_set()}
        left = [process for process in psutil.process_iter() if _mark_of(process) in dead]
        alive: list[psutil.Process] = psutil.wait_procs(left, timeout=_GRACE_S)[1]
        return alive


def _mark_of(process: psutil.Process) -> str | None:
    try:
        alive = process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE
        return process.environ().get(MARK) if alive else None
    except (psutil.Error, OSError):
        return None
