import shutil
from pathlib import Path

import pytest

from pychang import PychangError
from tests.voicebank_tools.training import made
from voicebank_tools.training.dataset_place import check_place


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    (tmp_path / "banks" / "mio").mkdir(parents=True)
    return tmp_path / "banks" / "mio"


def test_a_new_folder_an_empty_one_and_a_dataset_will_do(bank: Path, tmp_path: Path) -> None:
    place = tmp_path / "set"
    check_place(place, [bank])
    place.mkdir()
    (place / ".DS_Store").touch()
    check_place(place, [bank])
    made.dataset(place)
    (place / "remarks.txt").touch()
    check_place(place, [bank])


def test_what_a_killed_build_has_left_will_do(bank: Path, tmp_path: Path) -> None:
    made.dataset(tmp_path / "set")
    (tmp_path / "set" / "dataset.json").unlink()
    check_place(tmp_path / "set", [bank])


@pytest.mark.parametrize(("below", "where"), [("mio", "is"), ("mio/set", "lies in"), ("", "holds")])
def test_recordings_and_datasets_lie_apart(bank: Path, below: str, where: str) -> None:
    with pytest.raises(PychangError, match=f"{where} the folder of recordings {bank}; name another one"):
        check_place(bank.parent / below, [bank])


def test_folders_of_others_are_refused(bank: Path, tmp_path: Path) -> None:
    made.dataset(tmp_path / "set")
    shutil.rmtree(tmp_path / "set" / "shards")  # somebody else's dataset.json
    with pytest.raises(PychangError, match=r"holds dataset\.json and is no dataset; name a new"):
        check_place(tmp_path / "set", [bank])
