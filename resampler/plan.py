"""From a host's request to a note plan: the time map and the wanted pitch.

The rules are UTAU's as its hosts rely on them: the consonant is stretched by the velocity, a vowel that is
long enough plays at its own speed, one that is too short is stretched or looped.
"""

import math
import zlib
from dataclasses import dataclass, replace

import numpy as np

from pychang.analysis import Analysis
from pychang.arrays import FloatArray
from pychang.note import NotePlan, frames_for
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ, midi_to_hz, ms_to_samples
from resampler.pitchbend import bend_step_ms
from resampler.protocol import RenderRequest, consonant_stretch, format_arguments, window_end_ms

TENSION_DB_PER_OCTAVE = 3.0
"""Tilt of the partials at tension 100."""

_SHORTEST_VOWEL_MS = 30.0
_HELD_BELOW, _WHOLLY_HELD = 0.6, 0.3  # speeds of a stretched vowel
_HOLD_FADE_MS = 30.0
_LOWEST_HZ, _HIGHEST_HZ = 20.0, 4000.0
_MS_PER_FRAME = 1000.0 * HOP_SAMPLES / SAMPLE_RATE_HZ


@dataclass(frozen=True)
class Window:
    """The part of the recording a request names, in milliseconds from the file's start, in order
    and inside the file: `start` <= `vowel` <= `end`. `vowel` ends the fixed consonant area."""

    start_ms: float
    vowel_ms: float
    end_ms: float


def source_window(request: RenderRequest, duration_ms: float) -> Window:
    """Clamp what oto.ini asks for to what the file holds.

    An empty or outside window keeps the nearest piece of the file rather than none: hosts cache
    what they get, and a missing note fails a whole phrase.
    """
    end = window_end_ms(request.offset_ms, request.cutoff_ms, duration_ms)
    start = min(max(request.offset_ms, 0.0), duration_ms)
    if start >= duration_ms:
        start = max(0.0, duration_ms - _SHORTEST_VOWEL_MS)
    end = min(max(end, start), duration_ms)
    if end - start < 1.0:
        end = min(duration_ms, start + max(request.consonant_ms, _SHORTEST_VOWEL_MS))
        start = max(0.0, min(start, end - 1.0))
    vowel = min(start + max(request.consonant_ms, 0.0), end)
    # whole samples: the residual is then moved, not re-sampled
    start = ms_to_samples(start) * 1000.0 / SAMPLE_RATE_HZ
    return Window(min(start, end), max(min(vowel, end), min(start, end)), end)


def output_samples(request: RenderRequest) -> int:
    """Return the note's length: what was asked for, rounded up, never less than one frame."""
    return max(HOP_SAMPLES, math.ceil(request.length_ms * SAMPLE_RATE_HZ / 1000.0 - 1e-6))


def time_map(
    window: Window, times_ms: FloatArray, stretch: float, length_ms: float, loop: bool
) -> tuple[FloatArray, FloatArray]:
    """Map each output time (ms) to its source time (ms).

    Args:
        window: Where the sample lies.
        times_ms: Output times. Shape [points].
        stretch: Factor on the consonant's duration.
        length_ms: The note's whole length.
        loop: Run to and fro over a short vowel instead of stretching it.

    Returns:
        Source times, and how far each point belongs to a held vowel (0..1). Shapes [points], [points].
    """
    vowel_ms = window.vowel_ms
    needed = length_ms - (vowel_ms - window.start_ms) * stretch
    without_vowel = window.end_ms - vowel_ms < min(_SHORTEST_VOWEL_MS, needed)
    if without_vowel:
        # no vowel to speak of: the window's last moment is stretched in its place
        vowel_ms, loop = max(window.start_ms, window.end_ms - _SHORTEST_VOWEL_MS), False
        needed = length_ms - (vowel_ms - window.start_ms) * stretch
    own = window.end_ms - vowel_ms
    past = times_ms - (vowel_ms - window.start_ms) * stretch
    speed = 1.0
    if own >= needed and not without_vowel:
        vowel = vowel_ms + past
    elif loop:
        fold = np.mod(past, 2 * own)
        vowel, speed = vowel_ms + np.where(fold < own, fold, 2 * own - fold), 0.0
    else:
        speed = own / needed
        vowel = vowel_ms + past * speed
    source = np.where(past < 0, window.start_ms + times_ms / stretch, np.minimum(vowel, window.end_ms))
    share = min(max((_HELD_BELOW - speed) / (_HELD_BELOW - _WHOLLY_HELD), 0.0), 1.0)
    return source, share * np.clip(past / _HOLD_FADE_MS, 0.0, 1.0)


def bend_at(cents: tuple[int, ...], step_ms: float, times_ms: FloatArray) -> FloatArray:
    """Read a pitch bend between its points; behind its last point it falls to 0 within one step.

    Shape of `times_ms`: [points]; 0 is the note's first sample.
    """
    if not cents:
        return np.zeros_like(times_ms)
    values = np.append(np.asarray(cents, dtype=float), 0.0)
    return np.interp(times_ms / step_ms, np.arange(len(values)), values)


def frame_times_ms(frames: int, lead_samples: int) -> FloatArray:
    """Return the output time of each plan frame; the first may stand before the note. Shape [frames]."""
    return (np.arange(frames) * HOP_SAMPLES - lead_samples) * 1000.0 / SAMPLE_RATE_HZ


def wanted_f0(
    request: RenderRequest, analysis: Analysis, source_frames: FloatArray, times_ms: FloatArray
) -> FloatArray:
    """Return the pitch to sing in hertz: tone, bend and the share of the recording's own movement.

    `source_frames` and the output's `times_ms` have shape [frames].
    """
    bend = bend_at(request.bend_cents, bend_step_ms(request.tempo_bpm), times_ms)
    cents = bend + request.flags.tone_cents
    mean_hz = analysis.mean_f0_hz
    if request.pitch_percent is not None:
        tone_hz = (mean_hz or 220.0) * request.pitch_percent / 100.0
    else:
        tone_hz = midi_to_hz(request.tone_midi)
    f0 = tone_hz * 2.0 ** (cents / 1200.0)
    if request.modulation_percent and mean_hz:
        own = analysis.own_hz_at(source_frames)
        f0 = f0 * (np.clip(own / mean_hz, 0.25, 4.0)) ** (request.modulation_percent / 100.0)
    return np.clip(f0, _LOWEST_HZ, _HIGHEST_HZ)


def build_plan(request: RenderRequest, analysis: Analysis) -> NotePlan:
    """Return what the engine is to sing for a request."""
    window = source_window(request, analysis.duration_s * 1000.0)
    samples = output_samples(request)
    lead = ms_to_samples(window.start_ms) % HOP_SAMPLES
    times_ms = frame_times_ms(frames_for(samples, lead), lead)
    stretch = consonant_stretch(request.velocity_percent)
    source_ms, held = time_map(window, times_ms, stretch, request.length_ms, request.flags.loop == "loop")
    source_frames = source_ms / _MS_PER_FRAME
    f0 = wanted_f0(request, analysis, source_frames, times_ms)
    return NotePlan(
        samples=samples, lead_samples=lead, source_frames=source_frames, f0_hz=f0,
        held=held, level_db=_follow_db(f0, request.flags.amplitude_follow),
        formant_ratio=request.flags.formant_ratio, breath_gain_db=request.flags.breath_gain_db,
        tilt_db_per_octave=TENSION_DB_PER_OCTAVE * request.flags.tension, seed=_seed(request),
    )  # fmt: skip


def _follow_db(f0: FloatArray, strength: float) -> FloatArray:
    """Flag A: at 100 %, 6 dB for each semitone above the note's median pitch, at most 12 dB."""
    semitones = 12.0 * np.log2(f0 / np.median(f0))
    return np.clip(6.0 * strength * semitones, -12.0, 12.0)


def _seed(request: RenderRequest) -> int:
    """A number that is the same for the same request, whatever the files are called."""
    whole = replace(request, tone_midi=round(request.tone_midi))  # as an argument can name it
    return zlib.crc32("\0".join(format_arguments(whole)[2:]).encode())
