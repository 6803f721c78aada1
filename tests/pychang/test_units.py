"""Conversions, there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang.units import cents_to_ratio, db_to_gain, hz_to_midi, midi_to_hz, ms_to_samples


@pytest.mark.parametrize(
    ("midi", "hz"),
    [
        (69, 440.0),
        (57, 220.0),
        (60, 261.6256),
        (24, 32.7032),
        (107, 3951.066),
        (69.5, 452.8930),
    ],
)
def test_notes_known_from_tables(midi: float, hz: float) -> None:
    assert midi_to_hz(midi) == pytest.approx(hz, rel=1e-6)


@given(st.floats(-20.0, 140.0))
def test_midi_there_and_back(midi: float) -> None:
    assert hz_to_midi(midi_to_hz(midi)) == pytest.approx(midi, abs=1e-9)


def test_ratios_and_gains() -> None:
    assert cents_to_ratio(1200.0) == 2.0
    assert cents_to_ratio(-100.0) == pytest.approx(midi_to_hz(68) / 440.0)
    assert db_to_gain(20.0) == 10.0
    assert db_to_gain(-6.0206) == pytest.approx(0.5, rel=1e-5)


@pytest.mark.parametrize(
    ("ms", "samples"), [(0.0, 0), (10.0, 441), (1000.0, 44100), (0.02, 1), (-10.0, -441)]
)
def test_milliseconds_to_whole_samples(ms: float, samples: int) -> None:
    assert ms_to_samples(ms) == samples
