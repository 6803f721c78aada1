from dataclasses import replace
from pathlib import Path

from tests.voicebank_tools.training import made
from voicebank_tools.training.summary import card_text, dataset_summary


def test_a_dataset_is_told_voice_by_voice(tmp_path: Path) -> None:
    dataset = replace(made.dataset(tmp_path), failed={"bad.wav": "is no sound"})
    lines = dataset_summary(dataset).splitlines()
    assert lines[0].endswith("36 examples")
    assert lines[1] == "  alice: 1.0 min, 4 shifted, 4 starved, 4 pair, 0 moved"
    assert lines[3].endswith("0 moved, for validation")
    assert lines[4] == "  left out: 1 recordings"


def test_the_card_names_every_corpus_that_was_trained_on_with_its_licence(tmp_path: Path) -> None:
    voices = made.dataset(tmp_path).voices
    told = card_text(voices, ["bob"], "a", 500)
    assert told == "Trained 500 steps (stage a) on alice (made, CC0); carol (made, CC0)."
