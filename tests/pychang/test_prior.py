"""Notes of the classic engine against voices known exactly: copied, shifted, stretched, held."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from pychang.analysis import Analysis, analyse
from pychang.arrays import FloatArray
from pychang.note import NotePlan, frames_for
from pychang.prior import Picture, draw
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.pychang.signals import (
    cents_off,
    error_db,
    filtered,
    power_db,
    spectrum_db,
    straight_plan,
    syllable,
    vowel,
    white,
)
from voicebank_tools.demo_voice import synthesise_vowel


@cache
def sung(f0_hz: float, name: str = "a", breath_db: float | None = None) -> tuple[FloatArray, Analysis]:
    wave = vowel(f0_hz, name, 0.8, breath_db)
    return wave, analyse(wave)


def note(f0_hz: float, source_hz: float, breath_db: float | None = None, **plan: float) -> Picture:
    return draw(sung(source_hz, breath_db=breath_db)[1], straight_plan(22050, f0_hz, 8.0, **plan))  # type: ignore[arg-type]


@pytest.mark.parametrize("f0_hz", [80.0, 150.0, 220.0, 440.0, 880.0])
@pytest.mark.parametrize("lead_samples", [0, 101])
def test_a_note_as_recorded_is_the_recording(f0_hz: float, lead_samples: int) -> None:
    wave, analysis = sung(f0_hz)
    plan = straight_plan(24000, f0_hz, 10.0, lead_samples=lead_samples)
    begin = 10 * HOP_SAMPLES + lead_samples
    assert error_db(draw(analysis, plan).wave, wave[begin : begin + 24000]) < -75.0


@pytest.mark.parametrize("f0_hz", [80.0, 150.0, 220.0, 440.0, 880.0])
def test_a_breathy_note_as_recorded_is_the_recording(f0_hz: float) -> None:
    wave, analysis = sung(f0_hz, breath_db=-25.0)
    copied = draw(analysis, straight_plan(24000, f0_hz, 10.0)).wave
    assert error_db(copied, wave[2200 : 2200 + 24000]) < -35.0  # 10 dB and more below the breath


def test_a_whole_syllable_as_recorded_is_the_recording() -> None:
    wave = syllable(220.0)
    copied = draw(analyse(wave), straight_plan(len(wave), 220.0)).wave
    assert error_db(copied, wave) < -28.0
    hiss = slice(0, round(0.2 * SAMPLE_RATE_HZ))
    np.testing.assert_allclose(copied[hiss], wave[hiss], atol=1e-6)


@pytest.mark.parametrize("source_hz", [110.0, 220.0, 440.0])
@pytest.mark.parametrize("semitones", [-12, -7, -1, -0.5, 0.5, 1, 5, 12])
def test_another_pitch_is_hit(source_hz: float, semitones: float) -> None:
    wanted_hz = source_hz * 2 ** (semitones / 12)
    cents = cents_off(note(wanted_hz, source_hz, -25.0).wave, wanted_hz)
    assert abs(np.median(cents)) < 0.3
    assert np.percentile(np.abs(cents), 95) < 2.5


def test_a_wanted_movement_is_followed() -> None:
    analysis = sung(220.0)[1]
    samples, lead = 30000, 0
    frames = np.arange(frames_for(samples, lead))
    curve = 233.0 * 2 ** (np.sin(frames / 8.0) / 12)  # a vibrato of 5.5 per second
    plan = replace(straight_plan(samples, 233.0, 5.0), f0_hz=curve)
    wanted = np.interp(np.arange(samples) / HOP_SAMPLES, frames, curve)
    assert np.abs(cents_off(draw(analysis, plan).wave, wanted)).max() < 6.0


@pytest.mark.parametrize("semitones", [-12, -5, 0.3, 4, 12])
@pytest.mark.parametrize("name", ["a", "i"])
def test_formants_stay_where_they_are(semitones: float, name: str) -> None:
    wave, analysis = sung(200.0, name)
    moved = draw(analysis, straight_plan(24000, 200.0 * 2 ** (semitones / 12), 8.0)).wave
    for low_hz, high_hz in ((1000, 2200), (2200, 3600), (3600, 6000), (6000, 10000)):
        change = spectrum_db(moved, low_hz, high_hz) - spectrum_db(wave[2000:26000], low_hz, high_hz)
        # the envelope is the mean over neighbouring partials, more so when lower: peaks are flatter
        assert abs(change) < (4.0 if semitones < -1 else 3.0)


@pytest.mark.parametrize("gain_db", [-12.0, 6.0, 12.0])
@pytest.mark.parametrize("f0_hz", [220.0, 300.0])
def test_breath_changes_the_noise_alone(gain_db: float, f0_hz: float) -> None:
    plain, changed = note(f0_hz, 220.0, -25.0), note(f0_hz, 220.0, -25.0, breath_gain_db=gain_db)
    np.testing.assert_array_equal(changed.harmonic, plain.harmonic)
    assert power_db(changed.noise) - power_db(plain.noise) == pytest.approx(gain_db, abs=0.1)


def test_breath_leaves_consonants_alone() -> None:
    wave = syllable()
    hiss = slice(round(0.1 * SAMPLE_RATE_HZ), round(0.19 * SAMPLE_RATE_HZ))
    strong = draw(analyse(wave), straight_plan(len(wave), 300.0, breath_gain_db=12.0)).wave
    np.testing.assert_allclose(strong[hiss], wave[hiss], atol=1e-6)


@pytest.mark.parametrize("f0_hz", [220.0, 330.0])
def test_the_level_curve_acts_on_both_parts(f0_hz: float) -> None:
    analysis = sung(220.0, breath_db=-25.0)[1]
    plan = straight_plan(22050, f0_hz, 8.0)
    louder = draw(analysis, replace(plan, level_db=np.full(len(plan.f0_hz), 6.0)))
    plain = draw(analysis, plan)
    assert power_db(louder.harmonic) - power_db(plain.harmonic) == pytest.approx(6.0, abs=0.01)
    assert power_db(louder.noise) - power_db(plain.noise) == pytest.approx(6.0, abs=0.01)


@pytest.mark.parametrize("f0_hz", [165.0, 220.0, 330.0])
def test_the_hum_of_a_room_stays_whatever_is_sung(f0_hz: float) -> None:
    wave = vowel(220.0, seconds=1.0)
    hum = 0.01 * np.sin(2 * np.pi * 50.0 * np.arange(len(wave)) / 44100)
    moved = draw(analyse((wave + hum).astype(np.float32)), straight_plan(24000, f0_hz, 8.0)).wave
    assert spectrum_db(moved, 40.0, 60.0) == pytest.approx(spectrum_db(hum[2000:26000], 40.0, 60.0), abs=1.0)


@pytest.mark.parametrize("speed", [0.67, 0.9, 1.43])
def test_quicker_or_slower_the_noise_is_the_recordings_between_all_partials(speed: float) -> None:
    wave = vowel(220.0, seconds=1.0)
    wave = wave + white(len(wave), -45.0)
    moved = draw(analyse(wave), straight_plan(24000, 220.0, 8.0, speed=speed)).wave
    # what the partials took up of it moves with their speed: as loud, but nearer to them
    for low, high, most_db in ((0.2, 0.8, 4.0), (1.3, 1.7, 6.5), (2.3, 2.7, 6.5), (30.0, 60.0, 1.6)):
        own, found = (spectrum_db(x, low * 220, high * 220) for x in (wave[2000:26000], moved))
        assert abs(found - own) < most_db


@pytest.mark.parametrize("f0_hz", [220.0, 277.0])
def test_a_held_vowel_is_steady(f0_hz: float) -> None:
    analysis = sung(220.0)[1]
    plan = straight_plan(2 * SAMPLE_RATE_HZ, f0_hz, 10.0, speed=0.3)
    wave = draw(analysis, plan).wave
    level = [power_db(wave[i : i + 2205]) for i in range(2205, len(wave) - 4410, 2205)]
    assert np.std(level) < 0.1
    assert np.abs(cents_off(wave, f0_hz)).max() < 0.5


def test_the_voice_falls_silent_with_its_recording() -> None:
    wave = np.concatenate([vowel(220.0, seconds=0.3), np.zeros(13230, np.float32)])
    moved = draw(analyse(wave), straight_plan(len(wave), 300.0)).wave
    assert power_db(moved[:12000]) > -30.0
    assert power_db(moved[-10000:]) < -80.0


def test_without_a_voice_there_is_only_the_noise() -> None:
    noise = white(20000)
    picture = draw(analyse(noise), straight_plan(15000, 440.0, 5.0))
    assert not picture.harmonic.any()
    np.testing.assert_allclose(picture.wave, noise[1100:16100], atol=1e-6)


@pytest.mark.parametrize("samples", [220, 1000, 22051])
@pytest.mark.parametrize("lead_samples", [0, 219])
def test_length_is_exact(samples: int, lead_samples: int) -> None:
    analysis = sung(220.0)[1]
    for f0_hz in (220.0, 400.0):
        picture = draw(analysis, straight_plan(samples, f0_hz, lead_samples=lead_samples))
        assert len(picture.harmonic) == len(picture.noise) == len(picture.wave) == samples


def test_the_same_plan_gives_the_same_samples() -> None:
    one, two = note(277.0, 220.0, -25.0, seed=3), note(277.0, 220.0, -25.0, seed=3)
    other = note(277.0, 220.0, -25.0, seed=4)
    np.testing.assert_array_equal(one.wave, two.wave)
    np.testing.assert_array_equal(one.harmonic, other.harmonic)
    assert abs(np.corrcoef(one.noise, other.noise)[0, 1]) < 0.1


def test_the_distance_to_the_recording_has_no_cliff() -> None:
    wave = sung(220.0, breath_db=-25.0)[0]

    def log_spectra(samples: FloatArray) -> FloatArray:
        blocks = np.lib.stride_tricks.sliding_window_view(samples, 1024)[::220] * np.hanning(1024)
        return np.asarray(20 * np.log10(np.abs(np.fft.rfft(blocks)) + 1e-4))

    def distance(cents: float) -> float:
        moved = note(220.0 * 2 ** (cents / 1200), 220.0, -25.0).wave
        own = log_spectra(wave[8 * HOP_SAMPLES :][: len(moved)])
        return float(np.sqrt(np.mean((log_spectra(moved) - own) ** 2)))

    found = [distance(cents) for cents in (0, 2, 4, 6, 8, 10, 20, 30, 40, 60, 100)]
    assert found[0] < 0.5
    assert max(np.diff(found)) < 2.5
    assert min(np.diff(found)) > -0.5


def any_plan(analysis: Analysis) -> NotePlan:
    return straight_plan(5000, analysis.mean_f0_hz or 200.0, 3.0)


@pytest.mark.parametrize("samples", [1, 100, 219, 220, 1000, 4000])
def test_the_shortest_recordings_make_notes(samples: int) -> None:
    for wave in (vowel(300.0, seconds=0.1)[:samples], white(samples)):
        analysis = analyse(wave)
        assert np.isfinite(draw(analysis, any_plan(analysis)).wave).all()


@pytest.mark.parametrize("f0_hz", [90.0, 130.0, 220.0, 440.0])
def test_each_cycle_has_its_breath_at_another_pitch(f0_hz: float) -> None:
    clean, breathy = (
        synthesise_vowel(f0_hz, "a", duration_s=1.0, breath_db=level).astype(np.float32)
        for level in (-200.0, -25.0)
    )
    shifted = draw(analyse(breathy), straight_plan(30000, f0_hz * 1.19, 8.0)).noise
    true_db = spectrum_db(breathy[8000:30000] - clean[8000:30000], 2000, 10000)
    wanted_db = true_db + 10 * np.log10(1.19)
    assert spectrum_db(shifted[5000:27000], 2000, 10000) == pytest.approx(wanted_db, abs=2.0)


def test_a_note_drawn_as_moved_has_the_noise_of_a_moved_one() -> None:
    analysis = sung(220.0, breath_db=-25.0)[1]
    here = straight_plan(22050, 220.0, 8.0)
    own, as_moved = draw(analysis, here), draw(analysis, here, as_moved=True)
    moved = draw(analysis, replace(here, f0_hz=here.f0_hz * 1.06))
    assert abs(power_db(as_moved.noise) - power_db(moved.noise)) < 0.6
    assert abs(power_db(as_moved.harmonic) - power_db(own.harmonic)) < 0.1
    assert power_db(as_moved.noise) > power_db(own.noise) + 1.0


@pytest.mark.parametrize("depth", [0.0, 0.8])
def test_fresh_noise_swells_within_the_cycle_as_the_recordings_does(depth: float) -> None:
    time_s = np.arange(44100) / SAMPLE_RATE_HZ
    swell = np.sqrt(1.0 + depth * np.cos(2 * np.pi * 220.0 * time_s))
    wave = vowel(220.0, seconds=1.0) + white(44100, -40.0) * swell.astype(np.float32)
    noise = draw(analyse(wave), straight_plan(35000, 300.0, 8.0)).noise
    power = filtered(noise, 6000.0, 40.0)[2000:-2000] ** 2
    turn = np.exp(-2j * np.pi * 300.0 * time_s[2000:33000])
    assert 2.0 * abs((power * turn).sum() / power.sum()) == pytest.approx(depth, abs=0.15)


@pytest.mark.parametrize("f0_hz", [220.0, 340.0])
@pytest.mark.parametrize("seed", [0, 1])
def test_aspiration_is_hardly_sung_at_another_pitch(f0_hz: float, seed: int) -> None:
    silence, aspiration = np.zeros(4410, np.float32), white(1764, -35.0, seed)  # 40 ms
    wave = np.concatenate([silence, aspiration, vowel(f0_hz, seconds=0.4, breath_db=-30.0), silence])
    analysis = analyse(wave)
    moved = draw(analysis, straight_plan(len(wave), f0_hz * 2 ** (5 / 12)))
    before = slice(4410, 4410 + 1764 - HOP_SAMPLES)
    change_db = spectrum_db(moved.wave[before], 3e3, 2e4) - spectrum_db(wave[before], 3e3, 2e4)
    assert change_db == pytest.approx(0.0, abs=1.5)
    assert analysis.voicing[20:27].mean() < 0.2
    assert not analysis.f0_hz[:27].any()
