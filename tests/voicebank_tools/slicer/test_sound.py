from pathlib import Path

import numpy as np
import pytest
import soundfile

from pychang import PychangError
from tests.voicebank_tools.slicer.voices import RATE_HZ, noise, write
from voicebank_tools.slicer.sound import SoundFormat, check_values, open_sound

KEPT = [
    ("a.wav", "PCM_U8", "PCM_U8"),
    ("a.aiff", "PCM_S8", "PCM_U8"),
    ("a.wav", "PCM_16", "PCM_16"),
    ("a.flac", "PCM_24", "PCM_24"),
    ("a.wav", "PCM_32", "PCM_32"),
    ("a.wav", "FLOAT", "FLOAT"),
    ("a.wav", "DOUBLE", "DOUBLE"),
    ("a.wav", "ULAW", "ULAW"),
    ("a.au", "ALAW", "ALAW"),
    ("a.ogg", "VORBIS", "FLOAT"),
]


@pytest.mark.parametrize(("name", "subtype", "written"), KEPT)
def test_samples_survive_reading_and_writing(name: str, subtype: str, written: str, tmp_path: Path) -> None:
    path = write(tmp_path / name, noise(1.0, 0.1), subtype=subtype)
    with open_sound(path) as sound:
        assert sound.format == SoundFormat(RATE_HZ, 1, written)
        samples = np.concatenate(list(sound.blocks(1000, sound.format.dtype)))
    assert len(samples) == RATE_HZ
    soundfile.write(tmp_path / "b.wav", samples, RATE_HZ, subtype=written)
    again, _ = soundfile.read(tmp_path / "b.wav", dtype=sound.format.dtype, always_2d=True)
    assert np.array_equal(samples, again)
    reference, _ = soundfile.read(path, dtype=sound.format.dtype, always_2d=True)
    assert np.array_equal(samples, reference)


def test_any_place_can_be_read_in_any_order(tmp_path: Path) -> None:
    wave = noise(1.0, 0.1)
    with open_sound(write(tmp_path / "歌.wav", np.stack([wave, -wave], axis=1), subtype="DOUBLE")) as sound:
        assert sound.format.channels == 2
        assert np.array_equal(sound.read_at(500, 10, "float64")[:, 0], wave[500:510])
        assert np.array_equal(sound.read_at(3, 5, "float64")[:, 1], -wave[3:8])
        assert len(sound.read_at(RATE_HZ - 2, 5)) == 2
        assert sum(len(block) for block in sound.blocks(777)) == RATE_HZ


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "is an empty file"), (b"no sound at all", "is not a sound file .*convert it to PCM wav")],
)
def test_what_is_no_sound_is_told(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(PychangError, match=rf"a\.wav {message}"), open_sound(tmp_path / "a.wav"):
        pass


def test_no_samples_no_file_and_a_mad_rate_are_told(tmp_path: Path) -> None:
    for path, message in [
        (write(tmp_path / "none.wav", np.zeros(0)), "holds no samples"),
        (write(tmp_path / "mad.wav", np.zeros(9), 50), "claims a sample rate of 50 Hz"),
        (tmp_path / "missing.wav", "not found"),
    ]:
        with pytest.raises(PychangError, match=message), open_sound(path):
            pass


@pytest.mark.parametrize("value", [np.nan, np.inf, -1000.0])
def test_samples_that_are_none_are_told_with_their_place(value: float) -> None:
    block = np.zeros((10, 2), np.float32)
    block[7, 1] = value
    with pytest.raises(PychangError, match=r"a\.wav: sample 107 "):
        check_values(Path("a.wav"), block, 100)
    check_values(Path("a.wav"), np.ones((4, 1), np.float32), 0)
