"""The demo's steps, from Python; one bar is enough."""

import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pychang import PychangError
from voicebank_tools import demo, program
from voicebank_tools.demo_bank import write_demo_bank
from voicebank_tools.demo_song import TEMPO_BPM
from voicebank_tools.song import SongResult
from voicebank_tools.song_check import measure_song


@pytest.fixture(scope="module")
def sung(tmp_path_factory: pytest.TempPathFactory) -> tuple[demo.DemoFiles, SongResult]:
    files = demo.DemoFiles(tmp_path_factory.mktemp("노래 demo"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            demo, "write_demo_bank", lambda folder: write_demo_bank(folder, ("あ", "り", "ら", "ん"))
        )
        demo.make_bank_and_song(files, bars=1)
        return files, demo.sing_demo(files, jobs=1)


def test_one_bar_is_as_long_as_the_score(sung: tuple[demo.DemoFiles, SongResult]) -> None:
    files, result = sung
    wave, rate_hz = soundfile.read(files.wav)
    assert rate_hz == 44100
    assert len(wave) / rate_hz == pytest.approx((1 + 3 + 1) * 60.0 / TEMPO_BPM, abs=0.01)
    assert result.complete
    assert result.notes >= 4


def test_it_is_sung_in_tune_and_without_clicks(sung: tuple[demo.DemoFiles, SongResult]) -> None:
    figures = measure_song(sung[1])
    assert figures.median_cents < 5.0
    assert figures.voiced_share > 0.9
    assert 0.05 < figures.peak < 1.0
    assert figures.click_ratio <= 1.0


def test_the_rests_are_silent(sung: tuple[demo.DemoFiles, SongResult]) -> None:
    wave, rate_hz = soundfile.read(sung[0].wav)
    assert not wave[: int(0.5 * rate_hz)].any()
    assert np.abs(wave[int(0.8 * rate_hz) : int(2.4 * rate_hz)]).max() > 0.05


def test_the_picture_shows_it(sung: tuple[demo.DemoFiles, SongResult]) -> None:
    files, result = sung
    assert demo.draw_demo(files, result) < 5.0
    assert files.picture.read_bytes().startswith(b"\x89PNG\r\n")
    assert files.existing == (files.wav, files.picture, files.song, files.bank)


def test_nothing_is_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "demo.wav").write_bytes(b"mine")
    with pytest.raises(PychangError, match=r"demo\.wav in .*: already there; give --force"):
        demo.make_bank_and_song(demo.DemoFiles(tmp_path))
    assert (tmp_path / "demo.wav").read_bytes() == b"mine"
    assert [path.name for path in tmp_path.iterdir()] == ["demo.wav"]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "write_demo_bank", lambda folder: write_demo_bank(folder, ("あ",)))


@pytest.mark.usefixtures("small")
def test_a_demo_that_was_stopped_is_gone_on_with(tmp_path: Path) -> None:
    files = demo.DemoFiles(tmp_path)
    files.bank.mkdir()  # stopped at once
    demo.make_bank_and_song(files)
    (files.bank / "oto.ini").unlink()  # while the recordings were made
    files.song.unlink()
    demo.make_bank_and_song(files, bars=2)
    with (files.bank / "oto.ini").open("a") as file:  # while it was sung: a whole bank may have been edited
        file.write("a.wav=mine")
    demo.make_bank_and_song(files, bars=1)
    assert (files.bank / "oto.ini").read_bytes().endswith(b"a.wav=mine")
    demo.make_bank_and_song(files, bars=1, replace=True)
    assert not (files.bank / "oto.ini").read_bytes().endswith(b"a.wav=mine")


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", ["demo.ust", "demo-voice/readme.txt", "demo-voice/a.wav", "demo.png"])
def test_what_is_not_a_stopped_demo_is_left_alone(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"mine")
    with pytest.raises(PychangError, match="already there; give --force"):
        demo.make_bank_and_song(demo.DemoFiles(tmp_path))
    assert [one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()] == [b"mine"]


def test_a_broken_installation_is_told(
    sung: tuple[demo.DemoFiles, SongResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = demo.DemoFiles(tmp_path)
    sung[0].bank.rename(files.bank)
    (tmp_path / "demo.ust").write_bytes(sung[0].song.read_bytes())
    failing = [sys.executable, "-c", "import sys; sys.exit('no engine here')"]
    monkeypatch.setattr(program, "program_command", lambda: failing)
    try:
        with pytest.raises(PychangError, match=r"the demo was not sung: .*no engine here"):
            demo.sing_demo(files, jobs=1)
    finally:
        files.bank.rename(sung[0].bank)
    assert not files.wav.exists()
