"""The tests: which notes are asked for, and what is measured of each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import mkdtemp
from types import MappingProxyType

import numpy as np

from pychang import PychangError, metrics
from pychang.arrays import FloatArray
from pychang.audio import read_wav, write_wav
from pychang.metrics import PatchMoments
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ, midi_to_hz
from voicebank_tools.comparing.pairs import Pair
from voicebank_tools.comparing.recordings import Recording, Sample
from voicebank_tools.comparing.requests import (
    as_recorded,
    flat,
    own_f0_hz,
    request,
    velocity_percent,
    wholly_stretched,
)
from voicebank_tools.comparing.singers import Sing

Figures = Mapping[str, float]
"""Name of a measure (`comparing.measures`) -> its value, nan where there is none."""

SHIFTS, SHIFT_MS = (-12, -7, 5, 12), 900.0
HOLD_MS = 4000.0
SPEEDS = (0.7, 1.5)
ROUND_TRIPS = (-7, 5)
STARVED_RATIO = 1.8
UNVOICED_CENTS = 1200.0
"""What a note counts that has no pitch at all: the octave that trackers are off by."""

_SETTLED_MS, _NOTE_END = 40.0, 0.9
_LEAST_SHARE = 0.8


@dataclass(frozen=True)
class Texture:
    """Patches of what a note should sound like, and of the note."""

    reference: PatchMoments
    note: PatchMoments


@dataclass(frozen=True)
class Measured:
    """What was measured of one note."""

    figures: Figures
    texture: Texture | None = None


@dataclass(frozen=True)
class Trial:
    """One note, the same for every resampler.

    Attributes:
        test: Name of the test.
        variant: Which of the test's notes: "-7", "x1.5".
        make: Makes the note with a resampler; may keep files in a folder of its own.
        measure: Looks at it; raises ValueError where it is too short.
    """

    test: str
    variant: str
    make: Callable[[Sing, Path], FloatArray] = field(repr=False)
    measure: Callable[[FloatArray], Measured] = field(repr=False)


def copy(sample: Sample) -> Iterator[Trial]:
    """The sample at its own pitch and length."""

    def measure(wave: FloatArray) -> Measured:
        return Measured(_compared(sample, wave) | {"brightness_db": metrics.brightness_db(sample.wave, wave)})

    asked = as_recorded(sample, tone=sample.tone)
    yield Trial("copy", "", lambda sing, _: sing(asked, sample.recording), measure)


def shift(sample: Sample) -> Iterator[Trial]:
    """The sample flat, at four distances from its own pitch."""
    for semitones in SHIFTS:
        wanted_hz = midi_to_hz(sample.tone + semitones)

        def measure(wave: FloatArray, wanted_hz: float = wanted_hz) -> Measured:
            late_ms = abs(len(wave) * 1000.0 / SAMPLE_RATE_HZ - SHIFT_MS)
            settled = _settled(sample, SHIFT_MS)
            figures = _held(wave, wanted_hz, settled) | {"length_off_ms": late_ms}
            return _with_colour(sample, figures, wave, settled)

        yield Trial("shift", f"{semitones:+d}", _flat_note(sample, semitones, SHIFT_MS), measure)


def hold(sample: Sample) -> Iterator[Trial]:
    """The sample's vowel held for four seconds."""

    def measure(wave: FloatArray) -> Measured:
        settled = _settled(sample, HOLD_MS)
        figures = steadiness(wave, 0.3, _NOTE_END) | _held(wave, midi_to_hz(sample.tone), settled)
        return _with_colour(sample, figures, wave, settled)

    yield Trial("hold", "", _flat_note(sample, 0, HOLD_MS), measure)


def stretch(sample: Sample) -> Iterator[Trial]:
    """The whole sample quicker and slower, compared on the warped time axis."""
    for ratio in SPEEDS:

        def make(sing: Sing, _: Path, ratio: float = ratio) -> FloatArray:
            return sing(wholly_stretched(sample, ratio), sample.recording)

        def measure(wave: FloatArray, ratio: float = ratio) -> Measured:
            frames = warped_frames(sample, ratio)
            distance = metrics.warped_mel_distance_db(sample.wave, wave, frames)
            return Measured({"quicker_mel_db" if ratio < 1.0 else "slower_mel_db": distance})

        yield Trial("stretch", f"x{ratio:g}", make, measure)


def round_trip(sample: Sample) -> Iterator[Trial]:
    """The sample shifted, written, and what was written shifted back."""
    for semitones in ROUND_TRIPS:

        def make(sing: Sing, folder: Path, semitones: int = semitones) -> FloatArray:
            first = sing(as_recorded(sample, semitones), sample.recording)
            again = _written(first, sample, sample.consonant_ms, folder)
            return sing(request(again, own_f0_hz(sample), sample.length_ms), again.recording)

        yield Trial("round-trip", f"{semitones:+d}", make, lambda wave: Measured(_compared(sample, wave)))


def starved(sample: Sample) -> Iterator[Trial]:
    """The whole sample stretched to 1.8 times its length, written, and brought back."""
    yield Trial("starved", "", _starved(sample, 0), lambda wave: Measured(_compared(sample, wave)))


def starved_shift(sample: Sample) -> Iterator[Trial]:
    """The same, shifted as well: what most notes of a song are."""
    for semitones in ROUND_TRIPS:
        make = _starved(sample, semitones)
        yield Trial("starved-shift", f"{semitones:+d}", make, lambda wave: Measured(_compared(sample, wave)))


SAMPLE_TESTS: Mapping[str, Callable[[Sample], Iterator[Trial]]] = MappingProxyType(
    {
        "copy": copy,
        "shift": shift,
        "hold": hold,
        "stretch": stretch,
        "round-trip": round_trip,
        "starved": starved,
        "starved-shift": starved_shift,
    }
)

TESTS = (*SAMPLE_TESTS, "transfer")
"""All tests, in the order of the tables."""


def trials(case: Sample | Pair, tests: Sequence[str]) -> Iterator[Trial]:
    """Yield every note that the tests ask for of a sample or a pair."""
    if isinstance(case, Pair):
        if "transfer" in tests:
            yield _transfer(case)
        return
    for name, make in SAMPLE_TESTS.items():
        if name in tests:
            yield from make(case)


def recorded_vowel(sample: Sample) -> Measured | None:
    """Return what the test `hold` measures, of the vowel as recorded; None where it is too short.

    Its texture is that of its first half beside its second.
    """
    vowel = _steady_vowel(sample)
    halves = _halves(vowel)
    return None if halves is None else Measured(steadiness(vowel, 0.0, 1.0), halves)


def recorded_truth(pair: Pair) -> Measured | None:
    """Return the texture of the note that is the truth of a `transfer`, as of a recorded vowel."""
    halves = _halves(pair.vowel)
    return None if halves is None else Measured({}, halves)


def _halves(vowel: FloatArray) -> Texture | None:
    if len(vowel) < 2 * metrics.SHORTEST_SAMPLES:
        return None
    first, second = (metrics.patch_moments(half) for half in np.array_split(vowel, 2))
    return Texture(first, second)


def steadiness(wave: FloatArray, begin: float, end: float) -> dict[str, float]:
    """Return clicks and warble of a part (0..1) of a wave."""
    return {
        "click_db": metrics.click_db(wave, begin, end),
        "warble_db": metrics.warble_db(wave, begin, end),
    }


def warped_frames(sample: Sample, ratio: float) -> FloatArray:
    """Return where each mel frame of a sample is in a note `ratio` times as long. Shape [frames]."""
    return np.arange(len(sample.wave) // HOP_SAMPLES + 1) * ratio


def _transfer(pair: Pair) -> Trial:
    def measure(wave: FloatArray) -> Measured:
        truth, note = pair.vowel, pair.part(wave)
        if len(note) < _LEAST_SHARE * len(truth):
            raise ValueError(f"the note ends after {len(wave) * 1000 // SAMPLE_RATE_HZ} ms")
        figures = {
            "vowel_mel_db": metrics.vowel_distance_db(truth, note),
            "vowel_cepstral_db": metrics.vowel_cepstral_db(truth, note),
            "brightness_db": metrics.brightness_db(truth, note),
        }
        return Measured(figures, Texture(metrics.patch_moments(truth), metrics.patch_moments(note)))

    def make(sing: Sing, _: Path) -> FloatArray:
        return sing(pair.request, pair.source.recording)

    return Trial("transfer", f"{pair.semitones:+.1f}", make, measure)


def _flat_note(sample: Sample, semitones: int, length_ms: float) -> Callable[[Sing, Path], FloatArray]:
    # one bend of 0, as hosts without a curve write it
    asked = replace(flat(sample, semitones, length_ms), bend_cents=(0,))
    return lambda sing, _: sing(asked, sample.recording)


def _starved(sample: Sample, semitones: int) -> Callable[[Sing, Path], FloatArray]:
    def make(sing: Sing, folder: Path) -> FloatArray:
        first = sing(wholly_stretched(sample, STARVED_RATIO, semitones), sample.recording)
        again = _written(first, sample, sample.length_ms * STARVED_RATIO, folder)
        velocity = velocity_percent(1.0 / STARVED_RATIO)
        back = request(again, own_f0_hz(sample), sample.length_ms, velocity=velocity)
        return sing(back, again.recording)

    return make


def _compared(sample: Sample, wave: FloatArray) -> dict[str, float]:
    return vars(metrics.compare(sample.wave, wave))


def _held(wave: FloatArray, wanted_hz: float, settled: float) -> dict[str, float]:
    """How a flat note keeps its pitch from 30 % of it on, whatever sounds there, and in its settled vowel."""
    f0 = metrics.pitch_hz(wave)
    cents, unvoiced = metrics.pitch_error(f0, wanted_hz, 0.3, _NOTE_END)
    vowel_cents, _ = metrics.pitch_error(f0, wanted_hz, settled, _NOTE_END)
    found = {"pitch_cents": cents, "vowel_pitch_cents": vowel_cents}
    return {key: UNVOICED_CENTS if np.isnan(off) else off for key, off in found.items()} | {
        "unvoiced_percent": unvoiced
    }


def _settled(sample: Sample, length_ms: float) -> float:
    """From which share of a note the vowel alone sounds."""
    return min(0.75, max(0.3, (sample.consonant_ms + _SETTLED_MS) / length_ms))


def _with_colour(sample: Sample, figures: dict[str, float], wave: FloatArray, begin: float) -> Measured:
    """Add how a note's settled vowel looks beside the recorded one, where that is long enough."""
    vowel = _steady_vowel(sample)
    note = wave[int(begin * len(wave)) : int(_NOTE_END * len(wave))]
    if len(vowel) < metrics.SHORTEST_SAMPLES:
        return Measured(figures)
    texture = Texture(metrics.patch_moments(vowel), metrics.patch_moments(note))
    return Measured(figures | {"brightness_db": metrics.brightness_db(vowel, note)}, texture)


def _steady_vowel(sample: Sample) -> FloatArray:
    vowel = sample.vowel
    return vowel[int(0.1 * len(vowel)) : int(0.9 * len(vowel))]


def _written(wave: FloatArray, sample: Sample, consonant_ms: float, folder: Path) -> Sample:
    """Write a note, and read it back as a sample that is all of it."""
    # a name of its own: who copies recordings knows them by their paths
    path = Path(mkdtemp(dir=folder)) / "between.wav"
    write_wav(path, wave)
    recording = Recording(path, read_wav(path))
    if recording.length_ms < sample.length_ms / 2:
        raise PychangError(f"the first note is only {recording.length_ms:.0f} ms long")
    return Sample(recording, sample.alias, 0.0, consonant_ms, -recording.length_ms, recording.length_ms)
