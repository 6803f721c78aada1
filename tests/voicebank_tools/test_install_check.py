"""`--check` on a real installation in an empty OpenUtau folder, and on broken ones."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from pychang.audio import write_wav
from pychang.units import midi_to_hz
from resampler import control
from tests.resampler.engine_home import EngineHome, engine_home
from voicebank_tools.install import Place, install_openutau
from voicebank_tools.install_check import TONE_MIDI, check_openutau, note_arguments, note_problems

posix = pytest.mark.skipif(os.name == "nt", reason="shell scripts")


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineHome]:
    with engine_home() as made:
        monkeypatch.delenv("PYCHANG_NO_ENGINE", raising=False)
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        yield made


@pytest.fixture
def place(home: EngineHome) -> Place:
    made = Place(home.folder / "Open Utau" / "Resamplers")
    install_openutau(made)
    return made


@posix
def test_an_installation_sings(home: EngineHome, place: Place) -> None:
    check = check_openutau(place)
    assert check.problems == []
    assert len(check.seconds) == 2
    status = control.engine_status(home.state)
    assert status is not None
    assert status["rendered"] == 2
    assert {path.name for path in place.folder.iterdir()} == {"pychang.sh", "pychang.yaml"}


@posix
def test_the_engine_that_is_asked_for_sings(home: EngineHome, place: Place, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYCHANG_GENERATOR", str(tmp_path / "none.onnx"))
        assert check_openutau(place, "classic").problems == []
        assert "sung by the classic engine" in check_openutau(place, "neural").problems[0]


def test_nothing_installed_is_told(tmp_path: Path) -> None:
    with pytest.raises(PychangError, match="run `vbtools install openutau` first"):
        check_openutau(Place(tmp_path))


@posix
@pytest.mark.parametrize(("script", "problem"), [
    ("#!/bin/sh\nexit 0\n", "wrote no file"),
    ("#!/bin/sh\necho oh dear >&2; exit 5\n", "ended with code 5 and said: oh dear"),
    ("#!/no/such/interpreter\n", "cannot be started"),
    ('#!/bin/sh\necho rubbish > "$2"\n', "no plain wav"),
])  # fmt: skip
def test_a_launcher_that_does_not_sing(place: Place, script: str, problem: str) -> None:
    place.launcher.write_text(script)
    problems = check_openutau(place).problems
    assert "was not written by this command" in problems[0]
    assert any(problem in line for line in problems[1:])


@posix
def test_what_is_wrong_with_the_files(place: Place) -> None:
    place.launcher.chmod(0o644)
    place.manifest.unlink()
    problems = " / ".join(check_openutau(place).problems)
    assert "is missing: OpenUtau does not know our flags" in problems
    assert "cannot be started" in problems
    place.launcher.chmod(0o755)
    place.manifest.write_text("# written by `vbtools install openutau`\n")
    place.launcher.write_bytes(place.launcher.read_bytes().replace(b"exec ", b"exec  "))
    problems = " / ".join(check_openutau(place).problems)
    assert "starts another installation" in problems
    assert "is of another version" in problems


def test_the_call_is_openutau_s(tmp_path: Path) -> None:
    arguments = note_arguments(tmp_path / "in.wav", tmp_path / "out.wav")
    assert len(arguments) == 13
    assert arguments[2:12] == [
        "E4",
        "100",
        "",
        "100",
        "1000",
        "139",
        "-900",
        "100",
        "0",
        "!119.99999999999999",
    ]
    assert arguments[12] == "AA#189#"


def tone(f0_hz: float, seconds: float) -> np.ndarray:
    time_s = np.arange(int(44100 * seconds)) / 44100
    return 0.1 * sum(np.sin(2 * np.pi * f0_hz * k * time_s) / k for k in range(1, 10))


@pytest.mark.parametrize(("wave", "rate_hz", "problem"), [
    (tone(midi_to_hz(TONE_MIDI), 1.0), 44100, None),
    (tone(midi_to_hz(TONE_MIDI) * 1.01, 1.0), 44100, "cents off"),
    (tone(midi_to_hz(TONE_MIDI), 0.9), 44100, "lasts 900 ms instead of 1000"),
    (tone(midi_to_hz(TONE_MIDI), 1.2), 48000, "at 48000 Hz"),
    (np.zeros(44100), 44100, "is not sung"),
])  # fmt: skip
def test_notes_are_looked_at(tmp_path: Path, wave: np.ndarray, rate_hz: int, problem: str | None) -> None:
    write_wav(tmp_path / "note.wav", wave, rate_hz)
    problems = note_problems(tmp_path / "note.wav")
    assert len(problems) == (problem is not None)
    assert problem is None or problem in problems[0]
