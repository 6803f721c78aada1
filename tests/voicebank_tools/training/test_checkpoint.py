from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pychang import PychangError
from voicebank_tools.training.checkpoint import Progress, has_checkpoint, read_checkpoint, write_checkpoint

NAMES = ["kernel (2, 3)", "bias (3,)"]
VALUES = [np.arange(6, dtype=np.float32).reshape(2, 3), np.ones(3, np.float32)]


@given(values=st.lists(arrays(np.float32, (2, 2)), max_size=3), step=st.integers(0, 10**6))
def test_every_variable_comes_back_bit_for_bit(
    values: list[np.ndarray], step: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("run")
    names = [f"v{i}" for i in range(len(values))]
    progress = Progress(step=step, seconds=1.5, since_best=2)
    write_checkpoint(folder, names, values, progress)
    assert has_checkpoint(folder)
    found, told = read_checkpoint(folder, names)
    assert [one.tobytes() for one in found] == [one.tobytes() for one in values]
    assert told == progress


def test_the_best_loss_before_the_first_validation_is_infinite(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, NAMES, VALUES, Progress())
    assert read_checkpoint(tmp_path, NAMES)[1].best_loss == float("inf")


def test_what_cannot_be_resumed_is_told(tmp_path: Path) -> None:
    assert not has_checkpoint(tmp_path)
    with pytest.raises(PychangError, match="not found"):
        read_checkpoint(tmp_path, NAMES)
    write_checkpoint(tmp_path, NAMES, VALUES, Progress())
    with pytest.raises(PychangError, match="of another network"):
        read_checkpoint(tmp_path, ["other"])
    path = tmp_path / "checkpoint.npz"
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(PychangError, match="is damaged"):
        read_checkpoint(tmp_path, NAMES)


def test_a_failed_write_leaves_the_checkpoint_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_checkpoint(tmp_path, NAMES, VALUES, Progress(step=10))
    monkeypatch.setattr(Path, "replace", _full)
    with pytest.raises(PychangError, match="the disk is full"):
        write_checkpoint(tmp_path, NAMES, VALUES, Progress(step=20))
    assert read_checkpoint(tmp_path, NAMES)[1].step == 10
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.npz"]


def _full(*arguments: object) -> None:
    raise OSError(28, "No space left on device")
