"""Clips of a folder, read and checked one by one; what is wrong with one is a finding, never an end."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pychang import PychangError
from pychang.arrays import FloatArray
from pychang.audio import mono, read_native, resample
from pychang.units import SAMPLE_RATE_HZ
from voicebank_tools.finding import Finding, unreadable
from voicebank_tools.labelling.by_hand import ByHand
from voicebank_tools.labelling.hearing import doubts, first_sound_s, refuse_long, refuse_unusable
from voicebank_tools.labels.segment import Transcript
from voicebank_tools.recordings import recordings_below
from voicebank_tools.transcripts.beat import on_the_beat
from voicebank_tools.wav_header import broken_off

MOST_CLIPS = 100_000


@dataclass(frozen=True)
class Clip:
    """A clip that can be labelled; its wave is read again when it is needed (`read_wave`).

    Attributes:
        name: Its path below the folder without ending, with `/`.
        duration_s: Of its wave.
        by_hand: A person's labels of it.
        digest: Of sound and text; the same where both are.
    """

    name: str
    path: Path
    duration_s: float
    transcript: Transcript
    by_hand: ByHand | None
    digest: str


@dataclass(frozen=True)
class Questions:
    """Who is asked about each clip.

    Attributes:
        folder: The clips' names are relative to it.
        text_of: Returns what is sung in the clip at a path, or raises PychangError.
        by_hand_of: Returns a person's labels of a clip by its name and length in seconds, None if there
            are none, or raises PychangError. Such a clip needs no text.
        bpm: The tempo the clips were sung to, one word on a beat; None: unknown.
    """

    folder: Path
    text_of: Callable[[Path], Transcript]
    by_hand_of: Callable[[str, float], ByHand | None]
    bpm: float | None = None


@dataclass(frozen=True, eq=False)
class Prepared:
    """A clip, None where it cannot be labelled, and what was found about it."""

    clip: Clip | None
    findings: tuple[Finding, ...]


def find_clips(folder: Path) -> list[Path]:
    """Return the sound files of a folder and the folders in it, in the order of their names.

    Raises:
        PychangError: There is none, or far too many.
    """
    found = sorted(recordings_below(folder))
    if not found:
        raise PychangError(f"{folder}: no sound files; give the folder of the clips")
    if len(found) > MOST_CLIPS:
        raise PychangError(f"{folder}: {len(found)} sound files; label at most {MOST_CLIPS} at once")
    return found


def name_of(path: Path, folder: Path) -> str:
    """Return a clip's name: its path below `folder` without ending, with `/`."""
    return path.relative_to(folder).with_suffix("").as_posix()


def same_names(paths: Sequence[Path], folder: Path) -> Iterator[Finding]:
    """Yield a finding for every clip whose name another one has already (`a.wav`, `a.flac`)."""
    first: dict[str, Path] = {}
    for path in paths:
        other = first.setdefault(name_of(path, folder).casefold(), path)
        if other is not path:
            why = f"has the name of {other.name}; its labels would take the same place"
            yield Finding("error", path, 0, "", why, "rename one of them")


def prepare_clips(
    paths: Sequence[Path], questions: Questions, jobs: int, progress: Callable[[int, int], None]
) -> list[Prepared]:
    """Return every clip with what was found about it, in order, `jobs` read at a time.

    `progress`: called with (done, all).
    """
    prepared: list[Prepared] = []
    with ThreadPoolExecutor(jobs) as pool:
        try:
            for one in pool.map(lambda path: prepare_clip(path, questions), paths):
                prepared.append(one)
                progress(len(prepared), len(paths))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return prepared


def prepare_clip(path: Path, questions: Questions) -> Prepared:
    """Return one clip, read and checked."""
    name = name_of(path, questions.folder)
    try:
        samples, rate_hz = read_native(path)
        refuse_long(len(samples) / rate_hz)
        wave = _mono(samples, rate_hz)
        duration_s = len(wave) / SAMPLE_RATE_HZ
        by_hand = questions.by_hand_of(name, duration_s)
        transcript = by_hand.transcript if by_hand else questions.text_of(path)
        refuse_unusable(wave, transcript)
    except PychangError as error:
        return Prepared(None, (unreadable(path, error),))
    if questions.bpm and not by_hand:
        transcript = on_the_beat(transcript, first_sound_s(wave), duration_s, questions.bpm)
    found = list(doubts(samples, rate_hz, wave))
    broken = broken_off(path)
    if broken:
        found.append((broken, "export or copy it again"))
    remarks = tuple(Finding("warning", path, 0, "", why, cure) for why, cure in found)
    return Prepared(Clip(name, path, duration_s, transcript, by_hand, _digest(wave, transcript)), remarks)


def read_wave(path: Path) -> FloatArray:
    """Return the wave of a clip, [samples], mono at 44.1 kHz. Raises PychangError if it cannot be read."""
    return _mono(*read_native(path))


def _mono(samples: FloatArray, rate_hz: int) -> FloatArray:
    return np.asarray(resample(mono(samples), rate_hz))


def _digest(wave: FloatArray, transcript: Transcript) -> str:
    total = hashlib.blake2b(np.ascontiguousarray(wave).tobytes(), digest_size=16)
    total.update(repr(transcript).encode())
    return total.hexdigest()
