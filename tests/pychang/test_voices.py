"""Voices in the user's folder: found by what a recording holds, whatever it is called."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from pychang.voices import (
    GENERATOR_NAME,
    VOICE_NAME,
    Voice,
    find_voice,
    read_voice,
    recording_key,
    registry,
    voices_folder,
    write_voice,
)
from tests.pychang.signals import white

KEY, OTHER = recording_key(white(100)), recording_key(white(100, seed=1))
VOICE = Voice("重音", (0.5, -1.0, 1e-7), "ab" * 32, {KEY: "か.wav"}, (110.0, 440.5))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYCHANG_DATA", str(tmp_path))
    return tmp_path / "voices"


def test_a_voice_comes_back(folder: Path) -> None:
    write_voice(folder / "t", VOICE)
    assert read_voice(folder / "t") == VOICE
    (folder / "t" / GENERATOR_NAME).write_bytes(b"")
    assert read_voice(folder / "t").generator == folder / "t" / GENERATOR_NAME


def test_the_key_is_the_sound_and_nothing_else() -> None:
    wave = white(1000)
    assert recording_key(wave) == recording_key(wave.astype(np.float64)) == recording_key(wave[::-1][::-1])
    assert recording_key(wave) != recording_key(wave[:-1])
    assert recording_key(wave[:0]) == "cae66941d9efbd404e4d88758ea67670"  # BLAKE2b-128 of nothing


def test_no_folder_holds_no_voice(folder: Path) -> None:
    assert not registry().by_recording
    assert registry().problem == ""


def test_voices_are_found_by_their_recordings(folder: Path) -> None:
    write_voice(folder / "a", VOICE)
    write_voice(folder / "b", replace(VOICE, name="b", recordings={OTHER: "x.wav"}))
    assert registry().by_recording[KEY].name == "重音"
    assert registry().by_recording[OTHER].name == "b"
    assert registry() is registry()


def test_a_voice_fitted_again_under_another_name_is_still_found_by_its_own(folder: Path) -> None:
    write_voice(folder / "a", VOICE)
    write_voice(folder / "b", replace(VOICE, name="b"))
    os.utime(folder / "a" / VOICE_NAME, (1.0, 1.0))
    assert registry().by_recording[KEY].name == "b"
    assert find_voice("重音").name == "重音"
    with pytest.raises(PychangError, match="there are b, 重音"):
        find_voice("c")


def test_a_change_is_noticed(folder: Path) -> None:
    write_voice(folder / "a", VOICE)
    assert KEY in registry().by_recording
    write_voice(folder / "a", replace(VOICE, recordings={OTHER: "another name.wav"}))
    assert set(registry().by_recording) == {OTHER}
    (folder / "a" / GENERATOR_NAME).write_bytes(b"")
    assert registry().by_recording[OTHER].generator is not None
    (folder / "a" / VOICE_NAME).unlink()
    assert not registry().by_recording


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no voice of PyChang's"),
        (b"\xff\xfe", "no voice of PyChang's"),
        (b"[1, 2]", "no voice of PyChang's"),
        (b"[" * 100_000, "no voice of PyChang's"),
        (b'{"format": Infinity}', "no voice of PyChang's"),
        (b'{"format": 3}', "update PyChang"),
        (b'{"format": 1}', "fit it again"),
        (b'{"format": 2}', "is damaged"),
    ],
)
def test_what_is_no_voice_is_told_and_hides_no_other(content: bytes, told: str, folder: Path) -> None:
    write_voice(folder / "good", VOICE)
    (folder / "bad").mkdir()
    (folder / "bad" / VOICE_NAME).write_bytes(content)
    with pytest.raises(PychangError, match=told):
        read_voice(folder / "bad")
    assert KEY in registry().by_recording
    assert told in registry().problem
    assert "\n" not in registry().problem


@pytest.mark.parametrize(
    "change",
    [
        {"code": []},
        {"code": ["x"]},
        {"code": [float("nan")]},
        {"code": {}},
        {"recordings": {"../x": "a"}},
        {"recordings": []},
        {"generator_sha256": "short"},
        {"pitch_hz": [440.0]},
        {"pitch_hz": [440.0, 110.0]},
        {"pitch_hz": [0.0, 110.0]},
        {"pitch_hz": [110.0, float("inf")]},
        {"pitch_hz": ["high", 110.0]},
    ],
)
def test_a_voice_with_wrong_values_is_refused(change: dict[str, object], folder: Path) -> None:
    path = write_voice(folder / "t", VOICE)
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **change}), "utf-8")
    with pytest.raises(PychangError, match="is damaged"):
        read_voice(folder / "t")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(PychangError, match="cannot be made"):
        write_voice(tmp_path / "file" / "t", VOICE)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux' own folder")
def test_where_voices_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PYCHANG_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert voices_folder() == tmp_path / "PyChang" / "voices"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert voices_folder() == Path("~/.local/share/PyChang/voices").expanduser()
    monkeypatch.delenv("XDG_DATA_HOME")
    assert voices_folder() == Path("~/.local/share/PyChang/voices").expanduser()
