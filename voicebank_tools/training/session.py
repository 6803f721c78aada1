"""One session of training: Keras' `fit()` from where a run is, with what is done at each epoch's end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voicebank_tools.training.backend import import_keras
from voicebank_tools.training.batches import Batch, Sampler
from voicebank_tools.training.board import Board
from voicebank_tools.training.checkpoint import Progress, read_checkpoint, write_checkpoint
from voicebank_tools.training.examples import KINDS
from voicebank_tools.training.feeder import Feeder
from voicebank_tools.training.history import as_row, read_history, write_history
from voicebank_tools.training.learner import Learner
from voicebank_tools.training.listen import read_notes
from voicebank_tools.training.run_config import RunConfig
from voicebank_tools.training.validation import play_notes, show_pictures, validated

if TYPE_CHECKING:
    import keras

WEIGHTS = "generator.weights.h5"
CODES = "codes.npy"

Report = Callable[[str], None]
"""Told a line about how it goes."""


@dataclass(frozen=True)
class Outcome:
    """What became of a run.

    Attributes:
        progress: Its last state.
        validation: Its last validation, name -> value.
        steps_per_s: Over all of it, getting ready and validations included.
        last_steps_per_s: In its last epoch alone: what a longer run may count on; 0 if there was none.
        waiting_share: Of its time, how much it waited for batches.
    """

    progress: Progress
    validation: Mapping[str, float]
    steps_per_s: float
    last_steps_per_s: float
    waiting_share: float


class Session:
    """One call of `fit()`: keeps time, reports, validates and saves at the end of each epoch."""

    def __init__(
        self, learner: Learner, sampler: Sampler, folder: Path, config: RunConfig, report: Report,
        progress: Progress, threads: int,
    ) -> None:  # fmt: skip
        self.learner, self.folder, self.config, self.report = learner, folder, config, report
        self.progress, self.began_with = progress, progress
        self.feeder = Feeder(sampler, progress.step, threads)
        self.validation_batch = sampler.validation()
        self.notes = read_notes(sampler.dataset.folder)
        self.board = Board(folder / "tensorboard")
        self.kept: dict[str, float] = {}
        self.last_steps_per_s = 0.0
        self.rows = read_history(folder, progress.step)
        self.began = self.epoch_began = time.perf_counter()
        self.waited_before_s = 0.0

    def run(self) -> Outcome:
        config, model = self.config, self.learner.model
        epochs = -(-config.steps // config.steps_per_epoch)
        done = self.progress.step // config.steps_per_epoch
        if not self.progress.finished and done < epochs:
            keras = import_keras()
            callback = keras.callbacks.LambdaCallback(on_epoch_end=self.epoch_ended)
            if not self.progress.step:
                self._begin()
            self.began = self.epoch_began = time.perf_counter()
            model.fit(
                _fed(self.feeder), initial_epoch=done, epochs=epochs, steps_per_epoch=config.steps_per_epoch,
                verbose=0, shuffle=False, callbacks=[callback],
            )  # fmt: skip
        self.board.close()
        seconds = max(time.perf_counter() - self.began, 1e-9)
        steps = self.progress.step - self.began_with.step
        waiting_share = self.feeder.waited_s / seconds
        return Outcome(self.progress, self.kept, steps / seconds, self.last_steps_per_s, waiting_share)

    def epoch_ended(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Called by Keras: `logs` are the means over the epoch."""
        now, config = time.perf_counter(), self.config
        took_s, waited_s = now - self.epoch_began, self.feeder.waited_s - self.waited_before_s
        self.last_steps_per_s = config.steps_per_epoch / took_s
        step = (epoch + 1) * config.steps_per_epoch
        last = step >= config.steps
        values = {
            **{name: float(value) for name, value in (logs or {}).items()},
            "steps_per_s": self.last_steps_per_s, "waiting_share": min(1.0, waited_s / took_s),
        }  # fmt: skip
        seconds = self.began_with.seconds + now - self.began
        self.progress = replace(self.progress, step=step, seconds=seconds)
        if last or (epoch + 1) % config.validate_epochs == 0:
            values |= self._validated(step)
        stalled = config.patience > 0 and self.progress.since_best >= config.patience
        self.progress = replace(self.progress, finished=last or stalled)
        self.board.curves(step, values)
        self.rows.append(as_row(step, values))
        write_history(self.folder, self.rows)
        save(self.learner, self.folder, self.progress)
        self.report(_line(step, config.steps, values))
        if stalled:
            self.learner.model.stop_training = True
        self.epoch_began, self.waited_before_s = time.perf_counter(), self.feeder.waited_s

    def _begin(self) -> None:
        """Measure and keep what is begun with: training must do better than that."""
        if self.validation_batch is not None:
            self.kept = validated(self.learner, self.validation_batch)
            self.progress = replace(self.progress, best_loss=self.kept["loss"])
        keep_weights(self.learner, self.folder)
        play_notes(self.board, 0, self.learner, self.notes)

    def _validated(self, step: int) -> dict[str, float]:
        """Validate and keep the averaged weights, then put the current ones back."""
        model, found = self.learner.model, dict[str, float]()
        current = [variable.numpy() for variable in model.trainable_variables]
        model.optimizer.finalize_variable_values(model.trainable_variables)
        if self.validation_batch is None:
            keep_weights(self.learner, self.folder)
        else:
            found = validated(self.learner, self.validation_batch)
            self._judge(found)
            show_pictures(self.board, step, self.learner, self.validation_batch)
        play_notes(self.board, step, self.learner, self.notes)
        for variable, value in zip(model.trainable_variables, current, strict=True):
            variable.assign(value)
        return {f"validation_{name}": value for name, value in found.items()}

    def _judge(self, found: dict[str, float]) -> None:
        if found["loss"] < self.progress.best_loss:
            self.kept = found
            self.progress = replace(self.progress, best_loss=found["loss"], since_best=0)
            keep_weights(self.learner, self.folder)
        else:
            self.progress = replace(self.progress, since_best=self.progress.since_best + 1)


def variables(learner: Learner) -> list[keras.Variable]:
    """Return all that changes in training, in order."""
    return [*learner.model.trainable_variables, *learner.model.optimizer.variables]


def save(learner: Learner, folder: Path, progress: Progress) -> None:
    """Write a checkpoint. Raises PychangError where it cannot be written."""
    changing = variables(learner)
    values = [np.asarray(variable.numpy()) for variable in changing]
    write_checkpoint(folder, _names(changing), values, progress)


def restore(learner: Learner, folder: Path) -> Progress:
    """Set all variables to a run's checkpoint and return how far it is. Raises PychangError."""
    changing = variables(learner)
    values, progress = read_checkpoint(folder, _names(changing))
    for variable, value in zip(changing, values, strict=True):
        variable.assign(value)
    return progress


def _names(changing: Sequence[keras.Variable]) -> list[str]:
    return [f"{variable.name} {tuple(variable.shape)}" for variable in changing]


def keep_weights(learner: Learner, folder: Path) -> None:
    """Write the generator's weights and the voices' codes as they are now, whole or not at all."""
    temporary = folder / f"kept.{WEIGHTS}"
    learner.generator.save_weights(temporary)
    temporary.replace(folder / WEIGHTS)
    codes = folder / f"kept.{CODES}"
    np.save(codes, learner.codes.get_weights()[0][1:])
    codes.replace(folder / CODES)


def _fed(feeder: Feeder) -> Any:
    """The batches as `fit()` takes them: a `tf.data` pipeline under TensorFlow, a generator elsewhere."""
    keras = import_keras()

    def batches() -> Iterator[tuple[Batch]]:
        for batch in feeder:
            yield (batch,)

    if keras.backend.backend() != "tensorflow":
        return batches()
    import tensorflow as tf

    sample = feeder.sampler.batch(0)
    signature = {name: tf.TensorSpec((None, *value.shape[1:]), value.dtype) for name, value in sample.items()}
    return tf.data.Dataset.from_generator(batches, output_signature=(signature,)).prefetch(2)


def _line(step: int, steps: int, values: Mapping[str, float]) -> str:
    """What is told of an epoch."""
    told = [f"step {step} of {steps}: loss {values.get('loss', float('nan')):.3f}"]
    told += [f"{values['difference_db']:.2f} dB"] if "difference_db" in values else []
    for kind in KINDS:
        if f"validation_{kind}_db" in values:
            with_gains, before = values[f"validation_{kind}_db"], values[f"validation_{kind}_prior_db"]
            told.append(f"{kind} {with_gains:.2f} (prior {before:.2f})")
    told.append(f"{values['steps_per_s']:.2f} steps/s, {100.0 * values['waiting_share']:.0f} % waiting")
    return ", ".join(told)
