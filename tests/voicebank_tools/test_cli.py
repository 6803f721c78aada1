"""`vbtools`: exit codes and error lines, which scripts rely on."""

import subprocess
import sys
from importlib.metadata import version

import click
import pytest
from click.testing import CliRunner

from pychang import PychangError
from voicebank_tools import cli


def run_with(monkeypatch: pytest.MonkeyPatch, problem: BaseException | int) -> int:
    """Run a command `demo` that ends in the given way."""

    @click.command
    @click.pass_context
    def demo(ctx: click.Context) -> None:
        if isinstance(problem, int):
            ctx.exit(problem)
        raise problem

    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: demo)
    return cli.main(["demo"])


@pytest.mark.parametrize("arguments", [[], ["-h"], ["--help"]])
def test_help_lists_every_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 0
    text = capsys.readouterr().out
    assert all(f"\n  {name} " in text for name in cli.COMMANDS)


def test_every_command_says_what_it_does() -> None:
    for name in cli.COMMANDS:
        result = CliRunner().invoke(cli.vbtools, [name, "--help"])
        assert result.exit_code == 0
        assert result.output.startswith(f"Usage: vbtools {name}")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"vbtools, version {version('pychang')}\n"


@pytest.mark.parametrize("arguments", [["sinng"], ["--nothing"], ["demo", "--nothing"]])
def test_wrong_use_is_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 2
    assert "No such" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("problem", "code", "line"),
    [
        (PychangError("a.wav: too\nshort"), 2, "error: a.wav: too short\n"),
        (PermissionError(13, "Permission denied", "out.wav"), 2, "error: Permission denied: out.wav\n"),
        (OSError("disk gone"), 2, "error: disk gone\n"),
        (KeyboardInterrupt(), 130, "\nstopped\n"),
        (0, 0, ""),
        (1, 1, ""),
    ],
)
def test_endings(
    problem: BaseException | int,
    code: int,
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_with(monkeypatch, problem) == code
    assert capsys.readouterr() == ("", line)


def test_a_fault_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        run_with(monkeypatch, ZeroDivisionError())


def test_a_console_without_kana_prints_question_marks() -> None:
    code = "import sys; from voicebank_tools import cli; cli._make_console_forgiving(); print('か.wav')"
    done = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-c", code],
        env={"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert done.stdout.strip() == b"?.wav"


def test_the_module_runs_as_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "voicebank_tools", "--version"], capture_output=True, check=True
    )
    assert done.stdout.startswith(b"vbtools, version ")
