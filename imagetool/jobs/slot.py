"""One plugin's place in the runner: its worker, and the job that the worker has."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from imagetool.core.errors import ImagetoolError
from imagetool.core.geometry import Rect
from imagetool.jobs.attempts import Job
from imagetool.jobs.deaths import SUSPEND_DEATHS, SUSPEND_WINDOW_S, Deaths
from imagetool.jobs.errors import (
    JobError,
    KilledOutside,
    MemoryVerdict,
    ModelFailed,
    NotEnoughMemory,
    OutOfMemory,
    PluginSuspended,
    WorkerDied,
    WorkerNotStarted,
)
from imagetool.jobs.events import Cancelled, Event, Failed, Finished, Noted, Progressed, Started
from imagetool.jobs.ladder import KILLED, TOOK_TOO_MUCH, Shortage, tried
from imagetool.jobs.post import Post
from imagetool.jobs.queue import JobQueue
from imagetool.jobs.request import Request
from imagetool.jobs.running import Running
from imagetool.jobs.surroundings import Surroundings
from imagetool.jobs.worker import Worker
from imagetool.plugin.model_entry import PRECISIONS
from imagetool.wire import messages
from imagetool.wire.buffers import BufferPool
from imagetool.wire.text import plain, plain_lines

CANCEL_GRACE_S = 1.2  # ending a process and copying what is done take the rest of two seconds
START_PATIENCE_S = 60.0
_TEXT_LENGTH, _SENTENCE_LENGTH, _DETAILS_LENGTH = 200, 600, 50_000


@dataclass(eq=False, slots=True)
class Slot:
    """Used by the runner's thread alone; `listener` is called on it.

    Attributes:
        name: The plugin's, for people.
        pool: Where the pixels of its jobs lie.
        queue: The order of all jobs; the slot takes its own from it.
        listener: Hears of the jobs.
        idle_exit_s: A worker that has nothing to do for so long is ended.
        start: Starts a worker.
        around: The other slots.
    """

    name: str
    pool: BufferPool
    queue: JobQueue
    listener: Callable[[Event], None]
    idle_exit_s: float
    start: Callable[[Slot], Worker]
    around: Surroundings
    _post: Post = field(init=False)
    _job: Job | None = None
    _deaths: Deaths = field(default_factory=Deaths)
    _free_afterwards: bool = False

    def __post_init__(self) -> None:
        self._post = Post(lambda: self.start(self))

    @property
    def deadline(self) -> float | None:
        """When `tick` has something to do, in seconds of the monotonic clock."""
        if running := self._running:
            return running.kill_at
        if self._post.worker is None:
            return None
        return self._post.since + (START_PATIENCE_S if self._starting_for_a_job else self.idle_exit_s)

    @property
    def has_models(self) -> bool:
        """Whether its worker may hold a model in memory."""
        return bool(self._post.models)

    @property
    def _running(self) -> Running | None:
        return self._job.running if self._job else None

    @property
    def _starting_for_a_job(self) -> bool:
        return not self._post.ready and bool(self.queue.waiting(self))

    def submit(self, request: Request) -> None:
        """Queues a request and starts it where nothing else runs."""
        self.queue.add(Job(request, self))
        self._next()

    def warm_up(self) -> None:
        """Starts the worker where there is none."""
        if self._post.worker is None and not self._deaths.too_many:
            self._start_worker()

    def cancel(self, job: Job) -> None:
        """Drops a job that waits, or asks the worker to stop it; one of another slot is left alone."""
        if job.place is not self:
            return
        if job.running is None:
            self._end(job, Cancelled(job.job_id))
        elif job.running.kill_at is None:
            job.running.kill_at = time.monotonic() + CANCEL_GRACE_S
            self._post.send(messages.Cancel(job.job_id))

    def heed_hold(self, job: Job) -> None:
        """A job is held, or goes on; one of another slot is left alone."""
        if job is self._job:
            self._post.send(messages.Hold(job.job_id, job.held))
        elif job.place is self and not job.held:
            self._next()

    def look_at(self, job: Job, rect: Rect) -> None:
        """The user sees `rect` of a job's picture; it is remembered until the job has a worker."""
        if job.place is not self:
            return
        job.view = rect
        if job is self._job:
            self._send_view(job)

    def free_memory(self) -> None:
        """Unused pixels are given back at once, the worker's models once it has no job."""
        self.pool.trim()
        if self._job:
            self._free_afterwards = True
        else:
            self._post.forget_models()

    def tick(self, now: float) -> None:
        """Kills a worker that does not stop or does not start, ends one that has been idle for long."""
        if self._post.worker is None or self.deadline is None or now < self.deadline:
            return
        if self._job:
            self._post.empty()
            self._finish(self._job, Cancelled(self._job.job_id))
        elif self._starting_for_a_job:
            self.worker_ended(self._post.worker, f"It did not start within {START_PATIENCE_S:.0f} seconds.")
        else:
            self._post.empty()
            self.pool.trim()

    def hear(self, worker: Worker, message: Any) -> None:
        """Takes an answer; one of a former worker or of an unknown job is dropped."""
        if worker is not self._post.worker:
            return
        match message:
            case messages.Ready():
                self._post.ready = True
                self._next()
            case messages.Devices():
                self.around.hear_devices(message)
            case _ if self._job and message.job_id == self._job.job_id:
                self._answer(self._job, message)

    def worker_ended(self, worker: Worker, reason: str) -> None:
        """The worker is gone, wanted or not."""
        if worker is not self._post.worker:
            return
        job = self._job or next(iter(self.queue.waiting(self)), None)
        if (death := _death(reason)) and self._tries_again(Shortage(death=death)):
            return
        self._post.empty()
        self._deaths.add()
        if job is None:
            return
        error = WorkerDied(job.request.model.entry.name, reason, worker.log.text(), tried(job.attempts))
        if job is self._job:
            self._finish(job, Failed(job.job_id, error))
        else:  # it never became ready
            self._end(job, Failed(job.job_id, error))
            self._next()

    def close(self) -> None:
        """Ends the worker; every job that is left is cancelled, and the pool is closed."""
        self._post.empty()
        mine = [job for job in self.queue.jobs if job.place is self]
        self._job = None
        for job in mine:
            if job.running:
                job.running.release()
            self._end(job, Cancelled(job.job_id))
        self.pool.close()

    def _answer(self, job: Job, message: Any) -> None:
        job_id = job.job_id
        match message:
            case messages.Progress():
                done, text = min(1.0, max(0.0, message.done)), plain(message.text, _TEXT_LENGTH)
                self.listener(Progressed(job_id, done, text))
            case messages.Preview():
                self._preview(job, message)
            case messages.Note() if job.hears_note():
                self._note(job, plain(message.text, _SENTENCE_LENGTH), plain=message.plain)
                if job.running and message.precision in PRECISIONS:
                    job.running.computed_in(message.precision)
            case messages.Done() if job.running:
                stopped = job.running.kill_at is not None
                self._finish(job, Cancelled(job_id) if stopped else job.running.finished(message))
            case messages.Exhausted():
                self._hear_exhausted(job, message)
            case messages.Stopped():
                self._finish(job, Cancelled(job_id))
            case messages.Failed():
                sentence = plain(message.sentence, _SENTENCE_LENGTH)
                error = ModelFailed(sentence, plain_lines(message.details, _DETAILS_LENGTH))
                self._finish(job, Failed(job_id, error))

    def _preview(self, job: Job, message: messages.Preview) -> None:
        event = job.running.previewed(message) if job.running else None
        if event:
            self.listener(event)
        self._post.send(messages.PreviewTaken(job.job_id))

    def _note(self, job: Job, text: str, *, plain: bool) -> None:
        if plain:
            job.notes.append(text)
        self.listener(Noted(job.job_id, text, plain))

    def _hear_exhausted(self, job: Job, message: messages.Exhausted) -> None:
        device, precision = message.device.partition(":")[0], message.precision
        shortage = Shortage(device, precision)
        if not self._tries_again(shortage):
            details = plain_lines(message.details, _DETAILS_LENGTH)
            self._finish(job, Failed(job.job_id, NotEnoughMemory(tried(job.attempts), details)))

    def _tries_again(self, shortage: Shortage) -> bool:
        """Lets the job that runs wait for its next attempt; False where it has none, or is being stopped."""
        job = self._job
        if job is None or job.running is None or job.running.kill_at is not None:
            return False
        others = bool(self._post.models - {job.request.model.id}) or self.around.crowded(self)
        step = job.next_step(shortage, crowded=others)
        if step is None:
            return False
        if shortage.death:
            self._post.empty()
        self._leave(job)
        job.planned = step.attempt
        self._note(job, step.said, plain=True)
        if step.attempt.alone:
            self.around.make_room()
        self.queue.tell()
        self._next()
        return True

    def _next(self) -> None:
        """Gives the worker the first job that waits, and starts a worker where there is none."""
        while self._job is None and (waiting := self.queue.waiting(self)):
            if self._deaths.too_many:
                self._fail_waiting(PluginSuspended(self.name, SUSPEND_DEATHS, SUSPEND_WINDOW_S))
            elif self._post.worker is None:
                self._start_worker()
            elif self._post.ready:
                self._begin(waiting[0])
            else:
                return

    def _start_worker(self) -> None:
        try:
            self._post.fill()
        except OSError as error:
            self._fail_waiting(WorkerNotStarted(error.strerror or str(error)))
        except ImagetoolError as error:
            self._fail_waiting(JobError(str(error)))

    def _fail_waiting(self, error: JobError) -> None:
        for job in self.queue.waiting(self):
            self._end(job, Failed(job.job_id, error))

    def _begin(self, job: Job) -> None:
        if not job.attempts:
            self.listener(Started(job.job_id))
        try:
            running = Running.prepared(job.next_request, self.pool, job.request, self.around.equipment)
        except (ImagetoolError, MemoryError) as error:
            self._post.rest()
            self._end(job, Failed(job.job_id, _job_error(error)))
            return
        self._job = job
        job.begin(running)
        self.queue.tell()
        for note in running.notes:
            if note not in job.notes:  # as for the attempt before
                self._note(job, note, plain=True)
        self._send_run(job, running)

    def _send_run(self, job: Job, running: Running) -> None:
        self._post.models.add(job.request.model.id)
        if len(job.attempts) > 1:
            self._post.send(messages.Hold(job.job_id, False))  # it may have heard the contrary too late
        self._post.send(running.message())
        self._send_view(job)

    def _send_view(self, job: Job) -> None:
        if job.view:
            rect = messages.RectRef(job.view.left, job.view.top, job.view.right, job.view.bottom)
            self._post.send(messages.View(job.job_id, rect))

    def _finish(self, job: Job, event: Event) -> None:
        """Tells how a job ended and frees what it held; one that was cancelled ends so, whatever came of it."""
        if job.running and job.running.kill_at is not None:
            event = Cancelled(job.job_id, job.running.partial())
        elif isinstance(event, Finished):
            event = job.with_notes(event)
        self._end(job, event)  # giving large buffers back takes a moment, for which nobody need wait
        self._leave(job)
        self._next()

    def _leave(self, job: Job) -> None:
        """The worker has the job no longer."""
        running, job.running, self._job = job.running, None, None
        self._post.rest()
        if running:
            running.release()
        if self._free_afterwards:
            self._free_afterwards = False
            self.free_memory()

    def _end(self, job: Job, event: Event) -> None:
        self.listener(event)
        self.queue.remove(job)


def _death(reason: str) -> str:
    """How a worker died, where it may have been for its memory."""
    if isinstance(reason, MemoryVerdict):
        return TOOK_TOO_MUCH
    return KILLED if isinstance(reason, KilledOutside) else ""


def _job_error(error: ImagetoolError | MemoryError) -> JobError:
    if isinstance(error, JobError):
        return error
    return OutOfMemory() if isinstance(error, MemoryError) else JobError(str(error))
