"""New pictures to choose from: rounds of them on a page of their own, and what becomes of the chosen ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject

from imagetool.app.job import Job, Taker
from imagetool.app.keeping import Keeping, counted
from imagetool.app.landing import Circumstances
from imagetool.app.rounds import Board, Candidate, again, candidates_of, facts_of, pending, repeats, size_of
from imagetool.app.running import Running
from imagetool.app.wishes import request_of
from imagetool.core.document import Document
from imagetool.core.picture import Picture
from imagetool.jobs.request import Request
from imagetool.ui.background import Background
from imagetool.ui.candidates.page import CandidatesPage, Picked
from imagetool.ui.candidates.previews import preview_images
from imagetool.ui.main_window import MainWindow
from imagetool.ui.session import Session

_STOPPED = "Stopped. No new candidates were kept."


class Candidates(QObject):
    """One page, made when it is first wanted; its jobs belong to a document of its own that is never shown."""

    def __init__(
        self, window: MainWindow, background: Background, running: Running, add_session: Callable[[Session], None]
    ) -> None:
        super().__init__(window)
        self._window, self._running = window, running
        self.keeping = Keeping(window, background, add_session)
        self._page: CandidatesPage | None = None
        self._board = Board()
        self._former = Board()
        self.session = Session(Document(Picture.of(np.zeros((1, 1, 4), np.uint8)), name="Candidates"))
        self.session.preview_changed.connect(self._on_preview_changed)
        running.create_wanted.connect(self.create)
        running.queue.changed.connect(self._on_job_changed)
        window.area.current_changed.connect(self._on_current_changed)

    @property
    def page(self) -> CandidatesPage:
        """The page."""
        if self._page is None:
            page = self._page = CandidatesPage()
            page.keep_wanted.connect(self.keep)
            page.open_wanted.connect(self.open)
            page.save_wanted.connect(lambda: self.keeping.ask_folder(self.board.chosen))
            page.more_wanted.connect(self.more)
            page.round_wanted.connect(self.another_round)
            page.discard_wanted.connect(self.discard)
        return self._page

    @property
    def is_shown(self) -> bool:
        """Whether the page is what is seen."""
        return self._page is not None and self._window.area.page is self._page

    @property
    def board(self) -> Board:
        """What is on the page, with what is chosen there."""
        if self._page is None:
            return self._board
        picked = self._page.picked
        return replace(self._board, chosen_kept=picked.kept, chosen_new=picked.new)

    def create(self) -> None:
        """A round of what the task panel is set to."""
        task = self._window.task
        request = self._wanted()
        if repeats(request, self._board.asked):
            task.new_seed()
            request = self._wanted()
        self._begin(request)

    def another_round(self) -> None:
        """The last round with another seed."""
        if self._board.asked:
            self._begin(again(self._board.asked, self._new_seed()))

    def more(self) -> None:
        """Pictures that resemble the one that is looked at, which stays above them."""
        picked, board = self.page.looked_at, self.board
        (candidate,) = self._at(picked) or (None,)
        if candidate:
            kept = tuple(sorted({*board.chosen_kept, *picked.kept}))
            new = tuple(sorted({*board.chosen_new, *picked.new}))
            self.page.kept.choose(list(kept))
            self.page.new.choose(list(new))
            self._begin(candidate.more(self._new_seed()))

    def keep(self) -> None:
        """The chosen ones become layers of the open picture, or pictures where none is open."""
        self.keeping.as_layers(self._wanted_ones())

    def open(self) -> None:
        """Each of the chosen ones becomes a new picture, not saved yet."""
        self.keeping.as_pictures(self._wanted_ones())

    def escape(self) -> None:
        """Stops the round that is being made, else lets all candidates go."""
        if self._running.queue.current(self.session):
            self._running.cancel()
        else:
            self.discard()

    def discard(self) -> None:
        """Lets all candidates go; for a while they can be brought back."""
        job = self._running.queue.current(self.session)
        if job:
            self._running.queue.stop(job)
        board = self._former if job else self.board
        self._close()
        if board.count:
            answers = {"Bring back": lambda: self._show(board)}
            self._window.status.say(f"Discarded {_candidates(board.count)}.", answers=answers)

    def _wanted(self) -> Request:
        request = request_of(self._window.task.wish, self.session.state, self._window.task.size_form)
        return replace(request, device=self._running.devices.chosen)

    def _new_seed(self) -> int:
        self._window.task.new_seed()
        return self._window.task.wish.seed

    def _begin(self, request: Request) -> None:
        if self._running.queue.current(self.session):
            self._window.status.say("A round is under way. Stop it, or wait until it is done.")
            return
        self._window.task.failure.clear()
        self._former = self.board
        self._show(self._former.next_round(request))
        taker = Taker(lambda result: candidates_of(request, result), self._take, self._miss, _STOPPED)
        self._running.submit(self.session, request, Circumstances(self.session.state, 0.0, None), taker)

    def _take(self, made: tuple[Candidate, ...]) -> str:
        board, request = self.board, made[0].request
        if board.asked is not request:
            return "Discarded"
        place = self.page.new.place
        self._show(replace(board, new=made), come=False)
        if place >= 0:
            self.page.new.look_at(place)
        said = counted(len(made), "Created", f"in {made[0].result.report.seconds:.1f} s")
        return f"{said} · {size_of(request)} px"

    def _miss(self, _: str) -> None:
        """What was there before the round comes back."""
        if self._board.asked is None:  # discarded meanwhile
            return
        if self._former.count:
            self._show(self._former, come=False)
        else:
            self._close()

    def _show(self, board: Board, *, come: bool = True) -> None:
        self._board = board
        asked, page = board.asked, self.page
        if asked is None:
            return
        page.show_kept([it.cell for it in board.kept], list(board.chosen_kept))
        cells = [it.cell for it in board.new] or [pending(asked, place) for place in range(asked.count)]
        page.new.show_cells(cells, board.size, list(board.chosen_new))
        self._show_heading(not board.new, "")
        if come:
            self._window.area.show_page(page, "Candidates", self.discard)
            page.take_keyboard()

    def _show_heading(self, busy: bool, progress: str) -> None:
        asked = self._board.asked
        if asked:
            many = "1 candidate" if asked.count == 1 else f"{asked.count} candidates"
            heading = f"Creating {many}" if busy else many
            facts = " · ".join(part for part in (facts_of(asked), progress) if part)
            self.page.show_round(heading, facts, varies=asked.model.entry.variations, busy=busy)

    def _close(self) -> None:
        self._board = self._former = Board()
        if self._page:
            self._window.area.remove_page(self._page)
            self._page.show_kept([], [])
            self._page.new.show_cells([], self._board.size)

    def _at(self, picked: Picked) -> tuple[Candidate, ...]:
        return replace(self._board, chosen_kept=picked.kept, chosen_new=picked.new).chosen

    def _wanted_ones(self) -> tuple[Candidate, ...]:
        """What is chosen, else what is looked at."""
        return self.board.chosen or self._at(self.page.looked_at)

    def _on_job_changed(self, job: Job) -> None:
        if job.session is self.session and not self._board.new:
            self._show_heading(True, job.facts.progress if job.began else "waiting")

    def _on_preview_changed(self) -> None:
        preview, asked = self.session.preview, self._board.asked
        if preview is None or asked is None or self._board.new or self.session.previewed is None:
            return
        if self.session.previewed.job_id == asked.job_id:
            for place, image in enumerate(preview_images(preview.pixels, size_of(asked), asked.count)):
                self.page.change(place, pending(asked, place, image))

    def _on_current_changed(self, _: object) -> None:
        if self._page:
            last = self._window.area.last
            self._page.show_target(last.session.document.name if last else "")


def _candidates(count: int) -> str:
    return "1 candidate" if count == 1 else f"{count} candidates"
