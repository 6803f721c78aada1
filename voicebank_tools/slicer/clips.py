"""Clips as wav files: the samples of the recording, bit for bit, and silence where one is filled up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from pychang import PychangError
from pychang.files import open_atomically
from voicebank_tools.slicer.manifest import Clip
from voicebank_tools.slicer.sound import Samples, Sound, SoundFormat

if TYPE_CHECKING:
    import soundfile

_BLOCK_SAMPLES = 2**18
_MOST_WAV_BYTES = 4_000_000_000
"""Above, a wav file's lengths overflow; RF64 is the same with longer ones."""


class _Disk:
    """A binary file for libsndfile, through which no exception passes: it is kept, and then all is well."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._error: OSError | None = None

    def write(self, data: bytes) -> int:
        self._try(self._file.write, data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._try(self._file.seek, offset, whence)

    def tell(self) -> int:
        return self._try(self._file.tell)

    def check(self) -> None:
        """Raise what has been kept."""
        if self._error is not None:
            raise self._error

    def _try(self, do: Callable[..., int], *arguments: object) -> int:
        try:
            return do(*arguments) if self._error is None else 0
        except OSError as error:
            self._error = error
            return 0


class SoundWriter:
    """An open file that takes samples in its format's own type; made by `written_sound`."""

    def __init__(self, file: "soundfile.SoundFile", disk: _Disk) -> None:
        self._file, self._disk = file, disk

    def write(self, samples: Samples) -> None:
        """Append [samples, channels] of the format's `dtype`."""
        self._file.write(samples)
        self._disk.check()


@contextmanager
def written_sound(
    path: Path, sound_format: SoundFormat, samples: int, container: str = "WAV"
) -> Iterator[SoundWriter]:
    """Open a sound file for `samples` samples; it appears whole, or after an error not at all.

    `container` is libsndfile's name. Raises PychangError when it cannot be written.
    """
    import soundfile

    size = samples * sound_format.channels * np.dtype(sound_format.dtype).itemsize
    kind = "RF64" if container == "WAV" and size > _MOST_WAV_BYTES else container
    rate_hz, channels = sound_format.rate_hz, sound_format.channels
    if not soundfile.check_format(kind, sound_format.subtype):
        raise PychangError(f"cannot write {path}: {kind} holds no {sound_format.subtype}; choose .wav")
    with open_atomically(path) as binary:
        disk = _Disk(binary)
        try:
            with soundfile.SoundFile(disk, "w", rate_hz, channels, sound_format.subtype, format=kind) as file:
                yield SoundWriter(file, disk)
            disk.check()
        except soundfile.SoundFileError as error:
            raise PychangError(f"cannot write {path}: {error}; choose .wav or another folder") from error


def write_clip(sound: Sound, clip: Clip, path: Path) -> None:
    """Copy a clip's samples from the open recording into a wav file of the same format."""
    dtype = sound.format.dtype
    with written_sound(path, sound.format, clip.length_samples + clip.padding_samples) as writer:
        for samples in stretch_blocks(sound, clip.offset_samples, clip.length_samples):
            writer.write(samples)
        if clip.padding_samples:
            writer.write(np.zeros((clip.padding_samples, sound.format.channels), dtype))


def stretch_blocks(sound: Sound, offset_samples: int, length_samples: int) -> Iterator[Samples]:
    """Yield a stretch of a recording in blocks [samples, channels] of its format's type.

    Raises PychangError if the recording is shorter than it was.
    """
    end = offset_samples + length_samples
    for start in range(offset_samples, end, _BLOCK_SAMPLES):
        wanted = min(_BLOCK_SAMPLES, end - start)
        samples = sound.read_at(start, wanted, sound.format.dtype)
        if len(samples) < wanted:
            raise PychangError(f"{sound.path} has become shorter while it was read; run the command again")
        yield samples
