"""Why a file of somebody else's weights is not opened, each in one sentence."""

from __future__ import annotations

from pathlib import Path

from imagetool.kit.errors import KitError

_NAME_LENGTH = 80

ASK = "ask its author for the weights alone, best as safetensors"


def shown(text: object) -> str:
    """A name out of a foreign file, short and printable."""
    name = "".join(letter if letter.isprintable() else "?" for letter in str(text))
    return name if len(name) <= _NAME_LENGTH else name[: _NAME_LENGTH - 1] + "…"


class CheckpointError(KitError):
    """Base: a file that `read_checkpoint` does not open."""

    def __init__(self, path: Path, sentence: str) -> None:
        self.path = path
        super().__init__(f"“{shown(path.name)}” {sentence}.")


class OtherFormat(CheckpointError):
    """Something else than a checkpoint of torch; another program, or another loader, may know it."""

    def __init__(self, path: Path, what: str, advice: str = "") -> None:
        self.what = what
        super().__init__(path, f"is {what}, not a checkpoint{': ' + advice if advice else ''}")


class TooLarge(CheckpointError):
    """More bytes than are read."""

    def __init__(self, path: Path, size: int, most: int) -> None:
        self.size, self.most = size, most
        super().__init__(
            path, f"has {size / 1e9:.1f} GB; checkpoints of more than {most / 1e9:.1f} GB are not read"
        )


class Unreadable(CheckpointError):
    """The system does not let us read it."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(path, f"cannot be read: {error.strerror or error}")


class EmptyFile(CheckpointError):
    """No bytes."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "is empty: download it again")


class LfsPointer(CheckpointError):
    """What Git leaves in place of a large file that was not fetched."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            "is not the weights but a Git LFS pointer to them: run “git lfs pull”, or download the file itself "
            "from the page of its repository",
        )


class TextFile(CheckpointError):
    """A page of the web, or another text."""

    def __init__(self, path: Path, *, is_page: bool) -> None:
        self.is_page = is_page
        what = "a web page that was saved in place of the weights" if is_page else "a text, not weights"
        super().__init__(path, f"is {what}: download it again, with the link to the file itself")


class Damaged(CheckpointError):
    """Part of it is missing, or it contradicts itself."""

    def __init__(self, path: Path, reason: str = "its end is missing") -> None:
        self.reason = reason
        super().__init__(path, f"is damaged ({reason}): download it again")


class HoldsCode(CheckpointError):
    """A pickle that calls something that is no part of weights."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        super().__init__(
            path, f"is a pickle that would call “{shown(name)}” when it is opened, so it was not opened: {ASK}"
        )


class NeedsClass(CheckpointError):
    """A pickle with objects beside the weights, which cannot be made without running their code."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        super().__init__(
            path, f"cannot be opened without running the code of “{shown(name)}”, so it was not opened: {ASK}"
        )


class WholeProgram(CheckpointError):
    """A network that was saved with its classes."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        super().__init__(
            path,
            f"was saved as a whole program object (“{shown(name)}”), not as weights: ask its author for a state "
            "dict, best as safetensors",
        )


class TorchScript(CheckpointError):
    """A compiled program of torch.jit."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"is a TorchScript program, which brings code of its own and is not run: {ASK}")


class ExportedProgram(CheckpointError):
    """A compiled program of torch.export (.pt2)."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"is a program exported by torch (.pt2), which is not run: {ASK}")


class TorchPackage(CheckpointError):
    """An archive of torch.package with Python files inside."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"is a torch.package archive, which brings Python code and is not run: {ASK}")


class OldTorchArchive(CheckpointError):
    """A tar as torch wrote it before version 0.1.10."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, f"is an archive of the first versions of torch, which cannot be opened safely: {ASK}"
        )


class UnsafePickle(CheckpointError):
    """A pickle of weights in a form that torch's safe reader does not know."""

    def __init__(self, path: Path, reason: str) -> None:
        self.reason = reason
        super().__init__(path, f"{reason}, which cannot be opened safely: {ASK}")


class BadTensor(CheckpointError):
    """One of its tensors cannot be used."""

    def __init__(self, path: Path, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(path, f"cannot be used: “{shown(name)}” {reason}")


class NoTensors(CheckpointError):
    """Nothing in it is a tensor with a name."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "holds no tensors with names, so there are no weights in it")
