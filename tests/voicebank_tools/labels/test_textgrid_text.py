import pytest

from pychang import PychangError
from voicebank_tools.labels.textgrid_text import Entry, decode_textgrid, parse_textgrid, plain_text

HEAD = '"ooTextFile"\n"TextGrid"\n'
GRID = HEAD + '0\n1\n<exists>\n1\n"IntervalTier"\n"phones"\n0\n1\n{size}\n{labels}'


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_of_praat(codec: str) -> None:
    text = 'File type = "ooTextFile" ə 音'
    assert decode_textgrid(text.encode(codec)) == text


def test_shift_jis_is_read_where_utf_8_fails() -> None:
    assert decode_textgrid('text = "音素"'.encode("cp932")) == 'text = "音素"'


@pytest.mark.parametrize("size", [0, 1, 2, 5])
def test_a_wrong_size_loses_nothing(size: int) -> None:
    grid = parse_textgrid(GRID.format(size=size, labels='0 0.5 "a"\n0.5 1 "b"'), "x")
    assert grid.tiers[0].entries == (Entry("0", "0.5", "a"), Entry("0.5", "1", "b"))
    assert bool(grid.remarks) == (size != 2)


def test_what_praat_would_refuse_is_said() -> None:
    grid = parse_textgrid(GRID.format(size=3, labels='0 0.5 "a"\n0.5 0.5 "b"\n0.4 1.2 "c"'), "x")
    assert grid.tiers[0].entries == (Entry("0", "0.5", "a"), Entry("0.5", "1.2", "c"))
    assert [remark.partition(": ")[2] for remark in grid.remarks] == [
        '"c" overlaps the label before; it begins at 0.5 s',
        '"b" at 0.5 s has no length and is left out',
    ]
    assert grid.end_s == 1.2


def test_two_points_at_one_moment() -> None:
    points = GRID.replace("IntervalTier", "TextTier").format(size=2, labels='0.5 "a" 0.5 "b"')
    grid = parse_textgrid(points, "x")
    assert grid.tiers[0].entries == (Entry("0.5", "0.5", "a"),)
    assert "second point" in grid.remarks[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no TextGrid"),
        ("he said hello", "no TextGrid"),
        (HEAD.replace("TextGrid", "PitchTier"), "no TextGrid"),
        (HEAD + "0", "it ends where a number"),
        (GRID.format(size=1, labels="0 0.5"), "it ends where a text"),
        (GRID.format(size=1, labels='0 "a"'), '"a" stands where a number'),
        (GRID.format(size=1, labels='0 1e999 "a"'), "1e999 is no time"),
        (HEAD + '0 1 <exists> 1 "IntervalTier" 5', '"5" stands where a text'),
    ],
)
def test_what_breaks_off_is_refused(text: str, message: str) -> None:
    with pytest.raises(PychangError, match=f"x: .*{message}|x: {message}"):
        parse_textgrid(text, "x")


def test_a_file_without_tiers() -> None:
    assert parse_textgrid(HEAD + "0 1 <absent>", "x").tiers == ()


def test_a_plain_text_says_the_same() -> None:
    first = parse_textgrid(GRID.format(size=9, labels='0 0.5 "say ""a""\nb"\n0.5 1 ""'), "x")
    again = parse_textgrid(plain_text(first), "x")
    assert again.tiers[0].entries == first.tiers[0].entries
    assert again.remarks == ()
