from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang import PychangError
from voicebank_tools.labels.htk_lab import is_htk_lab, lab_text, read_lab, segments_from_lab
from voicebank_tools.labels.segment import Segment


def test_times_are_in_100_ns(tmp_path: Path) -> None:
    segments = (Segment(0.0, 0.25, "SP"), Segment(0.25, 1.5, "a"))
    assert lab_text(segments) == "0 2500000 SP\n2500000 15000000 a\n"
    (tmp_path / "a.lab").write_text(lab_text(segments), "utf-8")
    assert read_lab(tmp_path / "a.lab") == segments


def test_full_context_labels_stay_whole() -> None:
    (one,) = segments_from_lab("\n0 500 x^sil-a+k=i/A:1 -3.5\r\n", "n")
    assert one == Segment(0.0, 0.00005, "x^sil-a+k=i/A:1 -3.5")


@pytest.mark.parametrize("line", ["0 5", "0 a b", "9 5 a", "-1 5 a", "0.5 1.0 a"])
def test_a_broken_line_is_named(line: str) -> None:
    with pytest.raises(PychangError, match=r"x\.lab line 2"):
        segments_from_lab(f"0 5 a\n{line}\n", "x.lab")


@pytest.mark.parametrize(("text", "wanted"), [("0 5 a\n\n5 9 b", True), ("ka ki ku", False), ("", False)])
def test_label_files_are_told_from_texts(text: str, wanted: bool) -> None:
    assert is_htk_lab(text) is wanted


phones = st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1)


@given(st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**9), phones)))
def test_round_trip(rows: list[tuple[int, int, str]]) -> None:
    segments = tuple(Segment(begin / 1e7, (begin + length) / 1e7, text) for begin, length, text in rows)
    assert segments_from_lab(lab_text(segments), "x") == segments
