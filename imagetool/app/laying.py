"""Lays results into a document outside its queue: prepared on a thread, again where it changes meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from imagetool.app.announcer import Announcer
from imagetool.app.landing import Landing, SizeChanged
from imagetool.core.document import State
from imagetool.core.errors import ImagetoolError
from imagetool.ui.background import Background
from imagetool.ui.session import Session


@dataclass(frozen=True, eq=False, slots=True)
class Laid:
    """What it was: `layer_ids` are the layers that came, `landing` is what is said of it."""

    landing: Landing
    layer_ids: tuple[int, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Wanted:
    """What is to be laid in, and who hears of it.

    Attributes:
        session: The document.
        name: Of the entry in its history.
        prepare: Makes the landing for a state, on a background thread.
        done: Called where the document has got the result.
        missed: Called where it has not; why is said already.
    """

    session: Session
    name: str
    prepare: Callable[[State], Landing]
    done: Callable[[Laid], None]
    missed: Callable[[], None] = lambda: None


class Laying:
    """Used by the window's thread; one entry of the history for each result."""

    def __init__(self, background: Background, voice: Announcer) -> None:
        self._background, self._voice = background, voice

    def lay(self, wanted: Wanted) -> None:
        """Lays it in, soon."""
        seen = wanted.session.state
        self._background.run(
            lambda: wanted.prepare(seen),
            lambda landing: self._lay_in(wanted, landing),
            lambda error: self._complain(wanted, error),
        )

    def _lay_in(self, wanted: Wanted, landing: Landing) -> None:
        before = wanted.session.state
        if not landing.fits(before):
            self.lay(wanted)
            return
        try:
            after = landing.apply(before)
        except SizeChanged as error:
            self._complain(wanted, error)
            return
        wanted.session.apply(wanted.name, after)
        known = {layer.id for layer in before.layers}
        wanted.done(Laid(landing, tuple(layer.id for layer in after.layers if layer.id not in known)))

    def _complain(self, wanted: Wanted, error: ImagetoolError) -> None:
        wanted.missed()
        self._voice.complain(wanted.session, str(error))
