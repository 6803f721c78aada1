"""Stage B's critic: looks at patches of the corrected picture and says how much like a recording they are.

A conditional PatchGAN (Isola et al. 2017): it also sees the prior, so that texture must fit the pitch.
Hinge losses (Lim & Ye 2017), which need no gradient with respect to the critic's input.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pychang.image import BANDS
from voicebank_tools.training.backend import import_keras

if TYPE_CHECKING:
    import keras

_CHANNELS = (16, 32, 64, 64)
_KERNEL = (3, 5)
_SLOPE = 0.2


def build_critic() -> keras.Model:
    """Return an untrained critic: (prior [B, T, bands, 2], picture [B, T, bands, 2], both in [-1, 1]) -> a
    score for each patch [B, T / 4, bands / 16, 1], high for recordings."""
    keras = import_keras()
    prior = keras.Input((None, BANDS, 2), name="prior")
    picture = keras.Input((None, BANDS, 2), name="picture")
    x = keras.layers.Concatenate()([prior, picture])
    for level, channels in enumerate(_CHANNELS):
        strides = (2 if level in (1, 3) else 1, 2)
        x = keras.layers.Conv2D(channels, _KERNEL, strides=strides, padding="same", name=f"patch{level}")(x)
        x = keras.layers.LeakyReLU(_SLOPE)(x)
    score = keras.layers.Conv2D(1, _KERNEL, padding="same", name="score")(x)
    return keras.Model([prior, picture], score, name="critic")


def frozen_score(critic: keras.Model, prior: Any, picture: Any) -> Any:
    """Return the critic's scores with weights that take no gradient: for the generator's loss."""
    from keras import ops

    held = [ops.stop_gradient(variable.value) for variable in critic.trainable_variables]
    rest = [variable.value for variable in critic.non_trainable_variables]
    scores, _ = critic.stateless_call(held, rest, [prior, picture])
    return scores


def critic_loss(critic: keras.Model, prior: Any, real: Any, fake: Any) -> Any:
    """Return the critic's hinge loss; no gradient reaches the generator."""
    from keras import ops

    of_real = ops.relu(1.0 - critic([prior, real]))
    of_fake = ops.relu(1.0 + critic([prior, ops.stop_gradient(fake)]))
    return ops.mean(of_real) + ops.mean(of_fake)
