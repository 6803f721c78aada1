from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from tests.voicebank_tools.training.made import FRAMES, example
from voicebank_tools.training.examples import PAIR
from voicebank_tools.training.shards import FRAME, open_frames, read_entries, write_shard

KEY = "0" * 32


def test_examples_come_back_to_half_precision(tmp_path: Path) -> None:
    first, second = example(0), example(1, PAIR, frames=17, band_hz=9000.0)
    entries = write_shard(tmp_path, KEY, [first, second])
    assert [(one.begin, one.frames, one.kind, one.band_hz) for one in entries] == [
        (0, FRAMES, 0, 20_000.0), (FRAMES, 17, PAIR, 9000.0),
    ]  # fmt: skip
    assert read_entries(tmp_path, KEY) == entries
    frames = open_frames(tmp_path, KEY)
    assert isinstance(frames, np.memmap)
    assert frames.dtype == FRAME
    assert np.abs(frames["levels_db"][:FRAMES] - first.levels_db).max() < 0.05
    assert np.array_equal(frames["scalars"][FRAMES:], second.scalars)


def test_a_recording_that_gives_nothing_is_a_shard_too(tmp_path: Path) -> None:
    assert write_shard(tmp_path, KEY, []) == ()
    assert read_entries(tmp_path, KEY) == ()
    assert len(open_frames(tmp_path, KEY)) == 0


@pytest.mark.parametrize("harm", ["missing", "index", "cut", "other"])
def test_what_is_not_whole_is_made_again(harm: str, tmp_path: Path) -> None:
    write_shard(tmp_path, KEY, [example(0)])
    frames, index = tmp_path / f"{KEY}.npy", tmp_path / f"{KEY}.json"
    if harm == "missing":
        frames.unlink()
    elif harm == "index":
        index.write_text('{"frames": 40}', "utf-8")
    elif harm == "cut":
        frames.write_bytes(frames.read_bytes()[:-100])
    else:
        np.save(frames, np.zeros(FRAMES))
    assert read_entries(tmp_path, KEY) is None
    if harm != "index":
        with pytest.raises(PychangError, match="run vbtools build again"):
            open_frames(tmp_path, KEY)


def test_pickled_objects_are_never_opened(tmp_path: Path) -> None:
    np.save(tmp_path / f"{KEY}.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(PychangError, match="cannot be read"):
        open_frames(tmp_path, KEY)
