import threading
import time

from resampler.jobs import Job, JobQueue


def enter(queue: JobQueue, name: str, source: str = "") -> Job:
    job = queue.enter((name,), source or name, {"name": name})
    assert job is not None
    return job


def take(queue: JobQueue, worker: int = 0, warm: bool = True) -> str:
    job = queue.take(worker, warm)
    assert job is not None
    return str(job.request["name"])


def test_first_come_first_served() -> None:
    queue = JobQueue()
    for name in "abc":
        enter(queue, name)
    assert [take(queue) for _ in range(3)] == ["a", "b", "c"]


def test_equal_requests_in_flight_are_one_job() -> None:
    queue = JobQueue()
    first, second = enter(queue, "a"), enter(queue, "a")
    assert first is second
    assert queue.counts() == (1, 0)
    job = queue.take(0, warm=True)
    assert job is first
    assert enter(queue, "a") is first  # also while it is rendered
    queue.finish(first, {"code": 0})
    assert first.done.is_set()
    assert first.answer == {"code": 0}
    assert enter(queue, "a") is not first


def test_too_many_are_turned_away() -> None:
    queue = JobQueue(most_waiting=2)
    enter(queue, "a")
    enter(queue, "b")
    assert queue.enter(("c",), "c", {}) is None
    assert enter(queue, "b").clients == 2  # an equal one costs nothing
    take(queue)
    assert queue.enter(("c",), "c", {}) is not None


def test_what_nobody_waits_for_is_dropped_before_it_begins() -> None:
    queue = JobQueue()
    job, begun = enter(queue, "a"), enter(queue, "b")
    enter(queue, "a")
    queue.leave(job)
    assert queue.counts() == (2, 0)
    queue.leave(job)
    assert queue.counts() == (1, 0)
    assert take(queue) == "b"
    queue.leave(begun)
    assert queue.counts() == (0, 1)


def test_a_worker_is_given_the_recordings_it_has() -> None:
    queue = JobQueue()
    for name, source in (("a1", "a"), ("b1", "b"), ("b2", "b"), ("a2", "a"), ("a3", "a")):
        enter(queue, name, source)
    assert [take(queue, 0), take(queue, 1)] == ["a1", "b1"]
    assert [take(queue, 0), take(queue, 1), take(queue, 0)] == ["a2", "b2", "a3"]


def test_a_worker_without_work_of_its_own_helps() -> None:
    queue = JobQueue()
    for name in ("a1", "a2", "a3"):
        enter(queue, name, "a")
    assert [take(queue, 0), take(queue, 1)] == ["a1", "a2"]


def test_a_recording_that_is_just_being_analysed_waits_for_its_worker_if_there_is_other_work() -> None:
    queue = JobQueue()
    for name, source in (("a1", "a"), ("a2", "a"), ("b1", "b")):
        enter(queue, name, source)
    assert [take(queue, 0), take(queue, 1)] == ["a1", "b1"]


def test_how_many_are_ahead() -> None:
    queue = JobQueue()
    jobs = [enter(queue, name) for name in "abc"]
    assert [queue.ahead(job) for job in jobs] == [0, 1, 2]
    take(queue)
    assert [queue.ahead(job) for job in jobs] == [0, 0, 1]


def test_a_closed_queue_is_emptied_and_lets_the_workers_go() -> None:
    queue = JobQueue()
    enter(queue, "a")
    queue.close()
    assert queue.enter(("b",), "b", {}) is None
    assert take(queue) == "a"
    assert queue.take(0, warm=True) is None
    assert queue.take(1, warm=False) is None


def test_a_worker_that_would_have_to_start_leaves_the_job_to_a_warm_one() -> None:
    queue = JobQueue()
    taken: list[int] = []

    def work(worker: int, warm: bool) -> None:
        while (job := queue.take(worker, warm)) is not None:
            taken.append(worker)
            time.sleep(0.05)
            queue.finish(job, {})

    threads = [threading.Thread(target=work, args=(1, False)), threading.Thread(target=work, args=(0, True))]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    alone = enter(queue, "alone")
    assert alone.done.wait(10)
    assert taken == [0]
    jobs = [enter(queue, name) for name in "abcdef"]
    assert all(job.done.wait(10) for job in jobs)
    assert set(taken) == {0, 1}
    queue.close()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def test_a_worker_that_is_being_started_is_counted_on() -> None:
    queue = JobQueue()
    queue.expect(0)
    enter(queue, "a")
    taken: list[str] = []
    helper = threading.Thread(target=lambda: taken.append(take(queue, 1, warm=False)))
    helper.start()
    time.sleep(0.1)
    assert taken == []
    assert take(queue, 0) == "a"
    enter(queue, "b")  # 0 is busy now
    helper.join(10)
    assert taken == ["b"]
