"""Files read within a limit, written whole or not at all."""

import errno
import os
import threading
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang import PychangError, files
from pychang.files import long_path, open_atomically, read_limited, remove_unfinished, write_atomically


def read(path: Path, most_bytes: int = 10) -> bytes:
    return read_limited(path, most_bytes, "song file", "split it")


@pytest.mark.parametrize("content", [b"", b"x", b"1234567890"])
def test_what_fits_is_read(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    assert read(tmp_path / "a") == content


def test_a_larger_file_is_told_with_the_cure_and_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.mid").open("wb") as file:
        file.truncate(2**34)  # it would not fit into memory
    with pytest.raises(PychangError, match=r"a\.mid is larger than 10 bytes: split it"):
        read(tmp_path / "a.mid")


def test_missing_files_and_folders_are_told(tmp_path: Path) -> None:
    with pytest.raises(PychangError, match=r"song file .*a\.mid not found: no such file; check the path"):
        read(tmp_path / "a.mid")
    with pytest.raises(PychangError, match=r"is a folder.*; name a song file"):
        read(tmp_path)
    with pytest.raises(PychangError, match=r"cannot be read: .*check the path"):
        read(tmp_path / "nu\0l")


def test_a_file_without_permission_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    (tmp_path / "a").write_bytes(b"x")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PychangError, match="a cannot be read: no permission"):
        read(tmp_path / "a")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_read_to_its_end_or_the_limit(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for content in (b"12345", b"12345678901"):
        writer = threading.Thread(target=pipe.write_bytes, args=(content,))
        writer.start()
        try:
            if len(content) <= 10:
                assert read(pipe) == content
            else:
                with pytest.raises(PychangError, match="larger than 10 bytes"):
                    read(pipe)
        finally:
            writer.join()


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_the_last_writer_wins_and_leaves_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, first: bytes, second: bytes
) -> None:
    folder = tmp_path_factory.mktemp("files")
    for data in (first, second):
        write_atomically(folder / "歌 ü.bin", data)
        assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [("歌 ü.bin", data)]


def test_the_temporary_file_is_beside_the_target_and_names_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves: list[tuple[Path, object]] = []
    monkeypatch.setattr(Path, "replace", lambda path, target: moves.append((path, target)))
    write_atomically(tmp_path / "a", b"x")
    ((temporary, target),) = moves
    assert (temporary.parent, target) == (tmp_path, tmp_path / "a")
    assert temporary.name.startswith(f".pychang-{os.getpid():x}-")


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_nothing_is_left_of_a_write_that_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def stop(*_: object) -> None:
        raise error

    (tmp_path / "a").write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", stop)
        with pytest.raises(error):
            write_atomically(tmp_path / "a", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"old")]


@pytest.mark.skipif(os.name == "nt", reason="what is open cannot be removed there")
def test_what_is_being_written_counts_as_left_behind_once_it_is_old(tmp_path: Path) -> None:
    def write_for_a_day() -> None:
        with open_atomically(tmp_path / "a"):
            (temporary,) = tmp_path.iterdir()
            remove_unfinished(tmp_path, older_than_s=3600.0)
            assert temporary.exists()
            os.utime(temporary, (0, 0))
            remove_unfinished(tmp_path, older_than_s=3600.0)
            assert not temporary.exists()

    with pytest.raises(PychangError):
        write_for_a_day()
    remove_unfinished(tmp_path / "none", older_than_s=0.0)


def test_impossible_targets_are_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PychangError, match=r"not a folder|does not exist"):
        write_atomically(tmp_path / "file" / "out.wav", b"x")
    with pytest.raises(PychangError, match="create it first"):
        write_atomically(tmp_path / "none" / "out.wav", b"x")
    with pytest.raises(PychangError, match="folder or a device"):
        write_atomically(tmp_path, b"x")
    with pytest.raises(PychangError, match=r"too long|check the path"):  # Windows has its own words
        write_atomically(tmp_path / ("n" * 300 + ".wav"), b"x")
    with pytest.raises(PychangError, match="null"):
        write_atomically(tmp_path / "nu\0l.wav", b"x")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
def test_a_device_is_never_replaced() -> None:
    with pytest.raises(PychangError, match="device"):
        write_atomically(Path("/dev/full"), b"x")
    assert not Path("/dev/full").is_file()


def test_only_windows_needs_another_form_of_a_long_path(tmp_path: Path) -> None:
    assert long_path(tmp_path / "a") == tmp_path / "a"
    long = tmp_path.joinpath(*["n" * 60] * 4)
    assert str(long_path(long)) == ("\\\\?\\" if os.name == "nt" else "") + str(long)


@pytest.mark.parametrize(("folder", "name", "long"), [(190, 10, False), (215, 5, True), (150, 100, True)])
def test_a_path_is_long_with_the_temporary_name_in_it(folder: int, name: int, long: bool) -> None:
    path = PureWindowsPath("C:/", "f" * folder, "n" * name)
    assert files._is_long(path) == long


def test_a_file_written_in_parts_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    path.write_bytes(b"old")

    def write(broken: bool) -> None:
        with open_atomically(path) as file:
            file.write(b"RI")
            file.seek(1)  # as those do who know the length only at the end
            assert path.read_bytes() == b"old"
            if broken:
                raise KeyboardInterrupt
            file.write(b"AB")

    with pytest.raises(KeyboardInterrupt):
        write(broken=True)
    assert [one.name for one in tmp_path.iterdir()] == ["long.wav"]
    write(broken=False)
    assert path.read_bytes() == b"RAB"
    assert [one.name for one in tmp_path.iterdir()] == ["long.wav"]
