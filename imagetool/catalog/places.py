"""Where imagetool's own files lie, and where it may write."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

import imagetool

_PACKAGE = Path(imagetool.__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of this installation; `runtime` is what the worker must have on its path to find us."""

    runtime: Path
    bundled_plugins: Path
    bundled_weights: Path
    home: Path

    @classmethod
    def find(cls) -> Places:
        """A checkout keeps plugins and weights beside the package, an installed wheel inside it."""
        bundle = _PACKAGE / "_bundled"
        if not bundle.is_dir():
            bundle = _PACKAGE.parent
        moved = os.environ.get("IMAGETOOL_HOME")
        home = Path(moved) if moved else Path(platformdirs.user_data_dir("imagetool", appauthor=False))
        return cls(_PACKAGE.parent, bundle / "plugins", bundle / "weights", home.absolute())
