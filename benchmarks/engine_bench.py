"""What the benchmarks of the resident engine share: an engine of their own, recordings, and clocks."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from pychang.audio import read_wav, write_wav
from pychang.units import SAMPLE_RATE_HZ
from resampler import control
from resampler.state import package_root
from voicebank_tools.demo_bank import write_demo_bank
from voicebank_tools.install import CLIENT_BOOT, Place, install_openutau

CLIENT = [sys.executable, "-I", "-S", "-c", CLIENT_BOOT, package_root()]
EMPTY = [sys.executable, "-I", "-S", "-c", "pass"]


class Bench:
    """A folder with an engine, a cache and a launcher of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.state = folder, str(folder / "s")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYCHANG_")}
        self.environment = {**kept, "PYCHANG_RUNTIME": self.state, "LANG": "ja_JP.utf8"}
        self.use_cache("c")
        place = Place(folder / "Resamplers")
        install_openutau(place)
        self.launcher = [str(place.launcher)]

    def use_cache(self, name: str) -> None:
        """Let engines and clients started from now on keep analyses in another folder."""
        self.environment["PYCHANG_CACHE"] = str(self.folder / name)

    def run(self, words: Sequence[str]) -> float:
        """Run a program to its end; returns the seconds it took. Ends the benchmark if it fails."""
        began = time.perf_counter()
        done = subprocess.run(
            words, cwd="/", env=self.environment, stdin=subprocess.DEVNULL, capture_output=True
        )
        took_s = time.perf_counter() - began
        if done.returncode or done.stderr:
            sys.exit(f"{words[0]} ended with {done.returncode}: {done.stderr.decode('utf-8', 'replace')}")
        return took_s

    def stop(self) -> None:
        """End the engine, if there is one."""
        control.stop(self.state)

    def recordings(self, bank: Path, count: int, seconds: float | None = None) -> list[Path]:
        """Return `count` different recordings: the bank's, and altered copies where it has too few.

        `seconds`: each cut, or repeated, to this length.
        """
        sources = sorted(bank.rglob("*.wav"))
        if not sources:
            sys.exit(f"no wav files in {bank}")
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        paths = []
        for number in range(count):
            wave = read_wav(sources[number % len(sources)])
            if seconds is not None:
                wave = np.resize(wave, int(seconds * SAMPLE_RATE_HZ))
            path = folder / f"{number}.wav"
            # The level tells copies apart: analyses are kept by content.
            write_wav(path, wave * np.float32(0.98 ** (1 + number // len(sources))))
            paths.append(path)
        return paths


@contextmanager
def bench() -> Iterator[Bench]:
    """Yield an engine's folder; afterwards no process and no file of it is left."""
    # A socket's path is a hundred bytes long at most.
    folder = Path(tempfile.mkdtemp(prefix="pc-"))
    made = Bench(folder)
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def voicebank(folder: Path | None) -> Iterator[Path]:
    """Yield the bank to use: the one given, or the demo bank made for the occasion."""
    if folder is not None:
        yield folder
        return
    with tempfile.TemporaryDirectory() as made:
        yield write_demo_bank(Path(made) / "demo")


def note(source: Path, output: Path, pitch: str = "C4", length_ms: int = 1000) -> list[str]:
    """Return a note's arguments as a host writes them: 0.4 s of the recording, a flat bend."""
    bend = f"AA#{length_ms // 5}#"
    return [
        str(source), str(output), pitch, "100", "", "100", str(length_ms), "60", "-400", "100", "0", "!120",
        bend,
    ]  # fmt: skip


def median_ms(action: Callable[[], float], times: int) -> float:
    """Return the median of what an action that tells its seconds takes, in milliseconds."""
    return 1000.0 * statistics.median(action() for _ in range(times))
