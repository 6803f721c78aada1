import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pychang import PychangError
from voicebank_tools.labels.segment import Segment
from voicebank_tools.labels.textgrid_file import (
    read_textgrid,
    textgrid_bytes,
    tiers_from_bytes,
    write_textgrid,
)
from voicebank_tools.labels.tiers import Tier, TierFile


def grids(folder: Path) -> list[Path]:
    return sorted(path for sub in folder.glob("labelled-*") for path in sub.glob("*.TextGrid"))


def test_every_variant_is_read_whole(shared_data: Path) -> None:
    """Counted against what stands in the file: one quoted text per label, one name and class per tier."""
    paths = grids(shared_data)
    assert len(paths) > 30
    for path in paths:
        data = path.read_bytes()
        text = data.decode("utf-16" if data[0] > 0xF0 else "utf-8-sig")
        quoted = len(re.findall(r'"(?:[^"]|"")*"', text)) - 2
        tiers = read_textgrid(path).tiers
        assert sum(len(tier.segments) + 2 for tier in tiers) == quoted, path.name


def test_every_variant_survives_a_round_trip(shared_data: Path) -> None:
    for path in grids(shared_data):
        file = read_textgrid(path)
        again = tiers_from_bytes(textgrid_bytes(file), path.name)
        for tier, copy in zip(file.tiers, again.tiers, strict=True):
            # Praat has no gaps: where there was one an empty label now stands.
            filled = [one for one in copy.segments if one.text or one in tier.segments]
            assert (tier.name, list(tier.segments)) == (copy.name, filled), path.name


def test_long_and_short_form_are_the_same(shared_data: Path) -> None:
    folder = shared_data / "labelled-praatio"
    short = read_textgrid(folder / "bobby_words_with_newlines.TextGrid")
    long = read_textgrid(folder / "bobby_words_with_newlines_longfile.TextGrid")
    elan = read_textgrid(folder / "bobby_words_with_newlines_longfile_elan.TextGrid")
    assert short.tiers[:2] == long.tiers[:2] == elan.tiers[:2]
    assert len(long.tiers[2].segments) == len(elan.tiers[2].segments) == 4
    assert short.tiers[0].name == '"word"'
    assert short.tiers[0].segments[1].text == '"""BOBBY"""\nNoun'
    assert short.tiers[2].of_points


texts = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=12)


@st.composite
def tier_files(draw: st.DrawFn) -> TierFile:
    end_s = 10.0
    tiers = []
    for _ in range(draw(st.integers(0, 4))):
        edges = sorted(
            draw(st.sets(st.integers(0, 10**10).map(lambda n: n / 1e9), max_size=8)) | {0.0, end_s}
        )
        of_points = draw(st.booleans())
        ends = edges[:-1] if of_points else edges[1:]
        segments = tuple(
            Segment(begin, begin if of_points else end, draw(texts))
            for begin, end in zip(edges, ends, strict=False)
        )
        tiers.append(Tier(draw(st.text("ab \"'ə", max_size=6)), segments, of_points))
    return TierFile(0.0, end_s, tuple(tiers))


@settings(max_examples=60, deadline=None)
@given(tier_files())
def test_round_trip(file: TierFile) -> None:
    again = tiers_from_bytes(textgrid_bytes(file), "x")
    assert again == file
    assert again.remarks == ()


def test_written_whole_and_read_again(tmp_path: Path) -> None:
    file = TierFile(0.0, 1.0, (Tier("phones", (Segment(0.0, 1.0, "SP"),)),))
    write_textgrid(tmp_path / "a.TextGrid", file)
    assert read_textgrid(tmp_path / "a.TextGrid") == file


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.TextGrid").write_bytes(b"RIFF\0\0\0\0WAVE")
    with pytest.raises(PychangError, match=r"a\.TextGrid: no TextGrid"):
        read_textgrid(tmp_path / "a.TextGrid")
    with pytest.raises(PychangError, match="not found"):
        read_textgrid(tmp_path / "b.TextGrid")


GRID = textgrid_bytes(
    TierFile(
        0.0,
        1.0,
        (
            Tier("phones", (Segment(0.0, 0.5, "a"), Segment(0.5, 1.0, 'say "b"'))),
            Tier("points", (Segment(0.5, 0.5, "x"),), of_points=True),
        ),
    )
)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_files_are_read_or_refused(data: st.DataObject) -> None:
    """Bytes cut out, changed or put in: labels come out in order, or a line for people."""
    content = bytearray(GRID)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        content[place : place + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=8))
    told = ""
    tiers: tuple[Tier, ...] = ()
    try:
        tiers = tuple(tiers_from_bytes(bytes(content), "x").tiers)
    except PychangError as error:
        told = str(error)
    assert told == "" or told.startswith("x: ")
    for tier in tiers:
        begins_s = [one.begin_s for one in tier.segments]
        assert begins_s == sorted(begins_s)
