"""Writing a new plugin that works at once, for its author to go on from."""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template

from imagetool.catalog.archives.entry_names import why_not
from imagetool.catalog.disk import clear_away, writing
from imagetool.catalog.errors import CatalogError
from imagetool.plugin.manifest import FILE_NAME
from imagetool.plugin.tasks import Task

_TEMPLATES = Path(__file__).with_name("templates")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*([-_][A-Za-z0-9]+)*")
_LONGEST_NAME = 40
OURS = frozenset({"imagetool", "numpy", "torch", "cv2", "PIL", "safetensors", "packaging", "psutil", "test"})
"""Modules that a plugin cannot have under the same name, besides those of Python: ours are found first."""


@dataclass(frozen=True, slots=True)
class _Sample:
    """What differs from task to task, apart from the code."""

    summary: str
    example: str  # of a command line, after `imagetool`
    imports: str = ""  # of the test


_SAMPLES: dict[Task, _Sample] = {
    Task.INPAINT: _Sample(
        "Fills a hole with the colours around it.", "run inpaint photo.jpg --mask mask.png -o filled.png"
    ),
    Task.UPSCALE: _Sample("Enlarges by cubic interpolation.", "run upscale photo.jpg -o larger.png --scale 2"),
    Task.DENOISE: _Sample("Takes noise away by a Gaussian mean.", "run denoise photo.jpg -o clean.png"),
    Task.COLORIZE: _Sample(
        "Spreads the colours of hints.", "run colorize photo.jpg --hints hints.png -o coloured.png"
    ),
    Task.GENERATE: _Sample(
        "Makes clouds out of noise.",
        "run generate -o clouds.png --seed 7",
        "from imagetool.core.geometry import Size\n",
    ),
    Task.SCORE: _Sample("Shows how much a picture varies.", "run score photo.jpg -o map.png"),
    Task.SEGMENT: _Sample(
        "Selects what has the same colour.",
        "run segment photo.jpg --point 40,30 -o mask.png",
        "from imagetool.core.geometry import Point\nfrom imagetool.plugin import Prompt\n",
    ),
    Task.FILTER: _Sample("Sharpens a picture.", "run filter photo.jpg -o sharp.png"),
}


class BadName(CatalogError):
    """A name that no plugin can have."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(
            f"“{name:.60}” cannot be a plugin's name: {reason}. Take a word such as soft-denoise, of letters, "
            "digits, - and _."
        )


class FolderTaken(CatalogError):
    """There is something already where the plugin was to be written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(f"“{folder}” is there already and was left as it is. Take another name, or move it away.")


class NoSuchFolder(CatalogError):
    """The folder that the plugin was to be written into is not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(f"There is no folder “{folder}” to write the plugin into.")


def write_plugin(folder: Path, task: Task) -> tuple[Path, ...]:
    """Writes a plugin named after `folder`, which must not be there yet; all of it or nothing.

    Returns:
        The files: manifest, model, test and README.

    Raises:
        BadName, FolderTaken, NoSuchFolder: before anything is written.
        DiskError: where the disk refuses; nothing is left.
    """
    words = _words(folder.name, task)
    if folder.exists() or folder.is_symlink():
        raise FolderTaken(folder)
    if not folder.parent.is_dir():
        raise NoSuchFolder(folder.parent)
    texts = {
        FILE_NAME: _filled("plugin.toml", {**words, "model": _filled(f"{task}.toml", words)}),
        f"{words['module']}.py": _filled(f"{task}.py", words),
        f"test_{words['module']}.py": _filled("test.py", {**words, "tests": _filled(f"{task}_test.py", words)}),
        "README.md": _filled("README.md", words),
    }
    with writing(f"the plugin “{folder.name}”"):
        folder.mkdir()
        try:
            for name, text in texts.items():
                (folder / name).write_text(text.rstrip("\n") + "\n", "utf-8")
        except BaseException:
            clear_away(folder)
            raise
    return tuple(folder / name for name in texts)


def _words(name: str, task: Task) -> dict[str, str]:
    """What the templates are filled with.

    Raises:
        BadName: where they cannot be made of the name.
    """
    if not _NAME.fullmatch(name) or not name.isascii():
        raise BadName(name, "it has other signs or does not begin with a letter" if name else "it is empty")
    if len(name) > _LONGEST_NAME:
        raise BadName(name, f"it is longer than {_LONGEST_NAME} letters")
    module = name.replace("-", "_").lower()
    if keyword.iskeyword(module) or keyword.issoftkeyword(module) or why_not(name, 0):
        raise BadName(name, "it means something else to Python or to Windows")
    if is_taken(module):
        raise BadName(name, f"there is a Python module “{module}”, which would be found first")
    sample = _SAMPLES[task]
    parts = module.split("_")
    title = " ".join(parts)
    return {
        "slug": "-".join(parts),
        "module": module,
        "cls": "".join(part[:1].upper() + part[1:] for part in parts),
        "title": title[:1].upper() + title[1:],
        "task": task.value,
        "summary": sample.summary,
        "example": sample.example,
        "imports": sample.imports,
    }


def is_taken(module: str) -> bool:
    """Whether a module of that name is found before a plugin's own."""
    return module in OURS or module in sys.stdlib_module_names


def _filled(name: str, words: dict[str, str]) -> str:
    return Template((_TEMPLATES / f"{name}.txt").read_text("utf-8")).substitute(words)
