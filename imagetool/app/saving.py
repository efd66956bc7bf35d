"""Saving and exporting: flattened on a thread, written in one step, and asked for before anything gets lost."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox

from imagetool.core.compositing import composite
from imagetool.core.document import State
from imagetool.core.errors import ImagetoolError
from imagetool.core.files import SaveOptions, format_of, resized_picture, write_picture
from imagetool.core.picture import Picture
from imagetool.ui.background import Background
from imagetool.ui.export_dialog import ExportDialog
from imagetool.ui.main_window import MainWindow
from imagetool.ui.session import Session

_FILTERS = {
    "PNG": "PNG (*.png)",
    "JPEG": "JPEG (*.jpg *.jpeg)",
    "WebP": "WebP (*.webp)",
    "TIFF": "TIFF (*.tif *.tiff)",
}
_SUFFIX = {"PNG": ".png", "JPEG": ".jpg", "WebP": ".webp", "TIFF": ".tif"}


class Answer(Enum):
    """What shall become of unsaved changes."""

    SAVE = "save"
    DISCARD = "discard"
    CANCEL = "cancel"


class Saving(QObject):
    """Writes sessions to files."""

    def __init__(self, window: MainWindow, background: Background) -> None:
        super().__init__(window)
        self._window, self._background = window, background

    def save(self, session: Session, then: Callable[[], object] | None = None) -> None:
        """Writes to the document's own file; asks for one where there is none, or where it cannot be written."""
        path = session.document.path
        if path is None or format_of(path) is None:
            self.save_as(session, then)
        else:
            self.write(session, path, SaveOptions(), then)

    def save_as(self, session: Session, then: Callable[[], object] | None = None) -> None:
        """Asks for a file; the document lives there from now on."""
        path = self._ask_path(session, "Save as")
        if path:
            self.write(session, path, SaveOptions(), then, adopt=True)

    def export(self, session: Session) -> None:
        """Asks for format and quality and writes a copy; the document stays where it is."""
        dialog = ExportDialog(self._window)
        if not dialog.exec():
            return
        path = self._ask_path(session, "Export", dialog.format)
        if path:
            self.write(session, path, dialog.options, None, adopt=None)

    def write(
        self,
        session: Session,
        path: Path,
        options: SaveOptions,
        then: Callable[[], object] | None = None,
        *,
        adopt: bool | None = False,
    ) -> None:
        """Writes what the session shows now. `adopt` makes the file the document's own; None writes a copy."""
        state = session.state
        picture = session.document.picture

        def done(_: None) -> None:
            if adopt:
                session.document.path = path
            if adopt is not None:
                session.saved(state)
            self._window.status.say(f"{'Exported' if adopt is None else 'Saved'} {path.name}")
            if then:
                then()

        self._background.run(lambda: write_picture(path, flattened(picture, state), options), done, self._failed)

    def ask_to_save(self, session: Session, then: Callable[[], object]) -> None:
        """Calls `then` once the document may go, after asking where it is not saved."""
        match self.ask(session):
            case Answer.SAVE:
                self.save(session, then)
            case Answer.DISCARD:
                then()

    def ask(self, session: Session) -> Answer:
        """What shall become of a document's changes; nothing is asked where there are none."""
        if session.document.history.saved:
            return Answer.DISCARD
        box = QMessageBox(self._window)
        box.setWindowTitle("Unsaved changes")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"Save the changes to {session.document.name} before closing?")
        box.setInformativeText("They are lost otherwise.")
        save = box.addButton("Save", QMessageBox.ButtonRole.AcceptRole)
        discard = box.addButton("Discard", QMessageBox.ButtonRole.DestructiveRole)
        box.setEscapeButton(box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole))
        box.setDefaultButton(save)
        box.exec()
        clicked = box.clickedButton()
        box.deleteLater()
        if clicked is save:
            return Answer.SAVE
        return Answer.DISCARD if clicked is discard else Answer.CANCEL

    def _ask_path(self, session: Session, title: str, format_name: str | None = None) -> Path | None:
        document = session.document
        known = format_of(document.path) if document.path else None
        format_name = format_name or known or "PNG"
        folder = document.path.parent if document.path else Path.home()
        proposed = folder / (Path(document.name).stem + _SUFFIX[format_name])
        filters = [_FILTERS[format_name], *(text for name, text in _FILTERS.items() if name != format_name)]
        name, _ = QFileDialog.getSaveFileName(self._window, title, str(proposed), ";;".join(filters))
        if not name:
            return None
        path = Path(name)
        return path if path.suffix else path.with_suffix(_SUFFIX[format_name])

    def _failed(self, error: ImagetoolError) -> None:
        self._window.area.notices.show_notice(str(error), {})


def flattened(picture: Picture, state: State) -> Picture:
    """What the state shows, with the metadata of the picture it was made from."""
    pixels = composite(state, state.bounds)
    if state.size == picture.size and state.dpi is None:
        return picture.with_pixels(pixels)
    return resized_picture(picture, pixels, state.dpi)
