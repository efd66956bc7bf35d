"""Files of weights, as a manifest names them and as a model is given them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """One file of weights in a manifest: its name, the SHA-256 of its bytes in hexadecimal, and their number."""

    file: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Weights:
    """The files of one model, by the names in its manifest; all of them are there and have the right bytes."""

    paths: Mapping[str, Path]

    @property
    def only(self) -> Path:
        """The file of a model that has exactly one."""
        (path,) = self.paths.values()
        return path
