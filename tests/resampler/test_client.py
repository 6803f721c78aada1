"""The program hosts run: what it sends, what it makes of answers, what it does without an engine."""

import io
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from resampler import client, ipc
from resampler.state import make_folder
from tests.resampler.engine_home import BOOT, CLIENT, ROOT, EngineHome, engine_home, wait_until

ALLOWED = {
    "os", "os.path", "posixpath", "ntpath", "genericpath", "stat", "_stat", "_collections_abc", "_socket",
    "_json", "_winapi", "winreg",
}  # fmt: skip
"""All that a client may load besides our own, and what an empty Python has loaded."""

posix = pytest.mark.skipif(sys.platform == "win32", reason="Unix sockets and modes")


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineHome]:
    with engine_home() as made:
        for name in ("PYCHANG_NO_ENGINE", "PYCHANG_LOOPBACK"):
            monkeypatch.delenv(name, raising=False)
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        yield made


def loaded(arguments: list[str], environment: dict[str, str]) -> set[str]:
    """Every module that one call has loaded."""
    code = BOOT.replace("main_program", "main").replace("main()", "main(sys.argv[1:])")
    code += "; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [*CLIENT[:-1], code, *arguments], env=environment, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_a_note_loads_almost_nothing(home: EngineHome) -> None:
    arguments = home.arguments(home.recording(), "out.wav")
    assert home.call(arguments) == (0, [])
    ours = {"resampler", "resampler.client", "resampler.ipc", "resampler.state"}
    show = [*CLIENT[:-2], "-c", "import sys; print('\\n'.join(sys.modules))"]
    empty = set(subprocess.run(show, capture_output=True, text=True, check=True).stdout.split())
    modules = loaded(arguments, home.environment)
    assert ours <= modules
    assert modules - ours - empty <= ALLOWED


def test_even_starting_the_engine_needs_the_standard_library_alone(home: EngineHome) -> None:
    modules = loaded(home.arguments(home.recording(), "out.wav"), home.environment)
    assert "resampler.launch" in modules
    foreign = {name.split(".")[0] for name in modules} - set(sys.stdlib_module_names) - {"__main__"}
    assert foreign == {"resampler"}


@pytest.mark.parametrize(("arguments", "code", "where"), [
    ([], 0, "out"), (["--help"], 0, "out"), (["-h", "b", "c", "d"], 0, "out"), (["a", "b", "C4"], 2, "err"),
])  # fmt: skip
def test_usage_as_without_an_engine(home: EngineHome, arguments: list[str], code: int, where: str) -> None:
    done = subprocess.run([*CLIENT, *arguments], env=home.environment, capture_output=True, text=True)
    assert done.returncode == code
    assert (done.stdout if where == "out" else done.stderr).startswith("usage: pychang-resampler SOURCE")
    assert (done.stderr if where == "out" else done.stdout) == ""
    assert home.processes() == []


def test_paths_are_made_absolute_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    here = str(tmp_path)
    rest = ["C4", "100", "g10", "-8.0"]
    assert client.absolute_arguments(["か.wav", "sub/out.wav", *rest]) == [
        f"{here}{os.sep}か.wav", f"{here}{os.sep}sub/out.wav".replace("/", os.sep), *rest,
    ]  # fmt: skip
    for analysis in ("nul", "NUL", " nul ", "/dev/null"):
        assert client.absolute_arguments(["a", analysis, *rest])[1] == analysis
    absolute = os.path.join(here, "x.wav")  # noqa: PTH118
    assert client.absolute_arguments([absolute, absolute, *rest])[:2] == [absolute, absolute]
    assert client.absolute_arguments(["", "", *rest])[:2] == ["", ""]


@posix
def test_a_path_is_not_shortened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`link/../a.wav` lies beside what the link leads to."""
    monkeypatch.chdir(tmp_path)
    assert client.absolute_arguments(["link/../a.wav", "nul", "C4", "100"])[0] == f"{tmp_path}/link/../a.wav"


@posix
def test_names_are_sent_as_their_bytes_whatever_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "latin-1")
    monkeypatch.setattr(os, "fsencode", lambda text: text.encode("latin-1"))
    spelled = "か".encode().decode("latin-1")
    assert client.absolute_arguments([f"/{spelled}.wav", "nul", "C4", "100"])[0] == "/か.wav"


def test_a_folder_that_is_gone_is_left_to_the_cold_render(home: EngineHome) -> None:
    gone = home.work / "gone"
    gone.mkdir()
    code = f"import os; os.chdir({str(gone)!r}); os.rmdir({str(gone)!r}); {BOOT}"
    arguments = home.arguments(home.recording(), "out.wav")
    done = subprocess.run(
        [*CLIENT[:-1], code, *arguments[:1], str(home.work / "o.wav"), "C4", "100"], env=home.environment
    )
    assert done.returncode == 0
    assert (home.work / "o.wav").exists()
    gone.mkdir()
    done = subprocess.run([*CLIENT[:-1], code, "a.wav", "o.wav", "C4", "100"], env=home.environment,
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 1
    assert "a.wav not found" in done.stderr


def test_relative_paths_are_the_caller_s(home: EngineHome) -> None:
    source = home.recording("か ü.wav")
    assert home.call(home.arguments(source, "first.wav")) == (0, [])
    arguments = [source.name, "second.wav", *home.arguments(source, "")[2:]]
    done = subprocess.run([*CLIENT, *arguments], env=home.environment, cwd=home.work, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (home.work / "second.wav").read_bytes() == (home.work / "first.wav").read_bytes()


@pytest.mark.parametrize("variables", [{"PYCHANG_NO_ENGINE": "1"}, {"PYCHANG_RUNTIME": "/dev/null/state"}])
def test_without_an_engine_the_note_is_rendered_here(home: EngineHome, variables: dict[str, str]) -> None:
    arguments = home.arguments(home.recording(), "out.wav")
    assert home.call(arguments, **variables) == (0, [])
    assert (home.work / "out.wav").read_bytes() == home.cold(arguments)
    assert home.engines() == []


@posix
def test_a_state_folder_others_could_enter_is_mended_or_not_used(home: EngineHome) -> None:
    arguments = home.arguments(home.recording(), "out.wav")
    link = home.folder / "link"
    state = Path(home.state)
    state.mkdir(0o755)
    link.symlink_to(state)
    assert home.call(arguments, PYCHANG_RUNTIME=str(link)) == (0, [])
    assert list(state.iterdir()) == []
    assert home.call(arguments) == (0, [])
    assert home.engine_pid()
    assert state.stat().st_mode & 0o777 == 0o700


def test_what_fails_is_told_as_without_an_engine(home: EngineHome) -> None:
    arguments = home.arguments(home.work / "missing.wav", "out.wav")
    code, lines = home.call(arguments)
    assert (code, lines) == home.call(arguments, PYCHANG_NO_ENGINE="1")
    assert code == 1
    assert lines[0].startswith("pychang-resampler: ")
    assert "missing.wav not found" in lines[0]
    assert home.call([str(home.recording()), str(home.work / "o.wav"), "X9", "100"])[1] == [
        "pychang-resampler: pitch 'X9' is no note name; write it like C4, F#3 or Bb3"
    ]


def test_an_analysis_call_leaves_no_file(home: EngineHome) -> None:
    source = home.recording()
    for output in ("nul", "NUL"):
        assert home.call([str(source), output, "100", "100", "G"]) == (0, [])
    assert list(home.work.iterdir()) == [source]
    assert len(list((home.folder / "c").iterdir())) == 1


class FakeEngine:
    """Answers connection after connection with what it was given, and remembers what was asked."""

    def __init__(self, home: EngineHome, *conversations: Callable[[socket.socket], None]) -> None:
        make_folder(home.state)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.path.join(home.state, ipc.SOCKET_NAME))  # noqa: PTH118
        self.listener.listen()
        self.asked: list[dict[str, object]] = []
        self.thread = threading.Thread(target=self.serve, args=(conversations,))
        self.thread.start()

    def serve(self, conversations: tuple[Callable[[socket.socket], None], ...]) -> None:
        for converse in conversations:
            connection, _ = self.listener.accept()
            with connection:
                self.asked.append(json.loads(ipc.receive_message(connection, time.monotonic() + 10)))
                converse(connection)

    def close(self) -> None:
        self.thread.join(20)
        self.listener.close()


def says(*messages: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: [ipc.send_message(connection, message) for message in messages] and None


def call_here(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """(exit code, stderr) of a client in this process."""
    errors = io.StringIO()
    monkeypatch.setattr(sys, "stderr", errors)
    return client.main(arguments), errors.getvalue()


LIFE = ipc.WAITING + b', "state": "queued", "ahead": 1}'
FAILED = b'{"answer": "failed", "code": 1, "message": "pychang-resampler: two\\nlines"}'


@posix
@pytest.mark.parametrize(("conversations", "code", "line"), [
    ([says(ipc.DONE)], 0, ""),
    ([says(LIFE, LIFE, ipc.DONE)], 0, ""),
    ([says(ipc.BUSY), says(ipc.BUSY), says(ipc.DONE)], 0, ""),
    ([says(ipc.LEAVING), says(ipc.DONE)], 0, ""),
    ([says(), says(LIFE), says(ipc.DONE)], 0, ""),
    ([says(FAILED)], 1, "pychang-resampler: two lines\n"),
    ([says(b"[]")], 1, "pychang-resampler: the engine answered what this version cannot read"),
    ([says(b'{"answer": "failed"}')], 1, "pychang-resampler: the engine answered what this version"),
    ([says()] * 4, 1, "pychang-resampler: the engine died again and again"),
])  # fmt: skip
def test_answers(
    home: EngineHome, monkeypatch: pytest.MonkeyPatch, code: int, line: str,
    conversations: list[Callable[[socket.socket], None]],
) -> None:  # fmt: skip
    (home.work / "out.wav").touch()
    engine = FakeEngine(home, *conversations)
    arguments = home.arguments(home.work / "a.wav", "out.wav")
    found, told = call_here(arguments, monkeypatch)
    engine.close()
    assert found == code
    assert told.startswith(line)
    assert len(told.splitlines()) == (1 if line else 0)
    assert [asked["argv"] for asked in engine.asked] == [arguments] * len(conversations)


@posix
def test_a_note_that_was_written_elsewhere_is_rendered_here(
    home: EngineHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine in another container says that it is done, but there is no file."""
    engine = FakeEngine(home, says(ipc.DONE))
    arguments = home.arguments(home.recording(), "out.wav")
    assert call_here(arguments, monkeypatch) == (0, "")
    engine.close()
    assert (home.work / "out.wav").read_bytes() == home.cold(arguments)


@posix
def test_time_is_up_in_one_line_and_never_a_cold_render(
    home: EngineHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "DEADLINE_S", 0.5)
    over = threading.Event()
    engine = FakeEngine(home, lambda _: over.wait(10) and None)
    code, told = call_here(home.arguments(home.recording(), "out.wav"), monkeypatch)
    over.set()
    engine.close()
    assert code == 1
    assert told == "pychang-resampler: the engine gives no note in time; try `vbtools engine status`\n"
    assert not (home.work / "out.wav").exists()


@posix
def test_a_busy_engine_is_asked_until_the_time_is_up(
    home: EngineHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "DEADLINE_S", 0.4)
    engine = FakeEngine(home, *[says(ipc.BUSY)] * 5, says(ipc.DONE))
    code, _ = call_here(home.arguments(home.recording(), "out.wav"), monkeypatch)
    monkeypatch.setattr(client, "DEADLINE_S", 20.0)
    (home.work / "out.wav").touch()
    while engine.thread.is_alive():
        code, _ = call_here(home.arguments(home.work / "a.wav", "out.wav"), monkeypatch)
    engine.close()
    assert code == 0


@pytest.mark.skipif(sys.platform != "linux", reason="SO_PEERCRED")
def test_an_engine_that_gives_no_sign_is_replaced(home: EngineHome, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = home.arguments(home.recording(), "out.wav")
    assert home.call(arguments) == (0, [])
    (home.work / "out.wav").unlink()
    hung = home.engine_pid()
    os.kill(hung, 19)  # SIGSTOP
    # Longer than a second, in which a living engine gives a sign, and its start on a busy machine.
    monkeypatch.setattr(client, "SILENCE_S", 4.0)
    assert call_here(arguments, monkeypatch) == (0, "")
    assert (home.work / "out.wav").exists()
    assert wait_until(lambda: hung not in home.engines())
    assert home.engine_pid() != hung


def test_an_engine_that_takes_its_time_to_die_costs_no_note(monkeypatch: pytest.MonkeyPatch) -> None:
    gone_at = time.monotonic() + 0.25

    def converse(*_: object) -> bytes:
        if time.monotonic() < gone_at:
            raise ipc.Lost("Connection reset by peer")
        return ipc.DONE

    monkeypatch.setattr(client, "_engine", lambda *_: socket.socket())
    monkeypatch.setattr(client, "_converse", converse)
    assert client._ask("folder", b"{}", time.monotonic() + 10.0) == ipc.DONE


def test_a_stop_by_the_keyboard_is_silent(home: EngineHome) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    arguments = home.arguments(home.recording(), "out.wav")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ipc, "connect", interrupt)
        assert call_here(arguments, patch) == (130, "")


def test_a_list_too_long_to_send_is_rendered_here(home: EngineHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ipc, "MAX_MESSAGE_BYTES", 100)
    assert call_here(home.arguments(home.recording(), "out.wav"), monkeypatch) == (0, "")
    assert (home.work / "out.wav").exists()


def test_a_frozen_program_runs_its_own_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr("resampler.worker.main", lambda: 42)
    monkeypatch.setattr(sys, "argv", ["program", "--pychang-run", "resampler.worker"])
    with pytest.raises(SystemExit) as ended:
        client.main_program()
    assert ended.value.code == 42


def test_a_note_with_a_long_path_is_found_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(os.path, "exists", lambda path: not asked.append(path))
    monkeypatch.setattr(sys, "platform", "win32")
    paths = ["C:\\a.wav", "C:\\" + "b" * 300, "\\\\server\\" + "c" * 300]
    assert all(client._is_there(path) for path in paths)
    assert asked == [paths[0], "\\\\?\\" + paths[1], paths[2]]


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("words", [[], ["json"], ["resampler.flags"], ["resampler.worker", "x"]])
def test_nobody_else_s_modules_are_run(
    frozen: bool, words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "frozen", frozen, raising=False)
    monkeypatch.setattr(sys, "argv", ["program", "--pychang-run", *words])
    with pytest.raises(SystemExit) as ended:
        client.main_program()
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "usage" in line


def test_it_imports_nothing_foreign_by_its_text() -> None:
    """The same as the import contract, for those who run the tests without import-linter."""
    for name in ("client", "ipc", "state", "launch", "server", "daemon", "door", "jobs", "crew", "enginelog"):
        code = f"import sys; sys.path.append({str(ROOT)!r}); import resampler.{name}; print(*sys.modules)"
        done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        foreign = {module.split(".")[0] for module in done.stdout.split()} - set(sys.stdlib_module_names)
        assert foreign - {"__main__"} == {"resampler"}
