"""Reading whatever people record, writing what hosts read."""

import errno
import io
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from pychang import PychangError
from pychang.audio import MAX_VALUES, read_native, read_wav, to_pcm16, write_wav

SECONDS = 0.25


def tone(rate_hz: int = 44100, level: float = 0.5) -> NDArray[np.float64]:
    return level * np.sin(2 * np.pi * 440.0 * np.arange(int(SECONDS * rate_hz)) / rate_hz)


def assert_is_tone(samples: NDArray[np.float32], tolerance: float) -> None:
    assert samples.dtype == np.float32
    assert samples.shape == pytest.approx((SECONDS * 44100,), abs=2)
    inner = slice(500, -500)  # a resampler rings at the cut ends
    assert np.max(np.abs(samples[inner] - tone()[: len(samples)][inner])) < tolerance


@pytest.mark.parametrize(
    ("container", "subtype", "tolerance"),
    [
        ("WAV", "PCM_16", 1e-4),
        ("WAV", "PCM_U8", 8e-3),
        ("WAV", "PCM_24", 1e-6),
        ("WAV", "PCM_32", 1e-6),
        ("WAV", "FLOAT", 1e-6),
        ("WAV", "DOUBLE", 1e-6),
        ("WAVEX", "PCM_16", 1e-4),
        ("WAVEX", "FLOAT", 1e-6),
        ("FLAC", "PCM_16", 1e-4),
        ("AIFF", "PCM_16", 1e-4),
        ("OGG", "VORBIS", 0.05),
        ("WAV", "ULAW", 0.05),
    ],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_every_depth_and_container(
    tmp_path: Path, container: str, subtype: str, tolerance: float, channels: int
) -> None:
    path = tmp_path / "sample.bin"
    soundfile.write(path, np.tile(tone()[:, None], channels), 44100, subtype=subtype, format=container)
    assert_is_tone(read_wav(path), tolerance)


@pytest.mark.parametrize("rate_hz", [8000, 22050, 24000, 40000, 48000, 96000, 192000])
def test_every_rate(tmp_path: Path, rate_hz: int) -> None:
    path = tmp_path / "sample.wav"
    soundfile.write(path, tone(rate_hz), rate_hz, subtype="FLOAT")
    assert_is_tone(read_wav(path), 1e-4)


def test_native_keeps_rate_and_channels(tmp_path: Path) -> None:
    path = tmp_path / "sample.wav"
    soundfile.write(path, np.stack([2 * tone(48000), 0 * tone(48000)], axis=1), 48000, subtype="FLOAT")
    samples, rate_hz = read_native(path)
    assert (samples.shape, rate_hz) == ((12000, 2), 48000)
    assert_is_tone(read_wav(path), 1e-4)  # channels are averaged


def test_channels_that_extinguish_each_other_are_not_silence(tmp_path: Path) -> None:
    left = tone()
    soundfile.write(tmp_path / "a.wav", np.column_stack((left, -0.999 * left)), 44100, subtype="FLOAT")
    assert_is_tone(read_wav(tmp_path / "a.wav"), 1e-4)
    soundfile.write(tmp_path / "b.wav", np.column_stack((left, -0.9 * left)), 44100, subtype="FLOAT")
    assert read_wav(tmp_path / "b.wav") == pytest.approx(0.05 * left, abs=1e-6)


def wav_bytes(data: bytes, data_size: int | None = None, extra: bytes = b"") -> bytes:
    head = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 44100, 88200, 2, 16)
    body = head + extra + b"data" + struct.pack("<I", len(data) if data_size is None else data_size) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


PCM = to_pcm16(tone()).tobytes()


@pytest.mark.parametrize(
    "content",
    [
        wav_bytes(PCM, 0),
        wav_bytes(PCM, 0xFFFFFFFF),
        wav_bytes(PCM, 0x7FFFFFFF),
        wav_bytes(PCM, len(PCM) + 99),
        wav_bytes(PCM, 0, b"LIST" + struct.pack("<I", 5) + b"INFOx\0"),
        wav_bytes(PCM)[:4] + bytes(4) + wav_bytes(PCM, 0)[8:],
    ],
)
def test_headers_that_streaming_writers_leave(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sample.wav"
    path.write_bytes(content)
    assert_is_tone(read_wav(path), 1e-4)


def test_a_cut_file_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "sample.wav"
    path.write_bytes(wav_bytes(PCM)[:2001])
    assert len(read_wav(path)) == (2001 - 44) // 2


@pytest.mark.parametrize("count", [1, 441])
@pytest.mark.parametrize("rate_hz", [44100, 48000])
def test_a_tiny_recording_is_fine(tmp_path: Path, count: int, rate_hz: int) -> None:
    path = tmp_path / "sample.wav"
    soundfile.write(path, np.full(count, 0.25), rate_hz)
    assert len(read_wav(path)) >= 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty file"),
        (b"hello, this is text", "not a sound file"),
        (wav_bytes(b""), "no samples"),
        (wav_bytes(PCM)[:20], "not a sound file"),
        (b"\0" * 5000, "not a sound file"),
        (wav_bytes(PCM)[:24] + struct.pack("<I", 3) + wav_bytes(PCM)[28:], "sample rate of 3 Hz"),
        (wav_bytes(PCM)[:22] + bytes(2) + wav_bytes(PCM)[24:], "not a sound file"),
    ],
)
def test_what_is_no_recording_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "sample.wav"
    path.write_bytes(content)
    with pytest.raises(PychangError, match=words) as caught:
        read_wav(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_header_that_leads_before_the_file_s_start_is_told(tmp_path: Path) -> None:
    """And nothing else is: an exception inside the library would be printed."""
    soundfile.write(tmp_path / "a.aiff", tone(), 44100, subtype="PCM_16")
    damaged = bytearray((tmp_path / "a.aiff").read_bytes())
    damaged[damaged.index(b"SSND")] = 0xFF
    (tmp_path / "a.aiff").write_bytes(damaged)
    with pytest.raises(PychangError, match=r"a\.aiff is not a sound file that can be read"):
        read_wav(tmp_path / "a.aiff")


def test_missing_file_and_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(PychangError, match=r"missing\.wav not found"):
        read_wav(tmp_path / "missing.wav")
    with pytest.raises(PychangError, match="is a folder"):
        read_wav(tmp_path)
    with pytest.raises(PychangError, match="check the path"):
        read_wav(tmp_path / "nu\0l.wav")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.nan, "sample 7 is not a number"),
        (np.inf, "sample 7 is not a number"),
        (30000.0, "times full scale"),
    ],
)
def test_impossible_samples_are_told(tmp_path: Path, value: float, words: str) -> None:
    samples = tone()
    samples[7] = value
    path = tmp_path / "sample.wav"
    soundfile.write(path, samples, 44100, subtype="FLOAT")
    with pytest.raises(PychangError, match=words):
        read_wav(path)


def test_too_long_a_recording_is_told_before_it_is_read(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    soundfile.write(buffer, np.zeros(100), 44100, format="FLAC")
    flac = bytearray(buffer.getvalue())
    flac[22:26] = struct.pack(">I", MAX_VALUES + 1)  # STREAMINFO: low 32 bits of the sample count
    path = tmp_path / "sample.flac"
    path.write_bytes(bytes(flac))
    with pytest.raises(PychangError, match="too long"):
        read_wav(path)


def test_written_file_is_what_hosts_read(tmp_path: Path) -> None:
    path = tmp_path / "音 ü.wav"
    write_wav(path, tone())
    content = path.read_bytes()
    assert content[:4] + content[8:16] == b"RIFFWAVEfmt "
    assert struct.unpack("<IHHIIHH", content[16:36]) == (16, 1, 1, 44100, 88200, 2, 16)
    assert content[36:40] == b"data"
    assert struct.unpack("<I", content[4:8])[0] == len(content) - 8
    assert struct.unpack("<I", content[40:44])[0] == len(content) - 44
    assert content[44:] == PCM


def test_copy_is_exact(tmp_path: Path) -> None:
    every = np.arange(-32768, 32768, dtype=np.int16)
    soundfile.write(tmp_path / "a.wav", every, 44100)
    write_wav(tmp_path / "b.wav", read_wav(tmp_path / "a.wav"))
    assert np.array_equal(soundfile.read(tmp_path / "b.wav", dtype="int16")[0], every)


def test_overshoot_is_clipped_never_wrapped() -> None:
    assert to_pcm16(np.array([1.5, 1.0, -1.5, 1e30, -1e30])).tolist() == [32767, 32767, -32768, 32767, -32768]


@pytest.mark.parametrize("samples", [np.array([0.0, np.nan]), np.array([np.inf]), np.zeros((3, 2))])
def test_what_is_no_wave_is_never_written(tmp_path: Path, samples: NDArray[np.float64]) -> None:
    with pytest.raises(ValueError, match="finite"):
        write_wav(tmp_path / "out.wav", samples)
    assert list(tmp_path.iterdir()) == []


def test_existing_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    path.write_bytes(b"old")
    write_wav(path, np.zeros(10))
    assert len(read_wav(path)) == 10
    assert [p.name for p in tmp_path.iterdir()] == ["out.wav"]


@pytest.mark.skipif(os.name == "nt", reason="mode bits of POSIX")
def test_written_file_has_the_usual_mode(tmp_path: Path) -> None:
    write_wav(tmp_path / "out.wav", np.zeros(10))
    (tmp_path / "usual").touch()
    assert (tmp_path / "out.wav").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_long_path_is_written_and_read(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["歌" * 30] * 4)
    if os.name == "nt":
        pytest.skip("making such a folder needs the same prefix")
    folder.mkdir(parents=True)
    write_wav(folder / ("あ" * 80 + ".wav"), np.zeros(10))
    assert len(read_wav(folder / ("あ" * 80 + ".wav"))) == 10


@pytest.mark.parametrize(
    ("error_number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EACCES, "no permission"),
        (errno.EROFS, "no permission"),
    ],
)
def test_a_failing_disk_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error_number: int, words: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(error_number, os.strerror(error_number))

    (tmp_path / "out.wav").write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PychangError, match=words) as caught:
        write_wav(tmp_path / "out.wav", np.zeros(1000))
    assert str(tmp_path) in str(caught.value)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("out.wav", b"old")]


@pytest.mark.skipif(os.name == "nt", reason="file size limits of POSIX")
def test_a_write_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(PychangError, match="free some space"):
            write_wav(tmp_path / "out.wav", np.zeros(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


def test_real_recordings_are_read(shared_data: Path) -> None:
    paths = sorted((shared_data / "utau-erithacus").rglob("*.wav"))[:5]
    assert paths
    for path in paths:
        expected, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
        assert len(read_wav(path)) == pytest.approx(len(expected) * 44100 / rate_hz, abs=1)
