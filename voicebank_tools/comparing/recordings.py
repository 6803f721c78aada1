"""What is asked for: lines of a voicebank whose window is mostly voice, drawn by chance."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from pychang import PychangError, metrics
from pychang.analysis import Analysis, analyse
from pychang.arrays import FloatArray
from pychang.audio import read_wav
from pychang.units import SAMPLE_RATE_HZ, hz_to_midi
from resampler.protocol import window_end_ms
from resampler.render import frq_hint, named_hz
from voicebank_tools.bank_asked import findings_about
from voicebank_tools.comparing.world import WorldAnalysis, world_analysis
from voicebank_tools.finding import Finding, unreadable
from voicebank_tools.oto import OtoEntry
from voicebank_tools.voicebank import Voicebank, load_voicebank

SHORTEST_MS, MOSTLY = 350.0, 0.5
"""A sample is at least so long, and at least this share of its frames is voiced."""

_MOST_OPEN = 64
_Case = TypeVar("_Case")


@dataclass(frozen=True)
class Recording:
    """A recording at 44.1 kHz; taken apart when somebody asks. `wave`: shape [samples]."""

    path: Path
    wave: FloatArray

    @cached_property
    def f0_hz(self) -> FloatArray:
        """Harvest's f0 every `metrics.PITCH_FRAME_MS`, 0 where unvoiced. Shape [frames]."""
        return metrics.pitch_hz(self.wave)

    @cached_property
    def analysis(self) -> Analysis:
        """Our own; a `.frq` file beside the recording is a hint as it is for a host's note."""
        return analyse(self.wave, frq_hint(self.path, len(self.wave)), named_hz(self.path))

    @cached_property
    def world(self) -> WorldAnalysis:
        """WORLD's."""
        return world_analysis(self.wave)

    @property
    def length_ms(self) -> float:
        return len(self.wave) * 1000.0 / SAMPLE_RATE_HZ

    def part(self, begin_ms: float, end_ms: float) -> FloatArray:
        """Return the wave from one time to another. Shape [samples]."""
        return self.wave[samples_before(begin_ms) : samples_before(end_ms)]

    def pitch_at(self, times_ms: FloatArray) -> FloatArray:
        """Read Harvest's f0 at times of the recording, gaps bridged. Shape [points]."""
        voiced = np.flatnonzero(self.f0_hz > 0)
        return np.interp(times_ms / metrics.PITCH_FRAME_MS, voiced, self.f0_hz[voiced])


@dataclass(frozen=True)
class Sample:
    """A line of oto.ini; milliseconds from the file's start, but `consonant_ms` and a negative
    `cutoff_ms` from `begin_ms`."""

    recording: Recording
    alias: str
    begin_ms: float
    consonant_ms: float
    cutoff_ms: float
    end_ms: float

    @property
    def length_ms(self) -> float:
        return self.end_ms - self.begin_ms

    @property
    def wave(self) -> FloatArray:
        """The window's part of the recording. Shape [samples]."""
        return self.recording.part(self.begin_ms, self.end_ms)

    @property
    def vowel(self) -> FloatArray:
        """What follows the consonant. Shape [samples]."""
        return self.wave[samples_before(self.consonant_ms) :]

    @property
    def f0_hz(self) -> FloatArray:
        """Harvest's f0 in the window. Shape [frames]."""
        first, last = (int(ms / metrics.PITCH_FRAME_MS) for ms in (self.begin_ms, self.end_ms))
        return self.recording.f0_hz[first:last]

    @property
    def tone(self) -> int:
        """The nearest MIDI note of the voiced frames' median."""
        return round(hz_to_midi(float(np.median(self.f0_hz[self.f0_hz > 0]))))


@dataclass(frozen=True)
class Drawn(Generic[_Case]):
    """Cases drawn by chance, and what is amiss with their voicebanks and with recordings tried."""

    cases: list[_Case]
    findings: tuple[Finding, ...]


class Reader:
    """Opens recordings, the last ones but once; those that cannot be read are in `unreadable`."""

    def __init__(self) -> None:
        self._open = lru_cache(_MOST_OPEN)(open_recording)
        self.unreadable: dict[Path, Finding] = {}

    def open(self, path: Path) -> Recording | None:
        """Return a recording, None where it cannot be read."""
        if path in self.unreadable:
            return None
        try:
            return self._open(path)
        except PychangError as error:
            self.unreadable[path] = unreadable(path, error)
            return None


def samples_before(time_ms: float) -> int:
    """Return how many whole samples end before a time."""
    return int(time_ms * SAMPLE_RATE_HZ / 1000.0)


def open_recording(path: Path) -> Recording:
    """Read a recording; raises PychangError where it cannot be."""
    return Recording(path, read_wav(path))


def sample_of(entry: OtoEntry, recording: Recording) -> Sample:
    """Return a line's sample of its recording."""
    length_ms = recording.length_ms
    end_ms = min(window_end_ms(entry.offset_ms, entry.cutoff_ms, length_ms), length_ms)
    return Sample(recording, entry.alias, entry.offset_ms, entry.consonant_ms, entry.cutoff_ms, end_ms)


def usable_sample(entry: OtoEntry, recording: Recording) -> Sample | None:
    """Return a line's sample, None where it is too short or mostly without voice."""
    sample = sample_of(entry, recording)
    if entry.offset_ms < 0 or sample.length_ms < SHORTEST_MS:
        return None
    return sample if (sample.f0_hz > 0).mean() >= MOSTLY else None


def bank_lines(bank: Voicebank) -> list[OtoEntry]:
    """Return a bank's lines in their order; its recordings as they are where it has no line at all."""
    return [entry for entry in bank.entries if any(entry.times_ms)] or list(bank.entries)


def bank_samples(bank: Path, count: int, seed: int) -> Drawn[Sample]:
    """Return samples of a bank drawn by chance, one a recording, long enough and mostly voiced.

    Raises PychangError as `load_voicebank` does.
    """
    voicebank = load_voicebank(bank)
    reader = Reader()
    samples = _draw_samples(bank_lines(voicebank), count, seed, reader)
    findings = findings_about(voicebank, [sample.alias for sample in samples])
    return Drawn(samples, (*findings, *reader.unreadable.values()))


def _draw_samples(entries: Sequence[OtoEntry], count: int, seed: int, reader: Reader) -> list[Sample]:
    shuffled = list(entries)
    random.Random(seed).shuffle(shuffled)
    samples: list[Sample] = []
    seen: set[Path] = set()
    for entry in shuffled:
        if len(samples) == count:
            break
        recording = None if entry.wav_path in seen else reader.open(entry.wav_path)
        sample = usable_sample(entry, recording) if recording else None
        if sample is not None:
            seen.add(entry.wav_path)
            samples.append(sample)
    return samples
