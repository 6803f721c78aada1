"""Rendered notes -> one wave: crossfades with aligned phase, dynamics, level."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pychang.units import SAMPLE_RATE_HZ, ms_to_samples
from resampler.wavtool import Wave, apply_envelope, mix_into, used_part
from voicebank_tools.pitch_curve import ticks_at
from voicebank_tools.score import Curve, TempoMap
from voicebank_tools.song_plan import PlannedNote

CEILING = 0.98
"""Highest peak of a song; a louder one is turned down as a whole."""

EDGE_MS = 2.0
"""Fade at the ends of a song or excerpt, which may cut through a note."""

DYNAMICS_STEP_MS = 5.0

_WINDOW_PERIODS = 4.0
"""Long enough that a Hann window keeps the second partial out."""

_VOICED_SHARE = 0.05
"""Least share of a window's energy in its fundamental for a phase to mean anything."""


@dataclass(frozen=True)
class Mix:
    """The notes of a track as one wave. `step_limit` is, at each sample, the largest step between
    neighbours that the notes sounding there have in themselves, under their envelopes: a larger
    one would be made by joining them. Both of shape [samples].
    """

    wave: Wave
    step_limit: Wave


def mix_notes(notes: Sequence[tuple[PlannedNote, Wave]], samples: int, start_ms: float = 0.0) -> Mix:
    """Return the notes of one track mixed.

    Args:
        notes: In order, with their waves.
        samples: Length of the result.
        start_ms: The song time of its first sample.
    """
    song = np.zeros(samples, dtype=np.float32)
    limit = np.zeros(samples, dtype=np.float32)
    previous: tuple[PlannedNote, Wave] | None = None
    for planned, wave in notes:
        note = planned
        if planned.joined and previous is not None:
            shift_ms = phase_shift_ms(previous, (planned, wave))
            note = replace(planned, place=replace(planned.place, skip_ms=planned.place.skip_ms - shift_ms))
        part = used_part(wave, note.place.skip_ms, note.place.length_ms)
        step = np.full(len(part), np.max(np.abs(np.diff(part)), initial=0.0), dtype=np.float32)
        place = ms_to_samples(note.place.start_ms - start_ms)
        mix_into(song, apply_envelope(part, note.place.envelope), place)
        mix_into(limit, apply_envelope(step, note.place.envelope), place)
        previous = note, wave
    return Mix(song, limit)


def phase_shift_ms(before: tuple[PlannedNote, Wave], after: tuple[PlannedNote, Wave]) -> float:
    """Return how much later (less than half a period, either way) the second wave must come for
    the fundamentals of both to agree in the middle of their crossfade; 0 where one is unvoiced.
    """
    frequency_hz, join_ms = after[0].join_hz, after[0].join_ms
    first = fundamental(_around(*before, join_ms, frequency_hz), frequency_hz)
    second = fundamental(_around(*after, join_ms, frequency_hz), frequency_hz)
    if first == 0.0 or second == 0.0:
        return 0.0
    return float(np.angle(second * np.conj(first))) / (2.0 * np.pi * frequency_hz) * 1000.0


def fundamental(window: Wave, frequency_hz: float) -> complex:
    """Return the complex amplitude of a frequency in a window, 0 if it is no part of its sound."""
    weights = np.hanning(len(window) + 2)[1:-1]
    energy = float(np.sum(weights * np.square(window, dtype=np.float64)))
    if energy <= 1e-12:
        return 0.0
    turns = np.exp(-2j * np.pi * frequency_hz * np.arange(len(window)) / SAMPLE_RATE_HZ)
    amplitude = complex(np.sum(weights * window * turns) / np.sum(weights))
    share = 2.0 * abs(amplitude) ** 2 * float(np.sum(weights)) / energy
    return amplitude if share >= _VOICED_SHARE else 0.0


def _around(note: PlannedNote, wave: Wave, time_ms: float, frequency_hz: float) -> Wave:
    """The note's wave, without its envelope, for some periods around a moment of the song."""
    length_ms = _WINDOW_PERIODS * 1000.0 / frequency_hz
    return used_part(
        wave, note.place.skip_ms + time_ms - length_ms / 2.0 - note.place.start_ms, length_ms
    )  # fmt: skip


def dynamics_gains(curve: Curve, tempo_map: TempoMap, samples: int, start_ms: float = 0.0) -> Wave:
    """Return the gain of each sample under a `dyn` curve (0.1 dB, 0 outside its points)."""
    if not curve.ticks:
        return np.ones(samples, dtype=np.float32)
    end_ms = samples * 1000.0 / SAMPLE_RATE_HZ
    times_ms = np.arange(0.0, end_ms + DYNAMICS_STEP_MS, DYNAMICS_STEP_MS)
    ticks = ticks_at(tempo_map, times_ms + start_ms)
    levels_db = np.interp(ticks, curve.ticks, curve.values, left=0.0, right=0.0) / 10.0
    at_ms = np.arange(samples) * (1000.0 / SAMPLE_RATE_HZ)
    gains = np.interp(at_ms, times_ms, np.power(10.0, levels_db / 20.0))
    return np.asarray(gains, dtype=np.float32)


def level_gain(wave: Wave) -> float:
    """Return the factor (<= 1) that brings the wave's peak within `CEILING`."""
    peak = max(float(np.max(wave, initial=0.0)), -float(np.min(wave, initial=0.0)))
    return min(1.0, CEILING / peak) if peak > 0.0 else 1.0


def fade_edges(wave: Wave) -> None:
    """Fade the first and last 2 ms of the wave in place: a cut through a note must not click."""
    samples = min(ms_to_samples(EDGE_MS), len(wave) // 2)
    ramp = np.linspace(0.0, 1.0, samples, endpoint=False, dtype=np.float32)
    wave[:samples] *= ramp
    wave[len(wave) - samples :] *= ramp[::-1]
