"""The model that is fitted: generator, voice codes and (in stage B) critic, with the loss of all of them.

One `keras.Model` with its own `compute_loss`, so that plain `fit()` runs it on every backend.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pychang.image import HEADROOM_DB, SPAN_DB
from voicebank_tools.training.backend import import_keras
from voicebank_tools.training.critic import build_critic, critic_loss, frozen_score
from voicebank_tools.training.losses import CODE_PENALTY, GAIN_PENALTY, corrected_db, picture_loss
from voicebank_tools.training.network import NetworkOptions, build_network

if TYPE_CHECKING:
    import keras

ADVERSARIAL_WEIGHT = 0.1
"""Of the critic's opinion beside the picture loss."""


@dataclass(frozen=True)
class Learner:
    """Attributes:
    model: What `fit()` trains; gains are its output.
    generator: The network that is wanted of it.
    codes: Embedding layer of the voices; row 0 is no voice and stays zero.
    critic: In stage B, else None.
    """

    model: keras.Model
    generator: keras.Model
    codes: keras.layers.Embedding
    critic: keras.Model | None


def build_learner(
    options: NetworkOptions, voices: int, adversarial: bool, gain_penalty: float = GAIN_PENALTY
) -> Learner:
    """Return an untrained learner for that many voices. Raises PychangError without Keras."""
    keras = import_keras()
    from keras import ops

    generator = build_network(options)
    codes = keras.layers.Embedding(
        voices + 1, options.code_size, embeddings_initializer="zeros", name="codes"
    )
    critic = build_critic() if adversarial else None

    class LearnerModel(keras.Model):  # type: ignore[misc, name-defined, unused-ignore]
        """Holds the parts; a class of Keras can only be made once Keras is imported."""

        def __init__(self) -> None:
            super().__init__(name="learner")
            self.generator, self.codes, self.critic = generator, codes, critic
            names = ["difference_db"] + (["critic_loss", "adversarial_loss"] if critic else [])
            self.means = [keras.metrics.Mean(name=name) for name in names]

        def call(self, batch: Any, training: bool = False) -> Any:
            known = ops.cast(batch["voice"] > 0, "float32")[:, None]
            code = self.codes(batch["voice"]) * known
            return self.generator([batch["image"], batch["scalars"], code], training=training)

        def compute_loss(
            self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None,
            training: bool = True,
        ) -> Any:  # fmt: skip
            each, plain = picture_loss(y_pred, x)
            self.means[0].update_state(plain)
            loss = ops.mean(each) + gain_penalty * ops.mean(ops.abs(y_pred))
            loss = loss + CODE_PENALTY * ops.mean(self.codes(x["voice"]) ** 2)
            return loss if self.critic is None else loss + self._adversarial(x, y_pred)

        def _adversarial(self, x: Any, gains_db: Any) -> Any:
            prior, real, fake = pictures(x, gains_db)
            of_critic = critic_loss(self.critic, prior, real, fake)
            of_generator = -ops.mean(frozen_score(self.critic, prior, fake))
            self.means[1].update_state(of_critic)
            self.means[2].update_state(of_generator)
            return of_critic + ADVERSARIAL_WEIGHT * of_generator

    return Learner(LearnerModel(), generator, codes, critic)


def pictures(batch: Any, gains_db: Any) -> tuple[Any, Any, Any]:
    """Return (prior's parts, the recording, the corrected note) as the critic sees them: total and noise, in
    [-1, 1], nothing above what was recorded. Shapes [B, T, bands, 2]."""
    from keras import ops

    total, parts = corrected_db(batch["levels_db"], gains_db, batch["strength"])
    fake = ops.stack([total, parts[..., 1]], axis=-1)
    reference = batch["reference_db"][:, None, None, None]
    counted = batch["band"][:, None, :, None] * ops.cast(batch["weights"] > 0, "float32")[..., None, None]

    def unit(levels_db: Any) -> Any:
        value = ops.clip(1.0 + (levels_db - reference - HEADROOM_DB) / SPAN_DB, -1.0, 1.0)
        return value * counted - (1.0 - counted)

    return unit(batch["levels_db"]), unit(batch["target_db"]), unit(fake)
