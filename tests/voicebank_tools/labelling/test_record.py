import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang import PychangError
from voicebank_tools.labelling.record import (
    ClipRecord,
    Record,
    content_hash,
    read_record,
    write_record,
)
from voicebank_tools.labels.segment import Segment
from voicebank_tools.labels.tiers import Tier, TierFile

FILE = TierFile(
    0.0, 1.0, (Tier("words", (Segment(0.0, 1.0, "あ"),)), Tier("phones", (Segment(0.0, 1.0, "a"),)))
)


def test_what_counts_as_a_correction() -> None:
    same = content_hash(FILE)
    points = Tier("remarks", (Segment(0.2, 0.2, "x"),), of_points=True)
    assert content_hash(replace(FILE, tiers=(*FILE.tiers, points))) == same
    nearly = Tier("phones", (Segment(0.0, 1.00001, "a"),))
    assert content_hash(replace(FILE, tiers=(FILE.tiers[0], nearly))) == same
    moved = Tier("phones", (Segment(0.0, 0.999, "a"),))
    assert content_hash(replace(FILE, tiers=(FILE.tiers[0], moved))) != same
    renamed = Tier("phones", (Segment(0.0, 1.0, "i"),))
    assert content_hash(replace(FILE, tiers=(FILE.tiers[0], renamed))) != same


def test_a_run_stopped_between_leaves_old_and_new_as_ours() -> None:
    clips = {"a": ClipRecord(("old",)), "b": ClipRecord(("b",))}
    record = Record("f", clips, {"t.csv": ("old",), "b.lab": ("b",)})
    written = {"a": ClipRecord(("new",)), "c": ClipRecord(("c",), by_hand=True)}
    between = record.announcing(written, {"t.csv": "new", "a.lab": "a"})
    assert between.fingerprint == ""
    assert [between.is_ours("a", one) for one in ("old", "new", "other")] == [True, True, False]
    assert not between.is_ours("c", "c")
    assert [between.is_our_table("t.csv", one) for one in ("old", "new", "other")] == [True, True, False]
    after = record.finished(written, {"t.csv": "new", "a.lab": "a"}, "g")
    assert [after.is_our_table("t.csv", one) for one in ("old", "new")] == [False, True]
    assert after.is_our_table("b.lab", "b")
    assert [after.is_ours("a", one) for one in ("old", "new")] == [False, True]
    assert after.is_ours("b", "b")
    assert after.fingerprint == "g"


records = st.builds(
    Record,
    st.text(max_size=8),
    st.dictionaries(
        st.text(max_size=8),
        st.builds(ClipRecord, st.lists(st.text(max_size=4)).map(tuple), st.booleans(), st.text(max_size=8)),
    ),
    st.dictionaries(st.text(max_size=8), st.lists(st.text(max_size=4)).map(tuple)),
)


@given(records)
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, record: Record) -> None:
    folder = tmp_path_factory.mktemp("out")
    write_record(folder, record)
    again = read_record(folder)
    assert (again.fingerprint, dict(again.clips)) == (record.fingerprint, record.clips)
    assert dict(again.tables) == record.tables


def test_none_yet(tmp_path: Path) -> None:
    assert read_record(tmp_path) == Record()


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"version": 2, "fingerprint": "", "clips": {}}', '{"version": 1}', "[" * 100_000,
     json.dumps({"version": 1, "fingerprint": "", "clips": {"a": 3}}),
     json.dumps({"version": 1, "fingerprint": "", "clips": []}),
     json.dumps({"version": 1, "fingerprint": "", "clips": {}, "tables": []})],
)  # fmt: skip
def test_a_broken_record_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "label.json").write_text(content)
    with pytest.raises(PychangError, match=r"label\.json: no record of labelling .*; delete it"):
        read_record(tmp_path)
