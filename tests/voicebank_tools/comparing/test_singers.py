"""Programs are called as hosts call them, and whatever they do is told, never raised otherwise."""

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from pychang.audio import read_wav, write_wav
from pychang.choice import generator_path
from pychang.frq import frq_path_of
from pychang.model_file import described
from pychang.voices import Voice, write_voice
from resampler.protocol import format_arguments
from tests.pychang.signals import power_db
from tests.pychang.tiny_generator import NOTHING, write_model
from tests.voicebank_tools.vowel_bank import COPIER, one_sample, python_program
from voicebank_tools.comparing.recordings import Recording, Sample
from voicebank_tools.comparing.requests import flat
from voicebank_tools.comparing.singers import EngineSinger, WorldSinger, own_singers, program_singer

pytest.importorskip("librosa", reason="librosa comes with the measure and test extras")

TELL = (
    "import json, sys, pathlib; p = pathlib.Path(sys.argv[1]);"
    "(p.parent / 'told.json').write_text(json.dumps(sys.argv[1:]));"
    "pathlib.Path(sys.argv[2]).write_bytes(p.read_bytes())"
)


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return one_sample(tmp_path / "bank")


@pytest.mark.parametrize("singer", [EngineSinger(), WorldSinger()])
def test_our_engines_sing_in_this_process(singer: EngineSinger | WorldSinger, sample: Sample) -> None:
    wave = singer.sing(flat(sample, 5, 500.0), sample.recording)
    assert len(wave) == 22050
    assert 0.02 < np.abs(wave[4000:18000]).max() < 1.0


def test_the_classic_engine_is_always_there() -> None:
    assert own_singers()[0].name == "classic"


def test_a_neural_engine_that_cannot_sing_is_a_failure_not_another_engine(
    sample: Sample, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYCHANG_GENERATOR", str(tmp_path / "none.onnx"))
    assert [singer.name for singer in own_singers()] == ["classic"]
    with pytest.raises(PychangError, match="classic engine"):
        EngineSinger("neural").sing(flat(sample, 0, 500.0), sample.recording)


def test_a_fitted_voice_sings_recordings_that_it_was_not_fitted_to(
    sample: Sample, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYCHANG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PYCHANG_GENERATOR", str(tmp_path / "generator.onnx"))
    loud = replace(NOTHING, by_code=np.full((16, 2), 6.0, np.float32))
    seal = described(write_model(generator_path(), loud)).sha256
    voice = Voice("mei", (1.0, *[0.0] * 15), seal, {"0" * 32: "another.wav"}, (50.0, 2000.0))
    write_voice(tmp_path / "data" / "voices" / "mei", voice)
    classic, mei = own_singers("mei")
    asked = flat(sample, 5, 500.0)
    as_hosts_get_it = EngineSinger("neural").sing(asked, sample.recording)
    assert np.array_equal(as_hosts_get_it, classic.sing(asked, sample.recording))
    gain_db = power_db(mei.sing(asked, sample.recording)) - power_db(as_hosts_get_it)
    assert gain_db == pytest.approx(6.0, abs=0.5)
    with pytest.raises(PychangError, match="there are mei"):
        own_singers("rei")


def test_a_program_gets_thirteen_arguments_and_a_copy(sample: Sample, tmp_path: Path) -> None:
    frq_path_of(sample.recording.path).write_bytes(b"a hint")
    before = set(sample.recording.path.parent.iterdir())
    asked = flat(sample, 5, 500.0)
    wave = python_program(TELL, tmp_path / "place").sing(asked, sample.recording)
    assert np.array_equal(wave, sample.recording.wave)
    assert set(sample.recording.path.parent.iterdir()) == before
    (told,) = (tmp_path / "place").rglob("told.json")
    arguments = json.loads(told.read_text())
    assert len(arguments) == 13
    assert arguments[2:] == format_arguments(asked)[2:]
    assert Path(arguments[0]).name == "a.wav"
    assert Path(arguments[0]).parent != sample.recording.path.parent
    assert frq_path_of(Path(arguments[0])).read_bytes() == b"a hint"


def test_a_recording_that_is_no_wav_is_given_as_one(sample: Sample, tmp_path: Path) -> None:
    flac = Recording(tmp_path / "note.flac", sample.recording.wave)
    wave = python_program(COPIER, tmp_path / "place").sing(flat(sample, 0, 500.0), flac)
    assert wave == pytest.approx(flac.wave, abs=1e-4)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import sys; print('no such voice', file=sys.stderr); sys.exit(3)", "exit code 3, no such voice"),
        ("pass", "left no file: exit code 0"),
        ("import sys; open(sys.argv[2], 'wb').write(b'RIFF')", "not a sound file"),
        ("import sys; open(sys.argv[2], 'wb')", "empty file"),
    ],
)
def test_what_a_program_leaves_is_what_counts(code: str, told: str, sample: Sample, tmp_path: Path) -> None:
    with pytest.raises(PychangError, match=told):
        python_program(code, tmp_path / "place").sing(flat(sample, 0, 500.0), sample.recording)


def test_a_program_that_hangs_is_ended_with_its_children(sample: Sample, tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time;"
        f"p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"open({str(tmp_path / 'child')!r}, 'w').write(str(p.pid)); time.sleep(60)"
    )
    began = time.monotonic()
    with pytest.raises(PychangError, match="longer than 3 s"):
        python_program(code, tmp_path / "place", timeout_s=3.0).sing(flat(sample, 0, 500.0), sample.recording)
    assert time.monotonic() - began < 20.0
    if sys.platform == "linux":
        status = Path(f"/proc/{(tmp_path / 'child').read_text()}/stat")
        deadline = time.monotonic() + 5.0
        while status.exists() and status.read_text().split()[2] != "Z" and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not status.exists() or status.read_text().split()[2] == "Z"


def test_a_note_of_the_time_before_is_not_taken_for_this_one(sample: Sample, tmp_path: Path) -> None:
    python_program(COPIER, tmp_path / "place").sing(flat(sample, 0, 500.0), sample.recording)
    with pytest.raises(PychangError, match="left no file"):
        python_program("pass", tmp_path / "place").sing(flat(sample, 0, 500.0), sample.recording)


def test_commands_are_read_like_a_shell_does(tmp_path: Path) -> None:
    singer = program_singer(f'my = "{sys.executable}" -c "a = 1"', 9.0, tmp_path)
    assert (singer.name, singer.command) == ("my", (sys.executable, "-c", "a = 1"))
    spaced = tmp_path / "my resampler"
    spaced.write_text("#!/bin/sh\n")
    spaced.chmod(0o755)
    assert program_singer(f"x={spaced}", 9.0, tmp_path).command == (str(spaced),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("moresampler.exe", "write NAME=COMMAND"),
        ("=wine", "write NAME=COMMAND"),
        ("x=no-such-program-at-all a", "give its whole path"),
        pytest.param("x='half", "quotation", marks=pytest.mark.skipif(os.name == "nt", reason="POSIX shell")),
    ],
)
def test_what_is_no_command_is_said(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(PychangError, match=told):
        program_singer(text, 9.0, tmp_path)


def test_two_programs_do_not_share_their_copies(tmp_path: Path) -> None:
    assert (
        program_singer(f"a={sys.executable}", 9.0, tmp_path).folder
        != program_singer(f"b={sys.executable}", 9.0, tmp_path).folder
    )


def test_a_changed_file_of_another_path_is_another_copy(sample: Sample, tmp_path: Path) -> None:
    other = tmp_path / "other" / "a.wav"
    other.parent.mkdir()
    write_wav(other, 0.5 * sample.recording.wave)
    program = python_program(COPIER, tmp_path / "place")
    waves = [
        program.sing(flat(sample, 0, 500.0), recording)
        for recording in (sample.recording, Recording(other, read_wav(other)))
    ]
    assert np.abs(waves[1]).max() == pytest.approx(0.5 * np.abs(waves[0]).max(), rel=1e-3)
