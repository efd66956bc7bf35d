"""Work that the window must not wait for: done on a thread, answered on the window's own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from imagetool.core.errors import ImagetoolError

_THREADS = 2
Answer = TypeVar("Answer")


class Background(QObject):
    """Runs functions on a few threads. An ImagetoolError goes to `on_error`; any other is a bug and is raised."""

    _answered = Signal(object)

    def __init__(self, threads: int = _THREADS) -> None:
        super().__init__()
        self._closed = False
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="background")
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], Answer],
        on_done: Callable[[Answer], None],
        on_error: Callable[[ImagetoolError], None],
    ) -> None:
        """Calls `work` on a thread, then one of the others on the window's; nothing once it is closed."""
        if self._closed:  # by what is answered while the window closes
            return
        future = self._pool.submit(work)
        future.add_done_callback(lambda done: self._answered.emit((done, on_done, on_error)))

    def close(self) -> None:
        """Waits for what is under way."""
        self._closed = True
        self._pool.shutdown(wait=True)

    def _on_answered(self, answer: tuple[Future[Any], Callable[[Any], None], Callable[[Any], None]]) -> None:
        future, on_done, on_error = answer
        error = future.exception()
        if isinstance(error, ImagetoolError):
            on_error(error)
        elif error is not None:
            raise error
        else:
            on_done(future.result())
