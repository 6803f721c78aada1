"""Recordings in, notes out: any sound file -> mono 44.1 kHz, and plain 16-bit wav files.

Hosts read only ``fmt `` tag 1, 16 bits and 44.1 kHz without surprises (UTAU's wavtool refuses all
else), and ask whether the file exists rather than whether the program succeeded: so a file appears
whole, by a rename, or not at all.
"""

import io
import struct
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pychang import PychangError
from pychang.files import read_limited, write_atomically
from pychang.units import SAMPLE_RATE_HZ

FULL_SCALE = 32768
"""Integer of amplitude 1.0: the same on the way in and out, so that copies stay exact."""

MAX_VALUES = 2**27
"""Most samples of all channels that are read (half a gigabyte as float32, 50 minutes of mono)."""

MIN_RATE_HZ, MAX_RATE_HZ = 4000, 768_000
"""Sample rates outside come from damaged headers."""

MAX_AMPLITUDE = 100.0
"""Float files above (40 dB over full scale) hold integers or rubbish."""

LEAST_MEAN = 0.01
"""Channels whose mean is 40 dB weaker than the first extinguish each other."""


def read_wav(path: Path) -> NDArray[np.float32]:
    """Return a recording as float32 [samples], mono at 44.1 kHz, full scale 1.0.

    Reads what libsndfile reads (wav of every depth, flac, ogg, aiff, mp3); channels are averaged.
    Where that leaves next to nothing of the first, as when the second is its reverse, it is the first.
    Raises PychangError as `read_native` does.
    """
    samples, rate_hz = read_native(path)
    return resample(mono(samples), rate_hz)


def read_native(path: Path) -> tuple[NDArray[np.float32], int]:
    """Return (float32 [samples, channels] of full scale 1.0, sample rate in hertz) as recorded.

    Raises PychangError, with the cure, for a path that cannot be read, what is no sound file, a
    file without samples, samples that are no finite numbers, and sizes or rates beyond reason.
    """
    samples, rate_hz = _decode(path, _read_bytes(path))
    if not len(samples):
        raise PychangError(f"{path} holds no samples; record or export it again")
    finite = np.isfinite(samples)
    if not finite.all():
        place = int(np.argmin(finite.all(axis=1)))
        raise PychangError(f"{path}: sample {place} is not a number; export the file as 16-bit PCM wav")
    peak = float(np.max(np.abs(samples)))
    if peak > MAX_AMPLITUDE:
        raise PychangError(
            f"{path}: samples reach {peak:.3g} times full scale; export the file as 16-bit PCM wav"
        )
    return samples, rate_hz


def mono(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of [samples, channels], [samples]; the first where they extinguish each other."""
    mean: NDArray[np.float32] = samples.mean(axis=1, dtype=np.float32)
    first = np.ascontiguousarray(samples[:, 0])
    return first if np.linalg.norm(mean) < LEAST_MEAN * np.linalg.norm(first) else mean


def resample(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """Return float32 [samples] brought from `rate_hz` to 44.1 kHz."""
    if rate_hz == SAMPLE_RATE_HZ:
        return samples
    import soxr  # not needed for most recordings

    # A handful of samples can come out as none; one sample keeps "not empty" true.
    resampled = np.asarray(soxr.resample(samples, rate_hz, SAMPLE_RATE_HZ, "VHQ"), dtype=np.float32)
    return resampled if len(resampled) else samples[:1]


def to_pcm16(samples: NDArray[np.floating]) -> NDArray[np.int16]:
    """Return int16 [samples]: rounded without dither, clipped at full scale.

    Raises ValueError for samples that are no finite numbers or not one channel.
    """
    if samples.ndim != 1 or not np.isfinite(samples).all():
        raise ValueError(f"{samples.shape} samples to write are not finite numbers of one channel")
    # In place, and no wider than needed: a song has fifty million samples. Scaling by a power of
    # two and rounding below 2^24 are exact in float32.
    scaled = samples.astype(np.promote_types(samples.dtype, np.float32))
    scaled *= FULL_SCALE
    np.rint(scaled, out=scaled)
    return np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1, out=scaled).astype("<i2")


def write_wav(path: Path, samples: NDArray[np.floating], sample_rate_hz: int = SAMPLE_RATE_HZ) -> None:
    """Write samples [samples], full scale 1.0, as a plain 16-bit mono wav file; replaces `path`.

    Raises PychangError naming the folder and the cure when it cannot be written.
    """
    write_atomically(path, wav_bytes(to_pcm16(samples), sample_rate_hz))


def wav_bytes(samples: NDArray[np.int16], sample_rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """Return a whole wav file: 44 bytes of header (``fmt `` tag 1, mono) and int16 [samples]."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as writer:
        writer.setparams((1, 2, sample_rate_hz, 0, "NONE", ""))
        writer.writeframesraw(samples.astype("<i2").tobytes())
    return buffer.getvalue()


def _read_bytes(path: Path) -> bytes:
    data = read_limited(path, 8 * MAX_VALUES, "sound file", "cut it into shorter recordings")
    if not data:
        raise PychangError(f"{path} is an empty file; record or export it again")
    return data


class _Memory(io.BytesIO):
    """A file in memory that takes no offence at an impossible place, as those in damaged headers are: an
    exception would be printed on its way through libsndfile, which then tells by itself what is wrong."""

    def seek(self, offset: int, whence: int = 0) -> int:
        try:
            return super().seek(offset, whence)
        except ValueError:
            return self.tell()


def _decode(path: Path, data: bytes) -> tuple[NDArray[np.float32], int]:
    import soundfile

    try:
        # Decoded from memory: libsndfile cannot open every name Python can.
        with soundfile.SoundFile(_Memory(_with_data_size(data))) as file:
            rate_hz = file.samplerate
            if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
                raise PychangError(f"{path} claims a sample rate of {rate_hz} Hz; export it at 44100 Hz")
            if file.frames * max(file.channels, SAMPLE_RATE_HZ / rate_hz) > MAX_VALUES:
                raise PychangError(f"{path} is too long to read; cut it into shorter recordings")
            return file.read(dtype="float32", always_2d=True), rate_hz
    except soundfile.SoundFileError as error:
        detail = getattr(error, "error_string", str(error)).strip().rstrip(".")
        message = f"{path} is not a sound file that can be read ({detail}); convert it to 16-bit PCM wav"
        raise PychangError(message) from error


def _with_data_size(data: bytes) -> bytes:
    """Fill in the size 0 that streaming writers leave in the data chunk; libsndfile itself copes
    with sizes beyond the file's end."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return data
    position = 12
    while position + 8 <= len(data):
        name, size = data[position : position + 4], int(struct.unpack_from("<I", data, position + 4)[0])
        if name == b"data":
            rest = len(data) - position - 8
            fixed = struct.pack("<I", rest)
            return data if size or not rest else data[: position + 4] + fixed + data[position + 8 :]
        position += 8 + size + size % 2
    return data
