"""Functions for other processes stand at module level of a module they can import."""

import math
import os

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
