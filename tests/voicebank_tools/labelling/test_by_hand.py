from pathlib import Path

import pytest

from pychang import PychangError
from voicebank_tools.labelling.by_hand import find_by_hand, grid_path
from voicebank_tools.labelling.record import ClipRecord, Record, content_hash
from voicebank_tools.labels.segment import Segment
from voicebank_tools.labels.textgrid_file import write_textgrid
from voicebank_tools.labels.tiers import Tier, TierFile

WORDS = (Segment(0.0, 0.2, "SP"), Segment(0.2, 0.6, "か"), Segment(0.6, 0.8, "い"), Segment(0.8, 1.0, ""))
PHONES = (
    Segment(0.0, 0.2, "sil"), Segment(0.2, 0.3, "k"), Segment(0.3, 0.61, "a"), Segment(0.61, 0.8, "i"),
    Segment(0.8, 1.0, "br"),
)  # fmt: skip
FILE = TierFile(0.0, 1.0, (Tier("words", WORDS), Tier("phones", PHONES)))


def write(folder: Path, file: TierFile = FILE) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    write_textgrid(grid_path(folder, "x"), file)
    return folder


def test_what_we_did_not_write_is_by_hand(tmp_path: Path) -> None:
    grids = write(tmp_path / "TextGrid")
    found = find_by_hand("x", 1.0, grids, None, Record())
    assert found is not None
    assert [one.text for one in found.labels.phones] == ["SP", "k", "a", "i", "AP"]
    assert [(word.text, word.phones) for word in found.transcript.words] == [
        ("か", ("k", "a")),
        ("い", ("i",)),
    ]
    assert found.transcript.onsets_s == (0.2, 0.6)
    ours = Record("", {"x": ClipRecord((content_hash(FILE),))})
    assert find_by_hand("x", 1.0, grids, None, ours) is None
    assert find_by_hand("y", 1.0, grids, None, ours) is None
    kept = Record("", {"x": ClipRecord((content_hash(FILE),), by_hand=True)})
    assert find_by_hand("x", 1.0, grids, None, kept) is not None


def test_the_output_folder_comes_before_the_other(tmp_path: Path) -> None:
    grids, other = write(tmp_path / "TextGrid"), write(tmp_path / "corrected")
    found = find_by_hand("x", 1.0, grids, other, Record())
    assert found is not None
    assert found.path.parent == grids
    ours = Record("", {"x": ClipRecord((content_hash(FILE),))})
    found = find_by_hand("x", 1.0, grids, other, ours)
    assert found is not None
    assert found.path.parent == other


def test_labels_of_another_clip_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PychangError, match=r"ends at 1\.00 s, its clip at 2\.00 s; correct it"):
        find_by_hand("x", 2.0, write(tmp_path), None, Record())


def test_labels_of_silence_alone_are_refused(tmp_path: Path) -> None:
    silence = Tier("phones", (Segment(0.0, 1.0, ""),))
    with pytest.raises(PychangError, match="holds no phones"):
        find_by_hand("x", 1.0, write(tmp_path, TierFile(0.0, 1.0, (silence,))), None, Record())
