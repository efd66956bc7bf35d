"""What the chosen model will take, worked out on a thread: “≈ 12 s · 1.3 GB · CPU”."""

from __future__ import annotations

from collections.abc import Callable

from imagetool.core.compositing import Flattened
from imagetool.core.document import State
from imagetool.core.enlarged_size import BadSize
from imagetool.core.errors import ImagetoolError
from imagetool.jobs.forecast import result_pixels
from imagetool.jobs.measures import Measures
from imagetool.jobs.request import Request, Result
from imagetool.plugin.tasks import Task
from imagetool.ui.background import Background
from imagetool.ui.panels.task_panel import Wish
from imagetool.ui.widgets.size_form import SizeForm


class Forecasting:
    """Used by the window's thread; files and masks are looked at on another one."""

    def __init__(self, background: Background, measures: Measures) -> None:
        self._background, self._measures = background, measures
        self._asked: Request | None = None

    def expect(
        self,
        wish: Wish,
        state: State | None,
        sizes: SizeForm,
        device: str,
        where: str,
        show: Callable[[str], None],
    ) -> None:
        """Calls `show` with the line, soon, on the window's thread; not where something else was asked meanwhile.

        Args:
            wish: What the task panel is set to.
            state: Of the shown document; None for what begins with none.
            sizes: How large an enlarged picture becomes; where it cannot, nothing is shown.
            device: Its kind or id; “auto” for where the model ran last.
            where: The line's end, such as “CPU”, and all of it where the model has not run yet.
            show: Takes the line.
        """
        self.forget()
        try:
            request = _question(wish, state, sizes, device)
        except BadSize:
            return
        self._asked = request

        def answer(line: str) -> None:
            if self._asked is request:
                show(line)

        self._background.run(lambda: self._line(request, device, where), answer, _unmeasured)

    def forget(self) -> None:
        """What was asked last is not wanted any more."""
        self._asked = None

    def remember(self, request: Request, result: Result, learned: Callable[[], object] | None = None) -> None:
        """Learns from a job that is done; calls `learned` when other forecasts follow from it."""

        def answer(_: None) -> None:
            if learned:
                learned()

        self._background.run(
            lambda: self._measures.add(request, result.report, result_pixels(request)),
            answer,
            _unmeasured,
        )

    def _line(self, request: Request, device: str, where: str) -> str:
        return self._measures.forecast(request, result_pixels(request), device).line(where)


def _question(wish: Wish, state: State | None, sizes: SizeForm, device: str) -> Request:
    """As the request will be, without what is slow to find out."""
    model, task = wish.model, wish.model.entry.task
    if task is Task.GENERATE or state is None:
        return Request(model, wish.params, wish.seed, None, None, device, wish.size, count=wish.count)
    mask = state.mask if task is Task.INPAINT else None
    target = sizes.target_of(state.size) if task is Task.UPSCALE else None
    return Request(model, wish.params, wish.seed, Flattened(state), mask, device, target)


def _unmeasured(_: ImagetoolError) -> None:
    """Then nothing is said about the time."""
