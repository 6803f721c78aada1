"""The instrument must be what the other tests take it for: exact in pitch, level and formants."""

import numpy as np
import pytest

from pychang import PychangError
from voicebank_tools.demo_voice import (
    HOP_SAMPLES,
    VOWELS,
    Formants,
    VoiceTrack,
    flutter_cents,
    perform,
    synthesise_vowel,
    tract_response,
)

RATE_HZ = 44100


def rms_db(wave: np.ndarray) -> float:
    return 20.0 * float(np.log10(np.sqrt(np.mean(wave**2))))


def spectrum_db(wave: np.ndarray) -> np.ndarray:
    """One second of sound: bin number = hertz."""
    return 20.0 * np.log10(np.abs(np.fft.rfft(wave)) / wave.size + 1e-15)


def steady_track(frames: int, **changes: float) -> VoiceTrack:
    values = {"f0_hz": 200.0, "voice_gain": 0.0, "breath_gain": 0.0, "noise_gain": 0.0}
    values |= {"noise_hz": 6000.0, "noise_width_hz": 800.0} | changes
    shape = VOWELS["a"]
    return VoiceTrack(
        formants_hz=np.tile(shape.frequencies_hz, (frames, 1)),
        bandwidths_hz=np.tile(shape.bandwidths_hz, (frames, 1)),
        **{name: np.full(frames, value) for name, value in values.items()},
    )


@pytest.mark.parametrize("f0_hz", [60, 110, 220, 441, 880])
def test_energy_lies_on_the_harmonics_of_the_asked_pitch_alone(f0_hz: int) -> None:
    power = np.abs(np.fft.rfft(synthesise_vowel(float(f0_hz), "a"))) ** 2
    between = power.copy()
    between[::f0_hz] = 0.0
    assert between.sum() < 1e-12 * power.sum()


@pytest.mark.parametrize("vowel", VOWELS)
def test_level_is_the_asked_rms_and_nothing_clips(vowel: str) -> None:
    wave = synthesise_vowel(200.0, vowel, level_db=-20.0)
    assert rms_db(wave) == pytest.approx(-20.0, abs=0.01)
    assert np.abs(wave).max() < 1.0


def test_harmonics_follow_the_tract() -> None:
    """Between two shapes, each harmonic changes by exactly the ratio of the two responses."""
    f0_hz, low, high = 100, VOWELS["o"], VOWELS["o"].scaled(1.2)
    harmonics_hz = np.arange(f0_hz, 10000, f0_hz, dtype=float)
    wanted = [
        20
        * np.log10(
            np.abs(tract_response(harmonics_hz, np.array(s.frequencies_hz), np.array(s.bandwidths_hz)))
        )
        for s in (low, high)
    ]
    heard = [spectrum_db(synthesise_vowel(float(f0_hz), s))[f0_hz:10000:f0_hz] for s in (low, high)]
    difference = (heard[1] - heard[0]) - (wanted[1] - wanted[0])
    assert np.ptp(difference) < 0.01  # one common gain remains: the level is kept


def test_a_formant_is_a_peak_of_the_response() -> None:
    shape = Formants((700.0, 1500.0, 2500.0, 3500.0, 4500.0), (60.0,) * 5)
    grid_hz = np.arange(0.0, 5000.0, 1.0)
    gain = np.abs(tract_response(grid_hz, np.array(shape.frequencies_hz), np.array(shape.bandwidths_hz)))
    assert gain[0] == pytest.approx(1.0)
    peaks_hz = grid_hz[1:-1][(gain[1:-1] > gain[:-2]) & (gain[1:-1] > gain[2:])]
    assert peaks_hz == pytest.approx(shape.frequencies_hz, abs=8.0)


def test_a_pitch_curve_is_followed_in_phase() -> None:
    time_s = np.arange(RATE_HZ) / RATE_HZ
    f0_hz = 200.0 + 40.0 * np.sin(2 * np.pi * 3.0 * time_s)
    wave = synthesise_vowel(f0_hz, Formants((500.0,), (400.0,)), level_db=-12.0)
    fundamental = np.exp(-2j * np.pi * np.cumsum(f0_hz) / RATE_HZ)
    share = np.abs(np.convolve(wave * fundamental, np.hanning(4001) / 2000.0, "valid"))
    assert share.min() > 0.9 * share.max()


def test_no_harmonic_above_the_top() -> None:
    level_db = spectrum_db(synthesise_vowel(100.0, "i"))
    assert level_db[20001:].max() < level_db.max() - 100.0


def test_breath_has_the_asked_level_and_the_seed_chooses_it() -> None:
    still = synthesise_vowel(220.0, "e")
    breathy = synthesise_vowel(220.0, "e", breath_db=-20.0, seed=1)
    assert rms_db(breathy - still) == pytest.approx(-38.0, abs=0.7)
    assert np.array_equal(breathy, synthesise_vowel(220.0, "e", breath_db=-20.0, seed=1))
    assert not np.array_equal(breathy, synthesise_vowel(220.0, "e", breath_db=-20.0, seed=2))


def test_friction_lies_in_its_band_at_its_level() -> None:
    wave = perform(steady_track(1200, noise_gain=0.1))
    assert wave.size == 1199 * HOP_SAMPLES
    assert rms_db(wave) == pytest.approx(-20.0, abs=0.5)
    power = np.abs(np.fft.rfft(wave)) ** 2
    hz = np.fft.rfftfreq(wave.size, 1 / RATE_HZ)
    assert np.sum(hz * power) / np.sum(power) == pytest.approx(6000.0, abs=60.0)
    assert power[(hz > 3000) & (hz < 9000)].sum() > 0.999 * power.sum()


def test_the_voice_starts_and_stops_where_the_track_says() -> None:
    track = steady_track(201)
    track.voice_gain[100:151] = 0.1
    wave = perform(track)
    assert not wave[: 99 * HOP_SAMPLES].any()
    assert not wave[151 * HOP_SAMPLES :].any()
    assert rms_db(wave[101 * HOP_SAMPLES : 149 * HOP_SAMPLES]) == pytest.approx(-20.0, abs=0.3)


def test_flutter_stays_within_its_depth() -> None:
    cents = flutter_cents(np.linspace(0.0, 5.0, 5000), 9.0)
    assert 5.0 < np.abs(cents).max() <= 9.0


def test_empty_and_other_rates() -> None:
    assert synthesise_vowel(200.0, duration_s=0.0).shape == (0,)
    slow = synthesise_vowel(200.0, sample_rate_hz=16000)
    assert slow.shape == (16000,)
    assert spectrum_db(slow)[7300:].max() < -100.0


@pytest.mark.parametrize(
    ("f0_hz", "vowel"), [(0.0, "a"), (-5.0, "a"), (30000.0, "a"), (np.nan, "a"), (200.0, "x")]
)
def test_nonsense_is_refused_in_words(f0_hz: float, vowel: str) -> None:
    with pytest.raises(PychangError, match=r"choose one of|20 Hz"):
        synthesise_vowel(f0_hz, vowel)
