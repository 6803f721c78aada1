"""An engine of a test's own: a state folder with a short name, calls as a host makes them, and the
certainty that nothing is left running."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from resampler import control

ROOT = Path(__file__).resolve().parents[2]
RATE_HZ = 44100
BOOT = (
    f"import sys; sys.path.append({str(ROOT)!r}); from resampler.client import main_program; main_program()"
)
CLIENT = [sys.executable, "-I", "-S", "-c", BOOT]
"""The program as the launcher starts it."""


class EngineHome:
    """A state folder, and the environment in which its engine and clients run."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.work = folder / "w"
        self.work.mkdir()
        self.state = str(folder / "s")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYCHANG_")}
        self.environment = {
            **kept, "PYCHANG_RUNTIME": self.state, "PYCHANG_CACHE": str(folder / "c"),
            "PYCHANG_DATA": str(folder / "d"), "PYCHANG_IDLE_S": "120", **variables,
        }  # fmt: skip

    def recording(self, name: str = "a.wav", seconds: float = 0.3, f0_hz: float = 200.0) -> Path:
        """Write a buzz and return its path."""
        path = self.work / name
        time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
        buzz = sum(np.sin(2 * np.pi * f0_hz * k * time_s) / k for k in range(1, 15))
        soundfile.write(path, 0.2 * buzz, RATE_HZ, subtype="PCM_16")
        return path

    def arguments(self, source: Path, output: str, pitch: str = "C4", length_ms: int = 200) -> list[str]:
        """Return the thirteen arguments of a note."""
        return [
            str(source), str(self.work / output), pitch, "100", "", "0", str(length_ms), "30", "-250", "100",
            "0", "!120", "AA#20#",
        ]  # fmt: skip

    def start(self, arguments: list[str], **variables: str) -> "subprocess.Popen[bytes]":
        """Start a client, as a host does: its own handles piped, standing in the root folder."""
        return subprocess.Popen(
            [*CLIENT, *arguments], cwd="/", env={**self.environment, **variables},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def call(self, arguments: list[str], **variables: str) -> tuple[int, list[str]]:
        """Return (exit code, lines on stderr) of one call; nothing may be on stdout."""
        return finished(self.start(arguments, **variables))

    def cold(self, arguments: list[str]) -> bytes:
        """Return the note as a cold render writes it."""
        output = self.work / "cold reference.wav"
        subprocess.run(
            [sys.executable, "-m", "resampler", arguments[0], str(output), *arguments[2:]],
            cwd=ROOT, env=self.environment, check=True,
        )  # fmt: skip
        note = output.read_bytes()
        output.unlink()
        return note

    def engine_pid(self) -> int:
        status = control.engine_status(self.state)
        assert status is not None
        return int(status["pid"])

    def processes(self) -> list[int]:
        """Return the process ids of the engine, its workers and clients: all that know the folder."""
        mark = f"PYCHANG_RUNTIME={self.state}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                running = (folder / "stat").read_bytes().rpartition(b")")[2].split()[:1] != [b"Z"]
                if running and mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
        return [pid for pid in found if pid != os.getpid()]

    def engines(self) -> list[int]:
        """Return the process ids of the engines alone."""
        found = []
        for pid in self.processes():
            # A worker that is just being forked still has the engine's command line, but no session.
            with contextlib.suppress(OSError):
                if b"resampler.daemon" in command_line(pid) and os.getsid(pid) == pid:
                    found.append(pid)
        return found

    def close(self) -> None:
        """Stop the engine, by force if need be, and remove the folder."""
        with contextlib.suppress(Exception):
            control.stop(self.state)
        left = self.processes()
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not self.processes())
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def engine_home(here: pytest.MonkeyPatch | None = None, /, **variables: str) -> Iterator[EngineHome]:
    """Yield a home of an engine; `variables` go into its environment, and that into this process' if
    `here` is given."""
    # Not below pytest's folder: a socket's path is a hundred bytes long at most.
    home = EngineHome(Path(tempfile.mkdtemp(prefix="pc-")), **variables)
    if here is not None:
        for name, value in home.environment.items():
            here.setenv(name, value)
    try:
        yield home
    finally:
        home.close()


def finished(process: "subprocess.Popen[bytes]", timeout_s: float = 60.0) -> tuple[int, list[str]]:
    """Return (exit code, lines on stderr) of a client at its end."""
    out, errors = process.communicate(timeout=timeout_s)
    assert out == b""
    return process.returncode, errors.decode("utf-8").splitlines()


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def wait_until(true: Callable[[], bool], timeout_s: float = 30.0) -> bool:
    """Wait for a condition; returns whether it came."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.02)
    return true()


def leftovers(folder: Path) -> list[str]:
    """Return the names of unfinished files below a folder."""
    return [str(path) for path in folder.rglob("*.tmp")] + [str(path) for path in folder.rglob(".pychang-*")]
