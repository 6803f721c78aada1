import errno
import io
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pychang import PychangError
from tests.voicebank_tools.slicer.voices import RATE_HZ, noise, write
from voicebank_tools.slicer import clips
from voicebank_tools.slicer.clips import stretch_blocks, write_clip, written_sound
from voicebank_tools.slicer.manifest import Clip
from voicebank_tools.slicer.sound import SoundFormat, open_sound


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "FLOAT", "DOUBLE", "ULAW"])
def test_a_clip_is_its_stretch_of_the_recording_and_silence(subtype: str, tmp_path: Path) -> None:
    wave = np.stack([noise(1.0, 0.2), noise(1.0, 0.2, seed=1)], axis=1)
    path = write(tmp_path / "a.wav", wave, subtype=subtype)
    with open_sound(path) as sound:
        write_clip(sound, Clip("b.wav", 1001, 5000, 77), tmp_path / "b.wav")
        dtype = sound.format.dtype
    whole, _ = soundfile.read(path, dtype=dtype)
    clip, rate_hz = soundfile.read(tmp_path / "b.wav", dtype=dtype)
    assert rate_hz == RATE_HZ
    assert soundfile.info(tmp_path / "b.wav").subtype == subtype
    assert np.array_equal(clip[:5000], whole[1001:6001])
    assert not clip[5000:].any()
    assert len(clip) == 5077


def test_blocks_are_bounded_and_a_file_that_shrank_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clips, "_BLOCK_SAMPLES", 300)
    with open_sound(write(tmp_path / "a.wav", noise(0.1, 0.1))) as sound:
        assert [len(block) for block in stretch_blocks(sound, 50, 1000)] == [300, 300, 300, 100]
        with pytest.raises(PychangError, match="has become shorter"):
            list(stretch_blocks(sound, 1500, 200))


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    def write_half() -> None:
        with written_sound(tmp_path / "a.wav", SoundFormat(RATE_HZ, 1, "PCM_16"), 10) as writer:
            writer.write(np.zeros((5, 1), np.int16))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert list(tmp_path.iterdir()) == []


class Full(io.BytesIO):
    """A disk that is full after so many bytes."""

    room = 3000

    def write(self, data: object) -> int:
        if self.tell() + len(bytes(data)) > self.room:  # type: ignore[call-overload]
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)  # type: ignore[arg-type]


@pytest.mark.parametrize("room", [10, 3000])
@pytest.mark.parametrize("container", ["WAV", "FLAC"])
def test_a_full_disk_is_one_error_and_no_line_of_libsndfiles(
    room: int, container: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Full, "room", room)
    monkeypatch.setattr(clips, "open_atomically", lambda path: nullcontext(Full()))

    def write_much() -> None:
        with written_sound(Path("a.wav"), SoundFormat(RATE_HZ, 1, "PCM_16"), 9000, container) as writer:
            writer.write(noise(1.0, 3000.0).astype(np.int16)[:, None])

    with pytest.raises(OSError, match="No space left"):
        write_much()
    assert capfd.readouterr().err == ""


def test_what_a_container_cannot_hold_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(PychangError, match=r"cannot write .*a\.flac: .*choose \.wav"),
        written_sound(tmp_path / "a.flac", SoundFormat(RATE_HZ, 1, "DOUBLE"), 10, "FLAC"),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_beyond_four_gigabytes_the_lengths_are_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clips, "_MOST_WAV_BYTES", 1000)
    with written_sound(tmp_path / "a.wav", SoundFormat(RATE_HZ, 1, "PCM_16"), 501) as writer:
        writer.write(np.ones((501, 1), np.int16))
    assert soundfile.info(tmp_path / "a.wav").format == "RF64"
    assert soundfile.read(tmp_path / "a.wav", dtype="int16")[0].sum() == 501
