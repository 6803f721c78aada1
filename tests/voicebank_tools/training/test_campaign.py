from dataclasses import replace
from pathlib import Path

import pytest

from pychang import PychangError
from pychang.generator import load_generator
from tests.voicebank_tools.training import made
from tests.voicebank_tools.training.made import needs_keras, quiet_libraries
from voicebank_tools.training.batches import BatchOptions
from voicebank_tools.training.campaign import Campaign, run_campaign
from voicebank_tools.training.model_folder import open_trained
from voicebank_tools.training.network import NetworkOptions
from voicebank_tools.training.run_config import RunConfig

pytestmark = [needs_keras, quiet_libraries]

CONFIG = RunConfig(
    steps=2, steps_per_epoch=1, validate_epochs=1, batches=BatchOptions(examples=1, frames=16),
    network=NetworkOptions(channels=(4, 6), code_size=3),
)  # fmt: skip


def test_a_training_leaves_a_model_that_sings_and_can_be_trained_further(tmp_path: Path) -> None:
    dataset = made.dataset(tmp_path / "set")
    campaign = Campaign(tmp_path / "run", "a", CONFIG, name="Test voice")
    lines: list[str] = []
    path = run_campaign(dataset, campaign, lines.append)
    generator = load_generator(path)
    assert generator.card.name == "Test voice"
    assert generator.card.default == "fitted"
    assert "alice (made, CC0)" in generator.card.card
    assert "carol" not in generator.card.card  # she was only listened to
    assert lines[-1].startswith("stage a: 2 steps in ")
    assert lines[-1].endswith("waiting for data")
    again = open_trained(path)
    assert again.options == CONFIG.network
    assert again.sha256 == generator.sha256

    with pytest.raises(PychangError, match="--resume goes on with it"):
        run_campaign(dataset, campaign, lines.append)
    other = made.dataset(tmp_path / "other")
    renamed = replace(other, voices=other.voices[::-1])
    with pytest.raises(PychangError, match="begun with other voices"):
        run_campaign(renamed, replace(campaign, resume=True), lines.append)


def test_a_voice_to_leave_out_must_be_there(tmp_path: Path) -> None:
    dataset = made.dataset(tmp_path / "set")
    config = replace(CONFIG, batches=replace(CONFIG.batches, leave_out=("dave",)))
    with pytest.raises(PychangError, match="no voice dave to leave out; there are alice, bob, carol"):
        run_campaign(dataset, Campaign(tmp_path / "run", "a", config), print)


def test_stage_b_needs_stage_a(tmp_path: Path) -> None:
    dataset = made.dataset(tmp_path / "set")
    with pytest.raises(PychangError, match="train stage a first"):
        run_campaign(dataset, Campaign(tmp_path / "run", "b", CONFIG), print)
