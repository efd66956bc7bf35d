"""How often a plugin's worker has died of late; one that dies too often is not started again."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

SUSPEND_DEATHS = 3
SUSPEND_WINDOW_S = 300.0


@dataclass(slots=True)
class Deaths:
    """Used by the runner's thread alone."""

    _times: list[float] = field(default_factory=list)

    def add(self) -> None:
        """One more, now."""
        self._times.append(time.monotonic())

    @property
    def too_many(self) -> bool:
        """Whether the plugin is suspended."""
        now = time.monotonic()
        self._times = [death for death in self._times if now - death < SUSPEND_WINDOW_S]
        return len(self._times) >= SUSPEND_DEATHS
