"""A recording of any length, read block by block in the samples it is stored in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pychang import PychangError
from pychang.audio import MAX_AMPLITUDE, MAX_RATE_HZ, MIN_RATE_HZ
from pychang.files import long_path

if TYPE_CHECKING:
    import soundfile

SOUND_ENDINGS = frozenset(
    {".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".aifc"}
    | {".au", ".snd", ".caf", ".w64", ".rf64", ".voc", ".sph", ".nist"}
)
"""What counts as a sound file in a folder; a file that is named is tried whatever its ending."""

Samples = NDArray[Any]
"""int16, int32, float32 or float64, as `dtype_of` says. Shape [samples, channels]."""

_KEPT = MappingProxyType(
    {
        "PCM_U8": ("int16", "PCM_U8"),
        "PCM_S8": ("int16", "PCM_U8"),  # wav knows 8 bits without a sign only: the same values
        "PCM_16": ("int16", "PCM_16"),
        "PCM_24": ("int32", "PCM_24"),
        "PCM_32": ("int32", "PCM_32"),
        "FLOAT": ("float32", "FLOAT"),
        "DOUBLE": ("float64", "DOUBLE"),
        "ULAW": ("int16", "ULAW"),
        "ALAW": ("int16", "ALAW"),
        "IMA_ADPCM": ("int16", "PCM_16"),
        "MS_ADPCM": ("int16", "PCM_16"),
        "ALAC_16": ("int16", "PCM_16"),
        "ALAC_20": ("int32", "PCM_24"),
        "ALAC_24": ("int32", "PCM_24"),
        "ALAC_32": ("int32", "PCM_32"),
    }
)
"""Subtype read -> (numpy type that holds its samples exactly, subtype written)."""

_MOST_CHANNELS = 64


@dataclass(frozen=True)
class SoundFormat:
    """Rate in hertz, channels, and the libsndfile subtype in which its samples are written exactly."""

    rate_hz: int
    channels: int
    subtype: str

    @property
    def dtype(self) -> str:
        """The numpy type that holds the samples exactly."""
        return _KEPT[self.subtype][0]


class Sound:
    """An open recording; made by `open_sound`."""

    def __init__(self, path: Path, file: "soundfile.SoundFile") -> None:
        self.path = path
        self._file = file
        # What is compressed with loss decodes to float: only that keeps what was decoded.
        subtype = _KEPT.get(file.subtype, ("float32", "FLOAT"))[1]
        self.format = SoundFormat(file.samplerate, file.channels, subtype)
        self.claimed_samples = int(file.frames)

    def blocks(self, block_samples: int, dtype: str = "float32") -> Iterator[Samples]:
        """Yield [block_samples, channels] from the start on, the last one shorter."""
        self._file.seek(0)
        while len(block := self._read(block_samples, dtype)):
            yield block

    def read_at(self, offset_samples: int, length_samples: int, dtype: str = "float32") -> Samples:
        """Return [length_samples, channels] from a place on; fewer at the end."""
        with _sound_errors(self.path):
            if self._file.tell() != offset_samples:
                self._file.seek(offset_samples)
        return self._read(length_samples, dtype)

    def _read(self, samples: int, dtype: str) -> Samples:
        with _sound_errors(self.path):
            block: Samples = self._file.read(samples, dtype=dtype, always_2d=True)
            return block


@contextmanager
def open_sound(path: Path) -> Iterator[Sound]:
    """Open a recording for reading.

    Raises PychangError, with the cure, for a path that cannot be read, what is no sound file, a file
    without samples, and rates beyond reason.
    """
    with _binary(path) as binary, _sound_errors(path):
        import soundfile

        # Through Python's own file: libsndfile cannot open every name Python can.
        with soundfile.SoundFile(binary) as file:
            _check(path, file)
            yield Sound(path, file)


def check_values(path: Path, block: Samples, offset_samples: int) -> None:
    """Raise PychangError for samples that are no finite numbers or beyond reason."""
    peak = float(np.max(np.abs(block)))
    if np.isfinite(peak) and peak <= MAX_AMPLITUDE:
        return
    bad = ~(np.abs(block) <= MAX_AMPLITUDE).all(axis=1)
    place = offset_samples + int(np.argmax(bad))
    raise PychangError(
        f"{path}: sample {place} is {block[bad][0].tolist()}, no sound; export the file as 24-bit PCM wav"
    )


@contextmanager
def _binary(path: Path) -> Iterator[IO[bytes]]:
    try:
        file = long_path(path).open("rb")
    except FileNotFoundError as error:
        raise PychangError(f"{path} not found: no such file; check the path") from error
    except OSError as error:
        raise PychangError(f"{path} cannot be read: {error.strerror}; check the path") from error
    with file:
        if not file.read(1):
            raise PychangError(f"{path} is an empty file; record or export it again")
        file.seek(0)
        yield file


@contextmanager
def _sound_errors(path: Path) -> Iterator[None]:
    import soundfile

    try:
        yield
    except soundfile.SoundFileError as error:
        detail = getattr(error, "error_string", str(error)).strip().rstrip(".")
        message = f"{path} is not a sound file that can be read ({detail}); convert it to PCM wav"
        raise PychangError(message) from error


def _check(path: Path, file: "soundfile.SoundFile") -> None:
    if not MIN_RATE_HZ <= file.samplerate <= MAX_RATE_HZ:
        raise PychangError(f"{path} claims a sample rate of {file.samplerate} Hz; export it at 44100 Hz")
    if file.channels > _MOST_CHANNELS:
        raise PychangError(f"{path} has {file.channels} channels; export it with 1 or 2")
    if not file.frames:
        raise PychangError(f"{path} holds no samples; record or export it again")
