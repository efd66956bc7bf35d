"""“Find damage”: a model says how likely each pixel is damaged, and a slider how much of that becomes the mask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce

from PySide6.QtCore import QMetaObject, QObject, Signal

from imagetool.app.announcer import Announcer
from imagetool.app.job import Taker
from imagetool.app.landing import Circumstances
from imagetool.app.running import Running
from imagetool.catalog.catalog import Catalog, CatalogModel
from imagetool.core.compositing import Flattened
from imagetool.core.damage import Cut, default_cut, grown, likelihood, marked, masked_share
from imagetool.core.document import State
from imagetool.core.errors import ImagetoolError
from imagetool.core.geometry import Rect
from imagetool.core.tiles import TiledImage
from imagetool.jobs.request import Request, Result
from imagetool.plugin.parameters import Params
from imagetool.plugin.tasks import Task
from imagetool.ui.background import Background
from imagetool.ui.main_window import MainWindow
from imagetool.ui.restoring.damage_strip import DamageStrip, shown_share
from imagetool.ui.session import Session

NAME = "Find damage"
MODEL = "imagetool.damage/damage"

_UNDER_WAY = "Damage is being looked for already. Stop it, or wait until it is done."
_OTHER_SIZE = "The picture has another size now, so what was found does not fit. Find the damage again."


class NoDamageModel(ImagetoolError):
    """The model that finds damage is not among those that are there."""

    def __init__(self) -> None:
        self.model = MODEL
        super().__init__("No model that finds damage is there. Install imagetool again; it comes with one.")


def damage_model(catalog: Catalog) -> CatalogModel:
    """The model that tells how likely each pixel is damaged.

    Raises:
        NoDamageModel: where it is not there.
        WeightsMissing: where it cannot run.
    """
    for model in catalog.models_for(Task.SCORE):
        if model.id == MODEL:
            model.check_ready()
            return model
    raise NoDamageModel


def search_request(model: CatalogModel, state: State, device: str) -> Request:
    """Asks that model about the picture as it is seen."""
    return Request(model, Params.checked(model.entry.parameters, {}), 0, Flattened(state), device=device)


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """What was found: `plane` as it is and `grown_plane` grown, and the mask that a cut makes of it."""

    plane: TiledImage
    grown_plane: TiledImage
    cut: Cut
    mask: TiledImage
    share: float  # of the picture that is masked, from 0 to 1

    @classmethod
    def of(cls, result: Result, cut: Cut) -> Found:
        """A result of the model that finds damage; takes a while, so not for the window's thread."""
        plane = likelihood(result.pixels)
        return cls._cut(plane, grown(plane, cut.grow_px), cut, None)

    def recut(self, cut: Cut) -> Found:
        """Another mask of the same; quick where it grows by as much."""
        same = cut.grow_px == self.cut.grow_px
        return self._cut(self.plane, self.grown_plane if same else grown(self.plane, cut.grow_px), cut, self.mask)

    @classmethod
    def _cut(cls, plane: TiledImage, grown_plane: TiledImage, cut: Cut, last: TiledImage | None) -> Found:
        mask = marked(grown_plane, cut.sensitivity, last)
        return cls(plane, grown_plane, cut, mask, masked_share(mask))


@dataclass(eq=False, slots=True)
class _Search:
    """What was found in one document, as long as it can be cut otherwise.

    `shown` is the document's mask, and `former` the one before; `found` can be ahead of it while a slider moves.
    """

    session: Session
    key: str
    strip: DamageStrip
    found: Found
    former: TiledImage
    shown: TiledImage
    watched: QMetaObject.Connection | None = None
    busy: bool = False
    then: Callable[[], object] | None = None  # what is waited with until the mask is as the strip says


class DamageSearch(QObject):
    """At most one for each document; what is found is the document's mask at once, as one entry of its history."""

    restore_wanted = Signal(object)  # Session

    def __init__(
        self, window: MainWindow, background: Background, running: Running, catalog: Callable[[], Catalog]
    ) -> None:
        super().__init__(window)
        self._window, self._background, self._running = window, background, running
        self._catalog = catalog
        self._voice = Announcer(window)
        self._searches: dict[Session, _Search] = {}
        self._waiting: set[Session] = set()  # for the model's answer
        window.area.current_changed.connect(self._on_current_changed)

    def strip_of(self, session: Session) -> DamageStrip | None:
        """What asks how much is masked; None where nothing was found, or it is settled."""
        search = self._searches.get(session)
        return search.strip if search else None

    def ask(self, session: Session) -> None:
        """Looks for damage in the picture as it is seen."""
        if session in self._waiting:
            self._voice.say(session, _UNDER_WAY)
            return
        try:
            model = damage_model(self._catalog())
        except ImagetoolError as error:
            self._voice.say(session, str(error))
            return
        state = session.state
        request = search_request(model, state, self._running.devices.chosen)
        cut = default_cut(state.size)
        taker = Taker(
            look=lambda result: Found.of(result, cut),
            take=partial(self._take, session, request),
            miss=lambda _: self._waiting.discard(session),
            name=NAME,
        )
        self._waiting.add(session)
        self._running.submit(session, request, Circumstances(state, 0.0, None), taker)

    def discard(self, session: Session) -> bool:
        """The mask becomes what it was before; whether there was anything to discard."""
        search = self._searches.get(session)
        if search is None:
            return False
        self._end(search)
        history = session.document.history
        if history.entries[history.position].merge_key == search.key:
            session.undo()
        else:
            session.set_mask("Discard damage", search.former)
        return True

    def forget(self, session: Session) -> None:
        """A document is closed."""
        self._waiting.discard(session)
        if session in self._searches:
            self._end(self._searches[session])

    def _take(self, session: Session, request: Request, found: Found) -> str:
        self._waiting.discard(session)
        if found.mask.size != session.state.size:
            return _OTHER_SIZE
        if session in self._searches:
            self._end(self._searches[session])
        mask, strip = session.state.mask, DamageStrip(found.cut)
        search = self._searches[session] = _Search(session, request.job_id, strip, found, mask, mask)
        search.watched = session.state_changed.connect(lambda _: self._on_state_changed(search))
        strip.changed.connect(lambda: self._follow(search))
        strip.use_wanted.connect(lambda: self._settle(search, lambda: self._say_masked(search)))
        strip.restore_wanted.connect(lambda: self._settle(search, lambda: self.restore_wanted.emit(session)))
        strip.discard_wanted.connect(lambda: self.discard(session))
        self._put(search)
        self._on_current_changed(None)
        canvas = self._window.area.current
        if canvas and canvas.hasFocus() and strip.isVisible():
            strip.sensitivity.slider.setFocus()
        return f"Found damage in {shown_share(found.share)} of the picture" if found.share else "Found no damage"

    def _follow(self, search: _Search) -> None:
        """The mask goes after the sliders, one step at a time; what they have passed by is left out."""
        if search.busy or not self._is_current(search):
            return
        cut = search.strip.cut
        if cut != search.found.cut:
            search.busy = True
            self._background.run(
                lambda: search.found.recut(cut),
                lambda found: self._show(search, found),
                lambda error: self._voice.complain(search.session, str(error)),
            )
        elif not search.strip.moving:
            self._put(search)
            if search.then:
                self._end(search)
                search.then()

    def _show(self, search: _Search, found: Found) -> None:
        search.busy = False
        if self._is_current(search):
            changed = found.mask.changed_since(search.found.mask)
            search.found = found
            search.strip.show_share(found.share)
            if changed:
                search.session.show_live_mask(found.mask, reduce(Rect.union, changed))
            self._follow(search)

    def _put(self, search: _Search) -> None:
        """What is found becomes the document's mask."""
        session, mask = search.session, search.found.mask
        search.strip.show_share(search.found.share)
        if mask is search.shown or not (mask.tiles or search.shown.tiles):
            return
        search.shown = mask
        session.apply(NAME, session.state.with_mask(mask), search.key)

    def _settle(self, search: _Search, then: Callable[[], object]) -> None:
        """The mask stays as it is, once it is as the strip says; then something else is done."""
        search.then = then
        self._follow(search)

    def _say_masked(self, search: _Search) -> None:
        session = search.session
        answers = {"Restore…": partial(self.restore_wanted.emit, session)}
        self._voice.say(session, f"Masked {shown_share(search.found.share)} of the picture", answers=answers)

    def _end(self, search: _Search) -> None:
        """The strip goes; the mask stays."""
        del self._searches[search.session]
        if search.watched:
            search.session.state_changed.disconnect(search.watched)
        had_keyboard = search.strip.isAncestorOf(self._window.focusWidget())
        self._on_current_changed(None)
        search.strip.deleteLater()
        canvas = self._window.area.current
        if canvas and had_keyboard:
            canvas.setFocus()

    def _is_current(self, search: _Search) -> bool:
        return self._searches.get(search.session) is search

    def _on_state_changed(self, search: _Search) -> None:
        """Whoever has painted, filled or undone since has a mask of his own."""
        if search.session.state.mask is not search.shown:
            self._end(search)

    def _on_current_changed(self, _: object) -> None:
        canvas = self._window.area.current
        self._window.area.show_strip(self, self.strip_of(canvas.session) if canvas else None)
