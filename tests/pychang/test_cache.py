"""Analyses on disk: found by content, never believed when damaged, never in the way."""

import os
import sys
import zipfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError, cache
from pychang.analysis import ANALYSIS_VERSION, Analysis, analyse
from pychang.cache import (
    cache_folder,
    cached_analysis,
    content_key,
    load_analysis,
    store_analysis,
    trim_cache,
)
from tests.pychang.signals import vowel

WAVE = vowel(220.0, seconds=0.2, breath_db=-25.0)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYCHANG_CACHE", str(tmp_path / "analyses"))
    return tmp_path / "analyses"


@pytest.fixture
def analysed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts analyses: one entry for each that was really made."""
    lengths: list[int] = []

    def counted(
        samples: np.ndarray, hint_hz: np.ndarray | None = None, named_hz: float | None = None
    ) -> Analysis:
        lengths.append(len(samples))
        return analyse(samples, hint_hz, named_hz)

    monkeypatch.setattr(cache, "analyse", counted)
    return lengths


def assert_equal(one: Analysis, two: Analysis) -> None:
    for field in fields(Analysis):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(two, field.name))


def the_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_the_second_time_nothing_is_analysed(folder: Path, analysed: list[int]) -> None:
    first = cached_analysis(WAVE)
    second = cached_analysis(WAVE.copy())
    assert len(analysed) == 1
    assert_equal(first, second)
    assert the_file(folder).name == f"{content_key(WAVE, None)}.npz"


def test_refresh_analyses_anew_and_replaces(folder: Path, analysed: list[int]) -> None:
    cached_analysis(WAVE)
    path = the_file(folder)
    store_analysis(path, analyse(vowel(330.0, seconds=0.2)))
    assert cached_analysis(WAVE).mean_f0_hz == pytest.approx(330.0, rel=0.01)
    assert cached_analysis(WAVE, refresh=True).mean_f0_hz == pytest.approx(220.0, rel=0.01)
    assert cached_analysis(WAVE).mean_f0_hz == pytest.approx(220.0, rel=0.01)
    assert len(analysed) == 2
    assert list(folder.iterdir()) == [path]


def test_the_key_is_the_content() -> None:
    changed = WAVE.copy()
    changed[100] += np.float32(1e-6)
    hint = np.full(40, 220.0)
    keys = {
        content_key(wave, hint_hz)
        for wave in (WAVE, changed, WAVE[:-1])
        for hint_hz in (None, hint, hint * 2)
    }
    assert len(keys) == 9
    assert len({content_key(WAVE, None, named_hz) for named_hz in (None, 220.0, 440.0)}) == 3
    assert content_key(WAVE, None) == content_key(WAVE.astype(np.float64), None)


def test_a_new_version_reads_no_old_analysis(
    folder: Path, analysed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    cached_analysis(WAVE)
    monkeypatch.setattr(cache, "ANALYSIS_VERSION", ANALYSIS_VERSION + 1)
    cached_analysis(WAVE)
    assert len(analysed) == 2
    assert len(list(folder.iterdir())) == 2


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)


def leave_out_a_field(path: Path) -> None:
    stored = stored_arrays(path)
    del stored["deviation"]
    np.savez(path, **stored)


def name_bare_bytes(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for field in fields(Analysis):
            archive.writestr(field.name, b"12345678")


def write_one_array(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.arange(5.0))


def claim_a_password(path: Path) -> None:
    """Set the flag in the archive's directory, whose entries have it at byte 8."""
    with zipfile.ZipFile(path) as archive:
        start = archive.start_dir
    data = bytearray(path.read_bytes())
    data[start + 8] |= 1
    path.write_bytes(data)


def break_a_header(path: Path) -> None:
    """Of a large array: what is small is checked as a whole before anybody looks at it."""
    before, mark, after = path.read_bytes().partition(b"log_amplitudes.npy")
    path.write_bytes(before + mark + after.replace(b"), }", b"(, }", 1))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("no archive"),
    "bit flipped": flip_a_bit,
    "encrypted": claim_a_password,
    "array's header": break_a_header,
    "another archive": lambda path: np.savez(path, something=np.arange(5)),
    "field missing": leave_out_a_field,
    "bare zip": name_bare_bytes,
    "one array": write_one_array,
}


def stored_arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as archive:
        return dict(archive)


@pytest.mark.parametrize("damage", list(DAMAGES))
def test_what_is_damaged_is_analysed_anew(folder: Path, analysed: list[int], damage: str) -> None:
    cached_analysis(WAVE)
    path = the_file(folder)
    DAMAGES[damage](path)
    assert load_analysis(path) is None
    again = cached_analysis(WAVE)
    assert len(analysed) == 2
    kept = load_analysis(path)
    assert kept is not None
    assert_equal(kept, again)


@pytest.mark.parametrize("name", [field.name for field in fields(Analysis)])
def test_every_array_must_have_its_shape(tmp_path: Path, name: str) -> None:
    path = tmp_path / "one.npz"
    store_analysis(path, analyse(WAVE))
    np.savez(path, **{**stored_arrays(path), name: np.zeros((2, 2), np.float32)})
    assert load_analysis(path) is None


def test_a_pickle_is_not_opened(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "sprung"),)

    path = tmp_path / "trap.npz"
    stored: dict[str, object] = {field.name: np.zeros(1) for field in fields(Analysis)}
    np.savez(path, **{**stored, "f0_hz": np.array([Trap()], dtype=object)})  # type: ignore[arg-type]
    assert load_analysis(path) is None
    assert not (tmp_path / "sprung").exists()


def test_nothing_there_is_a_miss(tmp_path: Path) -> None:
    assert load_analysis(tmp_path / "nothing.npz") is None
    assert load_analysis(tmp_path) is None


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs folder permissions")
def test_a_folder_that_cannot_be_written_is_no_error(folder: Path, analysed: list[int]) -> None:
    folder.mkdir()
    folder.chmod(0o500)
    try:
        assert cached_analysis(WAVE).mean_f0_hz > 0
        assert list(folder.iterdir()) == []
    finally:
        folder.chmod(0o700)


def test_a_file_in_the_folders_place_is_no_error(folder: Path, analysed: list[int]) -> None:
    folder.write_text("in the way")
    assert cached_analysis(WAVE).mean_f0_hz > 0
    assert cached_analysis(WAVE).mean_f0_hz > 0
    assert len(analysed) == 2
    assert folder.read_text() == "in the way"


def test_a_full_disk_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert cached_analysis(WAVE).mean_f0_hz > 0
    assert list(folder.iterdir()) == []


def aged_files(folder: Path, names: list[str]) -> None:
    """Files of 1000 bytes, each an hour older than the one before."""
    for age, name in enumerate(names):
        (folder / name).write_bytes(bytes(1000))
        os.utime(folder / name, (1_700_000_000 - 3600 * age, 1_700_000_000 - 3600 * age))


def test_the_oldest_are_trimmed(tmp_path: Path) -> None:
    new, middle, old = (f"{letter * 32}.npz" for letter in "abc")
    aged_files(tmp_path, [new, middle, old])
    assert trim_cache(tmp_path, 3000) == 0
    assert trim_cache(tmp_path, 2500) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [new, middle]
    assert trim_cache(tmp_path, 0) == 2
    assert trim_cache(tmp_path / "nothing", 0) == 0


def test_without_an_engine_it_is_trimmed_now_and_then(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual, chosen = (folder / f"{letter * 32}.npz" for letter in "10")
    trimmed: list[tuple[Path, bool]] = []
    monkeypatch.setattr(cache, "trim_cache", lambda where: trimmed.append((where, chosen.exists())))
    analysis = analyse(WAVE)
    store_analysis(usual, analysis)
    assert trimmed == []
    store_analysis(chosen, analysis)
    assert trimmed == [(folder, True)]


def test_what_was_never_finished_is_removed(tmp_path: Path) -> None:
    left, foreign = ".pychang-1f-0123456789ab.tmp", ".pychang-notes.tmp"
    aged_files(tmp_path, [left, foreign])
    new = tmp_path / ".pychang-20-0123456789ab.tmp"
    new.touch()
    assert trim_cache(tmp_path) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [new.name, foreign]


def test_other_peoples_files_are_not_trimmed(tmp_path: Path) -> None:
    """Who points PYCHANG_CACHE at a folder of their own loses nothing."""
    (tmp_path / "folder.npz").mkdir()
    names = ["song.wav", "weights.npz", f"{'a' * 31}.npz", f"{'a' * 32}.npz.bak"]
    aged_files(tmp_path, names)
    assert trim_cache(tmp_path, 0) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names, "folder.npz"])


def test_what_cannot_be_removed_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remove = Path.unlink

    def in_use(path: Path, missing_ok: bool = False) -> None:
        if path.name.startswith("c"):
            raise PermissionError(13, "in use")
        remove(path)

    monkeypatch.setattr(Path, "unlink", in_use)
    aged_files(tmp_path, [f"{letter * 32}.npz" for letter in "abc"])
    assert trim_cache(tmp_path, 1500) == 2
    assert [path.name[0] for path in tmp_path.iterdir()] == ["c"]


def test_where_analyses_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYCHANG_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("PYCHANG_CACHE")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "PyChang" / "analysis"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path("~").expanduser() / ".cache" / "PyChang" / "analysis"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache_folder() == Path("~").expanduser() / "Library" / "Caches" / "PyChang" / "analysis"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert cache_folder() == tmp_path / "local" / "PyChang" / "analysis"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows the folder without a home")
def test_without_a_home_folder_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYCHANG_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)

    def unknown(path: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", unknown)
    with pytest.raises(PychangError, match="no home folder; set PYCHANG_CACHE and PYCHANG_DATA"):
        cache_folder()
    if sys.platform == "linux":
        monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache/me")
        assert cache_folder() == Path("/var/cache/me/PyChang/analysis")  # nobody asks for a home then
