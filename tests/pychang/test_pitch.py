"""Pitch against voices whose pitch is known to the last digit."""

import numpy as np
import pytest

from pychang.pitch import Pitch, continuous_f0, estimate_pitch, voiced_runs
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.pychang.signals import at_frames, syllable, times_s, vowel, white
from voicebank_tools.demo_voice import flutter_cents

SECONDS = 0.6


def cents_from(pitch: Pitch, true_hz: np.ndarray) -> np.ndarray:
    """Error of every voiced frame."""
    voiced = pitch.f0_hz > 0
    return np.asarray(np.abs(1200 * np.log2(pitch.f0_hz[voiced] / true_hz[voiced])))


@pytest.mark.parametrize("name", ["a", "i", "u", "e", "o"])
@pytest.mark.parametrize("f0_hz", [60.0, 98.0, 165.0, 233.0, 392.0, 660.0, 880.0, 1100.0])
def test_a_steady_voice_is_found_in_every_frame(f0_hz: float, name: str) -> None:
    wave = vowel(f0_hz, name, SECONDS)
    pitch = estimate_pitch(wave)
    assert len(pitch.f0_hz) == len(wave) // HOP_SAMPLES + 1
    error = cents_from(pitch, np.full(len(pitch.f0_hz), f0_hz))
    assert (pitch.f0_hz > 0).mean() > 0.97
    assert np.median(error) < 0.3
    assert error.max() < 25.0  # an octave would be 1200


@pytest.mark.parametrize("f0_hz", [82.0, 147.0, 311.0, 523.0, 988.0])
def test_noise_20_db_below_the_voice_does_not_matter(f0_hz: float) -> None:
    wave = vowel(f0_hz, "i", SECONDS)
    noisy = wave + white(len(wave), 20 * np.log10(np.sqrt(np.mean(wave**2))) - 20.0)
    pitch = estimate_pitch(noisy)
    error = cents_from(pitch, np.full(len(pitch.f0_hz), f0_hz))
    assert (pitch.f0_hz > 0).mean() > 0.97
    assert np.median(error) < 1.0
    assert error.max() < 25.0


@pytest.mark.parametrize(("movement", "median", "worst"), [
    ("vibrato", 9.0, 40.0), ("up", 7.0, 40.0), ("down", 7.0, 40.0), ("flutter", 3.0, 20.0),
])  # fmt: skip
def test_a_moving_voice_is_followed(movement: str, median: float, worst: float) -> None:
    time = times_s(1.0)
    curves = {
        "vibrato": 220 * 2 ** (np.sin(2 * np.pi * 5.5 * time) / 12),
        "up": 110 * 2 ** (2 * time),
        "down": 440 * 2 ** (-1.5 * time),
        "flutter": 330 * 2 ** (flutter_cents(time, 30.0) / 1200),
    }
    curve = curves[movement]
    pitch = estimate_pitch(vowel(curve))
    error = cents_from(pitch, at_frames(curve, len(pitch.f0_hz)))
    assert (pitch.f0_hz > 0).mean() > 0.97
    assert np.median(error) < median
    assert error.max() < worst


def test_what_has_no_pitch_is_unvoiced() -> None:
    second = SAMPLE_RATE_HZ
    clicks = np.zeros(second, np.float32)
    clicks[[3000, 11000, 17500, 31000]] = 0.8
    for wave in (np.zeros(second, np.float32), white(second), clicks, np.full(second, 0.3, np.float32)):
        pitch = estimate_pitch(wave)
        assert not pitch.f0_hz.any()
        assert not pitch.voicing.any()


@pytest.mark.parametrize("samples", [0, 1, 10, 219, 221, 441, 879, 881, 2000])
def test_the_shortest_recordings_have_a_frame_for_each_hop(samples: int) -> None:
    pitch = estimate_pitch(vowel(220.0, seconds=0.1)[:samples])
    assert len(pitch.f0_hz) == len(pitch.voicing) == samples // HOP_SAMPLES + 1
    assert np.isfinite(pitch.f0_hz).all()


def test_a_voice_between_silences_and_a_hiss() -> None:
    pitch = estimate_pitch(syllable(220.0))
    frame_s = np.arange(len(pitch.f0_hz)) * HOP_SAMPLES / SAMPLE_RATE_HZ
    inside = (frame_s > 0.26) & (frame_s < 0.68)
    outside = (frame_s < 0.18) | (frame_s > 0.76)
    assert (pitch.f0_hz[inside] > 0).all()
    assert not pitch.f0_hz[outside].any()
    assert not pitch.voicing[outside].any()


def test_voicing_is_soft_at_borders_and_whole_inside() -> None:
    pitch = estimate_pitch(syllable(220.0))
    (start, stop), *more = voiced_runs(pitch.f0_hz)
    assert more == []
    assert (pitch.voicing[start:stop] == 1.0).all()
    beyond = np.concatenate([pitch.voicing[:start], pitch.voicing[stop:]])
    assert (beyond < 1.0).all()
    assert ((beyond > 0.0) & (beyond < 1.0)).any()
    # falls with the distance from the voice
    assert (np.diff(pitch.voicing[:start]) >= 0).all()
    assert (np.diff(pitch.voicing[stop:]) <= 0).all()


@pytest.mark.parametrize("factor", [0.5, 2.0, 3.0])
def test_a_hint_that_is_octaves_off_changes_nothing(factor: float) -> None:
    wave = vowel(247.0, "a", SECONDS, breath_db=-30.0)
    plain = estimate_pitch(wave)
    hinted = estimate_pitch(wave, np.full(len(plain.f0_hz), factor * 247.0))
    np.testing.assert_array_equal(hinted.f0_hz, plain.f0_hz)


def median_hz(pitch: Pitch) -> float:
    return float(np.median(pitch.f0_hz[pitch.f0_hz > 0]))


@pytest.mark.parametrize("every_second_pulse", [0.1, 0.2, 0.3])
def test_a_name_tells_the_octave_of_a_voice_with_uneven_pulses(every_second_pulse: float) -> None:
    wave = vowel(220.0, "a", SECONDS) + every_second_pulse * vowel(110.0, "a", SECONDS)
    assert median_hz(estimate_pitch(wave)) == pytest.approx(110.0, rel=0.01)
    named = estimate_pitch(wave, named_hz=220.0 * 1.03)
    assert median_hz(named) == pytest.approx(220.0, rel=0.01)
    assert (named.f0_hz > 0).mean() > 0.97


@pytest.mark.parametrize("name", ["a", "i", "u"])
@pytest.mark.parametrize("factor", [0.25, 0.5, 0.7, 2.0, 4.0])
def test_a_wrong_name_changes_nothing(factor: float, name: str) -> None:
    wave = vowel(220.0, name, 0.3, breath_db=-30.0)
    plain = estimate_pitch(wave)
    named = estimate_pitch(wave, named_hz=factor * 220.0)
    np.testing.assert_array_equal(named.f0_hz, plain.f0_hz)
    np.testing.assert_array_equal(named.voicing, plain.voicing)


def test_a_name_does_not_make_noise_a_voice() -> None:
    assert not estimate_pitch(white(SAMPLE_RATE_HZ // 2), named_hz=220.0).f0_hz.any()


def test_a_hint_does_not_make_noise_a_voice() -> None:
    wave = white(SAMPLE_RATE_HZ // 2)
    assert not estimate_pitch(wave, np.full(300, 220.0)).f0_hz.any()


@pytest.mark.parametrize("frames", [0, 1, 1000])
def test_a_hint_of_the_wrong_length_is_taken_as_far_as_it_goes(frames: int) -> None:
    wave = vowel(220.0, seconds=0.3)
    pitch = estimate_pitch(wave, np.full(frames, 220.0))
    assert len(pitch.f0_hz) == len(wave) // HOP_SAMPLES + 1
    assert np.median(cents_from(pitch, np.full(len(pitch.f0_hz), 220.0))) < 0.3


def test_level_and_polarity_do_not_matter() -> None:
    wave = vowel(180.0, "o", SECONDS)
    plain = estimate_pitch(wave).f0_hz
    for changed in (wave * 0.02, wave * 3.0, -wave, wave + np.float32(0.1)):
        other = estimate_pitch(changed).f0_hz
        assert np.median(np.abs(1200 * np.log2(other[5:-5] / plain[5:-5]))) < 0.3


def test_runs_of_voice() -> None:
    assert voiced_runs(np.array([0, 1, 1, 0, 0, 2.5])) == [(1, 3), (5, 6)]
    assert voiced_runs(np.zeros(4)) == []
    assert voiced_runs(np.ones(3)) == [(0, 3)]


def test_gaps_are_bridged_in_equal_steps_of_pitch() -> None:
    filled = continuous_f0(np.array([0.0, 100.0, 0.0, 400.0, 0.0]))
    np.testing.assert_allclose(filled, [100.0, 100.0, 200.0, 400.0, 400.0])
