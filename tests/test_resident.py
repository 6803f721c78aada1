"""Clients and their engine as hosts meet them: many at once, killed at any moment, upgraded, watched by
other users, on full disks. Every test has an engine of its own and leaves none behind."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resampler import control, ipc, state
from tests.pychang.tiny_generator import NOTHING, write_model
from tests.resampler.engine_home import (
    CLIENT,
    ROOT,
    EngineHome,
    engine_home,
    finished,
    leftovers,
    wait_until,
)

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and users of POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")

STATE_FILES = {"engine.lock", "launch.lock", "engine.sock", "engine.log", "engine.log.1"}
PITCHES = ("C4", "D4", "E4", "F#4", "A3", "Bb3")


@pytest.fixture
def home() -> Iterator[EngineHome]:
    with engine_home() as made:
        yield made


def notes(home: EngineHome, count: int, recordings: int = 3) -> list[list[str]]:
    """Requests for different notes over a few recordings."""
    sources = [
        home.recording(f"か {number}.wav", f0_hz=150.0 + 40.0 * number) for number in range(recordings)
    ]
    return [
        home.arguments(sources[number % recordings], f"{number}.wav", PITCHES[number % len(PITCHES)])
        for number in range(count)
    ]


def references(home: EngineHome, requests: list[list[str]]) -> dict[tuple[str, ...], bytes]:
    """What a cold render makes of each different request, by (source, pitch)."""
    different = {(request[0], request[2]): request for request in requests}
    return {key: home.cold(request) for key, request in different.items()}


def assert_right(home: EngineHome, requests: list[list[str]]) -> None:
    wanted = references(home, requests)
    for request in requests:
        assert Path(request[1]).read_bytes() == wanted[request[0], request[2]], request[1]


@pytest.mark.parametrize("loopback", ["", "1"])
def test_64_clients_at_once_on_a_cold_machine(loopback: str) -> None:
    with engine_home(**({"PYCHANG_LOOPBACK": loopback} if loopback else {})) as home:
        requests = notes(home, 64)
        began = time.monotonic()
        clients = [home.start(request) for request in requests]
        engines: set[int] = set()
        while any(client.poll() is None for client in clients):
            engines.update(home.engines())
            time.sleep(0.05)
        assert time.monotonic() - began < 50
        assert [finished(client) for client in clients] == [(0, [])] * 64
        assert len(engines) == 1 or sys.platform != "linux"
        assert_right(home, requests)
        assert leftovers(home.work) == []


def test_the_same_note_many_times_at_once(home: EngineHome) -> None:
    (request,) = notes(home, 1)
    clients = [home.start(request) for _ in range(12)]
    assert all(finished(client) == (0, []) for client in clients)
    assert_right(home, [request])
    status = control.engine_status(home.state)
    assert status is not None
    assert status["rendered"] < 12


@linux
def test_an_engine_killed_at_any_moment_costs_no_note(home: EngineHome) -> None:
    chance = random.Random(1)
    requests = notes(home, 24)
    for number in range(8):
        batch = requests[3 * number : 3 * number + 3]
        clients = [home.start(request) for request in batch]
        time.sleep(chance.uniform(0.0, 0.4))  # before it is there, while it starts, while it works
        for pid in home.engines():
            os.kill(pid, signal.SIGKILL)
        assert [finished(client) for client in clients] == [(0, [])] * 3
    assert home.call(requests[0]) == (0, [])
    assert_right(home, requests)
    assert {path.name for path in Path(home.state).iterdir()} <= STATE_FILES
    assert wait_until(lambda: len(home.engines()) == 1)
    assert leftovers(home.work) == []


@linux
def test_workers_killed_at_any_moment_cost_no_note(home: EngineHome) -> None:
    chance = random.Random(2)
    requests = notes(home, 20)
    clients = [home.start(request) for request in requests]
    for _ in range(2):  # a third death would be held against the note it hits
        time.sleep(chance.uniform(0.2, 0.5))
        workers = (control.engine_status(home.state) or {"workers": []})["workers"]
        for worker in workers[:1]:
            os.kill(int(worker["pid"]), signal.SIGKILL)
    assert [finished(client) for client in clients] == [(0, [])] * 20
    assert_right(home, requests)
    assert leftovers(home.work) == []


@linux
def test_clients_killed_at_any_moment_do_no_harm(home: EngineHome) -> None:
    chance = random.Random(3)
    requests = notes(home, 20)
    for request in requests:  # among them those that are just starting the engine
        client = home.start(request)
        time.sleep(chance.uniform(0.0, 0.12))
        client.kill()
        client.communicate()
    last = notes(home, 1)[0]
    assert home.call(last) == (0, [])
    assert wait_until(lambda: (control.engine_status(home.state) or {"running": 1})["running"] == 0)
    whole = [request for request in [*requests, last] if Path(request[1]).exists()]
    assert_right(home, whole)
    assert leftovers(home.work) == []
    assert len(home.engines()) == 1
    assert {path.name for path in Path(home.state).iterdir()} <= STATE_FILES


@posix
def test_what_a_dead_engine_left_is_no_obstacle(home: EngineHome) -> None:
    (request,) = notes(home, 1)
    state.make_folder(home.state)
    folder = Path(home.state)
    for rubbish in (b"", b"1 1 " + b"ab" * 32 + b" 1\n", bytes(1000)):
        for name in (ipc.STATE_NAME, ipc.SOCKET_NAME, state.ENGINE_LOCK, state.LAUNCH_LOCK):
            (folder / name).unlink(missing_ok=True)
            (folder / name).write_bytes(rubbish)
        for loopback in ("", "1"):
            assert home.call(request, PYCHANG_LOOPBACK=loopback) == (0, [])
            pids = home.engines() if sys.platform == "linux" else [home.engine_pid()]
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
    assert_right(home, [request])


@posix
def test_a_state_folder_cleaned_away_is_no_obstacle(home: EngineHome) -> None:
    requests = notes(home, 2)
    assert home.call(requests[0]) == (0, [])
    shutil.rmtree(home.state)
    assert home.call(requests[1]) == (0, [])
    assert_right(home, requests)
    assert wait_until(lambda: sys.platform != "linux" or len(home.engines()) == 1)


def other_release(home: EngineHome, version: str) -> list[str]:
    """Another version of the program in another place; returns the words that start its client."""
    root = home.folder / f"release {version}"
    for package in ("resampler", "pychang"):
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    path = root / "resampler" / "state.py"
    text = path.read_text("utf-8")
    assert f'VERSION = "{state.VERSION}"' in text
    path.write_text(text.replace(f'VERSION = "{state.VERSION}"', f'VERSION = "{version}"'), "utf-8")
    return [*CLIENT[:-1], CLIENT[-1].replace(str(ROOT), str(root))]


def test_a_newer_client_replaces_the_engine_without_losing_a_note(home: EngineHome) -> None:
    newer = other_release(home, "99.0.0")
    requests = notes(home, 9)
    assert home.call(requests[0]) == (0, [])
    old = home.engine_pid()
    clients = [home.start(request) for request in requests[1:5]]
    done = [
        subprocess.run([*newer, *request], env=home.environment, cwd="/", capture_output=True)
        for request in requests[5:]
    ]
    assert [(call.returncode, call.stderr) for call in done] == [(0, b"")] * 4
    assert [finished(client) for client in clients] == [(0, [])] * 4
    assert_right(home, requests)
    status = control.engine_status(home.state)
    assert status is not None
    assert status["version"] == "99.0.0"
    assert wait_until(lambda: sys.platform != "linux" or old not in home.engines())
    assert home.call(requests[0]) == (0, [])  # an older client is served by the newer engine
    assert home.engine_pid() == status["pid"]


@linux
@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("loopback", ["", "1"])
def test_another_user_gets_nowhere(loopback: str) -> None:
    with engine_home(**({"PYCHANG_LOOPBACK": loopback} if loopback else {})) as home:
        (request,) = notes(home, 1)
        assert home.call(request) == (0, [])
        for folder in (home.folder, home.work):
            folder.chmod(0o755)
        code = f"""
import os, socket, sys
sys.path.insert(0, {str(ROOT)!r})
from resampler import ipc, state
import hashlib, _operator, encodings.idna
folder, loopback = {home.state!r}, {bool(loopback)}
port = int(open(folder + "/engine.port").read().split()[1]) if loopback else 0
os.setgroups([]); os.setgid(65534); os.setuid(65534)
def refused(action):
    try:
        action()
    except (OSError, ipc.NoEngine, state.StateError, ipc.Lost) as error:
        return type(error).__name__
    return "LET IN"
def speak(connection):
    connection.settimeout(5)
    ipc.prove_to_engine(connection, b"?" * 32)
print(refused(lambda: os.listdir(folder)))
print(refused(lambda: open(folder + "/engine.port")))
print(refused(lambda: open(folder + "/engine.log")))
print(refused(lambda: ipc.connect(folder)))
print(refused(lambda: state.make_folder(folder)))
print(refused(lambda: speak(socket.create_connection(("127.0.0.1", port))) if loopback
      else socket.socket(socket.AF_UNIX).connect(folder + "/engine.sock")))
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.stderr == ""
        kinds = done.stdout.split()
        assert len(kinds) == 6
        assert "LET" not in kinds
        assert home.call(request) == (0, [])


@linux
def test_another_user_s_process_is_refused_even_with_the_door_open(home: EngineHome) -> None:
    """Were the folder's mode ever wrong, the system still tells the engine who is there."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    (request,) = notes(home, 1)
    assert home.call(request) == (0, [])
    home.folder.chmod(0o777)
    Path(home.state).chmod(0o777)
    (Path(home.state) / ipc.SOCKET_NAME).chmod(0o777)
    code = f"""
import os, socket, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
connection = socket.socket(socket.AF_UNIX)
connection.settimeout(5)
connection.connect({home.state + "/engine.sock"!r})
message = b'{{"do": "status"}}'
try:
    connection.sendall(len(message).to_bytes(4, "big") + message)
    print(len(connection.recv(1000)))
except OSError:
    print(0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("0\n", "")


@posix
def test_a_full_disk_is_told_and_nothing_is_left(home: EngineHome) -> None:
    """The engine has the limit of the client that starts it: no file may grow beyond 500 bytes."""
    requests = notes(home, 2)
    code = "import resource, os, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500));"
    limited = [sys.executable, "-c", code + "os.execv(sys.argv[1], sys.argv[1:])", *CLIENT]
    done = subprocess.run([*limited, *requests[0]], env=home.environment, capture_output=True, text=True)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "the disk is full" in line
    assert "0.wav" in line
    assert not Path(requests[0][1]).exists()
    assert leftovers(home.folder) == []
    control.stop(home.state)
    assert home.call(requests[1]) == (0, [])
    assert_right(home, requests[1:])


@pytest.mark.parametrize("cache", ["a file", "/proc/no such cache"])
def test_a_cache_that_takes_nothing_only_costs_time(home: EngineHome, cache: str) -> None:
    if cache == "a file":
        blocked = home.folder / "c"
        blocked.touch()
        cache = str(blocked / "below")
    requests = notes(home, 3)
    for request in requests:
        assert home.call(request, PYCHANG_CACHE=cache) == (0, [])
    assert_right(home, requests)


def test_a_path_is_only_ever_opened_as_sound(home: EngineHome) -> None:
    """Whatever a path names is read as audio or told; nothing is run, and only the output is written."""
    script = home.work / "script.wav"
    script.write_text("#!/bin/sh\ntouch here\n")
    script.chmod(0o755)
    archive = home.work / "pickle.wav"
    archive.write_bytes(b"cos\nsystem\n(S'touch here'\ntR.")
    before = set(home.work.iterdir())
    for source in (script, archive, home.work, Path("/dev/zero"), Path("/dev/tty"), Path("/proc/self/mem")):
        if source.exists():
            code, lines = home.call(home.arguments(source, "out.wav"))
            assert (code, len(lines)) == (1, 1), source
    assert set(home.work.iterdir()) == before


@posix
def test_a_long_state_folder_is_reached_by_a_port(home: EngineHome) -> None:
    folder = home.folder / ("x" * 100) / "s"
    home.state = str(folder)
    home.environment["PYCHANG_RUNTIME"] = home.state
    requests = notes(home, 2)
    for request in requests:
        assert home.call(request) == (0, [])
    assert (folder / ipc.STATE_NAME).exists()
    assert not (folder / ipc.SOCKET_NAME).exists()
    assert_right(home, requests)


def test_a_deadline_is_kept_while_another_engine_starts_forever(home: EngineHome) -> None:
    """The launch lock is held by a client that hangs: others wait no longer than they may."""
    state.make_folder(home.state)
    lock = state.Lock(str(Path(home.state) / state.LAUNCH_LOCK))
    assert lock.acquire()
    (request,) = notes(home, 1)
    hurried = "import main_program; import resampler.client as c; c.DEADLINE_S = 1.0;"
    code = CLIENT[-1].replace("import main_program;", hurried)
    began = time.monotonic()
    done = subprocess.run(
        [*CLIENT[:-1], code, *request], env=home.environment, capture_output=True, text=True
    )
    assert time.monotonic() - began < 20
    lock.release()
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert not Path(request[1]).exists()


def test_one_engine_sings_both_ways_for_whoever_asks(home: EngineHome) -> None:
    """PYCHANG_ENGINE is the client's own word, not that of whoever started the engine."""
    louder = replace(NOTHING, by_scalars=np.full_like(NOTHING.by_scalars, 2.0))
    home.environment["PYCHANG_GENERATOR"] = str(write_model(home.work / "g.onnx", louder, default="fitted"))
    request = home.arguments(home.recording(), "out.wav")
    made = {}
    for engine in ("classic", "neural", "", "classic", "neural"):
        assert home.call(request, PYCHANG_ENGINE=engine) == (0, [])
        made.setdefault(engine, set()).add(Path(request[1]).read_bytes())
    assert [len(sung) for sung in made.values()] == [1, 1, 1]
    assert made[""] == made["classic"] != made["neural"]
    status = control.engine_status(home.state)
    assert status is not None
    assert status["rendered"] == 5


def test_a_damaged_generator_is_told_in_one_line_and_the_note_sung(home: EngineHome) -> None:
    path = write_model(home.work / "g.onnx")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    home.environment["PYCHANG_GENERATOR"] = str(path)
    request = home.arguments(home.recording(), "out.wav")
    code, lines = home.call(request, PYCHANG_ENGINE="neural")
    assert code == 0
    assert len(lines) == 1
    assert "sung by the classic engine" in lines[0]
    assert "damaged: its checksum is wrong; install it again" in lines[0]
    sung = Path(request[1]).read_bytes()
    assert home.call(request, PYCHANG_ENGINE="classic") == (0, [])
    assert Path(request[1]).read_bytes() == sung
