"""Why an ONNX file cannot be used, in sentences.

`NotMine` is for files that another loader may know; everything else is final.
"""

from __future__ import annotations

from collections.abc import Sequence

from imagetool.plugin import CannotRun, NotMine

_LONGEST_REASON = 160
_MB = 1024**2


class NotOnnx(NotMine):
    """The file's bytes are of another kind; `kind` says of which, with its article."""

    def __init__(self, name: str, kind: str) -> None:
        self.name, self.kind = name, kind
        super().__init__(f"“{name}” is {kind}, not an ONNX file.")


class Refused(CannotRun):
    """Base of all reasons for which an ONNX file is not used; `name` is the file's."""

    def __init__(self, name: str, sentence: str) -> None:
        self.name = name
        super().__init__(sentence)


class EmptyFile(Refused):
    """There is nothing in it."""

    def __init__(self, name: str) -> None:
        super().__init__(name, f"“{name}” is empty. Download it again.")


class LfsPointer(Refused):
    """What Git stores in place of a large file."""

    def __init__(self, name: str, size_bytes: int | None) -> None:
        self.size_bytes = size_bytes
        large = f" of {size_bytes} bytes" if size_bytes else ""
        super().__init__(
            name, f"“{name}” is a Git LFS pointer, not the model itself. Download the real file{large}."
        )


class WebPage(Refused):
    """What a browser saves where the address is not that of the file."""

    def __init__(self, name: str) -> None:
        super().__init__(name, f"“{name}” is a web page, not a model. Download the file that the page links to.")


class OrtFormat(Refused):
    """onnxruntime's own format, whose reader trusts what it reads."""

    def __init__(self, name: str) -> None:
        super().__init__(
            name, f"“{name}” is in onnxruntime's own format (.ort). Use the .onnx file that it was made from."
        )


class TooLarge(Refused):
    """More bytes than are read."""

    def __init__(self, name: str, size_bytes: int, most_bytes: int) -> None:
        self.size_bytes, self.most_bytes = size_bytes, most_bytes
        super().__init__(
            name, f"“{name}” has {size_bytes // _MB} MB. ONNX files of at most {most_bytes // _MB} MB are read."
        )


class Truncated(Refused):
    """The file ends before what it says it holds."""

    def __init__(self, name: str) -> None:
        super().__init__(name, f"“{name}” is cut off: it ends before its graph does. Download it again.")


class Unsound(Refused):
    """Not a graph by the rules of ONNX."""

    def __init__(self, name: str, reason: str) -> None:
        self.reason = one_line(reason)
        super().__init__(name, f"“{name}” is not a sound ONNX graph ({self.reason}). Export it again.")


class TooComplex(Refused):
    """More operators than any model for pictures has."""

    def __init__(self, name: str, most: int) -> None:
        self.most = most
        super().__init__(name, f"“{name}” expands to more than {most} operators, which is more than is run.")


class ExternalData(Refused):
    """Weights in another file."""

    def __init__(self, name: str, tensor: str, location: str) -> None:
        self.tensor, self.location = one_line(tensor), one_line(location)
        super().__init__(
            name,
            f"“{name}” keeps the weights “{self.tensor}” in another file (“{self.location}”). "
            "Only models in a single file can be used: save it again without external data.",
        )


class CustomOperator(Refused):
    """An operator that only a library of code could run."""

    def __init__(self, name: str, operator: str, domain: str) -> None:
        self.operator, self.domain = one_line(operator), one_line(domain)
        super().__init__(
            name,
            f"“{name}” uses the operator “{self.operator}” of “{self.domain}”, which needs a library of code. "
            "Only the operators of ONNX and onnxruntime can be used.",
        )


class TrainingGraph(Refused):
    """A graph that is to be trained, not run."""

    def __init__(self, name: str) -> None:
        super().__init__(name, f"“{name}” holds instructions for training. Export it for inference.")


class TooNew(Refused):
    """Written for a later onnxruntime; `what` is a version of the format or of its operators."""

    def __init__(self, name: str, what: str) -> None:
        self.what = what
        super().__init__(
            name, f"“{name}” needs {what}, which this onnxruntime does not know. Export it for an older version."
        )


class DrawsChance(Refused):
    """A graph that throws dice."""

    def __init__(self, name: str, operator: str) -> None:
        self.operator = operator
        super().__init__(
            name,
            f"“{name}” draws random numbers (“{operator}”), so no result could be made twice. Export it without.",
        )


class NotNumbers(Refused):
    """NaN among the weights."""

    def __init__(self, name: str, tensor: str) -> None:
        self.tensor = one_line(tensor)
        super().__init__(name, f"“{name}” has weights that are not numbers (“{self.tensor}”). Download it again.")


class UnknownInputs(Refused):
    """Inputs that are neither a picture nor a picture and a mask."""

    def __init__(self, name: str, inputs: Sequence[str]) -> None:
        self.inputs = tuple(inputs)
        listed = "; ".join(inputs) if inputs else "nothing"
        super().__init__(
            name,
            f"“{name}” takes {listed}. Only models that take a picture, or a picture and a mask, can be used.",
        )


class NoPicture(Refused):
    """What comes out is no picture that can be used; `got` says what."""

    def __init__(self, name: str, given: str, got: str) -> None:
        self.given, self.got = given, got
        super().__init__(
            name,
            f"“{name}” turns {given} into {got}. Only models that return the picture in the same size or a whole "
            "number of times larger can be used.",
        )


class NotFinite(Refused):
    """What comes out of a sound picture is no numbers."""

    def __init__(self, name: str) -> None:
        super().__init__(name, f"“{name}” returns values that are not numbers, even for a plain picture.")


class DoesNotStart(Refused):
    """onnxruntime refuses the graph."""

    def __init__(self, name: str, reason: str) -> None:
        self.reason = one_line(reason)
        super().__init__(name, f"“{name}” cannot be run by onnxruntime ({self.reason}).")


class TrialFailed(Refused):
    """No trial picture went through."""

    def __init__(self, name: str, reason: str) -> None:
        self.reason = one_line(reason)
        super().__init__(name, f"“{name}” failed on every trial picture ({self.reason}).")


class TooSlow(Refused):
    """A small picture takes too long to find anything out."""

    def __init__(self, name: str, limit_s: float) -> None:
        self.limit_s = limit_s
        super().__init__(name, f"“{name}” did not finish a small trial picture within {limit_s:g} seconds.")


class NotInspected(Refused):
    """A graph without the facts that the loader writes into it."""

    def __init__(self, name: str) -> None:
        super().__init__(name, f"“{name}” was not prepared by imagetool. Install the .onnx file itself.")


class RunFailed(CannotRun):
    """onnxruntime gave up on a picture."""

    def __init__(self, reason: str) -> None:
        self.reason = one_line(reason)
        super().__init__(f"The ONNX model failed on this picture ({self.reason}).")


def one_line(text: str) -> str:
    """A foreign text in one line that can be shown, without onnxruntime's places in its source code."""
    flat = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return flat if len(flat) <= _LONGEST_REASON else flat[: _LONGEST_REASON - 1] + "…"
