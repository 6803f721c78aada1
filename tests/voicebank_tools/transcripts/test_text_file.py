from pathlib import Path

import pytest

from pychang import PychangError
from voicebank_tools.g2p.japanese import read_japanese
from voicebank_tools.transcripts.text_file import MOST_BYTES, read_text, transcript_from_text


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_encodings(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "a.lab"
    path.write_text("아리랑 고개로\n", encoding=codec)
    assert read_text(path, "cp949") == "아리랑 고개로\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"RIFF\0\0\0\0WAVE", "no text but bytes"),
        (b"\x81\xff\xfe\xa0\x00", "no text but bytes"),
        (b"\xff\x81\xa0\x9f\xff\xff" * 9, "its encoding is not known"),
        (b"a" * (MOST_BYTES + 1), "write only what is sung"),
    ],
)
def test_what_is_no_text(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "a.lab").write_bytes(data)
    with pytest.raises(PychangError, match=message):
        read_text(tmp_path / "a.lab", "utf-8")


def test_htk_labels_give_phones_and_onsets() -> None:
    text = "0 5000000 pau\n5000000 6000000 k\n6000000 9000000 a\n9000000 9900000 br\n"
    found = transcript_from_text(text, read_japanese, "a.lab")
    assert [word.phones for word in found.words] == [("SP",), ("k",), ("a",), ("AP",)]
    assert found.onsets_s == (0.0, 0.5, 0.6, 0.9)


def test_words_go_through_the_language() -> None:
    assert [word.text for word in transcript_from_text("かき", read_japanese, "a").words] == ["か", "き"]
