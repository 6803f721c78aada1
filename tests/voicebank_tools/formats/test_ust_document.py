"""The .ust as its lines: byte for byte, single values changed."""

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang import PychangError
from voicebank_tools.formats.ust_document import MAX_UST_LINES, UstDocument

SONG = (
    "[#VERSION]\r\nUST Version1.2\r\n[#SETTING]\r\nTempo=120.00\r\nMyTool=keep; me\r\n\r\n"
    "[#0000]\r\nLength=480\r\nLyric=あ\r\nNoteNum=60\r\n[#0001]\r\nLength=240\r\nLyric=R\r\n[#TRACKEND]\r\n"
).encode("cp932")

pieces = st.sampled_from(
    [
        b"[#0000]",
        b"[#SETTING]",
        b"Lyric=",
        "か".encode("cp932"),
        "か".encode(),
        b"\r\n",
        b"\n",
        b"\r",
        b"=",
        b"\x80",
    ]
)


@given(st.lists(st.one_of(pieces, st.binary(max_size=4)), max_size=30).map(b"".join))
def test_any_bytes_come_back(data: bytes) -> None:
    assert UstDocument.from_bytes(data).to_bytes() == data


@given(st.binary(max_size=40))
def test_any_two_byte_text_comes_back(tail: bytes) -> None:
    data = codecs.BOM_UTF16_LE + "[#0000]\r\nLyric=あ\r\n".encode("utf-16-le") + tail
    document = UstDocument.from_bytes(data)
    assert document.to_bytes() == data
    assert document.sections()[0].entries[0].value == "あ"


def test_sections_keep_order_line_numbers_and_unknown_keys() -> None:
    sections = UstDocument.from_bytes(SONG).sections()
    assert [section.name for section in sections] == ["VERSION", "SETTING", "0000", "0001", "TRACKEND"]
    assert sections[1].value("MyTool") == "keep; me"
    assert sections[1].value("Nothing") is None
    assert sections[2].line_number == 7
    assert [(entry.key, entry.line_number) for entry in sections[2].entries] == [
        ("Length", 8),
        ("Lyric", 9),
        ("NoteNum", 10),
    ]


def test_a_value_is_split_at_the_first_equals_sign_and_the_last_of_two_counts() -> None:
    section = UstDocument.from_bytes(b"[#0000]\nLyric=A==B[C=D],EFG\nLength=1\nLength=2\n").sections()[0]
    assert section.value("Lyric") == "A==B[C=D],EFG"
    assert section.value("Length") == "2"


def test_changed_values_leave_every_other_byte() -> None:
    changed = UstDocument.from_bytes(SONG).with_values(2, {"Lyric": "か", "Flags": "g5"})
    expected = SONG.replace("Lyric=あ".encode("cp932"), "Lyric=か".encode("cp932"))
    expected = expected.replace(b"NoteNum=60\r\n", b"NoteNum=60\r\nFlags=g5\r\n")
    assert changed.to_bytes() == expected


def test_none_removes_a_line_and_a_blank_line_stays_last() -> None:
    changed = UstDocument.from_bytes(SONG).with_values(1, {"MyTool": None, "Flags": "B0"})
    assert changed.to_bytes() == SONG.replace(b"MyTool=keep; me\r\n", b"Flags=B0\r\n")


def test_what_the_encoding_lacks_or_breaks_a_line_is_refused() -> None:
    document = UstDocument.from_bytes(SONG)
    with pytest.raises(PychangError, match="not writable in cp932"):
        document.with_values(2, {"Lyric": "한"})
    with pytest.raises(PychangError, match="line break"):
        document.with_values(2, {"Lyric": "a\nLength=1"})


def test_files_are_read_and_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "歌.ust"
    path.write_bytes(SONG)
    UstDocument.from_file(path).with_values(2, {"Lyric": "い"}).to_file(path)
    assert UstDocument.from_file(path).sections()[2].value("Lyric") == "い"
    assert [each.name for each in tmp_path.iterdir()] == ["歌.ust"]
    for folder in (tmp_path / "nowhere", path):
        with pytest.raises(PychangError, match=r"cannot write a\.ust"):
            UstDocument.from_bytes(SONG).to_file(folder / "a.ust")


def test_too_many_lines_and_unknown_charsets_are_refused() -> None:
    with pytest.raises(PychangError, match="lines"):
        UstDocument.from_bytes(b"\n" * (2 * MAX_UST_LINES + 1))
    with pytest.raises(PychangError, match="rot13"):
        UstDocument.from_bytes(SONG, charset="rot13")


def test_the_real_songs_come_back_byte_for_byte(shared_data: Path) -> None:
    paths = sorted((shared_data / "songs-openscore-lieder").glob("*.ust"))
    assert len(paths) == 28
    for path in paths:
        assert UstDocument.from_file(path).to_bytes() == path.read_bytes()
