import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resampler.launch import module_command
from resampler.pipe import read_message, write_message
from resampler.worker import answered, cache_name, peak_memory_mb
from tests.pychang.tiny_generator import NOTHING, write_model
from tests.resampler.engine_home import EngineHome, engine_home


@pytest.fixture
def home() -> Iterator[EngineHome]:
    with engine_home() as made:
        yield made


def answers(home: EngineHome, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a worker process says, from its start to the end of its stdin."""
    questions = io.BytesIO()
    for request in requests:
        write_message(questions, request)
    done = subprocess.run(
        module_command("resampler.worker", standard_library=False), input=questions.getvalue(),
        capture_output=True, env=home.environment, cwd="/",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    stream, found = io.BytesIO(done.stdout), []
    while (message := read_message(stream)) is not None:
        found.append(message)
    return found


def render(arguments: list[str], umask: int = 0o022, engine: str = "classic") -> dict[str, Any]:
    return {"do": "render", "argv": arguments, "umask": umask, "engine": engine}


def test_notes_good_and_bad_in_turn(home: EngineHome) -> None:
    good = home.arguments(home.recording("か.wav"), "ノート.wav")
    missing = home.arguments(home.work / "no.wav", "no out.wav")
    ready, first, second, third, fourth = answers(
        home, [render(good), render(missing), render(["a", "b", "X", "1"]), render(good)]
    )
    assert isinstance(ready["ready"], int)
    assert ready["cache"] == home.environment["PYCHANG_CACHE"]
    assert [answer["code"] for answer in (first, second, third, fourth)] == [0, 1, 1, 0]
    assert first["message"] == ""
    assert first["peak_mb"] > 10 or sys.platform == "win32"
    assert "no.wav not found" in second["message"]
    assert "no note name" in third["message"]
    assert (home.work / "ノート.wav").read_bytes() == home.cold(good)


def test_each_note_has_the_engine_it_asks_for(home: EngineHome) -> None:
    """Whatever the worker's own environment says: that is of the client who started the engine."""
    loud = replace(NOTHING, by_scalars=np.full_like(NOTHING.by_scalars, 2.0))
    home.environment["PYCHANG_GENERATOR"] = str(write_model(home.work / "g.onnx", loud, default="fitted"))
    home.environment["PYCHANG_ENGINE"] = "neural"
    source = home.recording()
    engines = ("classic", "neural", "", "neural", "vocoder")
    asked = [render(home.arguments(source, f"{i}.wav"), engine=name) for i, name in enumerate(engines)]
    said = [answer["message"] for answer in answers(home, asked)[1:]]
    assert said[:4] == [""] * 4
    assert "'vocoder': no such engine; write classic or neural" in said[4]
    classic, neural, default, again, unknown = ((home.work / f"{i}.wav").read_bytes() for i in range(5))
    assert classic != neural
    assert (default, again, unknown) == (classic, neural, classic)
    assert neural == home.cold(home.arguments(source, "x.wav"))  # there the variable counts


@pytest.mark.skipif(sys.platform == "win32", reason="umask of POSIX")
def test_the_file_is_the_one_the_caller_would_have_written(home: EngineHome) -> None:
    source = home.recording()
    wanted = {0o022: 0o644, 0o077: 0o600, 0o002: 0o664}
    answers(home, [render(home.arguments(source, f"{umask}.wav"), umask) for umask in wanted])
    found = {umask: (home.work / f"{umask}.wav").stat().st_mode & 0o777 for umask in wanted}
    assert found == wanted


def test_the_cache_is_trimmed(home: EngineHome) -> None:
    assert answers(home, [{"do": "trim"}])[1] == {"removed": 0}


def test_what_a_library_prints_is_no_answer(tmp_path: Path) -> None:
    code = (
        "import os\nfrom resampler import worker\nfrom resampler.pipe import read_message, write_message\n"
        "questions, answers = worker._private_streams()\n"
        "print('printed', flush=True)\nos.system('echo echoed')\n"
        "write_message(answers, read_message(questions))"
    )
    question = io.BytesIO()
    write_message(question, {"a": "b"})
    done = subprocess.run(
        [sys.executable, "-c", code], input=question.getvalue(), capture_output=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert read_message(io.BytesIO(done.stdout)) == {"a": "b"}
    assert done.stderr.split() == [b"printed", b"echoed"]


@pytest.mark.skipif(sys.platform == "win32", reason="getrusage")
def test_memory_is_told_in_megabytes() -> None:
    held = bytearray(os.urandom(1)) * (64 * 2**20)
    assert 64 < peak_memory_mb() < 100_000
    assert len(held)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows the folder without a home")
def test_without_a_home_the_worker_lives_and_notes_tell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def unknown(path: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("PYCHANG_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "expanduser", unknown)
    assert cache_name() == ""
    assert answered({"do": "trim"}, None) == {"removed": 0}
