"""Files of weights, as a manifest names them and as a model is given them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """One file of weights in a manifest.

    Attributes:
        file: Its path in the plugin's folder, with `/`; of a bundled plugin in the folder of its weights.
        sha256: Of its bytes, in hexadecimal.
        size: The number of its bytes.
        url: Where it is fetched from when the plugin is installed and does not bring it; or "".
        license: As an SPDX identifier, where it is not the plugin's.
    """

    file: str
    sha256: str
    size: int
    url: str = ""
    license: str = ""


@dataclass(frozen=True, slots=True)
class Weights:
    """The files of one model, by the names in its manifest; all of them are there and have the right bytes."""

    paths: Mapping[str, Path]

    @property
    def only(self) -> Path:
        """The file of a model that has exactly one."""
        (path,) = self.paths.values()
        return path
