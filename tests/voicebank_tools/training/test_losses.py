import numpy as np
import pytest

from pychang.image import BANDS, band_centres_hz
from tests.voicebank_tools.training import made
from tests.voicebank_tools.training.made import needs_keras, quiet_libraries
from voicebank_tools.training import losses
from voicebank_tools.training.batches import Batch, padded, stacked
from voicebank_tools.training.examples import PAIR, SHIFTED
from voicebank_tools.training.losses import corrected_db, picture_loss

pytestmark = [needs_keras, quiet_libraries]

FRAMES = 24


def batch(kind: int = SHIFTED, band_hz: float = 20_000.0) -> Batch:
    return stacked([padded(made.example(3, kind, FRAMES, band_hz), 1, FRAMES)])


def right_gains() -> np.ndarray:
    """What turns the prior of a made example into its target."""
    gains = np.zeros((1, FRAMES, BANDS, 2), np.float32)
    gains[:, :, BANDS // 2 :] = 3.0
    return gains


def loss_of(gains: np.ndarray, given: Batch) -> tuple[float, float]:
    loss, plain = picture_loss(gains, given)
    return float(loss[0]), float(plain[0])


def test_the_right_gains_cost_nothing_and_none_cost_what_is_missing() -> None:
    # the target's total is that of its harmonic part: the noise 30 dB below adds 0.004 dB
    loss, plain = loss_of(right_gains(), batch())
    assert loss == pytest.approx(0.0, abs=0.001)
    assert plain == pytest.approx(0.0, abs=0.01)
    loss, plain = loss_of(np.zeros_like(right_gains()), batch())
    assert plain == pytest.approx(1.5, abs=0.2)  # 3 dB in half of the bands
    assert loss > 1.0


def test_loudness_counts_for_the_recording_itself_and_not_for_another_take() -> None:
    louder = right_gains() + 2.0
    assert loss_of(louder, batch(SHIFTED))[1] == pytest.approx(2.0, abs=0.05)
    assert loss_of(louder, batch(PAIR))[1] == pytest.approx(0.0, abs=0.05)


def test_nothing_above_the_recorded_band_and_no_silent_frame_counts() -> None:
    wrong_above = right_gains()
    wrong_above[:, :, 70:] = -6.0
    assert loss_of(wrong_above, batch(band_hz=11_000.0))[0] == pytest.approx(0.0, abs=0.001)
    assert loss_of(wrong_above, batch())[0] > 1.0
    given = batch()
    given["weights"][:, 12:] = 0.0
    wrong_later = right_gains()
    wrong_later[:, 12:] = -6.0
    # averaging over frames must not let them in either
    assert loss_of(wrong_later, given)[0] == pytest.approx(0.0, abs=0.001)


def test_noise_is_judged_apart_where_it_can_be_heard() -> None:
    given = batch()
    given["levels_db"][..., 1] += 20.0
    given["target_db"][..., 1] += 20.0
    given["target_db"][..., 0] = np.asarray(
        corrected_db(given["levels_db"], right_gains(), given["strength"])[0]
    )
    shifted_noise = right_gains()
    shifted_noise[..., 1] -= 6.0
    heard, _ = loss_of(shifted_noise, given)
    unheard, _ = loss_of(shifted_noise, batch())
    assert heard > 5.0 * max(unheard, 0.05)


def test_noise_between_low_partials_is_judged_by_the_whole_picture_alone() -> None:
    given = batch()
    given["target_db"][..., 1] = given["target_db"][..., 0] - 5.0
    wrong = {name: right_gains() for name in ("low", "high")}
    low = band_centres_hz() < 400.0
    high = band_centres_hz() > 1800.0
    wrong["low"][:, :, low, 1] += 3.0
    wrong["high"][:, :, high, 1] += 3.0
    base = loss_of(right_gains(), given)[0]
    assert abs(loss_of(wrong["low"], given)[0] - base) < 0.01
    assert abs(loss_of(wrong["high"], given)[0] - base) > 0.1


def test_gains_apply_by_their_strength() -> None:
    given = batch()
    total, parts = corrected_db(given["levels_db"], right_gains(), np.zeros_like(given["strength"]))
    assert np.array_equal(np.asarray(parts), given["levels_db"])
    wanted = 10.0 * np.log10((10.0 ** (given["levels_db"].astype(float) / 10.0)).sum(-1))
    assert np.abs(np.asarray(total) - wanted).max() < 0.01  # the floor at -100 dB


@pytest.mark.parametrize("scale", losses.SCALES[1:])
def test_means_are_of_what_lies_around_and_of_fewer_at_the_edges(scale: tuple[int, int]) -> None:
    from keras import ops

    values = np.random.default_rng(0).normal(size=(2, FRAMES, BANDS)).astype(np.float32)
    reach = [side // 2 for side in scale]
    wanted = [
        [
            row[max(i - reach[0], 0) : i + reach[0] + 1, max(j - reach[1], 0) : j + reach[1] + 1].mean()
            for j in range(BANDS)
        ]
        for row in values
        for i in range(FRAMES)
    ]
    means = np.asarray(losses._pooled(ops, values, scale))
    assert means.reshape(-1, BANDS) == pytest.approx(np.array(wanted), abs=1e-5)
