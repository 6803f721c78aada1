"""`kill -9` at random moments, engines and clients, while they start and while they work.

    python benchmarks/kill.py [BANK] [--engines 50] [--clients 200] [--seed N]

After every kill the notes asked for must come, byte for byte as a cold render makes them; at the end
one engine, no unfinished file and nothing that needs a person may be left. Linux only (/proc).
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from engine_bench import Bench, bench, note, voicebank

BATCH = 4
PITCHES = ("C4", "E4", "G4", "A3")


def main() -> int:
    """Kill and count; exit code 1 if a note was lost or wrong."""
    parser = argparse.ArgumentParser(description="Kill the resident engine and its clients, again and again.")
    parser.add_argument("bank", type=Path, nargs="?", help="voicebank folder")
    parser.add_argument("--engines", type=int, default=50, help="engines to kill")
    parser.add_argument("--clients", type=int, default=200, help="clients to kill")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with voicebank(options.bank) as bank, bench() as place:
        sources = place.recordings(bank, 8)
        wanted = references(place, sources)
        problems = kill_engines(place, sources, wanted, options.engines, chance)
        problems += kill_clients(place, sources, wanted, options.clients, chance)
        problems += look_around(place)
    print("\n".join(problems) or "every note came, whole and right; nothing is left behind")
    return int(bool(problems))


def references(place: Bench, sources: list[Path]) -> dict[tuple[str, str], bytes]:
    """Return what a cold render makes of each (recording, pitch)."""
    output, found = place.folder / "cold.wav", {}
    for source in sources:
        for pitch in PITCHES:
            place.run([sys.executable, "-m", "resampler", *note(source, output, pitch, 500)])
            found[str(source), pitch] = output.read_bytes()
    output.unlink()
    return found


def kill_engines(
    place: Bench, sources: list[Path], wanted: dict[tuple[str, str], bytes], count: int, chance: random.Random
) -> list[str]:
    """Ask for notes and kill every engine at a random moment, `count` times."""
    problems: list[str] = []
    killed, slowest_s = 0, 0.0
    while killed < count:
        requests = [request(place, sources, chance) for _ in range(BATCH)]
        began = time.perf_counter()
        clients = [start(place, words) for words in requests]
        time.sleep(chance.uniform(0.0, 0.5))
        killed += kill_all(processes(place, b"resampler.daemon"))
        if chance.random() < 0.3:
            kill_all(processes(place, b"resampler.worker"))
        problems += [problem for client, words in zip(clients, requests, strict=True)
                     for problem in judge(client, words, wanted)]  # fmt: skip
        slowest_s = max(slowest_s, time.perf_counter() - began)
    print(f"{killed} engines killed; slowest batch of {BATCH} notes {slowest_s:.2f} s")
    return problems


def kill_clients(
    place: Bench, sources: list[Path], wanted: dict[tuple[str, str], bytes], count: int, chance: random.Random
) -> list[str]:
    """Kill `count` clients at random moments, some while they start an engine; others ask in between."""
    problems: list[str] = []
    for number in range(count):
        if number % 20 == 0:
            place.stop()  # the next client starts an engine
        words = request(place, sources, chance)
        client = start(place, words)
        time.sleep(chance.uniform(0.0, 0.1))
        client.kill()
        client.communicate()
        if number % 4 == 0:
            words = request(place, sources, chance)
            problems += judge(start(place, words), words, wanted)
    print(f"{count} clients killed")
    return problems


def look_around(place: Bench) -> list[str]:
    """Return what a person would have to clear away."""
    time.sleep(1.0)
    problems = [f"left over: {path}" for path in place.folder.glob(".pychang-*")]
    engines = processes(place, b"resampler.daemon")
    if len(engines) > 1:
        problems.append(f"{len(engines)} engines")
    known = {"engine.lock", "launch.lock", "engine.sock", "engine.log", "engine.log.1"}
    problems += [f"left over: {path}" for path in Path(place.state).iterdir() if path.name not in known]
    return problems


def request(place: Bench, sources: list[Path], chance: random.Random) -> list[str]:
    """Return a random note with an output of its own."""
    output = place.folder / f"{chance.getrandbits(64):x}.wav"
    return note(chance.choice(sources), output, chance.choice(PITCHES), 500)


def start(place: Bench, words: list[str]) -> "subprocess.Popen[bytes]":
    """Start a client as a host does."""
    return subprocess.Popen(
        [*place.launcher, *words], cwd="/", env=place.environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def judge(
    client: "subprocess.Popen[bytes]", words: list[str], wanted: dict[tuple[str, str], bytes]
) -> list[str]:
    """Return what is wrong with a call that had to succeed."""
    out, errors = client.communicate(timeout=60)
    if client.returncode or out or errors:
        return [f"exit code {client.returncode}: {(out + errors).decode('utf-8', 'replace').strip()}"]
    path = Path(words[1])
    right = path.exists() and path.read_bytes() == wanted[words[0], words[2]]
    path.unlink(missing_ok=True)
    return [] if right else [f"wrong or missing note: {words}"]


def processes(place: Bench, module: bytes) -> list[int]:
    """Return the engine's processes that run a module."""
    mark, found = f"PYCHANG_RUNTIME={place.state}".encode(), []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if module in (folder / "cmdline").read_bytes() and mark in (
                folder / "environ"
            ).read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def kill_all(pids: list[int]) -> int:
    """Kill processes; returns how many were still there."""
    killed = 0
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        killed += 1
    return killed


if __name__ == "__main__":
    sys.exit(main())
