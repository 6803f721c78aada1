"""How a network does on what it was never trained on: figures, pictures and notes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pychang.arrays import FloatArray
from voicebank_tools.training.batches import Batch
from voicebank_tools.training.board import Board, picture
from voicebank_tools.training.examples import KINDS
from voicebank_tools.training.learner import Learner
from voicebank_tools.training.listen import ListeningNote
from voicebank_tools.training.losses import corrected_db, picture_loss

_AT_ONCE = 8


def validated(learner: Learner, batch: Batch) -> dict[str, float]:
    """Return the mean loss (`loss`), and for each kind of example the mean difference in dB with the gains
    and without (`KIND_db`, `KIND_prior_db`)."""
    from keras import ops

    parts: list[list[FloatArray]] = []
    for first in range(0, len(batch["kind"]), _AT_ONCE):
        part = {name: values[first : first + _AT_ONCE] for name, values in batch.items()}
        gains = learner.model(part, training=False)
        loss, difference = picture_loss(gains, part)
        _, before = picture_loss(ops.zeros_like(gains), part)
        parts.append([ops.convert_to_numpy(value) for value in (loss, difference, before)])
    loss, difference, before = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    found = {"loss": float(loss.mean())}
    for kind in np.unique(batch["kind"]):
        chosen = batch["kind"] == kind
        found[f"{KINDS[kind]}_db"] = float(difference[chosen].mean())
        found[f"{KINDS[kind]}_prior_db"] = float(before[chosen].mean())
    return found


def show_pictures(board: Board, step: int, learner: Learner, batch: Batch) -> None:
    """Show the first example of each kind: the recording, what the network makes of it, the prior."""
    from keras import ops

    for kind in np.unique(batch["kind"]):
        first = int(np.argmax(batch["kind"] == kind))
        one = {name: values[first : first + 1] for name, values in batch.items()}
        gains = learner.model(one, training=False)
        got, _ = corrected_db(one["levels_db"], gains, one["strength"])
        before, _ = corrected_db(one["levels_db"], ops.zeros_like(gains), one["strength"])
        levels = [one["target_db"][0, ..., 0], *(ops.convert_to_numpy(value)[0] for value in (got, before))]
        board.pictures(step, {f"{KINDS[kind]}: recording, generator, prior": picture(*levels)})


def play_notes(board: Board, step: int, learner: Learner, notes: Mapping[str, ListeningNote]) -> None:
    """Add each note as the network makes it; at the first call (step 0) the prior's and the recording."""
    for name, note in notes.items():
        if not step:
            board.sounds(
                0, {f"{name}/recording": note.recording, f"{name}/prior": note.harmonic + note.noise}
            )
            continue
        gains = learner.generator([
            note.told.image[None], note.scalars[None],
            np.zeros((1, learner.generator.input_shape[2][-1]), np.float32),
        ], training=False)  # fmt: skip
        board.sounds(step, {f"{name}/generator": note.with_gains(np.asarray(gains)[0])})
