import json
from pathlib import Path

import pytest

from pychang import PychangError
from tests.voicebank_tools.training import made
from voicebank_tools.training.dataset import is_dataset, open_dataset


def test_a_dataset_comes_back(tmp_path: Path) -> None:
    wanted = made.dataset(tmp_path)
    assert open_dataset(tmp_path) == wanted
    assert is_dataset(tmp_path)
    assert not is_dataset(tmp_path / "shards")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("not json", "is damaged; run vbtools build again"),
        ('{"format": 99}', "has format 99, this version reads 1; build it anew"),
        ('{"format": 1, "voices": [{"nom": 1}]}', "is damaged"),
        ("[]", "is damaged"),
    ],
)
def test_what_is_no_dataset_is_told(change: str, told: str, tmp_path: Path) -> None:
    made.dataset(tmp_path)
    (tmp_path / "dataset.json").write_text(change, "utf-8")
    with pytest.raises(PychangError, match=told):
        open_dataset(tmp_path)
    with pytest.raises(PychangError, match=r"dataset .* not found"):
        open_dataset(tmp_path / "absent")


def test_licences_and_validation_voices_are_in_the_file(tmp_path: Path) -> None:
    made.dataset(tmp_path, validate=("bob",))
    content = json.loads((tmp_path / "dataset.json").read_text("utf-8"))
    assert content["validate"] == ["bob"]
    assert {voice["licence"] for voice in content["voices"]} == {"CC0"}
