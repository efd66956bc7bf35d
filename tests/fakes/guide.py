"""The fenced blocks of docs/plugins.md: what is typed, in order, and what is written where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "plugins.md"

_BLOCK = re.compile(
    r"(?:<!-- (?P<mark>in order|file (?P<file>\S+)) -->\s*\n)?^```(?P<kind>\w*)\n(?P<body>.*?)\n```$", re.M | re.S
)


@dataclass(frozen=True)
class Step:
    """A block: `file` is "" where it is typed into a shell; `marked` says that the guide says what it is."""

    kind: str
    body: str
    file: str
    marked: bool


def steps(text: str) -> list[Step]:
    """All fenced blocks of a document."""
    return [
        Step(found["kind"], found["body"], found["file"] or "", bool(found["mark"]))
        for found in _BLOCK.finditer(text)
    ]
