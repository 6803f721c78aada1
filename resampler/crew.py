"""The engine's worker processes: started when there is work for them, replaced when they die.

Standard library only: whatever a recording does to numpy or libsndfile, it is not done to the engine.
"""

import os
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from glob import escape, glob
from types import MappingProxyType
from typing import IO, Any

from resampler.jobs import Job, JobQueue
from resampler.launch import module_command
from resampler.pipe import read_message, write_message

MOST_WORKERS = 3
"""Hosts ask for two notes at once by default; each worker needs some 120 MB at its largest."""

JOB_LIMIT_S = 120.0
"""A process that takes longer for one note hangs; its clients have long gone."""

RECYCLE_MB = 300.0
"""A process that once needed so much (a recording of many minutes) is replaced to give it back."""

ATTEMPTS = 3
"""Two deaths may be bad luck (no memory left, the wrong process killed), three are the note's doing."""

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
MEMORY_VARIABLES = MappingProxyType(
    {"MALLOC_MMAP_THRESHOLD_": "4000000", "MALLOC_TRIM_THRESHOLD_": "16000000"}
)
"""glibc gives large arrays back at once: measured, a worker then holds 68 MB after 60 recordings instead
of 118, and renders as fast."""

Say = Callable[[str], None]


class WorkerDied(Exception):
    """A worker process ended in the middle of something; says how."""


class WorkerHung(WorkerDied):
    """A worker process was ended because it gave no answer in time: the next one would not either."""


class Worker:
    """One worker process. Raises WorkerDied from the start on, whenever it ends unasked."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._last_words: deque[str] = deque(maxlen=1)
        self._process = subprocess.Popen(
            module_command("resampler.worker", standard_library=False),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, **dict.fromkeys(THREAD_VARIABLES, "1"), **MEMORY_VARIABLES},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )  # fmt: skip
        assert self._process.stderr is not None
        self._listener = threading.Thread(target=self._listen, args=(self._process.stderr,), daemon=True)
        try:
            self._listener.start()
        except RuntimeError as error:  # the system gives no more threads for now
            raise self._death(str(error)) from error
        self.cache_folder = str(self._receive(JOB_LIMIT_S).get("cache", ""))
        self.peak_mb = 0.0

    @property
    def process_id(self) -> int:
        return self._process.pid

    def ask(self, request: dict[str, Any], limit_s: float = JOB_LIMIT_S) -> dict[str, Any]:
        """Return the answer to one request."""
        assert self._process.stdin is not None
        try:
            write_message(self._process.stdin, request)
        except OSError as error:
            raise self._death() from error
        answer = self._receive(limit_s)
        self.peak_mb = max(self.peak_mb, float(answer.get("peak_mb", 0.0)))
        return answer

    def stop(self) -> None:
        """Let the process finish and end it."""
        assert self._process.stdin is not None
        with suppress(OSError):  # it may be gone already
            self._process.stdin.close()
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._how_it_ended()

    def _receive(self, limit_s: float) -> dict[str, Any]:
        assert self._process.stdout is not None
        rang = threading.Event()

        def ring() -> None:
            rang.set()
            self._process.kill()

        alarm = threading.Timer(limit_s, ring)
        alarm.daemon = True
        try:
            alarm.start()
        except RuntimeError as error:
            raise self._death(str(error)) from error
        try:
            answer = read_message(self._process.stdout)
        except (OSError, ValueError):
            answer = None
        finally:
            alarm.cancel()
        if answer is None:
            death = self._death()
            raise WorkerHung(f"no answer within {limit_s:g} s") if rang.is_set() else death
        return answer

    def _death(self, why: str = "") -> WorkerDied:
        self._process.kill()
        ended = self._how_it_ended()
        return WorkerDied(why or ended)

    def _how_it_ended(self) -> str:
        code = self._process.wait()
        if self._listener.is_alive():
            self._listener.join(1.0)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        ended = f"signal {-code}" if code < 0 else f"exit code {code}"
        return f"{ended}, {self._last_words[0]}" if self._last_words else ended

    def _listen(self, stream: IO[bytes]) -> None:
        while line := stream.readline(2000):
            text = line.decode("utf-8", "replace").rstrip()
            if text:
                self._last_words.append(text)
                self._say(f"worker {self._process.pid}: {text}")


class Crew:
    """Threads that take jobs and pass each to a worker process of their own."""

    def __init__(self, queue: JobQueue, say: Say, size: int | None = None) -> None:
        self._queue, self._say = queue, say
        self._size = size or min(_cores(), MOST_WORKERS)
        self._workers: dict[int, Worker] = {}
        self._threads: list[threading.Thread] = []
        self.rendered = self.failed = self.deaths = 0
        self.was_ready = False

    def start(self) -> None:
        """Start the threads; the first worker process is started at once, the others for their first job."""
        self._queue.expect(0)
        for number in range(self._size):
            thread = threading.Thread(target=self._serve, args=(number,), name=f"crew-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def join(self, timeout_s: float) -> None:
        """Wait until all jobs of the closed queue are rendered and the processes ended."""
        for thread in self._threads:
            thread.join(timeout_s)

    def processes(self) -> list[dict[str, float]]:
        """Return process id and largest memory (MB) of each worker process."""
        workers = list(self._workers.values())
        return [{"pid": worker.process_id, "peak_mb": round(worker.peak_mb, 1)} for worker in workers]

    def _serve(self, number: int) -> None:
        if number == 0:
            try:
                self._start(number)
            except (WorkerDied, OSError) as error:
                self._say(f"the first worker could not be started: {error}")
        while (job := self._queue.take(number, warm=number in self._workers)) is not None:
            answer = self._answer(number, job)
            self.rendered, self.failed = self.rendered + 1, self.failed + bool(answer.get("code"))
            self._queue.finish(job, answer)
            if number in self._workers and self._workers[number].peak_mb > RECYCLE_MB:
                self._workers.pop(number).stop()
        if number in self._workers:
            self._workers.pop(number).stop()

    def _start(self, number: int) -> Worker:
        worker = self._workers[number] = Worker(self._say)
        self.was_ready = True
        return worker

    def _answer(self, number: int, job: Job) -> dict[str, Any]:
        """Return what a worker says to a job; one that dies is given another chance in a new process, as
        long as somebody waits for it."""
        how = ""
        for _ in range(ATTEMPTS):
            try:
                worker = self._workers.get(number) or self._start(number)
                return worker.ask(job.request)
            except (WorkerDied, OSError) as error:
                how = str(error)
                self._clean_up_after(number, job, how)
                if isinstance(error, WorkerHung) or not job.clients:
                    break
        message = f"the process that rendered the note died ({how}); see `vbtools engine log`"
        return {"code": 1, "message": f"pychang-resampler: {message}"}

    def _clean_up_after(self, number: int, job: Job, how: str) -> None:
        self.deaths += 1
        worker = self._workers.pop(number, None)
        self._say(f"a worker died ({how}) at {job.request.get('argv')}")
        if worker is not None:
            outputs = job.request.get("argv", [])[1:2]
            for folder in (worker.cache_folder, *map(os.path.dirname, outputs)):
                remove_unfinished(folder, worker.process_id)


def remove_unfinished(folder: str, process_id: int) -> None:
    """Remove what a dead process left of a file it was writing (see `pychang.files.write_atomically`)."""
    pattern = os.path.join(escape(folder), f".pychang-{process_id:x}-*.tmp")
    for path in glob(pattern, include_hidden=True):
        with suppress(OSError):
            os.unlink(path)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
