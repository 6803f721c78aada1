"""Constants and conversions; every name carries its unit."""

import math

SAMPLE_RATE_HZ = 44100
"""The one rate inside the project and in every file it writes (hosts expect it)."""

HOP_SAMPLES = 220
"""Distance of analysis and plan frames (4.99 ms): shorter than a glottal period of any
voice below 200 Hz and half of the host's 10 ms, so that no wanted movement is lost."""

A4_HZ = 440.0
A4_MIDI = 69


def midi_to_hz(midi: float) -> float:
    """Return the frequency in hertz of a MIDI note number (69 = 440 Hz; fractions allowed)."""
    return A4_HZ * 2.0 ** ((midi - A4_MIDI) / 12.0)


def hz_to_midi(frequency_hz: float) -> float:
    """Return the MIDI note number, with fractions, of a positive frequency in hertz."""
    return A4_MIDI + 12.0 * math.log2(frequency_hz / A4_HZ)


def cents_to_ratio(cents: float) -> float:
    """Return the frequency ratio of an interval in cents."""
    return 2.0 ** (cents / 1200.0)


def db_to_gain(level_db: float) -> float:
    """Return the amplitude factor of a level in decibels."""
    return 10.0 ** (level_db / 20.0)


def ms_to_samples(duration_ms: float) -> int:
    """Return the nearest whole number of samples at `SAMPLE_RATE_HZ`."""
    return round(duration_ms * SAMPLE_RATE_HZ / 1000.0)
