"""How a result that was made again relates to the first one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from imagetool.core.differences import Difference


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a result that was made again relates to the first one.

    Attributes:
        identical: Whether every bit of what the model made is the same.
        difference: Between the files; None where it is not known.
        unknown: Why it is not known.
        departures: What was done otherwise, in sentences.
    """

    identical: bool
    difference: Difference | None
    unknown: str
    departures: tuple[str, ...]

    def __str__(self) -> str:
        if self.identical:
            said = "identical"
        elif self.difference is None:
            said = f"differs; by how much is not known: {self.unknown}"
        elif self.difference.identical:
            said = "differs, by less than the files show"
        else:
            said = str(self.difference)
        return f"{said}. {' '.join(self.departures)}".strip() if self.departures else said

    def as_json(self) -> dict[str, Any]:
        """For the report."""
        found = self.difference
        return {
            "said": str(self),
            "identical": self.identical,
            "largest_difference": 0 if self.identical else found.largest if found else None,
            "of": found.top if found else None,
            "pixels_that_differ": 0 if self.identical else found.pixels if found else None,
            "unknown": self.unknown,
            "departures": list(self.departures),
        }
