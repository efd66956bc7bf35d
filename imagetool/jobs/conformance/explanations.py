"""What is behind the sentence of a failed job, and what the plugin's author does about it."""

from __future__ import annotations

import re
from pathlib import Path

from imagetool.jobs.conformance.report import Verdict, failed
from imagetool.jobs.conformance.trials import Outcome, TooSlow
from imagetool.jobs.errors import ModelFailed, WorkerDied
from imagetool.plugin.tasks import Task

BASE_OF = {
    Task.INPAINT: "Inpainter",
    Task.UPSCALE: "Upscaler",
    Task.DENOISE: "Denoiser",
    Task.COLORIZE: "Colorizer",
    Task.GENERATE: "Generator",
    Task.SCORE: "Scorer",
    Task.SEGMENT: "Segmenter",
    Task.FILTER: "Filter",
}
ARGUMENTS_OF = {
    Task.INPAINT: "image, hole, params, job",
    Task.UPSCALE: "image, scale, params, job",
    Task.DENOISE: "image, params, job",
    Task.COLORIZE: "image, hints, known, params, job",
    Task.GENERATE: "size, count, params, job",
    Task.SCORE: "image, params, job",
    Task.SEGMENT: "image, prompt, params, job",
    Task.FILTER: "image, params, job",
}
_UNEXPECTED = "The model failed ("
_UNCHANGED = " Your image is unchanged."
_TOO_SLOW = "Use a smaller network, fewer steps or smaller tiles; nobody waits that long."
_DEAF = (
    "Look for a loop without an end. Call job.check() at least ten times a second, in every loop of run; it "
    "raises what stops the job. Do not catch that with “except Exception” or a bare except."
)
_READ_LOG = "Find the place in your code by what is said here; the log of a job holds all that was printed."
_LINE = re.compile(r'File "(?P<path>[^"]+)", line (?P<line>\d+)')
_LOADING = re.compile(r"\bin _model\b")  # a frame of the worker, in tracebacks of Python and of faulthandler

_FIXES: tuple[tuple[str, str], ...] = (
    (
        r"got values that are not numbers",
        (
            "Look for divisions, logarithms and roots: on flat, black or tiny pictures a spread or a sum is 0. "
            "Add a small number there, or clamp. Half floats overflow above 65504."
        ),
    ),
    (r"got NoneType", "Let run end with “return” and the tensor."),
    (
        r"got u?int\d+ of shape|got bool of shape",
        "Return floats in [0, 1], not whole numbers: “.float() / 255” where they are from 0 to 255.",
    ),
    (
        r"expected finite numbers of shape \(1, 4, .*, got float\d+ of shape \(1, 3, ",
        "Return colours and opacity, four planes, as the image has; or remove opacity = true from plugin.toml.",
    ),
    (
        r"invalid result \(expected finite numbers of shape",
        (
            "Return exactly that shape, for every height and width. Where the network needs sides that are "
            "multiples of N, write tile = {{ multiple_of = N }} into the model's table: imagetool then pads."
        ),
    ),
    (
        r"No module named '(?P<module>[\w.]+)'",
        (
            'Name the package that brings “{module}” in plugin.toml, requires = {{ packages = ["…"] }}, or put '
            "the module into the plugin's folder."
        ),
    ),
    (r"The model is not made for", "Derive the class that “entry” names from {base}, the base of its task."),
    (r"Can't instantiate abstract class", "Write all methods of {base}: run({arguments}), and what else it has."),
    (
        r"no way to make pictures that resemble",
        "Write def more_like(self, image, count, params, job), or remove variations = true from plugin.toml.",
    ),
    (
        r"more_like\(\) (missing|takes|got)",
        "Give more_like the arguments of Generator: def more_like(self, image, count, params, job).",
    ),
    (
        r"no way to follow strokes",
        (
            "Write def guided(self, image, hole, colours, known, params, job), or remove guides = true from "
            "plugin.toml."
        ),
    ),
    (
        r"guided\(\) (missing|takes|got)",
        "Give guided the arguments of Inpainter: def guided(self, image, hole, colours, known, params, job).",
    ),
    (
        r"a preview has the shape",
        "Give job.preview one picture with three planes, (1, 3, h, w), or, in a Generator, as many as are made.",
    ),
    (r"run\(\) (missing|takes|got)", "Give run the arguments of {base}: def run(self, {arguments})."),
    (r"load\(\) (missing|takes|got)", "Give load its arguments: def load(self, weights, device)."),
    (r"has no attribute '\w+'\)", "Look whether the name is spelt as in “entry” of plugin.toml and in your code."),
    (r"SyntaxError|IndentationError", "Mend the line; “python -m py_compile FILE” tells where it is."),
    (r"Missing key\(s\)|Unexpected key\(s\)|size mismatch", "Make the network as it was when it was saved."),
    (r"The weights “", "Export the file again as safetensors, and give its new size and sha256 in plugin.toml."),
    (
        r"Expected all tensors to be on the same device|should be the same|weight type",
        (
            "Move the network to the device in load(weights, device): network.to(device), and make new tensors "
            "with device=image.device."
        ),
    ),
    (
        r"Permission denied|PermissionError|Read-only file system|Operation not permitted",
        (
            "A plugin reads its own folder and writes to its temporary folder (tempfile), nothing else. Bring "
            "what it needs along; a file of the user's comes through a parameter of the type “file”."
        ),
    ),
    (r"Network is unreachable|Name or service not known|URLError|ConnectionError", "Bring the weights along."),
    (r"memory is not enough", "Make tile.size smaller, or work piece by piece."),
    (r"inference tensor", "Do not write into the tensors that run is given; work on image.clone()."),
)


def loading_failed(outcome: Outcome) -> bool:
    """Whether the model failed before its first run: at import, when it was made, or in `load`."""
    return outcome.error is not None and bool(_LOADING.search(outcome.error.details))


def refused(outcome: Outcome) -> bool:
    """Whether the model said itself, by CannotRun, that it cannot do this job."""
    error = outcome.error
    if not isinstance(error, ModelFailed) or str(error).startswith(_UNEXPECTED):
        return False
    last = [Path(line["path"]) for line in _LINE.finditer(error.details)][-1:]
    return bool(last) and last[0].is_relative_to(outcome.request.model.plugin.folder.absolute())


def why_failed(outcome: Outcome, where: str) -> Verdict:
    """The verdict on a job that failed; `where` says on what, such as “On a picture of 1 × 1”."""
    error = outcome.error
    assert error is not None  # noqa: S101 - only asked about jobs that failed
    model = outcome.request.model
    said = str(error).removesuffix(_UNCHANGED)
    if isinstance(error, WorkerDied):
        place = _places(error.details, model.plugin.folder)[:1]
        reason = (error.details.splitlines() or [""])[0][:200]
        explanation = f"{where}: the plugin's process ended. {reason}".strip() + _told(place)
        fix = (
            "Code outside Python (a library, a thread of its own) ended it, or something called exit. Run the "
            "model in an ordinary Python first; catch errors there and raise CannotRun with one sentence."
        )
        return failed(explanation, fix)
    explanation = f"{where}: {said}{_told(_places(error.details, model.plugin.folder)[-1:])}"
    if isinstance(error, TooSlow):
        return failed(explanation, _TOO_SLOW if error.listened else _DEAF)
    for pattern, fix in _FIXES:
        found = re.search(pattern, said)
        if found:
            facts = {"base": BASE_OF[model.entry.task], "arguments": ARGUMENTS_OF[model.entry.task]}
            return failed(explanation, fix.format(**facts, **found.groupdict()))
    return failed(explanation, _READ_LOG)


def _places(details: str, folder: Path) -> list[str]:
    """The lines of the plugin's own code that a traceback names."""
    root = folder.absolute()
    found = [(Path(line["path"]), line["line"]) for line in _LINE.finditer(details)]
    return [f"{path.relative_to(root)}, line {line}" for path, line in found if path.is_relative_to(root)]


def _told(places: list[str]) -> str:
    return f" ({places[0]})" if places else ""
