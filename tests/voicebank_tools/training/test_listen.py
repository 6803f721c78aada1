from pathlib import Path

import numpy as np
import pytest

from tests.voicebank_tools.training.made import recordings
from voicebank_tools.training.corpora import open_corpora
from voicebank_tools.training.listen import SHIFTS_SEMITONES, read_notes, write_notes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("listen")
    bank = recordings(folder / "singer", {"a": ("a", 220.0), "i": ("i", 247.0)})
    write_notes(folder, open_corpora([bank]), seed=0)
    return folder


def test_notes_are_kept_with_what_the_network_is_told(folder: Path) -> None:
    notes = read_notes(folder)
    assert list(notes) == ["singer-0", "singer-1"]
    for note, semitones in zip(notes.values(), SHIFTS_SEMITONES, strict=True):
        assert len(note.harmonic) == len(note.noise) == len(note.recording)
        assert 12.0 * np.median(note.scalars[5:-5, 1]) == pytest.approx(semitones, abs=0.1)
        assert note.told.image.shape == note.levels_db.shape


def test_gains_change_a_note_and_none_leave_it_as_it_is(folder: Path) -> None:
    note = next(iter(read_notes(folder).values()))
    prior = note.harmonic + note.noise
    gains_db = np.zeros((*note.levels_db.shape[:2], 2), np.float32)
    assert np.array_equal(note.with_gains(gains_db), prior)
    louder = note.with_gains(gains_db + 6.0)
    middle = slice(4000, -4000)
    assert 20 * np.log10(louder[middle].std() / prior[middle].std()) == pytest.approx(6.0, abs=0.2)


def test_damaged_notes_are_left_out_and_old_ones_replaced(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "singer-1.npz").write_bytes(b"PK broken")
    assert read_notes(tmp_path) == {}
    write_notes(tmp_path, [], seed=0)
    assert list((tmp_path / "notes").iterdir()) == []


def test_files_that_are_no_notes_of_ours_stay(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "features.npz").write_bytes(b"mine")
    write_notes(tmp_path, [], seed=0)
    assert (tmp_path / "notes" / "features.npz").read_bytes() == b"mine"
