from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from tests.voicebank_tools.training.made import recordings
from voicebank_tools.training.batches import places_of
from voicebank_tools.training.build import BuildOptions, build_dataset, engine_fingerprint
from voicebank_tools.training.dataset import Dataset, open_dataset
from voicebank_tools.training.examples import PAIR, SHIFTED, Recipe
from voicebank_tools.training.listen import read_notes
from voicebank_tools.training.shards import open_frames

pytest.importorskip("librosa", reason="librosa comes with the train and test extras")

OPTIONS = BuildOptions(recipe=Recipe(shifts=1, starved=0, moved=0), jobs=1)


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A voicebank of two pitches, one file that is no sound, one without voice."""
    folder = recordings(tmp_path / "singer", {"A3/a": ("a", 220.0), "D4/a": ("a", 294.0)})
    (folder / "broken.wav").write_text("no sound", "utf-8")
    return folder


def times(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (folder / "shards").iterdir()}


def test_own_examples_and_true_pairs_are_made_and_bad_files_listed(bank: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    dataset = build_dataset([bank], tmp_path / "set", OPTIONS, lambda done, total: told.append((done, total)))
    kinds = [entry.kind for shard in dataset.shards for entry in shard.entries]
    assert sorted(kinds) == [SHIFTED, SHIFTED, PAIR, PAIR]
    assert list(dataset.failed) == [str(bank / "broken.wav")]
    assert told[-1] == (5, 5)
    assert dataset.engine == engine_fingerprint()
    assert dataset.voices[0].minutes > 0.0
    assert open_dataset(tmp_path / "set") == dataset


def test_only_what_has_changed_is_made_again_and_what_is_gone_is_removed(bank: Path, tmp_path: Path) -> None:
    build_dataset([bank], tmp_path / "set", OPTIONS)
    before = times(tmp_path / "set")
    build_dataset([bank], tmp_path / "set", OPTIONS)
    assert times(tmp_path / "set") == before
    recordings(bank, {"A3/i": ("i", 220.0)})
    build_dataset([bank], tmp_path / "set", OPTIONS)
    after = times(tmp_path / "set")
    assert len(after) == len(before) + 2
    assert before.items() <= after.items()
    (bank / "A3" / "i.wav").unlink()
    (tmp_path / "set" / "shards" / "mine.txt").write_text("kept", "utf-8")
    build_dataset([bank], tmp_path / "set", OPTIONS)
    assert times(tmp_path / "set").keys() == before.keys() | {"mine.txt"}


def test_a_build_that_was_killed_goes_on(bank: Path, tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    def kill(done: int, total: int) -> None:
        if done == 2:
            raise Killed

    with pytest.raises(Killed):
        build_dataset([bank], tmp_path / "set", OPTIONS, kill)
    kept = times(tmp_path / "set")
    assert len(kept) == 4
    assert not (tmp_path / "set" / "dataset.json").exists()
    whole = build_dataset([bank], tmp_path / "set", OPTIONS)
    assert kept.items() <= times(tmp_path / "set").items()
    fresh = build_dataset([bank], tmp_path / "other", OPTIONS)
    assert [shard.key for shard in whole.shards] == [shard.key for shard in fresh.shards]


def test_several_processes_make_the_same_dataset(bank: Path, tmp_path: Path) -> None:
    one = build_dataset([bank], tmp_path / "one", OPTIONS)
    two = build_dataset([bank], tmp_path / "two", BuildOptions(recipe=OPTIONS.recipe, jobs=2))
    assert one.shards == two.shards
    for path in (tmp_path / "one" / "shards").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / "shards" / path.name).read_bytes()


def test_validation_voices_must_be_there_and_get_notes_to_listen_to(bank: Path, tmp_path: Path) -> None:
    with pytest.raises(PychangError, match="no voice nobody to validate on; there are singer"):
        build_dataset([bank], tmp_path / "set", BuildOptions(validate=("nobody",)))
    options = BuildOptions(recipe=Recipe(1, 0, 0), pairs=False, validate=("singer",), jobs=1)
    build_dataset([bank], tmp_path / "set", options)
    assert list(read_notes(tmp_path / "set")) == ["singer-0", "singer-1"]


def test_altered_voices_are_others_and_pairs_and_voices_to_validate_on_are_not(
    bank: Path, tmp_path: Path
) -> None:
    (bank / "broken.wav").unlink()
    plain = build_dataset([bank], tmp_path / "plain", OPTIONS)
    always = replace(OPTIONS, recipe=replace(OPTIONS.recipe, altered=1.0))
    other = build_dataset([bank], tmp_path / "other", always)
    kept = build_dataset([bank], tmp_path / "kept", replace(always, validate=("singer",)))

    def keys(dataset: Dataset, sources: int) -> set[str]:
        return {shard.key for shard in dataset.shards if len(shard.sources) == sources}

    assert len(keys(plain, 1)) == len(keys(other, 1)) == 2
    assert not keys(plain, 1) & keys(other, 1)
    assert keys(plain, 2) == keys(other, 2)
    assert keys(kept, 1) == keys(plain, 1)
    assert median_octaves(plain) == pytest.approx([0.0, 0.21], abs=0.02)
    assert np.abs(np.subtract(median_octaves(plain), median_octaves(other))).max() > 0.01


def median_octaves(dataset: Dataset) -> list[float]:
    """Half octaves from 220 Hz of each shifted example, lowest first."""
    places = [place for place in places_of(dataset) if place.entry.kind == SHIFTED]
    frames = [open_frames(dataset.shard_folder, place.key) for place in places]
    return sorted(float(np.median(one["scalars"][:, 0].astype(np.float32))) for one in frames)


def test_only_so_much_of_each_voice_is_taken_and_pairs_stay_together(bank: Path, tmp_path: Path) -> None:
    recordings(bank, {f"A3/{name}": ("i", 220.0) for name in ("i1", "i2", "i3", "i4")})
    options = BuildOptions(recipe=Recipe(1, 0, 0), most_minutes=1.2 / 60.0, jobs=1)  # of 2.4 s
    dataset = build_dataset([bank], tmp_path / "set", options)
    own = [shard.sources[0] for shard in dataset.shards if len(shard.sources) == 1 and shard.entries]
    pairs = [shard for shard in dataset.shards if len(shard.sources) == 2]
    assert len(own) == 3
    assert own.count("a.wav") == 2
    assert len(pairs) == 2
    assert list(dataset.failed) == [str(bank / "broken.wav")]


def test_a_folder_of_the_users_is_left_alone(bank: Path, tmp_path: Path) -> None:
    (tmp_path / "mine" / "notes").mkdir(parents=True)
    (tmp_path / "mine" / "thesis.txt").write_text("mine", "utf-8")
    with pytest.raises(PychangError, match=r"mine holds thesis\.txt and is no dataset"):
        build_dataset([bank], tmp_path / "mine", OPTIONS)
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == ["notes", "thesis.txt"]


def test_recordings_that_give_nothing_at_all_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "voice").mkdir()
    (tmp_path / "voice" / "bad.wav").write_text("no sound", "utf-8")
    with pytest.raises(PychangError, match=r"no example could be made: .*bad\.wav is not a sound file"):
        build_dataset([tmp_path / "voice"], tmp_path / "set", OPTIONS)
