from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang import PychangError
from voicebank_tools.labels.segment import Segment
from voicebank_tools.labels.transcriptions import (
    Transcription,
    read_transcriptions,
    transcription_of,
    transcriptions_from_text,
    transcriptions_text,
)


def test_a_line_as_diffsinger_writes_it(tmp_path: Path) -> None:
    row = transcription_of(
        "song_000", (Segment(0.0, 0.1, "SP"), Segment(0.1, 0.35, "a"), Segment(0.35, 0.5, "AP"))
    )
    text = transcriptions_text([row])
    assert text == "name,ph_seq,ph_dur\nsong_000,SP a AP,0.1 0.25 0.15\n"
    (tmp_path / "t.csv").write_text(text, "utf-8")
    assert read_transcriptions(tmp_path / "t.csv") == (row,)


def test_further_columns_are_kept() -> None:
    text = 'name,ph_seq,ph_dur,ph_num\r\n"a,b",k a,0.1 0.2,2\r\n'
    rows = transcriptions_from_text(text, "t.csv")
    assert rows == (Transcription("a,b", ("k", "a"), (0.1, 0.2), {"ph_num": "2"}),)
    assert transcriptions_from_text(transcriptions_text(rows), "t.csv") == rows


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column name"),
        ("name,ph_seq\na,k", "no column ph_dur"),
        ("name,ph_seq,ph_dur\na,k a,0.1", "line 2: 2 phones but 1 lengths"),
        ("name,ph_seq,ph_dur\na,k,x", 'ph_dur "x"'),
        ("name,ph_seq,ph_dur\na,k,-1", 'ph_dur "-1"'),
        ("name,ph_seq,ph_dur\na,k,nan", 'ph_dur "nan"'),
        ("name,ph_seq,ph_dur\na,k", "1 phones but 0 lengths"),
    ],
)
def test_a_fault_is_named(text: str, message: str) -> None:
    with pytest.raises(PychangError, match=message):
        transcriptions_from_text(text, "t.csv")


@given(st.lists(st.floats(0.001, 5.0), min_size=1, max_size=50))
def test_lengths_add_up_to_the_recording(lengths_s: list[float]) -> None:
    edges_s = [sum(lengths_s[:count]) for count in range(len(lengths_s) + 1)]
    row = transcription_of("x", [Segment(a, b, "a") for a, b in pairwise(edges_s)])
    assert sum(row.durations_s) == pytest.approx(edges_s[-1], abs=1e-6)
    assert transcriptions_from_text(transcriptions_text([row]), "t") == (row,)
