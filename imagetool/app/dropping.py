"""What is dropped on the window, or named when it is started: pictures are opened, plugins installed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject

from imagetool.app.opening import Opening
from imagetool.catalog.catalog import Catalog
from imagetool.core.files import SUFFIXES
from imagetool.jobs.install.packing import loaders_for
from imagetool.ui.main_window import MainWindow, local_files

_IN_A_PLUGIN = ("plugin.toml", "model_index.json")
_ARCHIVES = (".zip", ".whl")
_WEIGHTS = (".safetensors", ".pth", ".pt", ".ckpt", ".onnx")
"""Files that are no pictures even where no loader for them is there; then it is said."""


class Dropping(QObject):
    """Tells the two apart by names alone."""

    def __init__(
        self,
        window: MainWindow,
        opening: Opening,
        install: Callable[[str], object],
        catalog: Callable[[], Catalog],
    ) -> None:
        super().__init__(window)
        self._opening, self._install, self._catalog = opening, install, catalog
        window.dropped.connect(self.take)

    def take(self, data: QMimeData) -> None:
        """Takes what was dropped."""
        files = local_files(data)
        for path in files:
            self.open(path)
        if not files:
            self._opening.open_data(data)

    def open(self, path: Path) -> None:
        """Opens a picture, or installs what is none."""
        if is_plugin(path, self._catalog()):
            self._install(str(path.absolute()))
        else:
            self._opening.open(path)


def is_plugin(path: Path, catalog: Catalog) -> bool:
    """Whether a path looks like something to install."""
    suffix = path.suffix.lower()
    if path.is_dir():
        return any((path / name).is_file() for name in _IN_A_PLUGIN)
    if suffix in SUFFIXES:
        return False
    return suffix in _ARCHIVES + _WEIGHTS or bool(loaders_for(path, catalog))
