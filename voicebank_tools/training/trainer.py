"""A training run from its first step or its last checkpoint to its end, by Keras' `fit()`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pychang.arrays import FloatArray
from voicebank_tools.training.backend import import_keras
from voicebank_tools.training.batches import Batch, Sampler
from voicebank_tools.training.checkpoint import (
    Progress,
    has_checkpoint,
    read_checkpoint,
    write_checkpoint,
)
from voicebank_tools.training.dataset import Dataset
from voicebank_tools.training.examples import KINDS
from voicebank_tools.training.feeder import Feeder
from voicebank_tools.training.history import as_row, read_history, write_history
from voicebank_tools.training.learner import Learner, build_learner
from voicebank_tools.training.losses import picture_loss
from voicebank_tools.training.run_config import RunConfig, write_config

if TYPE_CHECKING:
    import keras

WEIGHTS = "generator.weights.h5"
CODES = "codes.npy"

Report = Callable[[str], None]
"""Told a line about how it goes."""


@dataclass(frozen=True)
class Outcome:
    """What became of a run: its last state, its last validation (name -> value), steps per second, and the
    share of its time that it waited for batches."""

    progress: Progress
    validation: Mapping[str, float]
    steps_per_s: float
    waiting_share: float


def train(
    dataset: Dataset, folder: Path, config: RunConfig, report: Report, threads: int = 2,
    stop_after_s: float | None = None,
) -> Outcome:  # fmt: skip
    """Begin or resume a run and train to its end.

    Written into `folder`: `run.json`, `checkpoint.npz`, `history.csv`, and, of the moving average of the
    weights (at its best on the validation voices, if there are any), `generator.weights.h5` and `codes.npy`.

    Args:
        dataset: What to train on.
        folder: Of the run; made if missing. With a checkpoint in it, the run is resumed.
        config: What is asked for; of a resumed run, what it was begun with.
        report: Told a line at each epoch.
        threads: That make batches.
        stop_after_s: Stop at the next epoch's end after so long, to be resumed later.

    Raises:
        PychangError: Keras is missing, the dataset has nothing to train on, or a file cannot be read or
            written.
    """
    learner = build_learner(config.network, len(dataset.voices), config.stage == "b")
    sampler = Sampler(dataset, config.batches)
    sampler.batch(0)  # what is wrong with the dataset is told before anything is written
    compile_learner(learner, config)
    _build(learner, sampler.batch(0))
    folder.mkdir(parents=True, exist_ok=True)
    progress = Progress()
    if has_checkpoint(folder):
        progress = restore(learner, folder)
        report(f"resumed at step {progress.step} of {config.steps}")
    else:
        write_config(folder, config)
        if config.begin_with:
            learner.generator.load_weights(config.begin_with)
    session = _Session(learner, sampler, folder, config, report, progress, threads, stop_after_s)
    return session.run()


def compile_learner(learner: Learner, config: RunConfig) -> None:
    """Give the learner its optimiser: AdamW, cosine decay, clipped gradients, averaged weights."""
    keras = import_keras()
    schedule = keras.optimizers.schedules.CosineDecay(config.learning_rate, config.steps, alpha=0.02)
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=1e-4, beta_1=0.8, beta_2=0.9, global_clipnorm=10.0, use_ema=True,
        ema_momentum=config.ema_momentum,
    )  # fmt: skip
    optimizer.exclude_from_weight_decay(var_names=["codes"])
    # XLA is slower than TensorFlow's own kernels on a processor
    jit = "auto" if keras.backend.backend() != "tensorflow" else False
    learner.model.compile(optimizer=optimizer, jit_compile=jit)


def _build(learner: Learner, batch: Batch) -> None:
    """Make all variables, in a fixed order: checkpoints hold them by their place."""
    learner.model(batch)
    learner.model.optimizer.build(learner.model.trainable_variables)


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


def validated(learner: Learner, batch: Batch) -> dict[str, float]:
    """Return, for each kind of example, the mean difference in dB with the gains and without, and the mean
    loss over all (`loss`), of voices that are not trained, sung with the neutral code."""
    from keras import ops

    parts: list[tuple[FloatArray, FloatArray, FloatArray]] = []
    for first in range(0, len(batch["kind"]), 8):
        part = {name: values[first : first + 8] for name, values in batch.items()}
        part["voice"] = np.zeros_like(part["voice"])
        gains = learner.model(part, training=False)
        loss, difference = picture_loss(gains, part)
        _, before = picture_loss(ops.zeros_like(gains), part)
        parts.append(tuple(ops.convert_to_numpy(value) for value in (loss, difference, before)))
    loss, difference, before = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    found = {"loss": float(loss.mean())}
    for kind in np.unique(batch["kind"]):
        chosen = batch["kind"] == kind
        found[f"{KINDS[kind]}_db"] = float(difference[chosen].mean())
        found[f"{KINDS[kind]}_prior_db"] = float(before[chosen].mean())
    return found


class _Session:
    """One call of `fit()`: keeps time, reports, validates and saves at the end of each epoch."""

    def __init__(
        self, learner: Learner, sampler: Sampler, folder: Path, config: RunConfig, report: Report,
        progress: Progress, threads: int, stop_after_s: float | None,
    ) -> None:  # fmt: skip
        self.learner, self.folder, self.config, self.report = learner, folder, config, report
        self.progress, self.began_with = progress, progress
        self.feeder = Feeder(sampler, progress.step, threads)
        self.validation_batch = sampler.validation()
        self.validation: dict[str, float] = {}
        self.rows = read_history(folder, progress.step)
        self.stop_after_s = stop_after_s
        self.began = self.epoch_began = time.perf_counter()
        self.waited_before_s = 0.0

    def run(self) -> Outcome:
        config, model = self.config, self.learner.model
        epochs = -(-config.steps // config.steps_per_epoch)
        done = self.progress.step // config.steps_per_epoch
        if not self.progress.finished and done < epochs:
            keras = import_keras()
            callback = keras.callbacks.LambdaCallback(on_epoch_end=self.epoch_ended)
            self.began = self.epoch_began = time.perf_counter()
            model.fit(
                _fed(self.feeder), initial_epoch=done, epochs=epochs, steps_per_epoch=config.steps_per_epoch,
                verbose=0, shuffle=False, callbacks=[callback],
            )  # fmt: skip
        seconds = max(time.perf_counter() - self.began, 1e-9)
        steps = self.progress.step - self.began_with.step
        return Outcome(self.progress, self.validation, steps / seconds, self.feeder.waited_s / seconds)

    def epoch_ended(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Called by Keras: `logs` are the means over the epoch."""
        now, config = time.perf_counter(), self.config
        took_s, waited_s = now - self.epoch_began, self.feeder.waited_s - self.waited_before_s
        step = (epoch + 1) * config.steps_per_epoch
        last = step >= config.steps
        values = {
            **{name: float(value) for name, value in (logs or {}).items()},
            "steps_per_s": config.steps_per_epoch / took_s, "waiting_share": min(1.0, waited_s / took_s),
        }  # fmt: skip
        seconds = self.began_with.seconds + now - self.began
        self.progress = replace(self.progress, step=step, seconds=seconds)
        if last or (epoch + 1) % config.validate_epochs == 0:
            values |= self._validated()
        stalled = config.patience > 0 and self.progress.since_best >= config.patience
        self.progress = replace(self.progress, finished=last or stalled)
        self.rows.append(as_row(step, values))
        write_history(self.folder, self.rows)
        save(self.learner, self.folder, self.progress)
        self.report(_line(step, config.steps, values))
        out_of_time = self.stop_after_s is not None and now - self.began > self.stop_after_s
        if stalled or out_of_time:
            self.learner.model.stop_training = True
        self.epoch_began, self.waited_before_s = time.perf_counter(), self.feeder.waited_s

    def _validated(self) -> dict[str, float]:
        """Validate and keep the averaged weights, then put the current ones back."""
        model = self.learner.model
        current = [variable.numpy() for variable in model.trainable_variables]
        model.optimizer.finalize_variable_values(model.trainable_variables)
        if self.validation_batch is None:
            self._keep()
        else:
            self.validation = validated(self.learner, self.validation_batch)
            loss = self.validation["loss"]
            if loss < self.progress.best_loss:
                self.progress = replace(self.progress, best_loss=loss, since_best=0)
                self._keep()
            else:
                self.progress = replace(self.progress, since_best=self.progress.since_best + 1)
        for variable, value in zip(model.trainable_variables, current, strict=True):
            variable.assign(value)
        return {f"validation_{name}": value for name, value in self.validation.items()}

    def _keep(self) -> None:
        keep_weights(self.learner, self.folder)


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
