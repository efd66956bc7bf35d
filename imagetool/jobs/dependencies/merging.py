"""Puts the files of several wheels into one folder, so that none takes another's place, or one of imagetool's."""

from __future__ import annotations

import filecmp
from dataclasses import dataclass, field
from pathlib import Path

from imagetool.catalog.archives.entry_names import NamesTaken, shown
from imagetool.jobs.dependencies.errors import BadWheel
from imagetool.jobs.dependencies.host import Host
from imagetool.jobs.dependencies.wheels import Wheel


@dataclass(slots=True)
class Merging:
    """A folder of modules in the making; `left_out` are those that imagetool has already, and who brings them."""

    into: Path
    host: Host
    left_out: dict[str, str] = field(default_factory=dict)
    _owners: dict[str, str] = field(default_factory=dict)
    _names: NamesTaken = field(default_factory=NamesTaken)

    def add(self, wheel: Wheel) -> None:
        """Moves the files of a wheel to their places. Its scripts stay behind.

        Raises:
            BadWheel: where it brings a file that another wheel has brought differently, a module of Python's or of
                imagetool's, or a file that Python would run at its start.
        """
        places = [(file, place) for file, place in wheel.placed() if place is not None]
        for file, place in places:
            module = _module(place)
            if module and self.host.reserves(module):
                whose = "imagetool or Python itself"
                raise BadWheel(
                    wheel.plugin, wheel.file_name, f"brings {shown(file)}, which is a module of {whose}"
                )
            if module and self.host.has_module(module):
                self.left_out[module] = wheel.name
            else:
                self._move(wheel, file, place)

    def _move(self, wheel: Wheel, file: str, place: str) -> None:
        source, target = wheel.folder / file, self.into / place
        if place in self._owners:
            if filecmp.cmp(source, target, shallow=False):
                return
            reason = f"brings {shown(place)}, which {self._owners[place]} brings, too, and differently"
            raise BadWheel(wheel.plugin, wheel.file_name, reason)
        reason_not = self._names.why_not(place, folder=False)
        if reason_not:
            raise BadWheel(wheel.plugin, wheel.file_name, f"brings {shown(place)}, which {reason_not}")
        self._owners[place] = wheel.name
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)


def _module(place: str) -> str:
    """The name by which the file's module, or the package it lies in, is imported; empty where there is none."""
    top, _, below = place.partition("/")
    if below:
        return top if top.isidentifier() else ""
    stem = top.partition(".")[0]
    return stem if stem.isidentifier() and top.endswith((".py", ".pyc", ".so", ".pyd", ".dll", ".dylib")) else ""
