"""Distances are measured: signals whose distance is known without them."""

import numpy as np
import pytest

from pychang import metrics
from pychang.metrics.likeness import _cepstral_db
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.pychang.signals import filtered, times_s, vowel, white

pytest.importorskip("librosa", reason="librosa comes with the measure and test extras")

SECOND = SAMPLE_RATE_HZ


def bands_above(hz: float) -> float:
    """Share of the 96 mel bands whose centre lies above a frequency (Slaney's scale)."""
    import librosa

    centres = librosa.mel_frequencies(98, fmin=40, fmax=18_000)[1:-1]
    return float((centres > hz).mean())


@pytest.mark.parametrize("gain_db", [0.0, -6.0, 4.0])
def test_a_recording_at_any_level_is_at_no_distance_from_itself(gain_db: float) -> None:
    wave = vowel(220.0, breath_db=-30.0)
    found = metrics.compare(wave, wave * 10 ** (gain_db / 20))
    assert found.mel_db < 0.02
    assert found.cepstral_db < 0.02
    assert found.pitch_cents < 0.01
    assert found.voicing_percent == 0.0
    assert found.aperiodicity_db < 1.0  # D4C is not quite blind to the level


@pytest.mark.parametrize(("gain_db", "from_hz"), [(6.0, 8000.0), (-10.0, 5000.0)])
def test_a_known_filter_measures_its_own_depth(gain_db: float, from_hz: float) -> None:
    wave = white(SECOND)
    share = bands_above(from_hz)
    assert share < 0.5  # the median level is that of the bands below
    wanted = abs(gain_db) * np.sqrt(share)
    changed = filtered(wave, from_hz, gain_db)
    assert metrics.mel_distance_db(wave, changed) == pytest.approx(wanted, rel=0.08)
    assert metrics.vowel_distance_db(wave, changed) == pytest.approx(wanted, rel=0.08)


def test_a_whole_frame_late_is_not_a_distance_but_a_sharper_filter_is() -> None:
    wave = white(SECOND)
    assert metrics.mel_distance_db(wave, np.roll(wave, 2 * HOP_SAMPLES)) < 0.5  # the ends differ
    assert metrics.mel_distance_db(wave, white(SECOND, seed=1)) > 3.0


def test_cepstral_distortion_grows_with_a_filter() -> None:
    wave = vowel(220.0, breath_db=-30.0)
    small, large = (metrics.compare(wave, filtered(wave, 4000.0, gain)).cepstral_db for gain in (3.0, 9.0))
    assert 0.5 < small < large
    assert large == pytest.approx(3 * small, rel=0.15)


def test_cepstral_distortion_of_a_cosine_ripple_is_its_cepstrum() -> None:
    """Kubichek's formula on known cepstra: one coefficient off by d is 10 / ln 10 * sqrt(2) * d."""
    ours, theirs = np.zeros((3, 25)), np.zeros((3, 25))
    theirs[:, 4] = 0.2
    theirs[:, 0] = 5.0  # the level does not count
    assert _cepstral_db(ours, theirs) == pytest.approx(np.full(3, 1.2284), rel=1e-3)


@pytest.mark.parametrize("cents", [10.0, -35.0])
def test_a_detuned_vowel_is_off_by_its_cents(cents: float) -> None:
    found = metrics.compare(vowel(220.0), vowel(220.0 * 2 ** (cents / 1200)))
    assert found.pitch_cents == pytest.approx(abs(cents), abs=0.3)
    assert found.pitch_p90_cents == pytest.approx(abs(cents), abs=1.0)
    error, unvoiced = metrics.steady_pitch(vowel(220.0), 220.0 * 2 ** (cents / 1200))
    assert error == pytest.approx(abs(cents), abs=0.3)
    assert unvoiced == 0.0


def test_what_has_no_pitch_is_said_to_have_none() -> None:
    cents, unvoiced = metrics.steady_pitch(np.zeros(SECOND), 220.0)
    assert np.isnan(cents)
    assert unvoiced == 100.0
    found = metrics.compare(np.zeros(SECOND // 4), np.zeros(SECOND // 4))
    assert np.isnan(found.pitch_cents)
    assert np.isnan(found.aperiodicity_db)
    assert found.mel_db == 0.0


def test_the_share_of_frames_that_lost_their_voice_is_counted() -> None:
    wave = vowel(220.0, seconds=1.0)
    silent = wave.copy()
    silent[SECOND * 3 // 5 :] = 0.0
    assert metrics.compare(wave, silent).voicing_percent == pytest.approx(40.0, abs=4.0)


def test_breath_is_seen_in_the_aperiodicity_by_its_level() -> None:
    clean = vowel(220.0)
    distances = [
        metrics.compare(clean, clean + white(len(clean), level)).aperiodicity_db
        for level in (-70.0, -50.0, -35.0)
    ]
    assert distances == sorted(distances)
    assert distances[2] > distances[0] + 5.0


def test_a_sweep_at_half_speed_is_near_on_the_warped_axis_only() -> None:
    at = times_s(1.0)
    fast = np.sin(2 * np.pi * (300 * at + 1500 * at**2))
    slow_at = times_s(2.0)
    slow = np.sin(2 * np.pi * (300 * slow_at + 750 * slow_at**2))
    frames = np.arange(len(fast) // HOP_SAMPLES + 1)
    warped = metrics.warped_mel_distance_db(fast, slow, frames * 2.0)
    assert metrics.warped_mel_distance_db(fast, fast, frames * 1.0) == 0.0
    assert warped < 0.3 * metrics.warped_mel_distance_db(fast, slow, frames * 1.0)


def test_waves_too_short_to_compare_are_refused() -> None:
    short = np.zeros(100)
    for measure in (metrics.compare, metrics.mel_distance_db, metrics.vowel_distance_db):
        with pytest.raises(ValueError, match="too few"):
            measure(short, short)


def test_the_high_bands_are_told_apart_from_the_low_ones() -> None:
    wave = white(SECOND)
    high = metrics.compare(wave, filtered(wave, 6000.0, 6.0))
    low = metrics.compare(wave, filtered(filtered(wave, 300.0, 6.0), 1000.0, -6.0))
    assert high.high_mel_db > 1.5 * high.mel_db
    assert low.high_mel_db < 0.5 * low.mel_db


@pytest.mark.parametrize("gain_db", [3.0, 9.0])
def test_mean_envelopes_differ_as_the_frames_do_where_all_frames_are_alike(gain_db: float) -> None:
    wave = vowel(220.0, breath_db=-30.0)
    changed = filtered(wave, 4000.0, gain_db)
    frames = metrics.compare(wave, changed).cepstral_db
    assert metrics.vowel_cepstral_db(wave, changed) == pytest.approx(frames, rel=0.1)
    assert metrics.vowel_cepstral_db(wave, 0.5 * wave) < 0.02
