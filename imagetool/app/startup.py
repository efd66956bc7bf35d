"""The start in two steps: first a window with a coarse picture, then everything that works behind it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from PySide6.QtCore import QLoggingCategory, QObject, QProcess, Qt, Signal
from PySide6.QtWidgets import QApplication

from imagetool.app.main import SAFE_MODE
from imagetool.catalog.places import Places
from imagetool.ui.main_window import MainWindow
from imagetool.ui.settings import Settings
from imagetool.ui.theme import Theme

if TYPE_CHECKING:
    from imagetool.app.editor import Editor
    from imagetool.app.quick_look import QuickLook


class Startup(QObject):
    """Shows the window at once; the editor's modules are imported on a thread once it is on the screen."""

    _imported = Signal(object)  # Future[ModuleType]

    def __init__(self, paths: list[Path], *, safe_mode: bool = False) -> None:
        QLoggingCategory.setFilterRules("qt.gui.imageio*=false")  # the real reader says what is wrong with a file
        self._application = QApplication(sys.argv[:1])
        super().__init__()
        self._application.setApplicationName("imagetool")
        self._application.setDesktopFileName("imagetool")
        self._application.setQuitOnLastWindowClosed(False)
        self._paths, self._safe_mode = paths, safe_mode
        self._look: QuickLook | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="import")
        self.places = Places.find()
        self.settings = Settings(self.places.home)
        self.theme = Theme(self._application, self.settings.get("theme", "system"))
        self.window = MainWindow()
        self.editor: Editor | None = None
        self.window.appeared.connect(self._on_appeared)
        self.window.closing.connect(self._on_closed_early)
        self._imported.connect(self._on_imported, Qt.ConnectionType.QueuedConnection)

    def run(self, look: Callable[[], QuickLook | None] | None) -> int:
        """Shows the window and stays until it is closed; `look` gives the coarse picture of the first file."""
        self.window.restore_layout(self.settings.get("layout", ""))
        self._look = look() if look else None
        if self._look:
            self.window.area.loading.show_coarse(self._look.image, self._look.size)
            self.window.area.show_loading()
        self.window.show()
        status = self._application.exec()
        self._thread.shutdown()
        if self.editor and self.editor.restart_wanted:
            again = [argument for argument in sys.orig_argv[1:] if argument != SAFE_MODE]
            QProcess.startDetached(sys.executable, again)
        return status

    def _on_appeared(self) -> None:
        importing = self._thread.submit(importlib.import_module, "imagetool.app.editor")
        importing.add_done_callback(self._imported.emit)

    def _on_closed_early(self) -> None:
        self._imported.disconnect(self._on_imported)
        self._application.quit()

    def _on_imported(self, importing: Future[ModuleType]) -> None:
        module = importing.result()
        self.window.closing.disconnect(self._on_closed_early)
        self.editor = module.Editor(self.window, self.theme, self.settings, self.places, safe_mode=self._safe_mode)
        self.editor.ended.connect(self._application.quit)
        self.editor.open(self._paths, self._look)
