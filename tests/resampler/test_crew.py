import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from resampler import crew
from resampler.crew import Crew, Worker, WorkerHung, remove_unfinished
from resampler.jobs import Job, JobQueue
from tests.resampler.engine_home import wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

FAKE = """
import os, sys, time
from resampler.pipe import read_message, write_message
questions, answers = sys.stdin.buffer, sys.stdout.buffer
write_message(answers, {"ready": os.getpid(), "cache": os.environ["PYCHANG_CACHE"]})
while (request := read_message(questions)) is not None:
    for word in request["argv"][0].split():
        if word == "sleep": time.sleep(0.3)
        if word == "hang": time.sleep(100)
        if word == "die": print("last words", file=sys.stderr, flush=True); os.kill(os.getpid(), 11)
        if word == "die-once" and not os.path.exists(request["argv"][1]):
            open(request["argv"][1], "w").close(); os._exit(3)
        if word == "rubbish": os.write(1, b"no message at all")
        if word == "large": write_message(answers, {"code": 0, "pid": os.getpid(), "peak_mb": 1e4}); break
    else:
        write_message(answers, {"code": 0, "pid": os.getpid(), "peak_mb": 30.0})
"""
"""A worker that does what its first argument says instead of rendering."""


class Place:
    """A crew of fake workers, its queue and its diary."""

    def __init__(self, size: int) -> None:
        self.said: list[str] = []
        self.queue = JobQueue()
        self.crew = Crew(self.queue, self.said.append, size)
        self.crew.start()
        self.number = 0

    def enter(self, what: str, output: str = "") -> Job:
        self.number += 1
        job = self.queue.enter((self.number,), what, {"argv": [what, output]})
        assert job is not None
        return job

    def answer(self, what: str, output: str = "") -> dict[str, Any]:
        job = self.enter(what, output)
        assert job.done.wait(30)
        assert job.answer is not None
        return job.answer


@pytest.fixture(autouse=True)
def fake_workers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "fake_worker.py"
    script.write_text(FAKE)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.setenv("PYCHANG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(crew, "module_command", lambda *_, **__: [sys.executable, str(script)])


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place(2)
    yield made
    made.queue.close()
    made.crew.join(10)
    assert made.crew.processes() == []


def test_one_process_is_enough_while_one_note_comes_at_a_time(place: Place) -> None:
    assert len({place.answer("")["pid"] for _ in range(5)}) == 1
    assert [process["peak_mb"] for process in place.crew.processes()] == [30.0]
    assert (place.crew.rendered, place.crew.failed, place.crew.deaths) == (5, 0, 0)


def test_several_notes_are_rendered_by_several_processes(place: Place) -> None:
    assert wait_until(lambda: place.crew.was_ready)
    jobs = [place.enter(f"sleep {number}") for number in range(4)]
    assert all(job.done.wait(30) for job in jobs)
    assert len({job.answer["pid"] for job in jobs if job.answer}) == 2


def test_a_note_that_kills_is_told_and_takes_no_other_along(place: Place) -> None:
    killer, other = place.enter("die"), place.enter("sleep")
    assert killer.done.wait(30)
    assert other.done.wait(30)
    assert other.answer is not None
    assert other.answer["code"] == 0
    assert killer.answer is not None
    assert killer.answer["code"] == 1
    assert f"died (signal {signal.SIGSEGV.value}, last words)" in killer.answer["message"]
    assert place.crew.deaths == crew.ATTEMPTS
    assert any("last words" in line for line in place.said)
    assert place.answer("")["code"] == 0


def test_a_process_that_dies_by_chance_costs_no_note(place: Place, tmp_path: Path) -> None:
    assert place.answer("die-once", str(tmp_path / "mark"))["code"] == 0
    assert place.crew.deaths == 1


def test_a_process_killed_while_it_has_nothing_to_do_is_replaced(place: Place) -> None:
    first = place.answer("")["pid"]
    os.kill(first, signal.SIGKILL)
    answer = place.answer("")
    assert answer["code"] == 0
    assert answer["pid"] != first


def test_a_process_that_talks_rubbish_is_replaced(place: Place) -> None:
    assert place.answer("rubbish")["code"] == 1
    assert place.answer("")["code"] == 0


def test_a_process_that_became_large_is_replaced(place: Place) -> None:
    first = place.answer("large")["pid"]
    assert place.answer("")["pid"] != first
    assert place.crew.deaths == 0


def test_what_a_dead_process_was_writing_is_removed(place: Place, tmp_path: Path) -> None:
    pid = int(place.answer("")["pid"])
    (tmp_path / "cache").mkdir()
    ours, others = tmp_path / f".pychang-{pid:x}-abc.tmp", tmp_path / f".pychang-{pid:x}0-abc.tmp"
    cached = tmp_path / "cache" / f".pychang-{pid:x}-abc.tmp"
    for path in (ours, others, cached):
        path.touch()
    os.kill(pid, signal.SIGKILL)
    place.answer("", str(tmp_path / "out.wav"))
    assert (ours.exists(), others.exists(), cached.exists()) == (False, True, False)


def test_removing_needs_nothing_to_be_there(tmp_path: Path) -> None:
    remove_unfinished(str(tmp_path / "[missing]"), 1)
    remove_unfinished("", 1)


def test_a_hanging_process_is_ended() -> None:
    worker = Worker(lambda _: None)
    with pytest.raises(WorkerHung, match=r"no answer within 0\.3 s"):
        worker.ask({"argv": ["hang"]}, limit_s=0.3)
    assert worker._process.returncode == -signal.SIGKILL


def test_a_note_that_hangs_is_not_tried_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Worker.ask, "__defaults__", (0.3,))
    answer = place.answer("hang")
    assert answer["code"] == 1
    assert "no answer within 0.3 s" in answer["message"]
    assert place.crew.deaths == 1


def test_a_note_nobody_waits_for_is_not_tried_again(place: Place) -> None:
    job = place.enter("sleep die")
    assert wait_until(lambda: job.begun)
    place.queue.leave(job)
    assert job.done.wait(30)
    assert place.crew.deaths == 1


@pytest.mark.parametrize("kind", [threading.Thread, threading.Timer])
def test_a_thread_that_cannot_be_started_is_a_death(
    kind: type[threading.Thread], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(1)
    assert place.answer("")["code"] == 0
    first = int(place.crew.processes()[0]["pid"])
    os.kill(first, signal.SIGKILL)
    start, refused = kind.start, []

    def refuse_once(thread: threading.Thread) -> None:
        if not refused and type(thread) is kind:
            refused.append(thread)
            raise RuntimeError("can't start new thread")
        start(thread)

    with monkeypatch.context() as patch:
        patch.setattr(kind, "start", refuse_once)
        assert place.answer("")["code"] == 0
    assert sum("can't start new thread" in line for line in place.said) == len(refused) == 1
    place.queue.close()
    place.crew.join(10)
    assert place.crew.processes() == []


def test_stopping_lets_a_process_finish() -> None:
    worker = Worker(lambda _: None)
    assert worker.ask({"argv": ["", ""]})["code"] == 0
    worker.stop()
    assert worker._process.returncode == 0


def test_workers_that_cannot_start_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [sys.executable, "-c", "raise ImportError('no numpy here')"]
    monkeypatch.setattr(crew, "module_command", lambda *_, **__: broken)
    place = Place(1)
    answer = place.answer("")
    assert answer["code"] == 1
    assert "no numpy here" in answer["message"]
    monkeypatch.setattr(crew, "module_command", lambda *_, **__: ["/no/such/python"])
    assert "No such file" in place.answer("")["message"]
    assert not place.crew.was_ready
    place.queue.close()
    place.crew.join(10)


def test_libraries_use_one_thread_in_a_worker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "env.py"
    script.write_text(
        "import os, sys\nfrom resampler.pipe import write_message\n"
        "write_message(sys.stdout.buffer, {'ready': 1})\nsys.stdin.buffer.read(10)\n"
        "write_message(sys.stdout.buffer, dict(os.environ))\n"
    )
    monkeypatch.setattr(crew, "module_command", lambda *_, **__: [sys.executable, str(script)])
    worker = Worker(lambda _: None)
    environment = worker.ask({"argv": []})
    assert {environment[name] for name in crew.THREAD_VARIABLES} == {"1"}
    worker.stop()


def test_threads_are_named_and_no_more_than_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_cores", lambda: 64)
    place = Place(0)
    names = {thread.name for thread in threading.enumerate()}
    assert {f"crew-{number}" for number in range(crew.MOST_WORKERS)} <= names
    assert f"crew-{crew.MOST_WORKERS}" not in names
    place.queue.close()
    place.crew.join(10)
