"""One job as the window knows it: what was asked for which document, how far it is, and what its log says."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from imagetool.app.landing import Circumstances, layer_name
from imagetool.jobs.request import Request, Result
from imagetool.plugin.tasks import WORDS, Task, TaskWords
from imagetool.ui.jobs.facts import JobFacts, Stage
from imagetool.ui.session import Session

_LEAST_DONE = 0.02  # before that, what is left cannot be told from what is done
_MOST_LINES = 500


@dataclass(eq=False, slots=True)
class Stopwatch:
    """Counts the seconds in which it ran; `clock` tells seconds that only grow."""

    clock: Callable[[], float] = time.monotonic
    _counted_s: float = 0.0
    _since: float | None = None

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return self._counted_s + (self.clock() - self._since if self._since is not None else 0.0)

    def run(self, running: bool) -> None:
        """Goes on, or stands still."""
        self._counted_s = self.seconds
        self._since = self.clock() if running else None


def _nobody(_: str) -> None:
    pass


@dataclass(frozen=True, eq=False, slots=True)
class Taker:
    """Who gets a job's result in the place of the document.

    Attributes:
        look: Sees the result on a background thread, and gives on what it has found.
        take: Gets that on the window's thread, and says it in a sentence.
        miss: Is told in a sentence why there is none.
        stopped: That sentence, where the user has stopped the job.
        again: Whether it is an earlier job that is run once more.
        name: What the job is called, where it is more than what its model does.
    """

    look: Callable[[Result], Any]
    take: Callable[[Any], str] = str
    miss: Callable[[str], None] = _nobody
    stopped: str = "Stopped. The picture is as it was."
    again: bool = False
    name: str = ""


@dataclass(eq=False, slots=True)
class Job:
    """Used by the window's thread alone; `said` is how it ended.

    Where there is a `taker`, the result is not laid in.
    """

    request: Request
    session: Session
    given: Circumstances
    taker: Taker | None = None
    watch: Stopwatch = field(default_factory=Stopwatch)
    stage: Stage = Stage.WAITING
    held: bool = False
    done: float = 0.0
    text: str = ""
    said: str = ""
    began: bool = False
    keepable: bool = False
    log: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The request's."""
        return self.request.job_id

    @property
    def words(self) -> TaskWords:
        """How its task is called."""
        return WORDS[self.request.model.entry.task]

    @property
    def verb(self) -> str:
        """What is being done."""
        return self.taker.name if self.taker and self.taker.name else self.words.verb

    @property
    def name(self) -> str:
        """What it is called among others."""
        if self.taker and self.taker.name:
            return self.taker.name
        name = layer_name(self.request)
        return f"{name}, again" if self.taker and self.taker.again else name

    @property
    def wish(self) -> str:
        """What was asked for, with every number that matters."""
        request = self.request
        sizes = [str(size) for size in (request.source.size if request.source else None, request.target) if size]
        params = [f"{name}={value}" for name, value in request.params.items()]
        seed = [f"seed {request.seed}"] if self.words.has_seed else []
        return " · ".join([layer_name(request), f"{' → '.join(sizes)} px", request.device, *seed, *params])

    @property
    def misfit(self) -> str:
        """Why the result will not fit the document as it is now; empty where it will."""
        source = self.request.source
        if source is None or self.taker or self.stage is Stage.ENDED or source.size == self.session.state.size:
            return ""
        if self.request.model.entry.task is Task.UPSCALE:
            return f"made from the picture as it was, {source.size} px"
        return f"begun for {source.size} px, which the picture no longer has"

    @property
    def facts(self) -> JobFacts:
        """How it stands now."""
        return JobFacts(
            id=self.id,
            name=self.name,
            document=self.session.document.name,
            stage=self.stage,
            held=self.held,
            done=self.done,
            text=self.text,
            seconds_left=self._seconds_left(),
            said=self.said,
            warning=self.misfit,
            keepable=self.keepable,
            log=tuple(self.log),
        )

    def begin(self) -> None:
        """It has left the queue."""
        if self.stage is Stage.WAITING:
            self.stage, self.began = Stage.RUNNING, True
            self.watch.run(not self.held)

    def hold(self, held: bool) -> None:
        """It waits for the user, or does not any more."""
        if held != self.held:
            self.held = held
            if self.stage is Stage.RUNNING:
                self.watch.run(not held)

    def note(self, line: str) -> None:
        """One more line of its log; of a long one the newest lines are kept."""
        self.log = [*self.log, line][-_MOST_LINES:]

    def end(self, said: str) -> None:
        """It is over, and that is how."""
        self.watch.run(False)
        self.stage, self.said, self.held = Stage.ENDED, said, False
        self.note(said)

    def repeats(self, other: Job) -> bool:
        """Whether both were asked for the same, so that both give the same."""
        mine, its = self.request, other.request
        asked = (mine.model, mine.params, mine.seed, mine.target, mine.count, mine.device)
        return (
            asked == (its.model, its.params, its.seed, its.target, its.count, its.device)
            and self.given.seen.layers == other.given.seen.layers
            and self.given.seen.mask is other.given.seen.mask
            and self.given.seen.hints == other.given.seen.hints
            and self.given.softness_px == other.given.softness_px
        )

    def _seconds_left(self) -> float | None:
        if self.stage is not Stage.RUNNING or self.done < _LEAST_DONE:
            return None
        return self.watch.seconds * (1 - self.done) / self.done
