"""Pairs of recordings of the same sound at two pitches: one is sung from the other, which is the truth."""

import itertools
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pychang import PychangError
from pychang.arrays import FloatArray
from pychang.units import ms_to_samples
from resampler.protocol import RenderRequest
from voicebank_tools.bank_asked import findings_about
from voicebank_tools.comparing.recordings import (
    Drawn,
    Reader,
    Sample,
    bank_lines,
    open_recording,
    sample_of,
    samples_before,
)
from voicebank_tools.comparing.requests import bend_times_ms, request
from voicebank_tools.oto import OtoEntry
from voicebank_tools.voicebank import Voicebank, load_voicebank

LEAST_SEMITONES, LONGEST_NOTE_MS, SHORTEST_NOTE_MS = 3.0, 1500.0, 300.0
_EDGES_MS = (80.0, 20.0)
_LEVEL_FRAMES = 9
_SETTLED_MS, _SHORTEST_VOWEL_MS, _LEAST_CONSONANT_MS = 40.0, 120.0, 50.0
_VOICED = 0.95
_PITCH_SUFFIX = re.compile(r"[_ ]?[A-G]#?\d$")
_VCV = re.compile(r"[aiueo] ")
_SOUND_FILES = {".wav", ".flac"}


@dataclass(frozen=True)
class Pair:
    """`source` sung with the melody of `target` for `length_ms`, compared from `begin_ms` to `end_ms`,
    where both are the same steady vowel."""

    source: Sample
    target: Sample
    length_ms: float
    begin_ms: float
    end_ms: float

    @property
    def request(self) -> RenderRequest:
        """What a host would ask for."""
        f0 = self.target.recording.pitch_at(bend_times_ms(self.length_ms) + self.target.begin_ms)
        return request(self.source, f0, self.length_ms)

    @property
    def vowel(self) -> FloatArray:
        """The truth. Shape [samples]."""
        from_ms = self.target.begin_ms
        return self.target.recording.part(from_ms + self.begin_ms, from_ms + self.end_ms)

    def part(self, wave: FloatArray) -> FloatArray:
        """Return what is compared of a note. Shape [samples]."""
        return wave[samples_before(self.begin_ms) : samples_before(self.end_ms)]

    @property
    def semitones(self) -> float:
        """How much higher the target is."""
        medians = (float(np.median(s.f0_hz[s.f0_hz > 0])) for s in (self.target, self.source))
        return 12.0 * float(np.log2(next(medians) / next(medians)))


def note_pairs(folder: Path) -> Iterator[Pair]:
    """Yield every note of one singer from every other at least three semitones away.

    `folder` holds recordings of one sung note each. Raises PychangError where it holds none, or one that
    cannot be read.
    """
    paths = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in _SOUND_FILES]
    notes = [note for note in map(note_sample, paths) if note is not None]
    if len(notes) < 2:
        raise PychangError(f"{folder} holds {len(notes)} sung notes; give a folder of at least 2 wav files")
    for source, target in itertools.permutations(notes, 2):
        length_ms = min(source.length_ms, target.length_ms, LONGEST_NOTE_MS)
        pair = Pair(source, target, length_ms, _EDGES_MS[0], length_ms - _EDGES_MS[1])
        if abs(pair.semitones) >= LEAST_SEMITONES and length_ms >= SHORTEST_NOTE_MS:
            yield pair


def note_sample(path: Path) -> Sample | None:
    """Return the sounding part of a recording that holds one note: voiced, and not 14 dB below its loudest;
    None where nothing is. Raises PychangError where it cannot be read."""
    recording = open_recording(path)
    hop = ms_to_samples(5.0)
    frames = len(recording.wave) // hop
    if frames < _LEVEL_FRAMES:
        return None
    level = np.sqrt(np.mean(recording.wave[: frames * hop].reshape(frames, hop) ** 2, axis=1))
    level = np.convolve(level, np.full(_LEVEL_FRAMES, 1.0 / _LEVEL_FRAMES), "same")
    good = np.flatnonzero((recording.f0_hz[:frames] > 0) & (level > 0.2 * level.max()))
    if not len(good):
        return None
    begin_ms, end_ms = 5.0 * good[0], 5.0 * good[-1]
    return Sample(recording, path.stem, begin_ms, 0.0, begin_ms - end_ms, end_ms)


def bank_pairs(bank: Path, other: Path, count: int, seed: int) -> Drawn[Pair]:
    """Return pairs drawn by chance: an alias of `bank` and the same of `other`, which holds another pitch.

    What tells the pitches apart in an alias's end (A4, _F#3) does not count. Raises PychangError as
    `load_voicebank` does.
    """
    banks = [load_voicebank(folder) for folder in (bank, other)]
    ours, theirs = ({bare(e.alias): e for e in bank_lines(one)} for one in banks)
    return _draw(
        [(ours[key], theirs[key]) for key in sorted(ours.keys() & theirs.keys())], banks, count, seed
    )


def pairs_within(bank: Path, count: int, seed: int) -> Drawn[Pair]:
    """Return pairs drawn by chance of aliases that one bank holds at several pitches, in either direction.

    Raises PychangError as `load_voicebank` does.
    """
    voicebank = load_voicebank(bank)
    groups: dict[str, dict[str, OtoEntry]] = {}
    for entry in bank_lines(voicebank):
        groups.setdefault(bare(entry.alias), {}).setdefault(entry.alias, entry)
    found = (
        pair for _, group in sorted(groups.items()) for pair in itertools.permutations(group.values(), 2)
    )
    apart = [pair for pair in found if pair[0].wav_path != pair[1].wav_path]
    return _draw(apart, [voicebank], count, seed)


def bare(alias: str) -> str:
    """Return an alias without the pitch at its end."""
    return _PITCH_SUFFIX.sub("", alias)


def _draw(
    candidates: Sequence[tuple[OtoEntry, OtoEntry]], banks: Sequence[Voicebank], count: int, seed: int
) -> Drawn[Pair]:
    usable = [pair for pair in candidates if pair[0].consonant_ms > _LEAST_CONSONANT_MS]
    # Of a VCV bank only lines that begin with a vowel, whose vowel after the consonant is the same.
    chosen = [pair for pair in usable if _VCV.match(pair[0].alias)] or usable
    random.Random(seed).shuffle(chosen)
    reader = Reader()
    found = (pair for candidate in chosen if (pair := _pair(*candidate, reader)) is not None)
    pairs = list(itertools.islice(found, count))
    drawn = [sample.alias for pair in pairs for sample in (pair.source, pair.target)]
    findings = [finding for bank in banks for finding in findings_about(bank, drawn)]
    return Drawn(pairs, (*findings, *reader.unreadable.values()))


def _pair(source: OtoEntry, target: OtoEntry, reader: Reader) -> Pair | None:
    recordings = reader.open(source.wav_path), reader.open(target.wav_path)
    if recordings[0] is None or recordings[1] is None:
        return None
    ours, theirs = sample_of(source, recordings[0]), sample_of(target, recordings[1])
    begin_ms = max(ours.consonant_ms, theirs.consonant_ms) + _SETTLED_MS
    length_ms = min(ours.length_ms, theirs.length_ms)
    if length_ms - begin_ms < _SHORTEST_VOWEL_MS or not (ours.f0_hz > 0).any():
        return None
    pair = Pair(ours, theirs, length_ms, begin_ms, length_ms)
    return pair if _voiced_share(pair) >= _VOICED else None


def _voiced_share(pair: Pair) -> float:
    at_ms = np.arange(len(pair.target.recording.f0_hz)) * 5.0 - pair.target.begin_ms
    inside = (at_ms > pair.begin_ms) & (at_ms < pair.end_ms)
    return float((pair.target.recording.f0_hz[inside] > 0).mean())
