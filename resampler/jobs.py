"""Notes to render, waiting in turn: bounded, each different one once, recordings kept together.

Several clients may wait for one job; a job for which nobody waits any more is dropped before it begins.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

MOST_WAITING = 128
"""Jobs that wait; whoever comes then is told to come again."""

MOST_HOMES = 1024
"""Recordings of which is remembered which worker has them."""


@dataclass(eq=False)
class Job:
    """One note (or analysis) and those who wait for it.

    `request` goes to the worker as it is; `answer` comes back as it is (None: not yet).
    """

    key: tuple[object, ...]
    source: str
    request: dict[str, Any]
    clients: int = 0
    begun: bool = False
    answer: dict[str, Any] | None = None
    done: threading.Event = field(default_factory=threading.Event)


class JobQueue:
    """Hands jobs to workers, which are known by number. Safe for any number of threads."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._most_waiting = most_waiting
        self._waiting: OrderedDict[tuple[object, ...], Job] = OrderedDict()
        self._running: dict[tuple[object, ...], Job] = {}
        self._homes: OrderedDict[str, int] = OrderedDict()
        self._ready: set[int] = set()  # workers that have nothing to do, or soon will have
        self._changed = threading.Condition()
        self._closed = False

    def enter(self, key: tuple[object, ...], source: str, request: dict[str, Any]) -> Job | None:
        """Return the job for a request, an equal one in flight if there is one; None: too many wait.

        Whoever enters must `leave`.
        """
        with self._changed:
            job = self._waiting.get(key) or self._running.get(key)
            if job is None:
                if self._closed or len(self._waiting) >= self._most_waiting:
                    return None
                job = self._waiting[key] = Job(key, source, request)
                self._changed.notify_all()
            job.clients += 1
            return job

    def leave(self, job: Job) -> None:
        """One client waits no more: it has the answer, or is gone."""
        with self._changed:
            job.clients -= 1
            if not job.clients and not job.begun:
                self._waiting.pop(job.key, None)

    def expect(self, worker: int) -> None:
        """Count on a worker whose process is being started: it will `take` in a moment."""
        with self._changed:
            self._ready.add(worker)

    def take(self, worker: int, warm: bool) -> Job | None:
        """Wait for a job for a worker and return it; None: the queue is closed and empty.

        `warm`: the worker's process runs. One that would have to be started first only comes in
        when there are more jobs than workers that have nothing to do.
        """
        with self._changed:
            if warm:
                self._ready.add(worker)
            else:
                self._ready.discard(worker)
                self._changed.notify_all()
            while not self._waiting or (not warm and len(self._waiting) <= len(self._ready)):
                if self._closed and not self._waiting:
                    return None
                self._changed.wait()
            self._ready.discard(worker)
            job = self._choose(worker)
            self._begin(job, worker)
            self._changed.notify_all()
            return job

    def finish(self, job: Job, answer: dict[str, Any]) -> None:
        """Give a job's answer to all who wait for it."""
        with self._changed:
            self._running.pop(job.key, None)
            job.answer = answer
        job.done.set()

    def ahead(self, job: Job) -> int:
        """Return how many jobs wait before this one."""
        with self._changed:
            return next((place for place, key in enumerate(self._waiting) if key == job.key), 0)

    def counts(self) -> tuple[int, int]:
        """Return how many jobs (wait, are being rendered)."""
        with self._changed:
            return len(self._waiting), len(self._running)

    def close(self) -> None:
        """Take nothing new; workers are let go when all is rendered."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _choose(self, worker: int) -> Job:
        """The oldest job whose recording this worker has or nobody has yet, else the oldest."""
        busy = {job.source for job in self._running.values()}
        for job in self._waiting.values():
            home = self._homes.get(job.source)
            if home == worker or (home is None and job.source not in busy):
                return job
        return next(iter(self._waiting.values()))

    def _begin(self, job: Job, worker: int) -> None:
        self._running[job.key] = self._waiting.pop(job.key)
        job.begun = True
        self._homes[job.source] = worker
        self._homes.move_to_end(job.source)
        if len(self._homes) > MOST_HOMES:
            self._homes.popitem(last=False)
