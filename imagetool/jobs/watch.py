"""How somebody who waits for a long piece of work is told of it, and stops it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Watch:
    """`progress(done, text)` is told how far it is, 0 to 1; `check()` raises to stop; both by who works."""

    progress: Callable[[float, str], object] = lambda *_: None
    check: Callable[[], object] = lambda: None

    def part(self, begin: float, end: float) -> Watch:
        """A watch whose 0…1 is `begin`…`end` of this one."""
        return Watch(lambda done, text: self.progress(begin + (end - begin) * done, text), self.check)
