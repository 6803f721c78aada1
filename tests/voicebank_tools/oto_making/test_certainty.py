from pathlib import Path

import pytest

from pychang import PychangError
from voicebank_tools.align.utterance import Aligned
from voicebank_tools.labelling.review import review, review_csv
from voicebank_tools.labels.segment import Labels, Segment
from voicebank_tools.oto_making.certainty import read_certainty

PHONES = (Segment(0.0, 0.2, "SP"), Segment(0.2, 0.2804, "k"), Segment(0.2804, 0.9, "a"))


def write_review(folder: Path, suspect: str = "") -> None:
    labels = Labels(0.9, PHONES, PHONES, (1.0, 0.9, 0.25))
    table = review_csv(review([Aligned("か", labels, -50.0, suspect)]))
    (folder / "review.csv").write_text(table, "utf-8")


def test_edges_are_as_sure_as_the_review_says(tmp_path: Path) -> None:
    write_review(tmp_path)
    found = read_certainty(tmp_path)
    assert (found.of("か", 0.2804), found.of("か", 0.2)) == (0.25, 0.9)
    assert found.doubts == {}


def test_what_a_person_moved_or_nobody_measured_is_sure(tmp_path: Path) -> None:
    assert read_certainty(tmp_path).of("か", 0.2804) == 1.0
    write_review(tmp_path)
    found = read_certainty(tmp_path)
    assert (found.of("か", 0.29), found.of("き", 0.2804), found.of("か", 5.0)) == (1.0, 1.0, 1.0)


def test_doubts_about_a_clip_are_kept(tmp_path: Path) -> None:
    write_review(tmp_path, "the text does not fit the sound")
    assert read_certainty(tmp_path).doubts == {"か": "the text does not fit the sound"}


@pytest.mark.parametrize(
    "text", ["a,b\n1,2\n", "rank,clip,time_s,left,right,confidence,clip_in_doubt\n1,a,x,k,a,1,\n"]
)
def test_another_table_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "review.csv").write_text(text, "utf-8")
    with pytest.raises(PychangError, match="no review of labels"):
        read_certainty(tmp_path)
