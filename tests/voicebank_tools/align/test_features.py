import numpy as np
import pytest

from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from voicebank_tools.align.features import CEPSTRA, LEVEL_HOP_SAMPLES, deltas, hear
from voicebank_tools.demo_voice import synthesise_vowel


def noise(samples: int, seed: int = 1) -> np.ndarray:
    return 0.05 * np.random.default_rng(seed).standard_normal(samples)


@pytest.mark.parametrize("samples", [1, 43, 44, 219, 220, 221, 44100, 50003])
def test_a_clip_of_any_length_has_frames_up_to_its_end(samples: int) -> None:
    sound = hear(noise(samples))
    frames = samples // HOP_SAMPLES + 1
    assert sound.frames.shape == (frames, 3 * CEPSTRA + 2)
    assert sound.cues.shape == (frames, 3)
    assert sound.level_db.shape == (samples // LEVEL_HOP_SAMPLES + 1,)
    assert sound.duration_s == samples / SAMPLE_RATE_HZ
    assert sound.frames.dtype == sound.cues.dtype == sound.level_db.dtype == np.float32


def test_voice_is_voiced_and_noise_is_not() -> None:
    voice, hiss = hear(synthesise_vowel(220.0)).cues[20:-20], hear(noise(SAMPLE_RATE_HZ)).cues[20:-20]
    assert voice[:, 1].min() > 0.95
    assert hiss[:, 1].max() < 0.6
    assert voice[:, 2].max() < -10.0 < 0.0 < hiss[:, 2].min()


def test_a_louder_clip_differs_in_its_first_cepstrum_alone() -> None:
    wave = synthesise_vowel(220.0, "a", breath_db=-20.0)
    soft, loud = hear(0.25 * wave), hear(wave)
    np.testing.assert_allclose(soft.frames[:, 1:], loud.frames[:, 1:], atol=0.02)
    np.testing.assert_allclose(soft.cues, loud.cues, atol=0.01)
    assert np.median(loud.frames[:, 0] - soft.frames[:, 0]) == pytest.approx(
        np.log(16.0) * np.sqrt(60.0), rel=1e-3
    )


def test_a_step_in_level_is_seen_to_the_millisecond() -> None:
    wave = noise(SAMPLE_RATE_HZ)
    wave[: SAMPLE_RATE_HZ // 2] *= 1e-3
    level = hear(wave).level_db
    step = int(np.argmax(level > level.max() - 20.0))
    assert step * LEVEL_HOP_SAMPLES == pytest.approx(SAMPLE_RATE_HZ // 2, abs=2.5 * LEVEL_HOP_SAMPLES)


def test_the_slope_of_a_ramp_is_its_slope() -> None:
    ramp = np.stack([np.arange(40.0), -2.0 * np.arange(40.0)], axis=1)
    np.testing.assert_allclose(deltas(ramp)[5:-5], np.tile([1.0, -2.0], (30, 1)))


def test_digital_silence_has_finite_features() -> None:
    sound = hear(np.zeros(10000))
    assert np.isfinite(sound.frames).all()
    assert np.isfinite(sound.cues).all()
