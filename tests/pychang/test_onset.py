"""Breath before a vowel is no voice, and a sudden or a hoarse voice is one."""

import numpy as np
import pytest

from pychang.onset import heard_pitch
from pychang.pitch import Pitch, estimate_pitch, voiced_runs
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.pychang.signals import times_s, vowel, white

SILENCE = np.zeros(SAMPLE_RATE_HZ // 10, np.float32)
ASPIRATION_S = 0.04


def aspirated(f0_hz: float, noise_db: float = -30.0, seed: int = 0) -> tuple[np.ndarray, int, int]:
    """Silence, aspiration, a vowel, silence; and the frames on which aspiration and vowel begin."""
    noise = white(round(ASPIRATION_S * SAMPLE_RATE_HZ), noise_db, seed)
    wave = np.concatenate([SILENCE, noise, vowel(f0_hz, seconds=0.4, breath_db=-30.0), SILENCE])
    return wave, len(SILENCE) // HOP_SAMPLES, (len(SILENCE) + len(noise)) // HOP_SAMPLES


def sung(frames: int, first: int, stop: int, f0_hz: float) -> Pitch:
    """Estimators that are sure of a voice from one frame to another."""
    f0 = np.zeros(frames)
    f0[first:stop] = f0_hz
    return Pitch(f0, (f0 > 0).astype(float))


@pytest.mark.parametrize("f0_hz", [220.0, 340.0, 500.0])
@pytest.mark.parametrize("wrong", [1.0, 1.45])
def test_aspiration_that_was_taken_for_a_pitch_is_given_back(f0_hz: float, wrong: float) -> None:
    wave, breath, onset = aspirated(f0_hz)
    believed = sung(len(wave) // HOP_SAMPLES + 1, onset, onset + 80, f0_hz)
    believed.f0_hz[breath:onset] = wrong * f0_hz
    believed.voicing[breath:onset] = 1.0
    heard = heard_pitch(wave, believed)
    cycle = max(1, round(SAMPLE_RATE_HZ / HOP_SAMPLES / f0_hz)) + 1
    assert not heard.f0_hz[: onset - cycle].any()
    assert heard.voicing[breath : onset - cycle].mean() < 0.3
    assert (heard.voicing[onset + cycle : onset + 80 - cycle] == 1.0).all()
    np.testing.assert_array_equal(heard.f0_hz[onset + cycle : onset + 78], f0_hz)


def test_a_pitch_found_in_noise_alone_is_no_voice() -> None:
    wave = white(SAMPLE_RATE_HZ // 2, seed=3)
    heard = heard_pitch(wave, sung(len(wave) // HOP_SAMPLES + 1, 40, 52, 300.0))
    assert not heard.f0_hz.any()
    assert not heard.voicing.any()


def test_a_hoarse_voice_stays_one() -> None:
    wave = 0.2 * vowel(220.0, seconds=0.5) + white(SAMPLE_RATE_HZ // 2, -28.0)
    believed = sung(len(wave) // HOP_SAMPLES + 1, 0, len(wave) // HOP_SAMPLES + 1, 220.0)
    noise_only = heard_pitch(white(len(wave), -28.0), believed)
    for heard in (heard_pitch(wave, believed), noise_only):
        assert len(voiced_runs(heard.f0_hz)) == 1
        assert (heard.f0_hz[20:-20] == 220.0).all()


@pytest.mark.parametrize("f0_hz", [70.0, 130.0, 340.0, 900.0])
def test_a_sudden_voice_is_heard_from_its_first_frame(f0_hz: float) -> None:
    wave = vowel(f0_hz, "e", 0.4)
    pitch = estimate_pitch(wave)
    heard = heard_pitch(wave, pitch)
    np.testing.assert_array_equal(heard.f0_hz, pitch.f0_hz)
    np.testing.assert_array_equal(heard.voicing, pitch.voicing)


@pytest.mark.parametrize("f0_hz", [110.0, 175.0, 300.0])
@pytest.mark.parametrize(("higher", "until_s"), [(1.1, 0.02), (1.06, 0.05)])
def test_a_voice_whose_first_cycles_are_others_is_heard_from_there(
    f0_hz: float, higher: float, until_s: float
) -> None:
    """A hard attack's pitch is too quick for estimators: three periods are no good look at it, one is."""
    pitch = np.interp(times_s(0.4), [until_s, until_s + 0.01], [higher, 1.0])
    room = white(SAMPLE_RATE_HZ // 10, -60.0)
    wave = np.concatenate([room, vowel(f0_hz * pitch, seconds=0.4)])
    onset, frames = len(room) // HOP_SAMPLES, len(wave) // HOP_SAMPLES + 1
    heard = heard_pitch(wave, sung(frames, onset - 2, frames - 2, f0_hz))
    assert heard.voicing[: onset - 1].max() < 0.3
    assert (heard.voicing[onset + 2 : -4] == 1.0).all()


def test_nothing_becomes_voiced_that_was_not() -> None:
    wave, _, _ = aspirated(340.0)
    pitch = estimate_pitch(wave)
    heard = heard_pitch(wave, pitch)
    assert (heard.voicing <= pitch.voicing).all()
    assert (heard.voicing[heard.f0_hz > 0] == 1.0).all()
    (run,) = voiced_runs(heard.voicing)
    first, stop = voiced_runs(heard.f0_hz)[0]
    assert (np.diff(heard.voicing[run[0] : first]) >= 0).all()
    assert (np.diff(heard.voicing[stop : run[1]]) <= 0).all()


def test_no_voice_is_no_voice() -> None:
    silent = Pitch(np.zeros(50), np.zeros(50))
    assert heard_pitch(np.zeros(49 * HOP_SAMPLES, np.float32), silent) is silent
