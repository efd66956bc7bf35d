"""Opening pictures: from files, from the clipboard, by dropping; read on a thread, coarse first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QObject
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QMenu

from imagetool.app.quick_look import QuickLook, quick_look
from imagetool.core.document import Document
from imagetool.core.errors import ImagetoolError
from imagetool.core.files import SUFFIXES, TruncatedPictureError, read_picture
from imagetool.core.picture import Picture
from imagetool.ui.background import Background
from imagetool.ui.main_window import MainWindow, local_files
from imagetool.ui.session import Session
from imagetool.ui.settings import Settings

_THUMBNAIL_PX = 320


class Opening(QObject):
    """Turns files into sessions; `on_opened` is given each."""

    def __init__(
        self,
        window: MainWindow,
        background: Background,
        settings: Settings,
        on_opened: Callable[[Session], None],
    ) -> None:
        super().__init__(window)
        self._window, self._background, self._settings = window, background, settings
        self._on_opened = on_opened
        self._reading: set[Path] = set()
        self._looks: dict[Path, QuickLook] = {}
        welcome = window.area.welcome
        welcome.open_wanted.connect(self.ask)
        welcome.paste_wanted.connect(self.paste)
        welcome.recent_wanted.connect(self.open)
        welcome.thumbnails_wanted.connect(self._make_thumbnails)

    def ask(self) -> None:
        """Lets the user choose files."""
        folder = self._settings.get("folder", "")
        patterns = " ".join(f"*{suffix}" for suffix in sorted(_readable()))
        chosen, _ = QFileDialog.getOpenFileNames(
            self._window,
            "Open pictures",
            folder,
            f"Pictures ({patterns});;All files (*)",
            options=QFileDialog.Option.HideNameFilterDetails,
        )
        for name in chosen:
            self._settings.set("folder", str(Path(name).parent))
            self.open(Path(name))

    def open(self, path: Path) -> None:
        """Opens a file, or shows it where it is open already."""
        path = path.absolute()
        for canvas in self._window.area.canvases:
            if _same_file(canvas.session.document.path, path):
                self._window.area.choose(canvas.session)
                return
        if path in self._reading:
            return
        self._background.run(lambda: quick_look(path), partial(self._show_coarse, path), _ignore)
        self.read(path, None)

    def read(self, path: Path, look: QuickLook | None) -> None:
        """Reads a file whose coarse picture is shown already, or not yet known."""
        self._reading.add(path)
        if look:
            self._show_coarse(path, look)
        self._window.status.say(f"Opening {path.name}…")
        self._background.run(
            lambda: read_picture(path),
            lambda picture: self._opened(path, picture),
            lambda error: self._failed(path, error),
        )

    def paste(self) -> None:
        """Opens what lies on the clipboard."""
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()  # None where it was cleared
        self.open_data(data or QMimeData())

    def open_data(self, data: QMimeData) -> None:
        """Opens dropped or pasted files, or a picture without a file."""
        files = local_files(data)
        for path in files:
            self.open(path)
        if not files and data.hasImage():
            image = QImage(data.imageData())
            self._background.run(lambda: _picture_of(image), self._pasted, self._not_pasted)
        elif not files:
            self._window.status.say("There is no picture on the clipboard. Copy one, then paste it here.")

    def fill_recent_menu(self, menu: QMenu) -> None:
        """Puts the files opened last into a menu that is about to be shown."""
        menu.clear()
        for path in self._settings.recent:
            action = menu.addAction(path.name.replace("&", "&&"))
            action.setToolTip(str(path))
            action.triggered.connect(partial(self._open_recent, path))
        if menu.isEmpty():
            menu.addAction("Nothing yet").setEnabled(False)

    def _open_recent(self, path: Path, _: bool = False) -> None:
        self.open(path)

    def show_recent(self) -> None:
        """Puts the files opened last on the welcome page."""
        self._window.area.welcome.show_recent(self._settings.recent)

    def _pasted(self, picture: Picture | None) -> None:
        if picture:
            self._on_opened(Session(Document(picture, None, "Pasted picture")))
        else:
            self._window.status.say("The picture on the clipboard cannot be read. Copy it once more.")

    def _not_pasted(self, error: ImagetoolError) -> None:
        self._window.area.notices.show_notice(str(error), {})

    def _show_coarse(self, path: Path, look: QuickLook | None) -> None:
        if look and path in self._reading:
            self._looks[path] = look
            self._window.area.loading.show_coarse(look.image, look.size)
            self._window.area.show_loading()

    def _opened(self, path: Path, picture: Picture) -> None:
        self._reading.discard(path)
        look = self._looks.pop(path, None)
        self._settings.add_recent(path)
        self._window.status.clear()
        self._on_opened(Session(Document(picture, path), look.image if look else None))

    def _failed(self, path: Path, error: ImagetoolError) -> None:
        self._reading.discard(path)
        self._looks.pop(path, None)
        self._window.area.end_loading()
        self._window.status.clear()
        answers: dict[str, Callable[[], object]] = {}
        if isinstance(error, TruncatedPictureError):
            answers["Open the readable part"] = lambda: self._read_partly(path)
        self._window.area.notices.show_notice(str(error), answers)

    def _read_partly(self, path: Path) -> None:
        self._reading.add(path)
        self._background.run(
            lambda: read_picture(path, partial=True),
            lambda picture: self._opened(path, picture),
            lambda error: self._failed(path, error),
        )

    def _make_thumbnails(self, paths: list[Path]) -> None:
        welcome = self._window.area.welcome
        for path in paths:

            def show(look: QuickLook | None, path: Path = path) -> None:
                if look:
                    welcome.show_thumbnail(path, look.image)

            self._background.run(lambda path=path: quick_look(path, _THUMBNAIL_PX), show, _ignore)  # type: ignore[misc]


def _ignore(error: object) -> None:
    """The real reader says what is wrong with the file."""


def _readable() -> set[str]:
    return {*SUFFIXES, ".bmp", ".gif", ".ppm", ".tga", ".avif"}


def _same_file(one: Path | None, other: Path) -> bool:
    return one is not None and (one == other or one.resolve() == other.resolve())


def _picture_of(image: QImage) -> Picture | None:
    """A picture with the pixels of a Qt image, eight bits deep; None where there are none. On any thread."""
    if image.isNull():
        return None
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    pixels = rows[:, : 4 * plain.width()].reshape(plain.height(), plain.width(), 4).copy()
    return Picture.of(pixels, has_alpha=image.hasAlphaChannel())
