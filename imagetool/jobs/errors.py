"""Why a job did not end well, in sentences."""

from __future__ import annotations

from imagetool.core.errors import ImagetoolError


class JobError(ImagetoolError):
    """Base of all errors of jobs; `details` is what the log holds."""

    def __init__(self, sentence: str, details: str = "") -> None:
        self.details = details
        super().__init__(sentence)


class ModelFailed(JobError):
    """The model said itself what went wrong."""


class Verdict(str):
    """Why imagetool itself ended a worker; a sentence that users are told, while other reasons are details."""

    __slots__ = ()


class MemoryVerdict(Verdict):
    """Why imagetool ended a worker that took too much memory."""

    __slots__ = ()


class KilledOutside(str):
    """Why a worker ended that nobody here has killed: where memory runs out, the system does it."""

    __slots__ = ()


class WorkerDied(JobError):
    """The process of the model ended in the middle of a job; `tried` is what else was tried."""

    def __init__(self, model: str, reason: str, log: str, tried: str = "") -> None:
        self.model, self.reason, self.tried = model, reason, tried
        ended = f"was ended: {reason}" if isinstance(reason, Verdict) else "stopped unexpectedly."
        advice = (
            "Try a smaller picture or another model."
            if isinstance(reason, Verdict)
            else "Run it again, or look at the details."
        )
        also = f" It was also tried {tried}." if tried else ""
        sentence = f"“{model}” {ended}{also} Your image is unchanged. {advice}"
        super().__init__(sentence, f"{reason}\n{log}".strip())


class WorkerNotStarted(JobError):
    """The system did not let us start a process."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"The model process could not be started ({reason}). Close other programs, then run it again."
        )


class OutOfMemory(JobError):
    """The editor itself has no memory left for the pixels of a job."""

    def __init__(self) -> None:
        super().__init__(
            "The memory is not enough for this job. Close other programs or pictures and run it again."
        )


class NotEnoughMemory(JobError):
    """The worker has no memory left for a job; `tried` is what else was tried."""

    def __init__(self, tried: str = "", details: str = "") -> None:
        self.tried = tried
        also = f" It was also tried {tried}." if tried else ""
        super().__init__(
            f"The memory is not enough for this job.{also} Close other programs, or mask or enlarge less at once.",
            details,
        )


class PluginSuspended(JobError):
    """The plugin died too often to be started again."""

    def __init__(self, plugin: str, deaths: int, window_s: float) -> None:
        self.plugin, self.deaths, self.window_s = plugin, deaths, window_s
        super().__init__(
            f"“{plugin}” stopped unexpectedly {deaths} times within {window_s / 60:.0f} minutes and is "
            "suspended. Restart imagetool to try it again."
        )


class NoVariations(JobError):
    """The model makes pictures, but not more like a given one."""

    def __init__(self, model: str) -> None:
        self.model = model
        super().__init__(
            f"“{model}” cannot make more like a picture. Choose a model that can, or create without a picture."
        )


class NoGuides(JobError):
    """The model follows no strokes of colour; `remedy` is what can be done beside choosing another model."""

    def __init__(self, model: str, remedy: str = "erase the strokes") -> None:
        self.model, self.remedy = model, remedy
        super().__init__(f"The model “{model}” takes no guides. Choose another model or {remedy}.")


class NothingMasked(JobError):
    """There is nothing to fill."""

    def __init__(self) -> None:
        super().__init__("The mask is empty. Paint over what should go, then run it again.")
