"""What is said between the window and the thread that installs plugins."""

from __future__ import annotations

import queue
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imagetool.jobs.protection import Permission, protection

if TYPE_CHECKING:
    from imagetool.jobs.install.offers import Offer
    from imagetool.jobs.install.self_test import ModelTest
    from imagetool.plugin.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Activity:
    """What is being done, how far it is, and whether it can be stopped."""

    what: str
    done: float = 0.0
    text: str = ""
    stoppable: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it, in a sentence; `quiet` where there is nothing to say."""

    sentence: str = ""
    details: str = ""
    failed: bool = False
    plugin_id: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Question:
    """Something that is done only where the user agrees; whoever asks waits for the answer.

    Attributes:
        title: The question itself.
        lines: What there is to know, as plain sentences.
        changes: What is agreed to, as plain sentences.
        permissions: What it may do, and whether this system sees to it.
        verb: What the button says that agrees.
    """

    title: str
    lines: tuple[str, ...]
    changes: tuple[str, ...] = ()
    permissions: tuple[Permission, ...] = ()
    verb: str = "Install"
    _answers: queue.SimpleQueue[bool] = field(default_factory=queue.SimpleQueue)

    def answer(self, agreed: bool) -> None:
        """Gives the answer; the first one counts."""
        self._answers.put(agreed)

    def wait(self) -> bool:
        """The answer; on the thread that asks."""
        return self._answers.get()


def question_about(offer: Offer) -> Question:
    """The question whether something is to be installed."""
    manifest = offer.manifest
    verb = "Update" if offer.replaces else "Install"
    permissions = permissions_of(manifest) if offer.runs_code or offer.packages or manifest.permissions else ()
    lines = tuple(line for line in offer.lines if line not in offer.changes)
    return Question(f"{verb} “{manifest.name}”?", lines, offer.changes, permissions, verb)


def permissions_of(manifest: Manifest) -> tuple[Permission, ...]:
    """What a plugin may do, each labelled as enforced or not enforced on this system."""
    return protection().permissions([permission.host for permission in manifest.permissions])


def told(tests: tuple[ModelTest, ...]) -> str:
    """How models did, in a few words each."""
    return "; ".join(told_one(test) for test in tests)


def told_one(test: ModelTest) -> str:
    """How a model did."""
    if not test.passed:
        return f"{test.model} failed: {test.problem.rstrip('.')}"
    return f"{test.model}: {test.seconds:.1f} s, {test.peak_rss_mb:.0f} MB"
