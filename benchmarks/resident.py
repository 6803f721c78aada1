"""How quick a note is through the program that a host starts: every figure the resident engine promises.

    python benchmarks/resident.py [BANK] [--peer PROGRAM]

BANK: a voicebank's folder; without one the demo bank is made. `--peer`: another resampler, timed on the
same requests in the same run. Times are medians in milliseconds, from the start of the process to its
end, with the finished file there. Exit code 1 if a promise is missed: run it on an idle machine.
"""

import argparse
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle
from pathlib import Path

from engine_bench import CLIENT, EMPTY, Bench, bench, median_ms, note, voicebank

from resampler import control, ipc
from resampler.state import make_folder

PITCHES = ("C4", "D4", "E4", "G4", "A4", "C5", "A3", "G3")


class Report:
    """Prints a figure beside its promise and remembers which were missed."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def at_most(self, name: str, value: float, promise: float, unit: str) -> None:
        self._row(name, value, f"at most {promise:g}", unit, value <= promise)

    def at_least(self, name: str, value: float, promise: float, unit: str) -> None:
        self._row(name, value, f"at least {promise:g}", unit, value >= promise)

    def plain(self, name: str, value: float, unit: str) -> None:
        self._row(name, value, "", unit, True)

    def _row(self, name: str, value: float, promise: str, unit: str, met: bool) -> None:
        print(f"{name:52s} {value:9.1f} {unit:8s} {promise:14s} {'' if met else 'MISSED'}", flush=True)
        if not met:
            self.missed.append(name)


def main() -> int:
    """Measure and print; exit code 1 if a promise is missed."""
    parser = argparse.ArgumentParser(description="Measure the resident engine.")
    parser.add_argument("bank", type=Path, nargs="?", help="voicebank folder")
    parser.add_argument("--peer", help="another resampler, for comparison")
    parser.add_argument("--times", type=int, default=40, help="repetitions of each single call")
    options = parser.parse_args()
    report = Report()
    with voicebank(options.bank) as bank:
        client_alone(report, options.times)
        single_notes(report, bank, options.times, options.peer)
        song(report, bank, options.peer)
        crowd(report, bank)
    print("every promise kept" if not report.missed else f"missed: {', '.join(report.missed)}")
    return int(bool(report.missed))


def client_alone(report: Report, times: int) -> None:
    """The client against an engine that answers at once, beside an empty Python."""
    with bench() as place:
        make_folder(place.state)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(f"{place.state}/{ipc.SOCKET_NAME}")
            listener.listen()
            threading.Thread(target=_answer_all, args=(listener,), daemon=True).start()
            arguments = note(Path("/a.wav"), Path(place.state) / ipc.SOCKET_NAME)
            empty, client, launcher = [], [], []
            for _ in range(times):  # in turns, so that a busy moment of the machine meets all
                empty.append(place.run(EMPTY))
                client.append(place.run([*CLIENT, *arguments]))
                launcher.append(place.run([*place.launcher, *arguments]))
            listener.shutdown(socket.SHUT_RDWR)
    base = median_ms(iter(empty).__next__, times)
    report.plain("python -I -S -c pass", base, "ms")
    report.at_most("client above it", median_ms(iter(client).__next__, times) - base, 25, "ms")
    report.at_most(
        "client through its launcher above it", median_ms(iter(launcher).__next__, times) - base, 25, "ms"
    )


def _answer_all(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            ipc.receive_message(connection, time.monotonic() + 10)
            ipc.send_message(connection, ipc.DONE)


def single_notes(report: Report, bank: Path, times: int, peer: str | None) -> None:
    """One note at a time: warm, long, and of a recording never seen."""
    with bench() as place:
        output = place.folder / "out.wav"
        (source,) = place.recordings(bank, 1, 1.5)
        cold_ms = 1000.0 * place.run([*place.launcher, *note(source, output)])
        report.plain("first note of all: engine and recording cold", cold_ms, "ms")
        fresh = iter(place.recordings(bank, times, 1.5))
        pitches = cycle(PITCHES)

        def sing(words: list[str], length_ms: int) -> float:
            return place.run([*words, *note(source, output, next(pitches), length_ms)])

        for length_ms, promise_ms in ((1000, 70), (4000, 150)):
            name = f"{length_ms // 1000} s note"
            took_ms = median_ms(partial(sing, place.launcher, length_ms), times)
            report.at_most(f"{name}, recording known", took_ms, promise_ms, "ms")
            if peer:
                took_ms = median_ms(partial(sing, [peer], length_ms), times)
                report.plain(f"{name}, peer", took_ms, "ms")
        first = median_ms(lambda: place.run([*place.launcher, *note(next(fresh), output)]), times)
        report.at_most("1 s note, first touch of a 1.5 s recording", first, 350, "ms")


def song(report: Report, bank: Path, peer: str | None) -> None:
    """300 notes over 100 recordings, two at a time, as OpenUtau does; then the engine's memory."""
    with bench() as place:
        sources = place.recordings(bank, 100)
        requests = [
            note(
                sources[(7 * number) % 100],
                place.folder / f"{number}.wav",
                PITCHES[number % 8],
                300 + 50 * (number % 9),
            )
            for number in range(300)
        ]
        report.at_least(
            "song, no analysis cached", notes_a_second(place, place.launcher, requests), 5, "notes/s"
        )
        report.at_least("song, warm", notes_a_second(place, place.launcher, requests), 8, "notes/s")
        rss_mb, pss_mb = memory_mb(place)
        report.at_most("engine's memory, all processes, largest", rss_mb, 400, "MB")
        report.plain("engine's memory, shared parts counted once, now", pss_mb, "MB")
        place.stop()
        report.at_least(
            "song, new engine, analyses on disk",
            notes_a_second(place, place.launcher, requests),
            8,
            "notes/s",
        )
        if peer:
            report.plain("peer: song", notes_a_second(place, [peer], requests), "notes/s")


def notes_a_second(place: Bench, words: list[str], requests: list[list[str]]) -> float:
    """Return how many of the requests are sung in a second, two at a time, as OpenUtau asks."""
    for request in requests:
        Path(request[1]).unlink(missing_ok=True)
    began = time.perf_counter()
    with ThreadPoolExecutor(2) as hands:
        list(hands.map(lambda request: place.run([*words, *request]), requests))
    took_s = time.perf_counter() - began
    assert all(Path(request[1]).stat().st_size > 44 for request in requests)
    return len(requests) / took_s


def memory_mb(place: Bench) -> tuple[float, float]:
    """Return (largest resident memory of all the engine's processes together, what they share counted
    once now) in megabytes; zeros where /proc does not tell."""
    status = control.engine_status(place.state)
    if status is None or not Path("/proc/self/smaps_rollup").exists():
        return 0.0, 0.0
    folders = [
        Path("/proc") / str(int(pid)) for pid in (status["pid"], *(one["pid"] for one in status["workers"]))
    ]
    largest = sum(_kilobytes(folder / "status", "VmHWM") for folder in folders)
    shared_once = sum(_kilobytes(folder / "smaps_rollup", "Pss") for folder in folders)
    return largest / 1024, shared_once / 1024


def _kilobytes(path: Path, name: str) -> int:
    lines = path.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def crowd(report: Report, bank: Path) -> None:
    """64 clients at once, no engine, nothing analysed."""
    with bench() as place, tempfile.TemporaryFile() as told:
        sources = place.recordings(bank, 16)
        outputs = [place.folder / f"{number}.wav" for number in range(64)]
        began = time.perf_counter()
        clients = [
            subprocess.Popen(
                [*place.launcher, *note(sources[number % 16], outputs[number], PITCHES[number // 8])],
                cwd="/", env=place.environment, stdin=subprocess.DEVNULL, stdout=told, stderr=told,
            )
            for number in range(64)
        ]  # fmt: skip
        codes = [client.wait() for client in clients]
        took_s = time.perf_counter() - began
        whole = sum(output.exists() for output in outputs)
        status = control.engine_status(place.state)
        report.at_most("64 clients at once, everything cold: the last", took_s, 50, "s")
        report.at_least(
            "64 clients: files there and exit code 0", whole if not any(codes) else 0, 64, "notes"
        )
        report.at_least(
            "64 clients: notes rendered by the one engine", status["rendered"] if status else 0, 64, "notes"
        )


if __name__ == "__main__":
    sys.exit(main())
