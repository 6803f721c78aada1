"""Voices of known breath, taken apart: their own breath is there, and nothing of their tone."""

import numpy as np
import pytest

from pychang.analysis import Analysis, analyse
from pychang.arrays import FloatArray
from pychang.own_breath import own_share
from pychang.prior import draw
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.pychang.signals import power_db, spectrum_db, straight_plan, times_s, white

SECONDS = 1.5
SAMPLES = round(SECONDS * SAMPLE_RATE_HZ)
INNER = slice(SAMPLE_RATE_HZ // 5, SAMPLES - SAMPLE_RATE_HZ // 5)
CLEAN_HZ = 3000.0


def tones(f0_hz: float, top_hz: float = CLEAN_HZ) -> FloatArray:
    """Partials up to `top_hz`, without any noise."""
    phase = 2 * np.pi * f0_hz * times_s(SECONDS)
    rows = (np.cos(k * phase) / k for k in range(1, int(top_hz / f0_hz) + 1))
    return np.asarray(0.1 * sum(rows), np.float32)


def breathy(f0_hz: float, seed: int = 0) -> tuple[Analysis, FloatArray]:
    """A voice whose partials end at 3 kHz, and its noise."""
    noise = white(SAMPLES, -45.0, seed)
    return analyse(tones(f0_hz) + noise), noise


def above(wave: FloatArray, low_hz: float, high_hz: float = 18000.0) -> FloatArray:
    spectrum = np.fft.rfft(wave)
    hz = np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE_HZ)
    return np.asarray(np.fft.irfft(spectrum * ((hz > low_hz) & (hz < high_hz)), len(wave))[INNER])


def likeness(a: FloatArray, b: FloatArray) -> float:
    """Correlation: 1 for the same wave, however loud."""
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


@pytest.mark.parametrize("f0_hz", [110.0, 220.0, 440.0])
def test_where_all_is_breath_it_is_the_recordings_own(f0_hz: float) -> None:
    analysis, noise = breathy(f0_hz)
    wanted, got = above(noise, 5000.0), above(analysis.breath, 5000.0)
    assert likeness(got, wanted) > 0.95
    assert -1.5 < power_db(got) - power_db(wanted) < 0.3  # chance looks like tone here and there


@pytest.mark.parametrize("f0_hz", [110.0, 220.0, 440.0])
def test_a_clear_tone_leaves_no_breath(f0_hz: float) -> None:
    analysis = analyse(tones(f0_hz, 18000.0) + white(SAMPLES, -90.0))
    assert power_db(analysis.breath[INNER]) < power_db(analysis.residual[INNER]) + 3.0
    assert power_db(above(analysis.breath, 500.0)) < power_db(above(tones(f0_hz, 18000.0), 500.0)) - 40.0


@pytest.mark.parametrize("semitones", [-7.0, 5.0])
@pytest.mark.parametrize("f0_hz", [140.0, 330.0])
def test_a_moved_note_keeps_the_moments_of_its_breath(f0_hz: float, semitones: float) -> None:
    analysis, noise = breathy(f0_hz)
    plan = straight_plan(SAMPLES, f0_hz * 2 ** (semitones / 12))
    assert likeness(above(draw(analysis, plan).noise, 6000.0), above(noise, 6000.0)) > 0.9


def test_a_held_note_makes_its_breath_anew() -> None:
    """A few moments again and again would be heard as such."""
    analysis, noise = breathy(220.0)
    own, held = (
        draw(analysis, straight_plan(SAMPLES // 2, 330.0, first_frame=60.0, speed=speed)).noise
        for speed in (0.9, 0.4)
    )
    begin = 60 * HOP_SAMPLES
    for note, is_like in ((own, True), (held, False)):
        likest = max(
            abs(likeness(bare(note[at : at + 2048]), bare(noise[begin + near : begin + near + 2048])))
            for at in range(4096, 16384, 4096)
            for near in range(int(0.4 * at) - 1200, at + 1200, 7)
        )
        assert (likest > 0.5) == is_like
    assert spectrum_db(held, 7000.0, 15000.0) == pytest.approx(spectrum_db(noise, 7000.0, 15000.0), abs=2.5)


def bare(wave: FloatArray) -> FloatArray:
    """A short piece, without what lies below 6 kHz."""
    spectrum = np.fft.rfft(wave * np.hanning(len(wave)))
    spectrum[: round(6000.0 * len(wave) / SAMPLE_RATE_HZ)] = 0.0
    return np.asarray(np.fft.irfft(spectrum, len(wave)))


@pytest.mark.parametrize("f0_hz", [140.0, 330.0])
def test_moved_breath_holds_no_second_voice(f0_hz: float) -> None:
    """Half of the power around each partial is tone: there the breath must not be the recording's."""
    noise = white(SAMPLES, -45.0)
    phase = 2 * np.pi * f0_hz * times_s(SECONDS)
    level = np.sqrt(
        2.0 * 10**-4.5 * f0_hz / (SAMPLE_RATE_HZ / 2)
    )  # as strong as the noise of a partial's band
    voice = tones(f0_hz, 1000.0) + level * sum(
        np.cos(k * phase) for k in range(int(1000 / f0_hz) + 1, int(18000 / f0_hz))
    )
    analysis = analyse(np.asarray(voice + noise, np.float32))
    note = draw(analysis, straight_plan(SAMPLES, f0_hz * 2 ** (5 / 12))).noise
    assert comb_db(note[INNER], f0_hz) < 2.0
    assert comb_db((voice + noise)[INNER], f0_hz) > 6.0  # the measure sees a voice


def as_strong_as_noise(f0_hz: float) -> FloatArray:
    """Partials from 1 to 18 kHz, each as strong as the noise of -45 dB in its band."""
    level = np.sqrt(2.0 * 10**-4.5 * f0_hz / (SAMPLE_RATE_HZ / 2))
    phase = 2 * np.pi * f0_hz * times_s(SECONDS)
    numbers = range(int(1000 / f0_hz) + 1, int(18000 / f0_hz))
    return np.asarray(level * sum(np.cos(k * phase) for k in numbers))


def comb_db(wave: FloatArray, f0_hz: float) -> float:
    """How far the partials of a pitch stand out of what lies half-way between them, 4 to 12 kHz."""
    power = np.abs(np.fft.rfft(wave * np.hanning(len(wave)))) ** 2
    hz = np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE_HZ)
    place = np.mod(hz / f0_hz, 1.0)
    heard = (hz > 4000.0) & (hz < 12000.0)
    on = heard & (np.minimum(place, 1.0 - place) < 0.1)
    between = heard & (np.abs(place - 0.5) < 0.1)
    return float(10 * np.log10(power[on].mean() / power[between].mean()))


def test_the_share_goes_from_tone_to_breath() -> None:
    noise_share = np.array([0.0, 0.1, 0.25, 0.4, 1.0 - 1e-3])
    log_tone = np.repeat(0.5 * np.log1p(-noise_share)[:, None], 12, axis=1)
    got = own_share(log_tone)
    assert got.shape == log_tone.shape
    assert got.dtype == np.float32
    np.testing.assert_allclose(got[:, 6], [0.0, 0.0, 0.5, 1.0, 1.0], atol=1e-3)


def test_without_a_voice_there_is_none() -> None:
    assert not analyse(white(SAMPLES)).breath.any()


@pytest.mark.parametrize("f0_hz", [140.0, 330.0])
def test_a_voice_that_stops_at_once_does_not_sing_on_in_its_breath(f0_hz: float) -> None:
    """In the closure of a consonant the tone is gone, and neither is it there the other way round."""
    closed = slice(SAMPLES // 2, SAMPLES // 2 + SAMPLE_RATE_HZ // 20)
    wave = tones(f0_hz, 1000.0) + 2.0 * as_strong_as_noise(f0_hz) + white(SAMPLES, -45.0)
    wave[closed] *= 0.03
    analysis = analyse(np.asarray(wave, np.float32))
    inside = slice(closed.start + SAMPLE_RATE_HZ // 100, closed.stop - SAMPLE_RATE_HZ // 100)
    assert power_db(analysis.breath[inside]) < power_db(wave[inside]) + 6.0
