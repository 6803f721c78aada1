"""Japanese morae for the demo voice: a table of consonants, sung into one vowel each.

A consonant is a row of steps (closure, burst, friction, murmur, glide), each with its levels and the
place the tract is held at; smoothing the steps' joints gives the transitions a listener expects.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from pychang import PychangError
from pychang.units import SAMPLE_RATE_HZ, cents_to_ratio, db_to_gain
from voicebank_tools.demo_voice import (
    HOP_SAMPLES,
    VOWELS,
    FloatArray,
    Formants,
    VoiceTrack,
    flutter_cents,
    perform,
)
from voicebank_tools.kana import SYLLABIC_N, romaji_of

OFF_DB = -140.0

LEAD_MS = 100.0
"""Silence before the mora."""

RELEASE_MS = 120.0
"""Fade and silence after it."""

_NASAL_BANDWIDTHS_HZ = (90.0, 250.0, 300.0, 300.0, 350.0)
LIPS = Formants((260.0, 900.0, 2300.0, 3500.0, 4600.0))
TEETH = Formants((280.0, 1750.0, 2700.0, 3700.0, 4700.0))
PALATE = Formants((270.0, 2450.0, 3150.0, 3800.0, 4700.0))
VELUM = Formants((280.0, 1900.0, 2400.0, 3600.0, 4700.0))
FLAP = Formants((420.0, 1600.0, 2500.0, 3600.0, 4700.0))
ROUND = Formants((300.0, 750.0, 2300.0, 3500.0, 4600.0))
NASAL_LIPS = Formants((260.0, 1000.0, 2200.0, 3300.0, 4500.0), _NASAL_BANDWIDTHS_HZ)
NASAL_TEETH = Formants((260.0, 1500.0, 2400.0, 3400.0, 4500.0), _NASAL_BANDWIDTHS_HZ)


@dataclass(frozen=True)
class Step:
    """A moment of a consonant. Levels in dB relative to the vowel; `place` None: the vowel's own shape."""

    length_ms: float
    voice_db: float = OFF_DB
    breath_db: float = OFF_DB
    noise_db: float = OFF_DB
    noise_hz: float = 4000.0
    noise_width_hz: float = 1000.0
    place: Formants | None = None


@dataclass(frozen=True)
class Mora:
    """A sung mora: `wave` `[samples]` and where in it, in ms, its parts begin.

    `f0_hz` `[frames]` is the exact pitch each `HOP_SAMPLES`, also under unvoiced sound.
    """

    wave: FloatArray
    f0_hz: FloatArray
    consonant_start_ms: float
    vowel_start_ms: float
    vowel_end_ms: float


def _stop(place: Formants, burst_hz: float, width_hz: float, breath_ms: float) -> tuple[Step, ...]:
    burst = Step(12, noise_db=-12, noise_hz=burst_hz, noise_width_hz=width_hz, place=place)
    return Step(45, place=place), burst, Step(breath_ms, breath_db=-20)


def _voiced_stop(place: Formants, burst_hz: float, width_hz: float) -> tuple[Step, ...]:
    burst = Step(8, voice_db=-14, noise_db=-18, noise_hz=burst_hz, noise_width_hz=width_hz, place=place)
    return Step(45, voice_db=-15, place=place), burst


def _friction(length_ms: float, noise_db: float, hz: float, width_hz: float, place: Formants) -> Step:
    return Step(length_ms, noise_db=noise_db, noise_hz=hz, noise_width_hz=width_hz, place=place)


_HISS, _HUSH = (7200.0, 1800.0, TEETH), (3700.0, 1000.0, PALATE)
_GLIDE = Step(55, voice_db=-2, place=PALATE)

CONSONANTS: Mapping[str, tuple[Step, ...]] = MappingProxyType(
    {
        "": (),
        "k": _stop(VELUM, 1900, 500, 22),
        "t": _stop(TEETH, 4200, 1500, 14),
        "p": _stop(LIPS, 900, 700, 14),
        "g": _voiced_stop(VELUM, 1900, 500),
        "d": _voiced_stop(TEETH, 4200, 1500),
        "b": _voiced_stop(LIPS, 900, 700),
        "s": (_friction(115, -12, *_HISS),),
        "sh": (_friction(115, -10, *_HUSH),),
        "ts": (Step(40, place=TEETH), _friction(70, -12, *_HISS)),
        "ch": (Step(40, place=PALATE), _friction(70, -10, *_HUSH)),
        "z": (Step(35, voice_db=-15, place=TEETH), Step(60, -9, noise_db=-20, noise_hz=7200, place=TEETH)),
        "j": (Step(35, voice_db=-15, place=PALATE), Step(60, -9, noise_db=-18, noise_hz=3700, place=PALATE)),
        "h": (Step(85, breath_db=-16),),
        "f": (Step(85, breath_db=-26, noise_db=-22, noise_hz=2500, noise_width_hz=2500, place=LIPS),),
        "m": (Step(80, voice_db=-5, place=NASAL_LIPS),),
        "n": (Step(80, voice_db=-5, place=NASAL_TEETH),),
        "r": (Step(25, voice_db=-4, place=FLAP), Step(20, voice_db=-17, place=FLAP)),
        "y": (_GLIDE,),
        "w": (Step(60, voice_db=-3, place=ROUND),),
    }
)
"""Consonant -> its steps; a palatal one (`ky`) is the plain one and a glide."""


def synthesise_mora(
    kana: str,
    f0_hz: float,
    *,
    vowel_ms: float = 900.0,
    level_db: float = -18.0,
    breath_db: float = -32.0,
    flutter_depth_cents: float = 0.0,
    seed: int = 0,
) -> Mora:
    """Return one mora, as `か` or `ん`, sung at `f0_hz`: silence, consonant, vowel, fade, silence.

    `level_db`: RMS of the vowel (ん is 4 dB softer); `breath_db`: its breath relative to that.
    Raises PychangError for a mora the demo voice cannot say.
    """
    consonant, vowel = _sounds(kana)
    begin_ms = LEAD_MS + sum(step.length_ms for step in consonant)
    # A murmur is softer than a vowel and has next to no breath: the nose hides it.
    held_db, held_breath_db = (-4.0, OFF_DB) if kana == SYLLABIC_N else (0.0, breath_db)
    held = Step(vowel_ms, held_db, held_breath_db, place=vowel)
    steps = (Step(LEAD_MS), *consonant, held, Step(RELEASE_MS))
    track = _track(steps, vowel, f0_hz, flutter_depth_cents, db_to_gain(level_db))
    return Mora(perform(track, seed), track.f0_hz, LEAD_MS, begin_ms, begin_ms + vowel_ms)


def _sounds(kana: str) -> tuple[tuple[Step, ...], Formants]:
    """The steps before the vowel, and the vowel (for ん: the murmur that is held)."""
    if kana == SYLLABIC_N:
        return (), NASAL_TEETH
    romaji = (romaji_of(kana) or ("",))[0]
    consonant, vowel = romaji[:-1], romaji[-1:]
    if vowel in VOWELS and consonant in CONSONANTS:
        return CONSONANTS[consonant], VOWELS[vowel]
    if vowel in VOWELS and consonant[-1:] == "y" and consonant[:-1] in CONSONANTS:
        return (*CONSONANTS[consonant[:-1]], _GLIDE), VOWELS[vowel]
    raise PychangError(f"mora {kana!r}: the demo voice cannot say it; give one hiragana mora such as か")


def _track(
    steps: tuple[Step, ...], vowel: Formants, f0_hz: float, flutter_depth_cents: float, gain: float
) -> VoiceTrack:
    ends_ms = np.cumsum([step.length_ms for step in steps])
    frames = int(np.ceil(ends_ms[-1] * SAMPLE_RATE_HZ / 1000.0 / HOP_SAMPLES)) + 1
    times_ms = np.arange(frames) * HOP_SAMPLES * 1000.0 / SAMPLE_RATE_HZ
    which = np.minimum(np.searchsorted(ends_ms, times_ms, side="right"), len(steps) - 1)
    shapes = [step.place or vowel for step in steps]

    def level(name: str, smooth_ms: float) -> FloatArray:
        gains = np.array([db_to_gain(getattr(step, name)) for step in steps])
        return gain * _smooth(gains[which], smooth_ms)

    cents = flutter_cents(times_ms / 1000.0, flutter_depth_cents)
    return VoiceTrack(
        f0_hz=f0_hz * np.array([cents_to_ratio(value) for value in cents]),
        voice_gain=level("voice_db", 16.0),
        breath_gain=level("breath_db", 12.0),
        noise_gain=level("noise_db", 5.0),
        formants_hz=_smooth(np.array([shape.frequencies_hz for shape in shapes])[which], 60.0),
        bandwidths_hz=_smooth(np.array([shape.bandwidths_hz for shape in shapes])[which], 60.0),
        noise_hz=np.array([step.noise_hz for step in steps])[which],
        noise_width_hz=np.array([step.noise_width_hz for step in steps])[which],
    )


def _smooth(values: FloatArray, width_ms: float) -> FloatArray:
    """Round the corners of step functions `[frames]` or `[frames, columns]` with a Hann window."""
    half = max(1, round(width_ms * SAMPLE_RATE_HZ / 1000.0 / HOP_SAMPLES / 2.0))
    window = np.hanning(2 * half + 1)
    window /= window.sum()
    padded = np.pad(values, [(half, half)] + [(0, 0)] * (values.ndim - 1), mode="edge")
    columns = padded.reshape(padded.shape[0], -1).T
    smooth = np.stack([np.convolve(column, window, "valid") for column in columns], axis=-1)
    return np.asarray(smooth.reshape(values.shape))
