"""The demo bank is a real UTAU folder."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from pychang import PychangError
from pychang.units import midi_to_hz
from voicebank_tools.demo_bank import (
    BANK_TONE_MIDI,
    demo_morae,
    file_stem,
    is_demo_bank,
    is_whole,
    write_demo_bank,
)

MORAE = ("あ", "か", "し", "ん", "りょ")


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo_bank(tmp_path_factory.mktemp("デモ") / "voice", MORAE)


def oto_rows(bank: Path) -> dict[str, tuple[str, list[float]]]:
    rows = {}
    for line in (bank / "oto.ini").read_bytes().decode("cp932").split("\r\n")[:-1]:
        name, values = line.split("=")
        alias, *numbers = values.split(",")
        rows[alias] = (name, [float(number) for number in numbers])
    return rows


def test_files_of_a_utau_singer(bank: Path) -> None:
    names = {path.name for path in bank.iterdir()}
    texts = {"oto.ini", "character.txt", "character.yaml", "readme.txt"}
    assert names == texts | {"a.wav", "ka.wav", "shi.wav", "n.wav", "ryo.wav"}
    assert (bank / "character.txt").read_bytes().startswith(b"name=PyChang Demo\r\n")


def test_recordings_are_what_every_host_reads(bank: Path) -> None:
    for path in bank.glob("*.wav"):
        info = soundfile.info(path)
        assert (info.samplerate, info.channels, info.subtype) == (44100, 1, "PCM_16")


def test_oto_windows_lie_inside_their_recordings(bank: Path) -> None:
    rows = oto_rows(bank)
    assert tuple(rows) == MORAE
    for name, (offset, consonant, cutoff, preutterance, overlap) in rows.values():
        length_ms = soundfile.info(bank / name).duration * 1000.0
        assert 0 <= offset < offset - cutoff < length_ms
        assert 0 < overlap < preutterance < consonant < -cutoff


def test_the_vowel_starts_at_the_preutterance(bank: Path) -> None:
    name, (offset, _, _, preutterance, _) = oto_rows(bank)["し"]
    wave, rate_hz = soundfile.read(bank / name)
    low = np.convolve(wave, np.hanning(89) / 44.0, "same")  # the voice without the friction

    def level(start_ms: float) -> float:
        start = round((offset + preutterance + start_ms) * rate_hz / 1000.0)
        return float(np.sqrt(np.mean(low[start : start + 882] ** 2)))

    assert level(-40.0) < 0.1 * level(20.0)


def test_the_bank_is_sung_at_its_pitch(bank: Path) -> None:
    wave, rate_hz = soundfile.read(bank / "a.wav")
    steady = wave[12000:36000] * np.hanning(24000)
    spectrum = np.abs(np.fft.rfft(steady, 1 << 18))
    around = slice(int(200 * (1 << 18) / rate_hz), int(330 * (1 << 18) / rate_hz))
    peak_hz = (int(np.argmax(spectrum[around])) + around.start) * rate_hz / (1 << 18)
    assert 1200 * np.log2(peak_hz / midi_to_hz(BANK_TONE_MIDI)) == pytest.approx(0.0, abs=7.0)


def test_names_are_unique_and_plain_ascii() -> None:
    stems = [file_stem(kana) for kana in demo_morae()]
    assert len(set(stems)) == len(stems) == 101
    assert all(stem.isascii() and stem.isalpha() for stem in stems)


def test_a_bank_is_known_as_ours_from_its_first_moment(tmp_path: Path) -> None:
    assert is_demo_bank(tmp_path)  # nothing to lose
    with pytest.raises(PychangError):
        write_demo_bank(tmp_path, ("あ", "x"))
    assert (is_demo_bank(tmp_path), is_whole(tmp_path)) == (True, False)
    write_demo_bank(tmp_path, ("あ",))
    assert (is_demo_bank(tmp_path), is_whole(tmp_path)) == (True, True)
    (tmp_path / "readme.txt").write_text("mine")
    assert not is_demo_bank(tmp_path)
    assert not is_demo_bank(tmp_path / "nothing")


def test_an_unknown_mora_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PychangError, match="cannot say"):
        write_demo_bank(tmp_path, ("x",))
