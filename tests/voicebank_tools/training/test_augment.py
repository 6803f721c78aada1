from dataclasses import replace

import numpy as np
import pytest

from pychang.image import BANDS, FLOOR_DB, band_centres_hz
from tests.voicebank_tools.training.made import example
from voicebank_tools.training.augment import Augmentation, augmented

NONE = Augmentation(colour_share=0.0, formant_share=0.0, noise_share=0.0)


def test_nothing_is_changed_where_nothing_is_asked_for() -> None:
    one = example(0)
    assert augmented(one, NONE, np.random.default_rng(0)) is one


def test_another_head_moves_condition_target_pitch_and_band_alike() -> None:
    one = example(0)
    peak = 40
    for levels in (one.levels_db, one.target_db):
        levels[:] = -80.0
        levels[:, peak] = -10.0
    how = replace(NONE, formant_share=1.0, formant_octaves=0.2)
    rng = np.random.default_rng(3)
    other = augmented(one, how, rng)
    octaves = 2.0 * float((other.scalars - one.scalars)[0, 0])
    assert 0.01 < abs(octaves) <= 0.2
    wanted_hz = band_centres_hz()[peak] * 2.0**octaves
    nearest = int(np.argmin(np.abs(band_centres_hz() - wanted_hz)))
    for levels in (other.levels_db, other.target_db):
        assert abs(int(levels[0, :, 0].argmax()) - nearest) <= 1
    assert other.band_hz == pytest.approx(one.band_hz * 2.0**octaves)
    assert np.array_equal(other.scalars[:, 1:], one.scalars[:, 1:])


def test_added_noise_fills_what_is_quiet_and_spares_what_is_loud() -> None:
    one = example(0)
    one.levels_db[:, : BANDS // 2] = -99.0
    one.target_db[:, : BANDS // 2] = -99.0
    how = replace(NONE, noise_share=1.0, noise_db=(-60.0, -60.0))
    other = augmented(one, how, np.random.default_rng(0))
    quiet = other.target_db[:, : BANDS // 2, 0]
    assert quiet.min() == pytest.approx(float(quiet.max()))
    assert quiet.min() > -80.0
    assert np.allclose(other.levels_db[:, : BANDS // 2, 1], quiet, atol=1e-4)
    assert np.array_equal(other.levels_db[..., (0, 2)], one.levels_db[..., (0, 2)])
    loud = one.target_db > -30.0
    assert np.abs(other.target_db - one.target_db)[loud].max() < 0.1
    assert one.target_db[:, 0].max() == -99.0  # what came in is not changed


def test_another_microphone_colours_all_levels_alike_and_smoothly() -> None:
    one = example(0)
    other = augmented(one, replace(NONE, colour_share=1.0), np.random.default_rng(0))
    response_db = (other.levels_db - one.levels_db)[0, :, 0]
    assert np.abs(response_db).max() > 1.0
    assert np.abs(np.diff(response_db)).max() < 4.0
    for before, after in ((one.levels_db, other.levels_db), (one.target_db, other.target_db)):
        above = after > FLOOR_DB + 1.0
        assert np.allclose(
            (after - before)[above],
            np.broadcast_to(response_db[None, :, None], before.shape)[above],
            atol=1e-4,
        )
        assert after.min() >= FLOOR_DB
    assert np.array_equal(other.scalars, one.scalars)
