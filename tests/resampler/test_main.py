"""The program a host runs: exit codes, one line of stderr, whatever happens behind it."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from pychang import PychangError
from resampler.__main__ import MAX_MESSAGE_LETTERS, main
from resampler.protocol import RenderRequest

CALL = ["in.wav", "out.wav", "C4", "100", "g10"]
ROOT = Path(__file__).resolve().parents[2]

RenderFile = Callable[[RenderRequest, str], object]
UseRenderer = Callable[[RenderFile], None]


@pytest.fixture
def use_renderer(monkeypatch: pytest.MonkeyPatch) -> UseRenderer:
    """Put a function in the conductor's place."""

    def use(render_file: RenderFile) -> None:
        module = ModuleType("resampler.render")
        module.render_file = render_file  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "resampler.render", module)

    return use


def failing(error: BaseException) -> RenderFile:
    def render_file(_: RenderRequest, engine: str) -> None:
        raise error

    return render_file


@pytest.mark.parametrize("argv", [[], ["--help"], ["-h"]])
def test_help(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("usage: pychang-resampler SOURCE OUTPUT PITCH VELOCITY")
    assert captured.err == ""


@pytest.mark.parametrize("count", [1, 2, 3])
def test_too_few_arguments(count: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(CALL[:count]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert captured.err.startswith("usage:")


def test_a_good_call_is_silent(use_renderer: UseRenderer, capsys: pytest.CaptureFixture[str]) -> None:
    requests: list[RenderRequest] = []
    use_renderer(lambda request, _: requests.append(request))
    assert main(CALL) == 0
    assert [(r.source_path, r.output_path, r.tone_midi) for r in requests] == [
        (Path("in.wav"), Path("out.wav"), 60.0)
    ]
    assert capsys.readouterr() == ("", "")


def test_what_a_library_prints_is_no_line(
    use_renderer: UseRenderer, capfd: pytest.CaptureFixture[str]
) -> None:
    def render_file(_: RenderRequest, engine: str) -> str:
        os.write(2, b"[libmpg123] error: dequantization failed!\n")
        return "the recording is silent"

    use_renderer(render_file)
    assert main(CALL) == 0
    os.write(2, b"stderr is back\n")
    assert capfd.readouterr().err == "pychang-resampler: the recording is silent\nstderr is back\n"


@pytest.mark.parametrize("name", ["", "neural", "no such"])
def test_the_environment_names_the_engine(
    name: str, use_renderer: UseRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    use_renderer(lambda _, engine: asked.append(engine))
    monkeypatch.setenv("PYCHANG_ENGINE", name)
    assert main(CALL) == 0
    assert asked == [name]


def test_what_the_user_can_mend_is_one_line(
    use_renderer: UseRenderer, capsys: pytest.CaptureFixture[str]
) -> None:
    use_renderer(failing(PychangError("recording a\nb\u2028c.wav\tnot \x1b[31mfound\x07; check the path")))
    assert main(CALL) == 1
    assert capsys.readouterr().err == (
        "pychang-resampler: recording a b c.wav not ?[31mfound?; check the path\n"
    )


def test_a_bad_argument_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["in.wav", "out.wav", "X9", "100"]) == 1
    assert capsys.readouterr().err == (
        "pychang-resampler: pitch 'X9' is no note name; write it like C4, F#3 or Bb3\n"
    )


@pytest.mark.parametrize("error", [ZeroDivisionError("by\nzero"), MemoryError(), RecursionError("deep")])
def test_the_unexpected_is_one_line_with_its_place(
    use_renderer: UseRenderer, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    use_renderer(failing(error))
    assert main(CALL) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"pychang-resampler: unexpected {type(error).__name__}: ")
    assert "test_main.py:" in line


def test_long_messages_are_cut(use_renderer: UseRenderer, capsys: pytest.CaptureFixture[str]) -> None:
    use_renderer(failing(PychangError("x" * 100_000)))
    assert main(CALL) == 1
    assert len(capsys.readouterr().err) == MAX_MESSAGE_LETTERS + 1


def test_interruption_is_silent(use_renderer: UseRenderer, capsys: pytest.CaptureFixture[str]) -> None:
    use_renderer(failing(KeyboardInterrupt()))
    assert main(CALL) == 130
    assert capsys.readouterr().err == ""


def test_stderr_that_is_missing_closed_or_narrow(
    use_renderer: UseRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_renderer(failing(PychangError("recording あ\udc80.wav not found")))
    closed = io.StringIO()
    closed.close()
    raw = io.BytesIO()
    narrow = io.TextIOWrapper(raw, encoding="cp1252", errors="strict")
    for stream in (None, closed, narrow):
        monkeypatch.setattr(sys, "stderr", stream)
        assert main(CALL) == 1
    assert raw.getvalue().decode("cp1252").splitlines() == ["pychang-resampler: recording ??.wav not found"]


def test_help_and_bad_arguments_load_no_engine() -> None:
    code = (
        "import sys; from resampler.__main__ import main; main([]); main(['a', 'b', 'X', '1']);"
        "print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_the_program_starts_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "resampler", "a.wav"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
