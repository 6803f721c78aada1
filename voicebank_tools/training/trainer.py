"""A training run from its first step or its last checkpoint to its end, by Keras' `fit()`."""

from pathlib import Path

import numpy as np

from pychang import PychangError
from voicebank_tools.training.backend import import_keras
from voicebank_tools.training.batches import Batch, Sampler
from voicebank_tools.training.checkpoint import Progress, has_checkpoint
from voicebank_tools.training.dataset import Dataset
from voicebank_tools.training.learner import Learner, build_learner
from voicebank_tools.training.run_config import RunConfig, write_config
from voicebank_tools.training.session import Outcome, Report, Session, restore


def train(dataset: Dataset, folder: Path, config: RunConfig, report: Report, threads: int = 2) -> Outcome:
    """Begin or resume a run and train to its end.

    Written into `folder`: `run.json`, `checkpoint.npz`, `history.csv`, and, of the moving average of the
    weights (at its best on the validation voices, if there are any), `generator.weights.h5` and `codes.npy`.

    Args:
        dataset: What to train on.
        folder: Of the run; made if missing. With a checkpoint in it, the run is resumed.
        config: What is asked for; of a resumed run, what it was begun with.
        report: Told a line at each epoch.
        threads: That make batches.

    Raises:
        PychangError: Keras is missing, the dataset has nothing to train on, or a file cannot be read or
            written.
    """
    # the same seed is the same training, from the first weights on
    import_keras().utils.set_random_seed(config.batches.seed)
    learner = build_learner(config.network, len(dataset.voices), config.stage == "b", config.gain_penalty)
    if config.frozen:
        learner.generator.trainable = False
    sampler = Sampler(dataset, config.batches)
    sampler.batch(0)  # what is wrong with the dataset is told before anything is written
    compile_learner(learner, config)
    _build(learner, sampler.batch(0))
    folder.mkdir(parents=True, exist_ok=True)
    _begin(learner, config)
    progress = Progress()
    if has_checkpoint(folder):
        progress = restore(learner, folder)
        report(f"resumed at step {progress.step} of {config.steps}")
    else:
        write_config(folder, config)
    session = Session(learner, sampler, folder, config, report, progress, threads)
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


def _begin(learner: Learner, config: RunConfig) -> None:
    """Load what the run begins with. Raises PychangError where it cannot be read."""
    try:
        if config.begin_with:
            learner.generator.load_weights(config.begin_with)
        if config.begin_codes:
            codes = np.load(config.begin_codes, allow_pickle=False)
            learner.codes.set_weights([np.concatenate([np.zeros_like(codes[:1]), codes])])
    except (OSError, ValueError, EOFError) as error:
        told = " ".join(str(error).split())[:200]
        raise PychangError(f"{config.begin_with} cannot be begun with: {told}; name another run") from error


def _build(learner: Learner, batch: Batch) -> None:
    """Make all variables, in a fixed order: checkpoints hold them by their place."""
    learner.model(batch)
    learner.model.optimizer.build(learner.model.trainable_variables)
