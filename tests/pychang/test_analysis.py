"""A recording taken apart and put together again."""

import numpy as np
import pytest

from pychang.analysis import Analysis, analyse
from pychang.harmonics import harmonic_count, sample_phase, synthesise
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.pychang.signals import at_frames, error_db, power_db, syllable, times_s, vowel, white
from voicebank_tools.demo_voice import flutter_cents

ONE_STEP_OF_16_BIT = 1 / 32768

WITHOUT_A_VOICE = {
    "noise": white(8000),
    "silence": np.zeros(8000, np.float32),
    "silence and a hiss": syllable()[:8000],
}


def put_together(analysis: Analysis) -> np.ndarray:
    if not analysis.voicing.any():
        return analysis.residual
    phasors = np.exp(analysis.log_amplitudes + 1j * analysis.tract_phase) * analysis.deviation
    phase = sample_phase(analysis.phase_cycles, len(analysis.residual))
    return synthesise(phasors * analysis.voicing[:, None], phase) + analysis.residual


def recordings() -> dict[str, np.ndarray]:
    glide = 150.0 * 2 ** (1.5 * times_s(0.6))
    return {
        "syllable": syllable(),
        "low": vowel(70.0, "o", 0.4, breath_db=-25.0),
        "high": vowel(900.0, "i", 0.3, breath_db=-25.0),
        "glide": vowel(glide, "e"),
        "noise": white(12000),
        "odd length": vowel(330.0, seconds=0.3)[:12345],
    }


@pytest.mark.parametrize("name", list(recordings()))
def test_the_parts_add_up_to_the_recording(name: str) -> None:
    wave = recordings()[name]
    assert np.abs(put_together(analyse(wave)) - wave).max() < ONE_STEP_OF_16_BIT


@pytest.mark.parametrize("name", list(recordings()))
def test_shapes_and_ranges(name: str) -> None:
    wave = recordings()[name]
    analysis = analyse(wave)
    frames, partials = analysis.log_amplitudes.shape
    assert frames == len(wave) // HOP_SAMPLES + 1
    for curve in (analysis.f0_hz, analysis.voicing, analysis.phase_cycles):
        assert curve.shape == (frames,)
        assert np.isfinite(curve).all()
    for rows in (analysis.log_amplitudes, analysis.tract_phase, analysis.deviation):
        assert rows.shape == (frames, partials)
        assert np.isfinite(rows).all()
    assert analysis.residual.shape == wave.shape
    assert analysis.residual.dtype == np.float32
    np.testing.assert_allclose(np.abs(analysis.deviation), 1.0, atol=1e-5)
    assert analysis.voicing.min() >= 0.0
    assert analysis.voicing.max() <= 1.0
    assert (np.diff(analysis.phase_cycles) > 0).all()
    assert (analysis.voicing[analysis.f0_hz > 0] == 1.0).all()
    assert analysis.peak == np.abs(wave).max()
    assert analysis.duration_s == len(wave) / SAMPLE_RATE_HZ


@pytest.mark.parametrize("f0_hz", [70.0, 130.0, 220.0, 440.0, 1000.0])
@pytest.mark.parametrize("name", ["a", "i", "u"])
def test_pitch_of_a_steady_voice_is_exact(f0_hz: float, name: str) -> None:
    analysis = analyse(vowel(f0_hz, name, 0.5))
    inside = analysis.f0_hz[14:-14]  # the abrupt ends disturb 70 ms
    assert np.abs(1200 * np.log2(inside / f0_hz)).max() < 0.1
    assert analysis.mean_f0_hz == pytest.approx(f0_hz, rel=0.002)
    assert analysis.log_amplitudes.shape[1] == pytest.approx(harmonic_count(f0_hz), rel=0.03)


def test_pitch_of_a_wandering_voice_is_followed() -> None:
    curve = 233.0 * 2 ** (flutter_cents(times_s(1.0), 30.0) / 1200)
    analysis = analyse(vowel(curve, breath_db=-25.0))
    truth = at_frames(curve, len(analysis.f0_hz))
    cents = np.abs(1200 * np.log2(analysis.f0_hz / truth))[10:-10]
    assert np.median(cents) < 1.5
    assert cents.max() < 8.0
    gap_free = np.abs(1200 * np.log2(analysis.continuous_f0_hz / truth))[10:-10]
    assert gap_free.max() < 8.0


@pytest.mark.parametrize("f0_hz", [110.0, 294.0, 587.0])
def test_a_clean_voice_leaves_nothing_over(f0_hz: float) -> None:
    wave = vowel(f0_hz, "e", 0.5)
    residual = analyse(wave).residual
    assert error_db(wave[2500:-2500] - residual[2500:-2500], wave[2500:-2500]) < -85.0
    # the abrupt ends are harder
    assert power_db(residual) - power_db(wave) < -35.0


def test_breath_is_left_over_where_partials_are_sparse() -> None:
    wave = vowel(500.0, "a", 0.6, breath_db=-20.0)
    breath = wave - vowel(500.0, "a", 0.6)
    residual = analyse(wave).residual
    assert power_db(residual) - power_db(breath) == pytest.approx(0.0, abs=1.0)
    # and it is the breath itself, not something as loud
    assert np.corrcoef(residual, breath)[0, 1] > 0.75


@pytest.mark.parametrize("wave", WITHOUT_A_VOICE.values(), ids=WITHOUT_A_VOICE)
def test_without_a_voice_everything_is_left_over(wave: np.ndarray) -> None:
    analysis = analyse(wave)
    assert not analysis.f0_hz.any()
    assert not analysis.voicing.any()
    np.testing.assert_array_equal(analysis.residual, wave)
    assert analysis.mean_f0_hz == 0.0


@pytest.mark.parametrize("samples", [1, 2, 219, 220, 221, 441, 900, 1500, 3000])
def test_the_shortest_recordings(samples: int) -> None:
    wave = vowel(440.0, seconds=0.1)[:samples]
    analysis = analyse(wave)
    assert len(analysis.f0_hz) == samples // HOP_SAMPLES + 1
    assert np.abs(put_together(analysis) - wave).max() < ONE_STEP_OF_16_BIT


def test_amplitudes_hold_into_the_silence_and_voicing_fades() -> None:
    analysis = analyse(syllable())
    voiced = np.flatnonzero(analysis.voicing > 0)
    first, last = voiced[0], voiced[-1]
    assert first > 10
    np.testing.assert_array_equal(analysis.log_amplitudes[:first], analysis.log_amplitudes[[first] * first])
    np.testing.assert_array_equal(analysis.deviation[last + 1 :][0], analysis.deviation[last])


def test_level_only_moves_the_level() -> None:
    wave = syllable()
    loud, soft = analyse(wave), analyse(wave * np.float32(0.25))
    np.testing.assert_allclose(soft.f0_hz, loud.f0_hz, rtol=3e-3)
    heard = loud.log_amplitudes > loud.log_amplitudes.max() - 7  # within 60 dB
    shift = (soft.log_amplitudes - loud.log_amplitudes)[heard]
    np.testing.assert_allclose(shift, np.log(0.25), atol=0.1)


def test_the_same_recording_is_analysed_alike() -> None:
    one, two = analyse(syllable()), analyse(syllable())
    np.testing.assert_array_equal(one.phase_cycles, two.phase_cycles)
    np.testing.assert_array_equal(one.residual, two.residual)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_wrong_hint_changes_nothing(factor: float) -> None:
    wave = vowel(200.0, seconds=0.5)
    plain = analyse(wave)
    hinted = analyse(wave, np.full(len(plain.f0_hz), factor * 200.0))
    np.testing.assert_array_equal(hinted.f0_hz, plain.f0_hz)
