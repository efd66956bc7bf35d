"""What the task panel is set to, turned into a request for the shown document."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imagetool.app.landing import Circumstances
from imagetool.core.compositing import Flattened
from imagetool.core.document import State
from imagetool.core.geometry import Size
from imagetool.core.hints import drawn, inside
from imagetool.jobs.errors import NoGuides
from imagetool.jobs.request import Request
from imagetool.plugin.model_entry import ModelEntry
from imagetool.plugin.models import Prompt
from imagetool.plugin.tasks import WORDS, Task
from imagetool.ui.panels.task_panel import KEEP_SIZE, Wish
from imagetool.ui.widgets.size_form import SizeForm


def request_of(wish: Wish, state: State, sizes: SizeForm) -> Request:
    """A request that has captured the state.

    Raises:
        BadSize: where the picture cannot become so large.
        NoGuides: where strokes are drawn in the mask and the model follows none.
    """
    model, params, seed = wish.model, wish.params, wish.seed
    task = model.entry.task
    if task is Task.GENERATE:
        return Request(model, params, seed, None, target=wish.size, count=wish.count)
    source = Flattened(state)
    if task is Task.UPSCALE:
        return Request(model, params, seed, source, target=sizes.target_of(state.size))
    if task is Task.SEGMENT:
        return Request(model, params, seed, source, prompt=Prompt(box=state.mask.content_rect()))
    hints = _hints_of(model.entry, state)
    return Request(model, params, seed, source, state.mask if task is Task.INPAINT else None, hints=hints)


def _hints_of(entry: ModelEntry, state: State) -> NDArray[np.uint8] | None:
    """What the user has drawn for a model, as a picture: all for one that colours, else what lies in the mask."""
    hints = state.hints if entry.task is Task.COLORIZE else ()
    if entry.task is Task.INPAINT:
        hints = inside(state.hints, state.mask)
        if hints and not entry.guides:
            raise NoGuides(entry.name)
    return drawn(hints, state.size) if hints else None


def circumstances_of(wish: Wish, state: State) -> Circumstances:
    """What the result needs to know later of how the job was begun."""
    limited = wish.model.entry.task in KEEP_SIZE and state.mask.tiles
    return Circumstances(state, wish.softness_px, wish.dpi, state.mask if limited else None)


def needs_painting(task: Task, state: State | None) -> bool:
    """Whether something has to be painted first."""
    return bool(WORDS[task].hint) and (state is None or not state.mask.tiles)


def generated_size(entry: ModelEntry) -> Size:
    """How large a new picture becomes: as large as the model likes it."""
    return Size(entry.tile.size, entry.tile.size)
