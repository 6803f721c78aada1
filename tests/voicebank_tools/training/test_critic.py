from typing import Any

import numpy as np
import pytest

from pychang.image import BANDS
from tests.voicebank_tools.training.made import needs_keras, quiet_libraries
from voicebank_tools.training.critic import build_critic, critic_loss, frozen_score

pytestmark = [needs_keras, quiet_libraries]


def pictures(seed: int) -> Any:
    import tensorflow as tf

    return tf.constant(np.random.default_rng(seed).uniform(-1.0, 1.0, (2, 32, BANDS, 2)), tf.float32)


def test_frozen_scores_are_the_critics_and_move_only_what_is_judged() -> None:
    import tensorflow as tf

    critic = build_critic()
    prior, fake = pictures(0), pictures(1)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(fake)
        score = tf.reduce_mean(frozen_score(critic, prior, fake))
        loss = critic_loss(critic, prior, pictures(2), fake)
    assert float(score) == pytest.approx(float(np.mean(critic([prior, fake]))), abs=1e-5)
    of_critic = tape.gradient(score, [variable.value for variable in critic.trainable_variables])
    assert of_critic == [None] * len(critic.trainable_variables)
    assert float(tf.reduce_max(tf.abs(tape.gradient(score, fake)))) > 0.0
    assert tape.gradient(loss, fake) is None  # the critic's own loss leaves the generator alone


def test_the_critic_sees_patches_and_not_the_whole() -> None:
    critic = build_critic()
    assert tuple(critic([pictures(0), pictures(1)]).shape) == (2, 8, 5, 1)
    long = np.concatenate([pictures(0)] * 4, axis=1)
    assert critic([long, long]).shape[1] == 32
