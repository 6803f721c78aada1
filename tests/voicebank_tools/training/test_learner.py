import numpy as np
import pytest

from tests.voicebank_tools.training import made
from tests.voicebank_tools.training.made import needs_keras, quiet_libraries
from voicebank_tools.training.batches import padded, stacked
from voicebank_tools.training.learner import build_learner, pictures
from voicebank_tools.training.network import NetworkOptions

pytestmark = [needs_keras, quiet_libraries]

SMALL = NetworkOptions(channels=(4, 6), code_size=3)


def test_an_unknown_voice_is_sung_with_the_neutral_code_whatever_the_table_says() -> None:
    learner = build_learner(SMALL, voices=2, adversarial=False)
    batch = stacked([padded(made.example(0), voice, made.FRAMES) for voice in (0, 0, 2)])
    learner.model(batch)
    learner.codes.set_weights([np.full((3, 3), 5.0, np.float32)])
    rng = np.random.default_rng(0)
    for layer in learner.generator.layers:
        if layer.trainable:
            layer.set_weights([rng.normal(0.0, 0.2, w.shape) for w in layer.get_weights()])
    gains = np.asarray(learner.model(batch))
    neutral = np.asarray(learner.generator([batch["image"], batch["scalars"], np.zeros((3, 3), np.float32)]))
    assert np.allclose(gains[:2], neutral[:2], atol=1e-5)
    assert np.abs(gains[2] - neutral[2]).max() > 1e-3


def test_each_decibel_of_gain_costs_what_was_asked() -> None:
    batch = stacked([padded(made.example(0), 1, made.FRAMES)])
    gains = np.full((1, made.FRAMES, 80, 2), -1.5, np.float32)
    losses = []
    for penalty in (0.0, 0.2):
        learner = build_learner(SMALL, voices=2, adversarial=False, gain_penalty=penalty)
        learner.model(batch)
        losses.append(float(learner.model.compute_loss(x=batch, y_pred=gains)))
    assert losses[1] - losses[0] == pytest.approx(0.2 * 1.5, abs=1e-4)


def test_the_critic_is_shown_pictures_of_one_scale_without_what_was_not_recorded() -> None:
    one = made.example(0, band_hz=9000.0)
    batch = stacked([padded(one, 1, made.FRAMES + 4)])
    prior, real, fake = (
        np.asarray(value) for value in pictures(batch, np.zeros((1, made.FRAMES + 4, 80, 2), np.float32))
    )
    for shown in (prior, real, fake):
        assert shown.min() >= -1.0
        assert shown.max() <= 1.0
        assert (shown[:, made.FRAMES :] == -1.0).all()
        assert (shown[:, :, batch["band"][0] == 0.0] == -1.0).all()
    inside = batch["band"][0] > 0.0
    difference = (real - fake)[:, : made.FRAMES, inside][..., 0]
    assert np.abs(difference).max() <= 3.1 / 50.0
    assert np.allclose(prior[..., 1], fake[..., 1], atol=1e-5)
