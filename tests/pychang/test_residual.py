"""Noise that is moved, and noise that is made like it."""

import numpy as np
import pytest

from pychang.arrays import FloatArray
from pychang.breath import noise_bands
from pychang.glottis import at_frames
from pychang.harmonics import harmonic_count
from pychang.note import frames_for
from pychang.pitch import estimate_pitch
from pychang.residual import below_the_voice, move_residual, shape_noise
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.pychang.signals import power_db, spectrum_db, white

SOURCE = white(2 * SAMPLE_RATE_HZ, -20.0)


def straight(speed: float, first_frame: float = 30.0, most_samples: int = 80000) -> tuple[FloatArray, int]:
    """A time map inside SOURCE, and how many samples it covers."""
    frames = min(most_samples // HOP_SAMPLES, int((len(SOURCE) / HOP_SAMPLES - 60) / max(speed, 0.01)))
    return first_frame + speed * np.arange(frames), (frames - 2) * HOP_SAMPLES


def shaped(
    source: FloatArray, frames: FloatArray, f0_hz: float, samples: int, ratio: float = 1.0, seed: int = 0
) -> FloatArray:
    """Fresh noise like a source's, its bands read at a time map's frames."""
    own_hz = np.full(len(source) // HOP_SAMPLES + 1, f0_hz)
    power = np.exp(2.0 * noise_bands(source, own_hz, harmonic_count(f0_hz)))
    return shape_noise(at_frames(power, frames), np.full(len(frames), f0_hz), samples, ratio, seed)


def highest_repetition(wave: FloatArray, shortest_samples: int = 40) -> float:
    """Largest normalised autocorrelation beyond the shortest lag: 1 = periodic."""
    power = np.abs(np.fft.rfft(wave, 2 * len(wave))) ** 2
    correlation = np.fft.irfft(power)[: len(wave) // 2]
    return float(np.abs(correlation[shortest_samples:] / correlation[0]).max())


@pytest.mark.parametrize("first_sample", [0, 220, 4400, 13, 30011])
def test_own_speed_moves_the_very_samples(first_sample: int) -> None:
    frames = first_sample / HOP_SAMPLES + np.arange(frames_for(30000, 0))
    moved = move_residual(SOURCE, frames, 30000)
    np.testing.assert_allclose(moved, SOURCE[first_sample : first_sample + 30000], atol=1e-7)


def test_outside_the_recording_is_silence() -> None:
    moved = move_residual(SOURCE[:4400], np.arange(-20.0, 60.0), 79 * HOP_SAMPLES)
    np.testing.assert_allclose(moved[4400 : 4400 + 4400], SOURCE[:4400], atol=1e-7)
    assert not moved[:4000].any()
    assert not moved[-4000:].any()


@pytest.mark.parametrize("speed", [0.05, 0.3, 0.6, 0.9, 0.95, 0.98, 1.02, 1.1, 1.5, 2.0])
def test_stretched_noise_keeps_its_power_and_does_not_repeat(speed: float) -> None:
    frames, samples = straight(speed)
    moved = move_residual(SOURCE, frames, samples)
    assert len(moved) == samples
    assert power_db(moved) == pytest.approx(power_db(SOURCE), abs=0.5)
    assert highest_repetition(moved) < 0.06


@pytest.mark.parametrize("speed", [0.1, 0.28, 0.5, 0.7, 0.85, 0.93, 1.1, 1.5])
def test_stretched_noise_is_nowhere_heard_as_a_pitch(speed: float) -> None:
    frames, samples = straight(speed, most_samples=60000)
    for seed in range(4):
        moved = move_residual(SOURCE, frames, samples, seed=seed)
        assert not estimate_pitch(moved).f0_hz.any()


@pytest.mark.parametrize("window_ms", [10.0, 30.0, 100.0])
def test_the_shortest_window_held_long_does_not_buzz(window_ms: float) -> None:
    width = window_ms / 1000 * SAMPLE_RATE_HZ / HOP_SAMPLES
    moved = move_residual(SOURCE, 100 + np.linspace(0.0, width, 300), 299 * HOP_SAMPLES)
    assert power_db(moved) == pytest.approx(power_db(SOURCE), abs=1.0)
    assert highest_repetition(moved) < 0.12


@pytest.mark.parametrize("make", ["moved", "shaped"])
def test_the_seed_decides(make: str) -> None:
    frames, samples = straight(0.5)

    def noise(seed: int) -> FloatArray:
        if make == "moved":
            return move_residual(SOURCE, frames, samples, seed=seed)
        return shaped(SOURCE, frames, 220.0, samples, seed=seed)

    np.testing.assert_array_equal(noise(7), noise(7))
    assert abs(np.corrcoef(noise(7), noise(8))[0, 1]) < 0.5


def test_a_burst_stays_where_the_map_says() -> None:
    burst = np.zeros(44100, np.float32)
    burst[20000:20200] = white(200)
    moved = move_residual(burst, np.linspace(0.0, 200.0, 401), 88000)  # at half speed
    heard = np.flatnonzero(np.abs(moved) > 0.01)
    assert 2 * 20000 - 3000 < heard[0] < heard[-1] < 2 * 20200 + 3000


@pytest.mark.parametrize("speed", [0.45, 0.56, 0.8, 1.8])
def test_a_stretched_burst_is_a_burst(speed: float) -> None:
    """A consonant as it is made: a pause, a burst, and breath that dies away."""
    consonant = 1e-4 * white(44100)
    consonant[20000:] += white(24100) * np.exp(-np.arange(24100) / 1500.0).astype(np.float32)
    for seed in range(6):
        moved = move_residual(consonant, speed * np.arange(200 / speed), round(43000 / speed), seed=seed)
        begin = round(20000 / speed)
        energy = np.cumsum(moved.astype(float) ** 2) / np.sum(moved.astype(float) ** 2)
        assert energy[begin - 256] < 0.04  # none of it before
        middle = float(np.interp(0.5, energy, np.arange(len(energy))))
        assert middle - begin == pytest.approx(1500 * np.log(2) / 2 / speed, abs=180)


@pytest.mark.parametrize("speed", [0.67, 0.8, 1.2, 1.43])
@pytest.mark.parametrize("seed", range(3))
def test_a_burst_at_nearly_its_own_speed_is_neither_early_nor_late(speed: float, seed: int) -> None:
    burst = np.zeros(44100, np.float32)
    burst[20000:22000] = white(2000)
    moved = move_residual(burst, speed * np.arange(200 / speed), round(43000 / speed), seed=seed)
    share = np.cumsum(moved**2) / np.sum(moved**2)
    middle = float(np.interp(0.5, share, np.arange(len(share))))
    assert middle == pytest.approx(21000 / speed, abs=300)  # 7 ms: the scatter and half a grain's step
    heard = np.flatnonzero(np.abs(moved) > 0.01)
    assert heard[0] > 20000 / speed - 512 - 265 / speed


@pytest.mark.parametrize("make", ["moved", "shaped"])
@pytest.mark.parametrize("ratio", [0.8, 1.25])
def test_formants_of_the_noise_move_by_the_ratio(make: str, ratio: float) -> None:
    hz = np.fft.rfftfreq(len(SOURCE), 1 / SAMPLE_RATE_HZ)
    band = np.fft.irfft(np.fft.rfft(SOURCE) * np.exp(-0.5 * ((hz - 6000) / 500) ** 2)).astype(np.float32)
    frames, samples = straight(1.0)
    if make == "moved":
        noise = move_residual(band, frames, samples, ratio)
    else:
        noise = shaped(band, frames, 220.0, samples, ratio)
    power = np.abs(np.fft.rfft(noise)) ** 2
    centre = (power * np.fft.rfftfreq(len(noise), 1 / SAMPLE_RATE_HZ)).sum() / power.sum()
    assert centre == pytest.approx(6000 * ratio, rel=0.02)


@pytest.mark.parametrize("f0_hz", [100.0, 220.0, 500.0])
@pytest.mark.parametrize("speed", [1.0, 0.3])
def test_made_noise_has_the_spectrum_of_the_recordings(f0_hz: float, speed: float) -> None:
    hz = np.fft.rfftfreq(len(SOURCE), 1 / SAMPLE_RATE_HZ)
    coloured = np.fft.irfft(np.fft.rfft(SOURCE) / (1 + (hz / 3000) ** 2)).astype(np.float32)
    frames, samples = straight(speed)
    made = shaped(coloured, frames, f0_hz, samples)
    for low_hz in (12 * f0_hz, 6500, 8000, 11000, 15000):
        wanted = spectrum_db(coloured, low_hz, low_hz * 1.3)
        assert spectrum_db(made, low_hz, low_hz * 1.3) == pytest.approx(wanted, abs=1.0)
    # below the third partial it is damped: what is there is the partials' own swing
    assert spectrum_db(made, 20, f0_hz) < spectrum_db(coloured, 20, f0_hz) - 8


def test_made_noise_loses_the_beat_of_the_recordings() -> None:
    period = 200
    beating = SOURCE * (np.arange(len(SOURCE)) % period < 40).astype(np.float32)
    frames, samples = straight(1.0)

    def beat(wave: FloatArray) -> float:
        """Share of the power's movement at the period's frequency."""
        power = np.square(wave[: len(wave) // period * period])
        turns = np.exp(-2j * np.pi * np.arange(len(power)) / period)
        return float(abs((power * turns).mean()) / power.mean())

    assert beat(beating) > 0.8
    assert beat(shaped(beating, frames, SAMPLE_RATE_HZ / period, samples)) < 0.1


def test_made_noise_follows_the_level() -> None:
    swell = SOURCE * np.repeat([0.1, 1.0], len(SOURCE) // 2).astype(np.float32)
    frames = np.arange(len(SOURCE) / HOP_SAMPLES)
    made = shaped(swell, frames, 220.0, len(SOURCE) - 4 * HOP_SAMPLES)
    middle = len(SOURCE) // 2
    step = power_db(made[middle + 2000 :]) - power_db(made[: middle - 2000])
    assert step == pytest.approx(20.0, abs=0.5)


@pytest.mark.parametrize("samples", [1, 100, 220, 1000])
def test_the_shortest_residuals(samples: int) -> None:
    frames = np.linspace(0.0, samples / HOP_SAMPLES, 20)
    for wave in (
        move_residual(SOURCE[:samples], frames, 4000),
        shaped(SOURCE[:samples], frames, 220.0, 4000),
    ):
        assert len(wave) == 4000
        assert np.isfinite(wave).all()


def test_silence_stays_silence() -> None:
    frames, samples = straight(0.5)
    silence = np.zeros_like(SOURCE)
    assert not move_residual(silence, frames, samples).any()
    assert power_db(shaped(silence, frames, 220.0, samples)) < -115.0


def test_below_the_voice_is_what_lies_below_it() -> None:
    time_s = np.arange(44100) / 44100
    tones = {hz: np.sin(2 * np.pi * hz * time_s) for hz in (50.0, 100.0, 150.0, 220.0, 3000.0)}
    low = below_the_voice(np.sum(list(tones.values()), axis=0), 220.0)
    assert len(low) == 44100
    inside = slice(4000, -4000)
    assert np.abs(low - tones[50.0] - tones[100.0])[inside].max() < 0.03
    for hz, wanted_db in ((50.0, 0.0), (100.0, 0.0), (150.0, -33.8), (220.0, -60.0), (3000.0, -60.0)):
        window = np.hanning(len(low[inside]))
        found = (
            2 * abs(np.sum(low[inside] * window * np.exp(-2j * np.pi * hz * time_s[inside]))) / window.sum()
        )
        assert 20 * np.log10(found + 1e-4) < wanted_db + 0.5
        if wanted_db > -40:
            assert 20 * np.log10(found) > wanted_db - 0.5
