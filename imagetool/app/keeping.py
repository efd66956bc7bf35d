"""What becomes of the candidates that were chosen: layers, new pictures, files."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from imagetool.app.announcer import Announcer
from imagetool.app.arrivals import Landed
from imagetool.app.effects import placed
from imagetool.app.landing import Circumstances
from imagetool.app.laying import Laid, Laying, Wanted
from imagetool.app.rounds import Candidate
from imagetool.core.document import Document
from imagetool.core.errors import ImagetoolError
from imagetool.core.files import SaveOptions, write_picture
from imagetool.plugin.tasks import WORDS
from imagetool.ui.background import Background
from imagetool.ui.main_window import MainWindow
from imagetool.ui.session import Session


class Keeping(QObject):
    """Each method does nothing where nothing is chosen."""

    landed = Signal(object)  # Landed

    def __init__(self, window: MainWindow, background: Background, add_session: Callable[[Session], None]) -> None:
        super().__init__(window)
        self._window, self._background, self._add_session = window, background, add_session
        self._laying = Laying(background, Announcer(window))

    def as_layers(self, chosen: tuple[Candidate, ...]) -> None:
        """Layers in the middle of the picture that was shown last; new pictures where none is open."""
        canvas = self._window.area.last
        if canvas is None:
            self.as_pictures(chosen)
            return
        if not chosen:
            return
        session = canvas.session

        def done(laid: Laid) -> None:
            self._window.area.choose(session)
            said = counted(len(chosen), "Kept", "as a layer" if len(chosen) == 1 else "as layers")
            self._window.status.say(said, offer_undo=True)
            self._tell(session, chosen, laid)

        pictures = [(_layer_name(candidate), candidate.pixels) for candidate in chosen]
        name = f"Keep {counted(len(chosen))}"
        self._laying.lay(Wanted(session, name, lambda seen: placed(pictures, seen), done))

    def as_pictures(self, chosen: tuple[Candidate, ...]) -> None:
        """New pictures, not saved yet."""
        for candidate in chosen:
            document = Document(candidate.picture, name=candidate.name)
            document.history.mark_unsaved()
            self._add_session(Session(document))
        if chosen:
            how = "as a new picture" if len(chosen) == 1 else "as new pictures"
            self._window.status.say(counted(len(chosen), "Opened", how))

    def ask_folder(self, chosen: tuple[Candidate, ...]) -> None:
        """Asks for a folder and writes files there."""
        name = QFileDialog.getExistingDirectory(self._window, "Save candidates", str(Path.home()))
        if name:
            self.as_files(chosen, Path(name))

    def as_files(self, chosen: tuple[Candidate, ...], folder: Path) -> None:
        """PNG files; none that is there is replaced."""

        def write() -> None:
            for candidate in chosen:
                write_picture(_free(folder, candidate.file_name), candidate.picture, SaveOptions())

        def done(_: None) -> None:
            self._window.status.say(counted(len(chosen), "Saved", f"in {folder.name}"))

        if chosen:
            self._background.run(write, done, self._complain)

    def _tell(self, session: Session, kept: tuple[Candidate, ...], laid: Laid) -> None:
        """What made the layers is remembered with them, round by round."""
        given = Circumstances(session.state, 0.0, None)
        pairs = zip(kept, laid.layer_ids, strict=True)
        for result, group in itertools.groupby(pairs, key=lambda pair: pair[0].result):
            of_round = list(group)
            ids = tuple(layer_id for _, layer_id in of_round)
            self.landed.emit(Landed(of_round[0][0].request, result, session, given, ids))

    def _complain(self, error: ImagetoolError) -> None:
        self._window.area.notices.show_notice(str(error), {})


def counted(count: int, verb: str = "", how: str = "") -> str:
    """So many pictures in words, with what was done to them and how."""
    pictures = "1 picture" if count == 1 else f"{count} pictures"
    return " ".join(word for word in (verb, pictures, how) if word)


def _layer_name(candidate: Candidate) -> str:
    return f"{WORDS[candidate.request.model.entry.task].verb} · {candidate.name}"


def _free(folder: Path, name: str) -> Path:
    """A file of that name that is not there yet."""
    numbers = itertools.count(2)
    path = folder / f"{name}.png"
    while path.exists():
        path = folder / f"{name} ({next(numbers)}).png"
    return path
