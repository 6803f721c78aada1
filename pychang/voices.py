"""Fitted voices: which recordings belong to which, told by their content, since hosts hand us renamed copies.

A voice is a folder of the user's with a `voice.json` and, if all weights were tuned, a generator of its own
(docs/formats.md, "Voices").
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from pychang import PychangError
from pychang.arrays import FloatArray
from pychang.files import read_limited, user_folder, write_atomically

FORMAT = 2
VOICE_NAME = "voice.json"
GENERATOR_NAME = "generator.onnx"
DATA_VARIABLE = "PYCHANG_DATA"
"""Names another folder for what is the user's own."""

MOST_BYTES = 16 * 2**20

_KEY = re.compile("[0-9a-f]{32}")
_SEAL = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Voice:
    """A voicebank as a generator knows it.

    Attributes:
        name: Told to people.
        code: What the network is told about the voice.
        generator_sha256: Seal of the generator that the code belongs to.
        recordings: Key of each recording (`recording_key`) -> its file's name, for people.
        pitch_hz: Lowest and highest pitch of what it was fitted to.
        generator: The voice's own generator; None: the shipped one.
    """

    name: str
    code: tuple[float, ...]
    generator_sha256: str
    recordings: Mapping[str, str]
    pitch_hz: tuple[float, float]
    generator: Path | None = None


@dataclass(frozen=True)
class Registry:
    """All voices of a user.

    Attributes:
        by_recording: Key of a recording -> the voice fitted to it, the last one if there are several.
        by_name: All of them, those included whose recordings have been fitted again under another name.
        problem: One line if one cannot be read, else "".
    """

    by_recording: Mapping[str, Voice]
    by_name: Mapping[str, Voice]
    problem: str


def voices_folder() -> Path:
    """Return where this user's voices are: `voices` in the data folder, which `PYCHANG_DATA` overrides.

    Windows `%LOCALAPPDATA%\\PyChang`, macOS `~/Library/Application Support/PyChang`, Linux
    `$XDG_DATA_HOME/PyChang` (`~/.local/share`).
    """
    override = os.environ.get(DATA_VARIABLE)
    if override:
        return Path(override) / "voices"
    return user_folder("Application Support", "XDG_DATA_HOME", ".local/share") / "voices"


def recording_key(samples: FloatArray) -> str:
    """Return the key of a recording, as `pychang.audio` reads it: mono, 44.1 kHz. Shape [samples].

    Unlike the analysis cache's it knows nothing of versions: a voice outlives them.
    """
    data = np.ascontiguousarray(samples, dtype="<f4").tobytes()
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def write_voice(folder: Path, voice: Voice) -> Path:
    """Write `voice.json` into a folder, made if need be; returns its path. Raises PychangError.

    The voice's own generator, if any, is written by whoever made it, before.
    """
    fields = {
        "format": FORMAT, "name": voice.name, "code": list(voice.code),
        "generator_sha256": voice.generator_sha256, "recordings": dict(voice.recordings),
        "pitch_hz": list(voice.pitch_hz),
    }  # fmt: skip
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PychangError(f"{folder} cannot be made ({error.strerror}); set {DATA_VARIABLE}") from error
    path = folder / VOICE_NAME
    write_atomically(path, json.dumps(fields, ensure_ascii=False, indent=1).encode())
    return path


def read_voice(folder: Path) -> Voice:
    """Return the voice in a folder. Raises PychangError in one line that says what to do."""
    path = folder / VOICE_NAME
    data = read_limited(path, MOST_BYTES, "voice", "no voice is")
    try:
        fields: dict[str, Any] = dict(json.loads(data))
        format_ = int(fields["format"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise PychangError(f"{path} is no voice of PyChang's; fit it again with `vbtools train`") from error
    if format_ != FORMAT:
        cure = "update PyChang" if format_ > FORMAT else "fit it again with `vbtools train`"
        raise PychangError(f"{path} is of format {format_}, this PyChang reads format {FORMAT}; {cure}")
    try:
        lowest_hz, highest_hz = (float(hz) for hz in fields["pitch_hz"])
        voice = Voice(
            str(fields["name"]), tuple(float(number) for number in fields["code"]),
            str(fields["generator_sha256"]),
            MappingProxyType({str(key): str(name) for key, name in fields["recordings"].items()}),
            (lowest_hz, highest_hz), folder / GENERATOR_NAME if (folder / GENERATOR_NAME).is_file() else None,
        )  # fmt: skip
    except (ValueError, TypeError, KeyError, OverflowError, AttributeError) as error:
        raise PychangError(f"{path} is damaged ({error}); fit it again with `vbtools train`") from error
    if not _is_sound(voice):
        raise PychangError(f"{path} is damaged; fit it again with `vbtools train`")
    return voice


def registry() -> Registry:
    """Return all voices of this user, read again only when one has changed."""
    return _registry(tuple(sorted(_stamps(voices_folder()))))


def find_voice(name: str) -> Voice:
    """Return the fitted voice of that name. Raises PychangError, with the names that there are."""
    voices = registry().by_name
    if name in voices:
        return voices[name]
    known = f"there are {', '.join(sorted(voices))}" if voices else "fit one with `vbtools train BANK`"
    raise PychangError(f"voice {name!r}: no such voice is fitted; {known}")


def _is_sound(voice: Voice) -> bool:
    lowest_hz, highest_hz = voice.pitch_hz
    return (
        bool(voice.code)
        and all(np.isfinite(voice.code))
        and 0.0 < lowest_hz <= highest_hz < np.inf
        and bool(_SEAL.fullmatch(voice.generator_sha256))
        and all(map(_KEY.fullmatch, voice.recordings))
    )


def _stamps(folder: Path) -> list[tuple[int, str, int, bool]]:
    """(time of change in ns, folder, bytes, has a generator of its own) of every voice."""
    found = []
    with suppress(OSError):
        for voice in folder.iterdir():
            with suppress(OSError):
                status = (voice / VOICE_NAME).stat()
                own = (voice / GENERATOR_NAME).exists()
                found.append((status.st_mtime_ns, str(voice), status.st_size, own))
    return found


@lru_cache(maxsize=2)
def _registry(stamps: tuple[tuple[int, str, int, bool], ...]) -> Registry:
    by_recording: dict[str, Voice] = {}
    by_name: dict[str, Voice] = {}
    problem = ""
    for _, folder, _, _ in stamps:
        try:
            voice = read_voice(Path(folder))
        except PychangError as error:
            problem = str(error)
        else:
            by_recording.update(dict.fromkeys(voice.recordings, voice))
            by_name[voice.name] = voice
    return Registry(MappingProxyType(by_recording), MappingProxyType(by_name), problem)
