"""Measures are measured: signals whose distance is known without them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pychang import metrics
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.pychang.signals import syllable, times_s, vowel, white

pytest.importorskip("librosa", reason="librosa comes with the measure and test extras")

SECOND = SAMPLE_RATE_HZ


def filtered(wave: NDArray[np.float32], from_hz: float, gain_db: float) -> NDArray[np.float64]:
    """The wave with everything from a frequency on raised by a gain."""
    spectrum = np.fft.rfft(wave)
    raised = np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE_HZ) >= from_hz
    return np.fft.irfft(spectrum * np.where(raised, 10 ** (gain_db / 20), 1.0), len(wave))


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
    assert metrics._cepstral_db(ours, theirs) == pytest.approx(np.full(3, 1.2284), rel=1e-3)


@pytest.mark.parametrize("cents", [10.0, -35.0])
def test_a_detuned_vowel_is_off_by_its_cents(cents: float) -> None:
    found = metrics.compare(vowel(220.0), vowel(220.0 * 2 ** (cents / 1200)))
    assert found.pitch_cents == pytest.approx(abs(cents), abs=0.3)
    assert found.pitch_p90_cents == pytest.approx(abs(cents), abs=1.0)
    error, unvoiced = metrics.steady_pitch(vowel(220.0), 220.0 * 2 ** (cents / 1200))
    assert error == pytest.approx(abs(cents), abs=0.3)
    assert unvoiced == 0.0


def test_pitch_is_steady_or_not_where_it_is_looked_at() -> None:
    curve = np.where(times_s(1.0) < 0.5, 220.0, 233.08)
    wave = vowel(curve, seconds=1.0)
    assert metrics.steady_pitch(wave, 220.0, 0.1, 0.4)[0] < 1.0
    assert metrics.steady_pitch(wave, 220.0, 0.6, 0.9)[0] == pytest.approx(100.0, abs=1.0)


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


def test_a_level_step_is_a_click_of_its_size_through_the_window() -> None:
    step = SECOND * 6 // 10
    gain = np.where(np.arange(SECOND) < step, 0.1, 0.4)
    wave = gain * np.sin(2 * np.pi * 6000 * times_s(1.0))
    begin = int(SECOND * 0.3)
    centres = range(512, int(SECOND * 0.6) - 512, 128)
    weights = np.hanning(1025)[:-1] ** 2
    levels = [
        10 * np.log10(np.sum(weights * gain[begin + centre - 512 : begin + centre + 512] ** 2))
        for centre in centres
    ]
    wanted = np.abs(np.diff(levels)).max()
    assert 2.0 < wanted < 12.0
    assert metrics.click_db(wave) == pytest.approx(wanted, abs=0.3)


def test_a_click_is_seen_only_where_it_is_looked_for() -> None:
    wave = white(2 * SECOND, -40.0)
    quiet = metrics.click_db(wave)
    wave[SECOND] += 0.9
    assert metrics.click_db(wave) > quiet + 4.0
    assert metrics.click_db(wave, 0.6, 0.9) < quiet + 0.5


@pytest.mark.parametrize("depth_db", [0.5, 2.0])
def test_a_throbbing_tone_warbles_by_its_depth(depth_db: float) -> None:
    at = times_s(4.0)
    level_db = depth_db * np.sin(2 * np.pi * 5.0 * at)
    wave = 10 ** (level_db / 20) * np.sin(2 * np.pi * 440 * at)
    # 40 ms are a fifth of the period, the half second taken out 2.55 periods
    wanted = depth_db / np.sqrt(2) * np.sinc(0.2) * (1.0 - np.sinc(2.55))
    assert metrics.warble_db(wave) == pytest.approx(wanted, rel=0.03)
    assert metrics.warble_db(np.sin(2 * np.pi * 440 * at)) < 0.02


def test_a_slow_swell_is_no_warble() -> None:
    at = times_s(4.0)
    wave = 10 ** (-3.0 * at / 20) * np.sin(2 * np.pi * 440 * at)
    assert metrics.warble_db(wave) < 0.1


@pytest.mark.parametrize("gain_db", [3.0, -4.5])
def test_the_high_band_is_compared_in_the_frames_that_count(gain_db: float) -> None:
    wave = syllable()
    hiss = slice(round(0.1 * SECOND), round(0.22 * SECOND))
    changed = wave.astype(np.float64)
    changed[hiss] = filtered(wave[hiss], 5000.0, gain_db)
    frames = np.zeros(len(wave) // HOP_SAMPLES + 1, bool)
    frames[24:40] = True
    assert metrics.high_band_db(wave, changed, frames) == pytest.approx(gain_db, abs=0.25)
    assert metrics.high_band_db(wave, changed, np.roll(frames, 50)) == pytest.approx(0.0, abs=0.01)
    with pytest.raises(ValueError, match="no frame"):
        metrics.high_band_db(wave, changed, np.zeros_like(frames))


def test_waves_too_short_to_compare_are_refused() -> None:
    short = np.zeros(100)
    for measure in (metrics.compare, metrics.mel_distance_db, metrics.vowel_distance_db):
        with pytest.raises(ValueError, match="too few"):
            measure(short, short)
