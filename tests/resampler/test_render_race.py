"""Many renders of one sample at once, without an engine: they share the analyses on disk and nothing else."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import soundfile

from pychang.cache import cache_folder
from resampler.protocol import parse_arguments
from resampler.render import render_file
from tests.pychang.signals import vowel

RENDERS, PROCESSES, COLD_EVERY = 120, 4, 3


def render_one(source: str, output: str, cold: bool) -> bytes:
    """Render in a process of the pool; `cold`: others may be reading the analysis that is thrown away."""
    if cold:
        for kept in cache_folder().glob("*.npz"):
            with suppress(OSError):  # another was faster
                kept.unlink()
    remark = render_file(parse_arguments([source, output, "C4", "100", "", "0", "200", "50", "0"]))
    assert remark == ""
    return Path(output).read_bytes()


def test_120_parallel_renders_of_one_sample_are_equal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYCHANG_CACHE", str(tmp_path / "cache"))
    source = tmp_path / "a.wav"
    soundfile.write(source, vowel(220.0, seconds=0.4, breath_db=-25.0), 44100)
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        tasks = [
            pool.submit(render_one, str(source), str(tmp_path / f"{i}.wav"), i % COLD_EVERY == 0)
            for i in range(RENDERS)
        ]
        notes = [task.result() for task in tasks]
    assert len(set(notes)) == 1
    assert len(notes[0]) > 200 * 44.1 * 2
    assert len(list((tmp_path / "cache").iterdir())) <= 1  # and nothing half-written beside it
