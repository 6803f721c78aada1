from pathlib import Path

import numpy as np
import pytest

from tests.voicebank_tools.training import made
from tests.voicebank_tools.training.made import needs_keras, quiet_libraries
from voicebank_tools.training.batches import padded, stacked
from voicebank_tools.training.board import Board
from voicebank_tools.training.examples import PAIR, SHIFTED
from voicebank_tools.training.learner import Learner, build_learner
from voicebank_tools.training.listen import ListeningNote
from voicebank_tools.training.network import NetworkOptions
from voicebank_tools.training.validation import play_notes, show_pictures, validated

pytestmark = [needs_keras, quiet_libraries]


@pytest.fixture(scope="module")
def learner() -> Learner:
    return build_learner(NetworkOptions(channels=(4, 6), code_size=3), voices=1, adversarial=False)


def test_an_untrained_network_is_as_far_off_as_the_prior(learner: Learner) -> None:
    kinds = [SHIFTED] * 9 + [PAIR] * 3  # more than go through the network at once
    batch = stacked([padded(made.example(i, kind), 0, made.FRAMES) for i, kind in enumerate(kinds)])
    found = validated(learner, batch)
    assert found.keys() == {"loss", "shifted_db", "shifted_prior_db", "pair_db", "pair_prior_db"}
    assert found["shifted_db"] == found["shifted_prior_db"] == pytest.approx(1.5, abs=0.3)


def test_pictures_and_notes_reach_the_board(learner: Learner, tmp_path: Path) -> None:
    batch = stacked([padded(made.example(0), 0, made.FRAMES)])
    one = made.example(1, frames=11)
    wave = np.random.default_rng(0).uniform(-0.1, 0.1, 4500).astype(np.float32)
    note = ListeningNote(wave, wave, wave, one.levels_db, one.scalars, one.strength)
    board = Board(tmp_path)
    board.curves(1, {"loss": 1.0})
    empty = size(tmp_path)
    show_pictures(board, 1, learner, batch)
    play_notes(board, 0, learner, {"note": note})
    play_notes(board, 1, learner, {"note": note})
    board.close()
    assert size(tmp_path) > empty + 3 * 2 * len(wave)  # recording, prior and generator, 16 bits each


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())
