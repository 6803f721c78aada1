"""Encodings decided by evidence."""

import codecs

import pytest

from voicebank_tools.formats.text import codec_named, detect

KANA = "Lyric=あ\r\nLyric=か\r\nLyric=きゃ\r\n"


@pytest.mark.parametrize(
    ("data", "codec"),
    [
        (b"Lyric=a\n", "utf-8"),
        (KANA.encode("cp932"), "cp932"),
        (KANA.encode("utf-8"), "utf-8"),
        (codecs.BOM_UTF8 + KANA.encode("utf-8"), "utf-8"),
        (codecs.BOM_UTF16_LE + KANA.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + KANA.encode("utf-16-be"), "utf-16-be"),
        (b"[#VERSION]\r\nCharset=UTF-8\r\n" + KANA.encode(), "utf-8"),
        (b"[#VERSION]\nCharset=shift_jis\n" + KANA.encode("cp932"), "cp932"),
        (b"[#VERSION]\r\nCharset=gb2312\r\n" + "Lyric=你好\r\n".encode("gbk"), "gb18030"),
        (b"#Charset:EUC-KR\r\n" + "가=나".encode("cp949"), "cp949"),
        ("Lyric=안녕하세요 노래를 부르자\r\n".encode("cp949"), "cp949"),
        ("Lyric=ｱ\r\nLyric=ﾃ\r\n".encode("cp932"), "cp932"),
    ],
)
def test_the_right_codec(data: bytes, codec: str) -> None:
    found = detect(data)
    assert found.codec == codec
    assert data[len(found.bom) :].decode(found.codec)


def test_charset_counts_only_in_the_first_ten_lines() -> None:
    late = b"a=1\n" * 10 + b"Charset=gbk\n" + KANA.encode("cp932")
    assert detect(late).codec == "cp932"
    assert detect(b"a=1\n" * 9 + b"Charset=gbk\n" + "你".encode("gbk")).codec == "gb18030"


def test_an_unknown_charset_is_told_and_the_evidence_decides() -> None:
    found = detect(b"Charset=punycode\n" + KANA.encode("cp932"))
    assert found.codec == "cp932"
    assert "punycode" in found.finding


def test_bytes_the_charset_does_not_have_are_told() -> None:
    damaged = detect(b"Charset=utf-8\n" + KANA.encode() + b"\xff\n")
    assert damaged.codec == "utf-8"
    assert "not valid utf-8" in damaged.finding
    cut = "Lyric=ああ\n".encode() * 3 + "Lyric=ああ".encode()[:-2]  # within a character
    assert "縺" in cut.decode("cp932")  # it could be that
    assert detect(b"Charset=utf-8\n" + cut).codec == "utf-8"
    assert "not valid cp932" in detect(b"Lyric=\x82\n").finding


@pytest.mark.parametrize(
    ("said", "text", "codec"),
    [("UTF-8", KANA.encode("cp932"), "cp932"), ("UTF-8", "Lyric=안녕하세요 노래".encode("cp949"), "cp949")],
)
def test_a_wrong_charset_is_told_and_the_evidence_decides(said: str, text: bytes, codec: str) -> None:
    found = detect(f"Charset={said}\n".encode() + text)
    assert found.codec == codec
    assert found.finding.startswith(f"Charset={said} is not what the text is in; {codec} is used")


def test_names_are_read_as_people_write_them() -> None:
    assert codec_named(" Shift_JIS ") == codec_named("Windows-31J") == "cp932"
    assert codec_named("zlib") is None


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("UTF8", "utf-8"), ("unicode", "utf-16-le"), ("utf-16LE", "utf-16-le"), ("sjis", "cp932"),
        ("EUC-JP", "euc_jp"), ("gb2312", "gb18030"), ("Big5", "cp950"), ("ks_c_5601-1987", "cp949"),
        ("us-ascii", "cp1252"), ("ISO-8859-1", "cp1252"), ("rot13", None), ("utf-7", None),
    ],
)  # fmt: skip
def test_codecs_of_names(name: str, codec: str | None) -> None:
    assert codec_named(name) == codec
