"""Which encoding a bank's text is in, and that bytes survive."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebank_tools.encoding import (
    Evidence,
    byte_order_mark,
    canonical_encoding,
    charset_line,
    decode_bank_text,
    encoding_of,
    evidence_of,
    fits,
    name_key,
)

WORDS = {
    "utf-8": ("_あかきくけこ", "しゃしゅしょ", "ヴぁ", "안녕", "你好"),
    "cp932": ("_ああいあう", "_きゃきききゃ", "～ん強", "表示ソ"),
    "gb18030": ("你好", "歌声", "中文单音", "呜啊"),
    "cp949": ("가나다", "똠방각하", "안녕하세요"),
    "cp950": ("你好", "聲音", "許功蓋"),
}


def oto(names: tuple[str, ...], encoding: str) -> bytes:
    return "".join(f"{name}.wav={name},1,2,3,4,5\r\n" for name in names).encode(encoding)


class TestNamesOnDisk:
    @pytest.mark.parametrize("encoding", WORDS)
    def test_the_encoding_whose_names_exist_wins(self, encoding: str) -> None:
        names = WORDS[encoding]
        evidence = evidence_of([f"{name}.wav" for name in names])
        assert encoding_of(oto(names, encoding), evidence) == (encoding, "names")

    @pytest.mark.parametrize("encoding", WORDS)
    def test_decomposed_names_count(self, encoding: str) -> None:
        names = WORDS[encoding]
        evidence = evidence_of([unicodedata.normalize("NFD", f"{name}.WAV") for name in names])
        assert encoding_of(oto(names, encoding), evidence).encoding == encoding

    def test_one_damaged_line_does_not_outvote_the_rest(self) -> None:
        names = WORDS["gb18030"]
        data = b"\xff\xff.wav=\x81,,\r\n" + oto(names, "gb18030")
        text, encoding = decode_bank_text(data, evidence_of([f"{name}.wav" for name in names]))
        assert encoding == "gb18030"
        assert "歌声" in text
        assert text.encode(encoding, "surrogateescape") == data

    def test_names_outvote_a_copied_charset_line(self) -> None:
        data = b"#Charset:Shift_JIS\r\n" + oto(WORDS["gb18030"], "gb18030")
        evidence = evidence_of([f"{name}.wav" for name in WORDS["gb18030"]])
        assert encoding_of(data, evidence) == ("gb18030", "names")

    def test_names_below_a_folder(self) -> None:
        data = "高\\歌声.wav=a,,,,,\r\n".encode("gb18030")
        assert encoding_of(data, evidence_of(["歌声.wav"])).encoding == "gb18030"

    def test_an_image_name_tells_of_a_character_txt(self) -> None:
        data = "name=ペタ\r\nimage=歌声.bmp".encode("gb18030")
        assert encoding_of(data, evidence_of(["歌声.bmp"])) == ("gb18030", "names")


class TestOrder:
    def test_byte_order_marks(self) -> None:
        assert decode_bank_text("あ=い".encode("utf-8-sig")) == ("あ=い", "utf-8-sig")
        assert decode_bank_text("あ=い".encode("utf-16")) == ("あ=い", "utf-16")
        assert decode_bank_text("\ufeffあ=い".encode("utf-16-be")) == ("あ=い", "utf-16")

    @pytest.mark.parametrize(
        "line", ["#Charset:UTF-8", "#charset: utf8", "Charset=UTF-8", " # Charset : utf-8"]
    )
    def test_a_charset_line_beats_the_declared_encoding(self, line: str) -> None:
        data = f"{line}\r\nあ.wav=い,,,,,".encode()
        assert encoding_of(data, Evidence(declared="gbk")) == ("utf-8", "charset")

    def test_a_charset_line_counts_in_the_first_ten_only(self) -> None:
        assert encoding_of(b"\r\n" * 9 + b"#Charset:gbk\r\n").encoding == "gb18030"
        assert encoding_of(b"\r\n" * 10 + b"#Charset:gbk\r\n").encoding == "cp932"

    def test_a_charset_line_that_cannot_be_true_is_not_believed(self) -> None:
        data = "#Charset:UTF-8\r\nかきくけこ.wav=か,,,,,".encode("cp932")
        assert encoding_of(data) == ("cp932", "host")

    def test_ascii_says_nothing(self) -> None:
        assert encoding_of(b"a.wav=a,1,2,3,4,5") == ("cp932", "ascii")
        assert encoding_of(b"a.wav=a", Evidence(likely="gbk")) == ("gb18030", "ascii")
        assert encoding_of(b"a.wav=a", Evidence(declared="UTF-8", likely="gbk")) == ("utf-8", "ascii")

    def test_utf8_needs_no_sign(self) -> None:
        assert encoding_of("か.wav=か".encode(), Evidence(declared="shift_jis")) == ("utf-8", "utf-8")

    def test_declared_then_likely_then_the_hosts_default(self) -> None:
        data = "歌声.wav=歌声".encode("gb18030")
        assert encoding_of(data, Evidence(declared="gbk")) == ("gb18030", "declared")
        assert encoding_of(data, Evidence(likely="gbk")) == ("gb18030", "likely")
        kana = "か.wav=か".encode("cp932")
        assert encoding_of(kana, Evidence(declared="no-such", likely="")) == ("cp932", "host")

    def test_little_damage_is_borne(self) -> None:
        utf8 = "かきくけこ".encode() * 20 + b"\xff"
        assert encoding_of(utf8).encoding == "utf-8"
        kana = "かきくけこさしすせそ".encode("cp932") * 10 + b"\x81,\r\n"
        assert encoding_of(kana) == ("cp932", "damaged")


class TestNeverRaises:
    @given(
        st.builds(bytes.__add__, st.sampled_from([b"", b"\xff\xfe", b"\xfe\xff"]), st.binary(max_size=300)),
        st.sampled_from(["", "gbk", "utf-16", "zlib", "punycode", "é", "\0"]),
    )
    def test_any_bytes_come_back(self, data: bytes, declared: str) -> None:
        text, encoding = decode_bank_text(data, Evidence(frozenset({"か.wav"}), declared, "cp949"))
        if encoding == "utf-16":
            codec = "utf-16-le" if data[0] == 0xFF else "utf-16-be"
            assert text.encode(codec, "surrogatepass") == data[2:]
        elif encoding in ("utf-8", "utf-8-sig"):
            assert text.encode(encoding, "surrogateescape") == data
        else:
            # the Asian encodings have two codes for a few signs: the text is what must survive
            assert text.encode(encoding, "surrogateescape").decode(encoding, "surrogateescape") == text

    def test_noise_is_read_as_something(self) -> None:
        noise = bytes(range(128, 256)) * 4
        assert len(decode_bank_text(noise).text) > 0


class TestSigns:
    """What song files share with voicebanks."""

    @pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be"])
    def test_a_byte_order_mark_and_the_text_behind_it(self, codec: str) -> None:
        mark, found = byte_order_mark("\ufeffあ".encode(codec))
        assert ("\ufeff".encode(codec), codec) == (mark, found)
        assert byte_order_mark("あ\ufeff".encode(codec)) == (b"", "")

    def test_what_a_charset_line_says_is_not_judged(self) -> None:
        assert charset_line(b"[#VERSION]\r\n# charset : No-Such.1 \r\nCharset=gbk") == "No-Such.1"
        assert charset_line(b"a=Charset=gbk\n\nCharset\nCharset=") == ""

    def test_fits(self) -> None:
        assert fits("가".encode("cp949"), "cp949")
        assert not fits("가".encode("cp949"), "utf-8")


class TestNames:
    @pytest.mark.parametrize(
        ("said", "codec"),
        [
            ("Shift_JIS", "cp932"), ("shift-jis", "cp932"), ("x-sjis", "cp932"), ("windows-31j", "cp932"),
            ("932", "cp932"), ("GB2312", "gb18030"), ("euc-kr", "cp949"), ("ks_c_5601-1987", "cp949"),
            ("Big5", "cp950"), ("ascii", "utf-8"), ("UTF8", "utf-8"), (" utf-8 ", "utf-8"),
            ("windows-1252", "cp1252"), ("latin-1", "iso8859-1"),
        ],
    )  # fmt: skip
    def test_what_people_write(self, said: str, codec: str) -> None:
        assert canonical_encoding(said) == codec

    @pytest.mark.parametrize(
        "said",
        ["", "zlib", "rot13", "base64", "punycode", "utf-7", "cp037", "unicode_escape", "a\0b", "…"],
    )
    def test_what_no_text_is_in(self, said: str) -> None:
        assert canonical_encoding(said) == ""

    def test_keys_ignore_case_and_normal_form(self) -> None:
        assert name_key("が.WAV") == name_key("か\u3099.wav")
        assert name_key("か.wav") != name_key("が.wav")
