"""Lets a job be stopped within a step of a sampler, which may take many seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

from imagetool.plugin import Job

_MOST_MODULES = 400


class Stopping:
    """Asks the job that is under way at every larger part of some networks."""

    def __init__(self, networks: list[nn.Module]) -> None:
        self._job: Job | None = None
        for network in networks:
            for module in _larger_parts(network):
                module.register_forward_pre_hook(self._look)

    @contextmanager
    def asking(self, job: Job) -> Iterator[None]:
        """While this lasts, the networks raise Cancelled where the user has stopped the job."""
        self._job = job
        try:
            yield
        finally:
            self._job = None

    def _look(self, module: nn.Module, given: object) -> None:  # noqa: ARG002 - what torch hands to a hook
        if self._job is not None:
            self._job.check()


def _larger_parts(network: nn.Module) -> list[nn.Module]:
    """The modules that are made of others, the outer ones first."""
    made = [module for module in network.modules() if next(module.children(), None) is not None]
    return made[:_MOST_MODULES]
