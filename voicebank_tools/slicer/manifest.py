"""The manifest of a sliced recording: which clip came from where and why it ends there (docs/formats.md)."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pychang import PychangError
from pychang.files import read_limited, write_atomically
from voicebank_tools.slicer.options import SliceOptions
from voicebank_tools.slicer.sound import SoundFormat

FORMAT, VERSION = "pychang-slices", 1
ENDING = ".slices.json"

_MOST_BYTES = 2**26
"""Some 300,000 clips: a thousand hours."""


@dataclass(frozen=True)
class Clip:
    """A stretch of a recording and the file that holds it.

    Attributes:
        file: Relative to the manifest's folder, with forward slashes.
        offset_samples, length_samples: Where it lies in the recording.
        padding_samples: Silence that the file holds after it.
        kind: "clip", or "silence" for what was taken out of a pause.
        end: Why it ends there: "silence", "unvoiced", "dip", "note", "pitch step", or "end" of the recording.
        forced: Whether the cut at its end had to be made where there is no pause.
        level_db: Level at that cut, dB of full scale; None at the recording's end.
    """

    file: str
    offset_samples: int
    length_samples: int
    padding_samples: int = 0
    kind: str = "clip"
    end: str = "end"
    forced: bool = False
    level_db: float | None = None


@dataclass(frozen=True)
class Manifest:
    """A recording and its clips, which follow one another without gap or overlap.

    Attributes:
        source: Path of the recording, relative to the manifest's folder where that is possible.
        source_hash: BLAKE2b of the recording's bytes, hexadecimal.
        samples: Its length.
        format: Its rate and channels, and the subtype of the clips.
        options: What it was sliced with.
        noise_floor_db, threshold_db: What counted as silence, dB of full scale.
        has_sound: Whether anything in it rises above its noise floor.
        complete: Whether every clip has been written.
        clips: In order of time.
    """

    source: str
    source_hash: str
    samples: int
    format: SoundFormat
    options: SliceOptions
    noise_floor_db: float
    threshold_db: float
    has_sound: bool
    complete: bool
    clips: tuple[Clip, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The files of the clips."""
        return tuple(clip.file for clip in self.clips)

    @property
    def is_short(self) -> bool:
        """Whether the recording is shorter than a clip may be, and so is one clip nevertheless."""
        return not self.options.by_note and self.samples < self.options.min_s * self.format.rate_hz


def read_manifest(path: Path) -> Manifest:
    """Read a manifest. Raises PychangError naming the file and what is wrong with it."""
    data = read_limited(path, _MOST_BYTES, "manifest of clips", "is it really one?")
    try:
        fields = json.loads(data.decode("utf-8"))
        if fields["format"] != FORMAT:
            raise ValueError(f"format is {fields['format']!r}, not {FORMAT!r}")
        if fields["version"] != VERSION:
            raise ValueError(f"version {fields['version']!r} is not {VERSION}, the only one known here")
        manifest = _from_json(fields["slices"])
        _check(manifest)
    except (ValueError, KeyError, TypeError, RecursionError, PychangError) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else f"{error}"
        raise PychangError(f"{path} is no manifest of clips ({reason}); slice the recording again") from error
    return manifest


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write a manifest, whole or not at all; replaces `path`."""
    fields = {"format": FORMAT, "version": VERSION, "slices": dataclasses.asdict(manifest)}
    text = json.dumps(fields, ensure_ascii=False, indent=1) + "\n"
    # A name that is no text (surrogate escapes) is written as the JSON escape it is.
    write_atomically(path, text.encode("utf-8", "backslashreplace"))


def _from_json(fields: dict[str, Any]) -> Manifest:
    clips = tuple(Clip(**_typed(Clip, clip)) for clip in fields["clips"])
    sound_format = SoundFormat(**_typed(SoundFormat, fields["format"]))
    options = SliceOptions(**fields["options"])
    return Manifest(
        **_typed(Manifest, {**fields, "clips": clips, "format": sound_format, "options": options})
    )


def _typed(kind: type, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as they are, if each is of the plain type that the dataclass names."""
    plain = {"int": int, "str": str, "bool": bool}
    for field in dataclasses.fields(kind):
        wanted = plain.get(field.type.__name__ if isinstance(field.type, type) else "")
        if wanted is not None and field.name in fields and type(fields[field.name]) is not wanted:
            raise ValueError(f"{field.name} is {fields[field.name]!r}, no {wanted.__name__}")
    return fields


def _check(manifest: Manifest) -> None:
    place = 0
    for clip in manifest.clips:
        if clip.offset_samples != place or clip.length_samples < 1 or clip.padding_samples < 0:
            raise ValueError(f"{clip.file} does not begin where the clip before it ends")
        if Path(clip.file).is_absolute() or ".." in Path(clip.file).parts or ":" in clip.file.split("/")[0]:
            raise ValueError(f"{clip.file} lies outside the manifest's folder")
        place += clip.length_samples
    if place != manifest.samples:
        raise ValueError(f"its clips hold {place} samples, the recording {manifest.samples}")
    _ = manifest.format.dtype  # KeyError for a subtype nobody writes
