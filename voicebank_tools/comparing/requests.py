"""Requests as hosts write them, for samples: a note name, bends of whole cents, levels as recorded (P0)."""

import numpy as np

from pychang.arrays import FloatArray
from pychang.units import hz_to_midi, midi_to_hz
from resampler.pitchbend import bend_step_ms, encode_bend
from resampler.protocol import RenderRequest, note_name, parse_arguments
from voicebank_tools.comparing.recordings import Sample

TEMPO_BPM = 120.0


def request(
    sample: Sample, f0_hz: FloatArray, length_ms: float, flags: str = "", consonant_ms: float | None = None,
    velocity: float = 100.0, tone: int | None = None,
) -> RenderRequest:  # fmt: skip
    """Return what a host asks for, by way of its argument list: a note name and bends of whole cents.

    `f0_hz` is wanted at `bend_times_ms(length_ms)`. `consonant_ms`: in place of the sample's own. `tone`:
    the MIDI note that is named, by default the one nearest to the median of `f0_hz`.
    """
    tone = round(hz_to_midi(float(np.median(f0_hz)))) if tone is None else tone
    cents = np.rint(1200.0 * np.log2(f0_hz / midi_to_hz(tone))).astype(int)
    consonant = sample.consonant_ms if consonant_ms is None else consonant_ms
    return parse_arguments([
        str(sample.recording.path), "out.wav", note_name(tone), f"{velocity:g}", f"P0{flags}",
        f"{sample.begin_ms:g}", f"{length_ms:g}", f"{consonant:g}", f"{sample.cutoff_ms:g}", "100", "0",
        f"!{TEMPO_BPM:g}", encode_bend(cents.tolist()),
    ])  # fmt: skip


def bend_times_ms(length_ms: float) -> FloatArray:
    """Return when a note's bend has its values. Shape [points]."""
    return np.arange(0.0, length_ms, bend_step_ms(TEMPO_BPM))


def as_recorded(sample: Sample, semitones: float = 0.0, tone: int | None = None) -> RenderRequest:
    """Ask for a sample at its own length and with its own melody, shifted; `tone` as in `request`."""
    return request(sample, own_f0_hz(sample, semitones), sample.length_ms, tone=tone)


def own_f0_hz(sample: Sample, semitones: float = 0.0) -> FloatArray:
    """Return a sample's own melody, shifted, at `bend_times_ms(sample.length_ms)`. Shape [points]."""
    times = bend_times_ms(sample.length_ms) + sample.begin_ms
    return np.asarray(sample.recording.pitch_at(times) * 2.0 ** (semitones / 12.0))


def flat(sample: Sample, semitones: int, length_ms: float, flags: str = "") -> RenderRequest:
    """Ask for a sample on one note."""
    f0 = np.full(len(bend_times_ms(length_ms)), midi_to_hz(sample.tone + semitones))
    return request(sample, f0, length_ms, flags)


def stretched(sample: Sample, ratio: float) -> RenderRequest:
    """Ask for a sample whose vowel lasts `ratio` times its own length, the melody stretched with it."""
    consonant = sample.consonant_ms
    length_ms = consonant + (sample.length_ms - consonant) * ratio
    times = bend_times_ms(length_ms)
    past = np.maximum(times - consonant, 0.0)
    source = np.minimum(times, consonant) + past / ratio + sample.begin_ms
    return request(sample, sample.recording.pitch_at(source), length_ms)


def wholly_stretched(sample: Sample, ratio: float, semitones: float = 0.0) -> RenderRequest:
    """Ask for a sample at another speed from end to end: all of it is consonant, velocity is speed."""
    length_ms = sample.length_ms * ratio
    f0 = sample.recording.pitch_at(bend_times_ms(length_ms) / ratio + sample.begin_ms)
    shifted = np.asarray(f0 * 2.0 ** (semitones / 12.0))
    return request(
        sample, shifted, length_ms, consonant_ms=sample.length_ms, velocity=velocity_percent(ratio)
    )  # fmt: skip


def velocity_percent(ratio: float) -> float:
    """Return the velocity at which consonants last `ratio` times their length (0.5 to 2)."""
    return float(100.0 * (1.0 - np.log2(ratio)))
