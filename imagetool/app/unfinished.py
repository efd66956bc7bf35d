"""Offers to go on with jobs that an earlier imagetool was killed in the middle of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject

from imagetool.app.landing import Circumstances
from imagetool.app.recovery import when
from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.core.compositing import Flattened
from imagetool.core.document import Document
from imagetool.core.errors import ImagetoolError
from imagetool.core.files import PictureFileError, read_picture
from imagetool.core.picture import Picture, Pixels
from imagetool.jobs.journal import Journals, Unfinished
from imagetool.jobs.recipe import sha256_of
from imagetool.jobs.request import Request
from imagetool.plugin.tasks import WORDS
from imagetool.ui.background import Background
from imagetool.ui.main_window import MainWindow
from imagetool.ui.session import Session

Submit = Callable[[Session, Request, Circumstances], object]


@dataclass(frozen=True, eq=False, slots=True)
class _Found:
    """The picture of a job, and where it lies; nowhere, where the file holds something else by now."""

    picture: Picture
    path: Path | None


class UnfinishedJobs(QObject):
    """One bar over the canvas for each job; `show` is given the document, `submit` the job that goes on."""

    def __init__(
        self,
        window: MainWindow,
        background: Background,
        journals: Journals,
        show: Callable[[Session], object],
        submit: Submit,
    ) -> None:
        super().__init__(window)
        self._window, self._background, self._journals = window, background, journals
        self._show, self._submit = show, submit

    def offer(self, catalog: Catalog) -> None:
        """Looks for jobs on a thread and asks about each; what cannot go on any more is deleted, and said."""

        def ask(found: tuple[list[Unfinished], list[ImagetoolError]]) -> None:
            unfinished, problems = found
            for problem in problems:
                self._say(str(problem))
            for left in unfinished:
                self._ask(left, catalog)

        self._background.run(lambda: _looked(self._journals), ask, self._fail)

    def _ask(self, left: Unfinished, catalog: Catalog) -> None:
        try:
            model = left.model(catalog)
        except ImagetoolError as error:
            self._say(f"{_name(left)} was not finished when imagetool ended, and cannot go on. {error}")
            self._discard(left)
            return
        words, tiles = WORDS[left.task], f"{left.done} of {left.total} tiles"
        self._window.area.notices.show_notice(
            f"{_name(left)}: {words.verb} with {model.entry.name} was not finished when imagetool ended "
            f"({tiles}, {when(left.record.begun_at)}).",
            {"Continue": lambda: self._continue(left, model), "Discard": lambda: self._discard(left)},
        )

    def _continue(self, left: Unfinished, model: CatalogModel) -> None:
        """Opens the picture and runs the job on it, from where it stopped."""
        self._window.status.say(f"Opening {_name(left)}…")
        self._background.run(lambda: _picture(left), lambda found: self._run(left, model, found), self._fail)

    def _run(self, left: Unfinished, model: CatalogModel, found: _Found) -> None:
        self._window.status.clear()
        session = self._open_session(found.path)
        if session is None:
            session = Session(Document(found.picture, found.path, _name(left)))
            self._show(session)
        else:
            self._window.area.choose(session)
        state = session.document.original
        try:
            request = left.request(model, Flattened(state))
        except ImagetoolError as error:
            self._fail(error)
            return
        self._submit(session, request, Circumstances(state, 0.0, None))

    def _open_session(self, path: Path | None) -> Session | None:
        """The document of that file, if it is open and as it was opened."""
        for canvas in self._window.area.canvases:
            document = canvas.session.document
            if path and document.path == path and document.state is document.original:
                return canvas.session
        return None

    def _discard(self, left: Unfinished) -> None:
        self._background.run(left.discard, _nothing, self._fail)

    def _say(self, sentence: str) -> None:
        self._window.area.notices.show_notice(sentence, {})

    def _fail(self, error: ImagetoolError) -> None:
        self._say(str(error))


def _looked(journals: Journals) -> tuple[list[Unfinished], list[ImagetoolError]]:
    found, problems = journals.unfinished()
    return found, list(problems)


def _name(left: Unfinished) -> str:
    return left.record.picture.name if left.record.picture else "A picture without a file"


def _picture(left: Unfinished) -> _Found:
    """The file, if it still holds what the model was given; else those pixels. On any thread.

    Raises:
        JournalDamaged: where they are not whole.
    """
    path = left.record.picture
    if path:
        try:
            picture = read_picture(path)
        except (PictureFileError, OSError):
            picture = None  # moved or deleted meanwhile
        if picture and sha256_of(picture.pixels) == left.record.facts.source_sha256:
            return _Found(picture, path)
    pixels: Pixels = left.pixels()
    top = 255 if pixels.dtype.itemsize == 1 else 65535
    return _Found(Picture.of(pixels, has_alpha=bool((pixels[..., 3] < top).any())), None)


def _nothing(_: None) -> None:
    """There is nothing to say."""
