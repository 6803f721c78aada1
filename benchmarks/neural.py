"""How quick the neural engine is through the program that a host starts, and what it needs.

    python benchmarks/neural.py [BANK] [--generator FILE] [--times N]

BANK: a voicebank's folder; without one the demo bank is made. `--generator`: another than the shipped one.
Times are medians from the start of the client's process to its end, with the finished file there, beside
the classic engine's in turns. Exit code 1 if a promise is missed: run it on an idle machine.
"""

import argparse
import os
import statistics
import subprocess
import sys
from itertools import cycle
from pathlib import Path

from engine_bench import Bench, bench, note, voicebank
from resident import PITCHES, Report, memory_mb, notes_a_second

from pychang.choice import ENGINES, GENERATOR_VARIABLE, generator_path
from resampler import control
from resampler.state import ENGINE_VARIABLE

LOAD = (
    "import time, sys; import pychang.choice; began = time.perf_counter();"
    " pychang.choice.require_neural(); print(time.perf_counter() - began)"
)
"""Prints the seconds that loading ONNX Runtime and the generator takes in a fresh process."""


def main() -> int:
    """Measure and print; exit code 1 if a promise is missed."""
    parser = argparse.ArgumentParser(description="Measure the neural engine.")
    parser.add_argument("bank", type=Path, nargs="?", help="voicebank folder")
    parser.add_argument("--generator", type=Path, default=generator_path(), help="an ONNX file")
    parser.add_argument("--times", type=int, default=20, help="repetitions of each single call")
    options = parser.parse_args()
    report = Report()
    with voicebank(options.bank) as bank, bench() as place:
        place.environment[GENERATOR_VARIABLE] = str(options.generator.resolve())
        loading(report, place, options.times)
        notes(report, place, bank, options.times)
    print("every promise kept" if not report.missed else f"missed: {', '.join(report.missed)}")
    return int(bool(report.missed))


def loading(report: Report, place: Bench, times: int) -> None:
    """ONNX Runtime and the generator's file, in a fresh process each time."""
    words = [sys.executable, "-c", LOAD]
    told = [
        subprocess.run(words, env=place.environment, capture_output=True, text=True, check=True).stdout
        for _ in range(max(3, times // 4))
    ]
    report.at_most(
        "loading the runtime and the model", 1000 * statistics.median(map(float, told)), 1000, "ms"
    )


def notes(report: Report, place: Bench, bank: Path, times: int) -> None:
    """Notes of a known recording by both engines, then the memory of all the engine's processes."""
    output = place.folder / "out.wav"
    (source,) = place.recordings(bank, 1, 1.5)
    pitches = cycle(PITCHES)

    def sing(engine: str, length_ms: int, source: Path = source) -> float:
        place.environment[ENGINE_VARIABLE] = engine
        return place.run([*place.launcher, *note(source, output, next(pitches), length_ms)])

    report.plain("first note of all: engine, model, recording cold", 1000 * sing("neural", 1000), "ms")
    for length_ms, promise_ms in ((1000, 130), (4000, 500), (10_000, 1200)):
        took: dict[str, list[float]] = {engine: [] for engine in ENGINES}
        busy = dict.fromkeys(ENGINES, 0.0)
        for _ in range(times):
            for engine in ENGINES:
                before = processor_s(place)
                took[engine].append(1000 * sing(engine, length_ms))
                busy[engine] += 1000 * (processor_s(place) - before)
        for engine in ENGINES:
            report.plain(
                f"{length_ms // 1000} s note, {engine}, workers' processor time", busy[engine] / times, "ms"
            )
        report.plain(f"{length_ms // 1000} s note, classic", statistics.median(took["classic"]), "ms")
        report.at_most(
            f"{length_ms // 1000} s note, neural", statistics.median(took["neural"]), promise_ms, "ms"
        )
    fresh = [1000 * sing("neural", 1000, path) for path in place.recordings(bank, times, 1.5)]
    report.plain("1 s note, neural, first touch of a recording", statistics.median(fresh), "ms")
    requests = [
        note(path, place.folder / f"{number}.wav", next(pitches), 300 + 50 * (number % 9))
        for number, path in enumerate(place.recordings(bank, 25) * 4)
    ]
    report.plain(
        "song of 100 notes, two at a time, cold", notes_a_second(place, place.launcher, requests), "notes/s"
    )
    report.plain(
        "song of 100 notes, two at a time, warm", notes_a_second(place, place.launcher, requests), "notes/s"
    )
    largest_mb, now_mb = memory_mb(place)
    report.at_most("engine's memory, all processes, largest", largest_mb, 700, "MB")
    report.plain("engine's memory, shared parts counted once, now", now_mb, "MB")


def processor_s(place: Bench) -> float:
    """Return the processor time of all workers so far, in seconds: a busy machine does not lengthen it.

    0 where /proc does not tell.
    """
    status = control.engine_status(place.state)
    if status is None or not Path("/proc/self/stat").exists():
        return 0.0
    ticks = 0
    for worker in status["workers"]:
        fields = Path(f"/proc/{int(worker['pid'])}/stat").read_text("utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
