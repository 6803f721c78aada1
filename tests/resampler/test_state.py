import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from resampler import state
from resampler.state import (
    Lock,
    StateError,
    cache_base,
    check_folder,
    code_stamp,
    make_folder,
    state_folder,
    version_order,
)

ROOT = Path(__file__).resolve().parents[2]

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and owners of POSIX")


def test_the_version_is_the_project_s() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == state.VERSION


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYCHANG_RUNTIME", str(tmp_path / "here"))
    assert state_folder() == str(tmp_path / "here")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYCHANG_RUNTIME", "there")
    assert state_folder() == str(tmp_path / "there")


@pytest.mark.skipif(sys.platform != "linux", reason="XDG")
def test_the_runtime_folder_is_used_if_it_is_this_user_s_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYCHANG_RUNTIME", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    runtime = tmp_path / "runtime"
    runtime.mkdir(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    assert state_folder() == str(runtime / "pychang")
    runtime.chmod(0o755)
    elsewhere = state_folder()
    assert elsewhere == str(tmp_path / "cache" / "PyChang" / f"run-{os.uname().nodename}")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "relative")
    assert state_folder() == elsewhere
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_base() == str(tmp_path / ".cache" / "PyChang")


@posix
def test_a_user_without_a_home_has_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYCHANG_RUNTIME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    with pytest.raises(StateError, match="no home"):
        state_folder()


@posix
def test_a_folder_is_made_for_this_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    make_folder(str(folder))
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o755)
    with pytest.raises(StateError, match="alone"):
        check_folder(str(folder))
    make_folder(str(folder))
    check_folder(str(folder))


@posix
def test_a_link_or_a_file_in_the_folder_s_place_is_refused(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir(0o700)
    (tmp_path / "link").symlink_to(real)
    (tmp_path / "file").touch()
    for name in ("link", "file", "file/below", "nu\0l"):
        with pytest.raises(StateError):
            make_folder(str(tmp_path / name))
    with pytest.raises(StateError):
        check_folder(str(tmp_path / "missing"))


@posix
def test_another_user_s_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    check_folder(str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(StateError):
        check_folder(str(tmp_path))
    with pytest.raises(StateError):
        make_folder(str(tmp_path))


def test_a_lock_has_one_holder(tmp_path: Path) -> None:
    first, second = Lock(str(tmp_path / "lock")), Lock(str(tmp_path / "lock"))
    assert first.acquire()
    assert not second.acquire()
    first.release()
    first.release()
    assert second.acquire()
    second.release()


def test_a_lock_ends_with_its_holder(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    code = (
        f"import sys, os; sys.path.insert(0, {str(ROOT)!r}); from resampler.state import Lock;"
        f" lock = Lock({path!r}); print(lock.acquire(), flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline().strip() == b"True"
    lock = Lock(path)
    assert not lock.acquire()
    holder.kill()
    holder.wait()
    holder.stdin.close()
    holder.stdout.close()
    assert lock.acquire()
    lock.release()


@posix
def test_a_lock_on_a_removed_file_is_worth_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = Lock(str(path))
    usual = state._lock

    def removed_before_locked(handle: int) -> bool:
        path.unlink()
        return usual(handle)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state, "_lock", removed_before_locked)
        assert not lock.acquire()
    assert lock.acquire()
    lock.release()


def test_no_place_for_a_lock_is_told(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="cannot be opened"):
        Lock(str(tmp_path / "missing" / "lock")).acquire()


def test_the_stamp_is_the_newest_source_file_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package, name, ns in (("pychang", "a.py", 10), ("resampler", "b.py", 30), ("resampler", "c.txt", 50)):
        (tmp_path / package).mkdir(exist_ok=True)
        (tmp_path / package / name).touch()
        os.utime(tmp_path / package / name, ns=(ns, ns))
    monkeypatch.setattr(state, "package_root", lambda: str(tmp_path))
    assert code_stamp() == 30
    monkeypatch.setattr(state, "package_root", lambda: str(tmp_path / "frozen"))
    assert code_stamp() == 0


def test_versions_are_ordered_as_numbers() -> None:
    assert version_order("0.10.1") > version_order("0.9.12")
    assert version_order("1.0") > version_order("0.99")
    assert version_order("strange") == (0,)
    assert version_order("None") < version_order("0.0.1")
    assert version_order("²." * 1000) is not None
