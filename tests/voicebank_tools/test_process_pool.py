"""Functions for other processes stand at module level of a module they can import."""

import math
import os
import signal
import subprocess
import sys
import time

import pytest

from voicebank_tools.process_pool import available_cores, each_apart, one_thread_pool


def test_results_come_back_with_their_items() -> None:
    assert dict(each_apart(math.factorial, [3, 4, 5], 2, "died")) == {3: 6, 4: 24, 5: 120}


def test_what_is_raised_is_told_and_what_kills_its_process_fails_alone() -> None:
    assert dict(each_apart(math.sqrt, [4.0, -1.0], 1, "died"))[-1.0].startswith("ValueError: ")  # type: ignore[union-attr]
    assert dict(each_apart(os._exit, [1], 1, "died")) == {1: "died"}


def test_processes_of_the_pool_use_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    with one_thread_pool(1) as pool:
        assert pool.submit(os.getenv, "OMP_NUM_THREADS").result() == "1"
    assert "OMP_NUM_THREADS" not in os.environ
    assert available_cores() >= 1


TWICE = """
import time
from contextlib import closing
from voicebank_tools.process_pool import each_apart

with closing(each_apart(time.sleep, [0.0, 600.0, 600.0, 600.0], 2, "died")) as results:
    for _ in results:
        print("begun", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is no signal that can be sent there")
def test_ctrl_c_pressed_again_waits_for_nothing() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", TWICE],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"begun\n"
            for _ in range(2):
                time.sleep(1.0)  # the second process may still be starting
                os.killpg(process.pid, signal.SIGINT)
            assert process.wait(60.0) != 0
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
