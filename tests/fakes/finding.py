"""Finding the parts of a window by what they are."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QWidget

Part = TypeVar("Part", bound=QWidget)


def first(parent: QWidget, kind: type[Part]) -> Part:
    """The first part of that kind; fails where there is none."""
    found = parent.findChildren(kind)
    assert found, f"there is no {kind.__name__} in {parent}"
    part: Part = found[0]
    return part
