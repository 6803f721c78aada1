import numpy as np
import pytest

from pychang.image import BANDS
from voicebank_tools.training.pairs import WORST_SHARE, align

pytest.importorskip("librosa", reason="librosa comes with the train and test extras")


def sweep(positions: np.ndarray) -> np.ndarray:
    """A formant that wanders over the bands: at each position one level picture. Shape [frames, bands]."""
    centre = 10.0 + 60.0 * positions[:, None]
    return -60.0 + 50.0 * np.exp(-(((np.arange(BANDS)[None] - centre) / 6.0) ** 2))


def test_a_known_time_map_is_found_again() -> None:
    wanted = np.linspace(0.0, 1.0, 120)
    source = np.linspace(0.0, 1.0, 90) ** 0.7
    found = align(sweep(source), sweep(wanted), np.ones(90), np.ones(120))
    truth = np.interp(wanted, source, np.arange(90))
    assert np.abs(found.source_frames - truth)[5:-5].max() < 2.0
    assert (np.diff(found.source_frames) >= 0.0).all()


def test_frames_that_match_worst_or_lack_voice_count_nothing() -> None:
    positions = np.linspace(0.0, 1.0, 100)
    wanted = sweep(positions)
    wanted[40:50] = np.random.default_rng(0).uniform(-60.0, -10.0, (10, BANDS))
    voiced = (np.arange(100) < 90).astype(float)
    found = align(sweep(positions), wanted, np.ones(100), voiced)
    assert found.weights[42:48].max() == 0.0
    assert found.weights[92:].max() == 0.0
    assert found.weights[:30].mean() > 0.5
    assert (found.weights[:90] == 0.0).mean() <= WORST_SHARE


def test_loudness_of_the_other_recording_does_not_matter() -> None:
    positions = np.linspace(0.0, 1.0, 80)
    louder = align(sweep(positions) + 12.0, sweep(positions), np.ones(80), np.ones(80))
    assert np.abs(louder.source_frames - np.arange(80)).max() < 1.5
