"""oto.ini as a document: meaning (OpenUtau's vectors), bytes kept, edits, hostile files."""

import random
import tracemalloc
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang import PychangError
from voicebank_tools.encoding import Evidence
from voicebank_tools.oto import OtoEntry, OtoFile

PLACE = Path("bank/oto.ini")
ENCODINGS = ("utf-8", "utf-8-sig", "cp932", "gb18030", "cp949", "cp950", "utf-16")


def parse(text: str | bytes, evidence: Evidence | None = None) -> OtoFile:
    return OtoFile(text if isinstance(text, bytes) else text.encode(), PLACE, evidence)


def entry(wav: str, alias: str, *times: float) -> OtoEntry:
    return OtoEntry(PLACE.parent / wav, alias, *times)


class TestVectors:
    def test_o1_openutau(self) -> None:
        text = (
            "a.wav=,,,,,\na.wav=- a,\na.wav=a R,500,,,\n!@#$!@#$\naoieu.wav=- a,,,,,,,,,\n\n"
            "aoieu.wav=a o,,\naoieu.wav=o i,,,\naoieu.wav=i e,,100,150,,,\naoieu.wav=e u,20,\n"
            "aoieu.wav=u R,5,,33,44,,\n"
        )
        oto = parse(text)
        assert oto.entries == (
            entry("a.wav", "a"),
            entry("a.wav", "- a"),
            entry("a.wav", "a R", 500),
            entry("aoieu.wav", "- a"),
            entry("aoieu.wav", "a o"),
            entry("aoieu.wav", "o i"),
            entry("aoieu.wav", "i e", 0, 100, 150),
            entry("aoieu.wav", "e u", 20),
            entry("aoieu.wav", "u R", 5, 0, 33, 44, 0),
        )
        assert oto.to_bytes() == text.encode()
        assert [(f.line, f.kind, f.text) for f in oto.findings] == [(4, "error", "!@#$!@#$")]

    def test_o2_utauoto(self) -> None:
        assert parse("_う.wav=* う,16,17,18,19,20").entries == (entry("_う.wav", "* う", 16, 17, 18, 19, 20),)
        nothing = parse("=,,,,,")
        assert nothing.entries == (OtoEntry(PLACE.parent, ""),)
        assert [f.why for f in nothing.findings] == ["names no recording"]

    def test_alias_suffix_of_multi_pitch_banks(self) -> None:
        oto = parse("_ああ.wav=a あ_C4↑,1.5,-2,-3.25,4,-5")
        assert oto.entries == (entry("_ああ.wav", "a あ_C4↑", 1.5, 0, -3.25, 4, -5),)


class TestEncodings:
    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_encodings(self, encoding: str) -> None:
        evidence = Evidence(frozenset({"名前.wav"}))
        oto = parse("名前.wav=名,1\r\n".encode(encoding), evidence)
        assert oto.entries == (entry("名前.wav", "名", 1),)
        assert oto.encoding == encoding


class TestBytesStay:
    @given(st.binary(max_size=200))
    def test_any_bytes(self, data: bytes) -> None:
        assert parse(data).to_bytes() == data

    @given(
        st.lists(
            st.sampled_from(["あ.wav=a,1,2", "\r", "\n", "\r\n", "#x", "=", ",", " ", "\u2028", "ソ", "〜"])
        ),
        st.sampled_from(ENCODINGS),
    )
    def test_any_mix_of_lines(self, pieces: list[str], encoding: str) -> None:
        data = "".join(pieces).encode(encoding, "ignore")
        oto = parse(data, Evidence(declared=encoding))
        assert oto.to_bytes() == data
        read = oto.entries
        for index, old in enumerate(read):
            oto.replace(index, old)
        assert [e.wav_path.name for e in oto.entries] == [e.wav_path.name for e in read]

    @given(st.binary(max_size=60))
    def test_utf16_of_any_kind(self, data: bytes) -> None:
        for mark in (b"\xff\xfe", b"\xfe\xff"):
            assert parse(mark + data).to_bytes() == mark + data


TIMES = st.tuples(
    *(st.floats(low, 1e7).map(lambda ms: round(ms, 3) + 0.0) for low in (0.0, 0.0, -1e7, 0.0, -1e7))
)
# All that cp932 holds save what would end the field, and six signs it reads back as others.
ALIASES = st.text(st.characters(codec="cp932", exclude_characters=",\r\n\0¢£¬‖−〜"), min_size=1)


class TestEdits:
    @given(TIMES, ALIASES)
    def test_what_is_replaced_is_read_again(self, times: tuple[float, ...], alias: str) -> None:
        before = "# kept\r\na.wav=a,1,2\nか.wav=か,3,4,5,6,7,extra\r\n".encode("cp932")
        oto = parse(before)
        new = entry("か.wav", alias, *times)
        oto.replace(1, new)
        assert oto.entries == (entry("a.wav", "a", 1, 2), new)
        again = parse(oto.to_bytes(), Evidence(declared="cp932", file_keys=frozenset({"か.wav"})))
        assert again.entries == oto.entries
        lines = oto.to_bytes().splitlines(keepends=True)
        assert lines[:2] == before.splitlines(keepends=True)[:2]
        assert lines[2].endswith(b",extra\r\n")

    def test_untouched_fields_keep_their_spelling(self) -> None:
        oto = parse("a.wav=,+5.00, 6 ,-07.5\r\n")
        oto.replace(0, replace(oto.entries[0], cutoff_ms=-8))
        assert oto.to_bytes() == b"a.wav=,+5.00, 6 ,-8,,\r\n"

    def test_a_sign_with_two_codes_keeps_its_own(self) -> None:
        line = b"a.wav=\xfa\x5b,1,2,3,4,5\r\n"  # IBM's code of a sign that Python writes as 81 E6
        oto = parse(line)
        oto.replace(0, replace(oto.entries[0], offset_ms=9))
        assert oto.to_bytes() == line.replace(b",1,", b",9,")

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
    def test_marked_files_stay_marked(self, encoding: str) -> None:
        oto = parse("か.wav=か,1\r\nき.wav=き,1".encode(encoding))
        oto.replace(0, replace(oto.entries[0], offset_ms=2))
        oto.add(entry("く.wav", "く", 3))
        assert oto.to_bytes() == "か.wav=か,2,,,,\r\nき.wav=き,1\r\nく.wav=く,3,0,0,0,0\r\n".encode(encoding)

    def test_a_sign_the_encoding_folds_is_kept_as_it_will_be_read(self) -> None:
        oto = parse("か.wav=か".encode("cp932"))
        oto.replace(0, entry("か.wav", "か〜"))
        assert oto.entries[0].alias == "か\uff5e"
        assert parse(oto.to_bytes()).entries == oto.entries

    def test_the_line_end_of_the_file_is_used(self) -> None:
        oto = parse("a.wav=a\nb.wav=b")
        assert oto.add(entry("sub/c.wav", "c", 1.25)) == 2
        assert oto.to_bytes() == b"a.wav=a\nb.wav=b\nsub/c.wav=c,1.25,0,0,0,0\n"

    def test_a_decomposed_name_is_written_composed_and_stays_where_it_is_written(self) -> None:
        decomposed = unicodedata.normalize("NFD", "が.wav")
        oto = parse(f"{decomposed}=が,1,2,3,4,5\r\n")
        oto.replace(0, replace(oto.entries[0], offset_ms=9))
        oto.add(entry(decomposed, "か", 1))
        assert oto.to_bytes() == f"{decomposed}=が,9,2,3,4,5\r\nが.wav=か,1,0,0,0,0\r\n".encode()

    @pytest.mark.parametrize("name", ["\u212b.wav", "\ufa19.wav"])
    def test_a_sign_that_only_looks_like_another_is_kept(self, name: str) -> None:
        oto = parse("か.wav=か\r\n".encode("cp932"))
        oto.add(entry(name, "a"))
        assert oto.entries[1].wav_path.name == name

    def test_a_new_file(self) -> None:
        oto = parse(b"")
        oto.add(entry("a.wav", "", 1))
        assert oto.to_bytes() == b"a.wav=a,1,0,0,0,0\r\n"
        assert oto.entries == (entry("a.wav", "a", 1),)

    @pytest.mark.parametrize("alias", ["a,b", "a\nb", "a\rb"])
    def test_an_alias_that_would_break_the_line_is_refused(self, alias: str) -> None:
        oto = parse("a.wav=a,1\r\n")
        with pytest.raises(PychangError, match=r"cannot be in oto\.ini"):
            oto.replace(0, entry("a.wav", alias))
        assert oto.to_bytes() == b"a.wav=a,1\r\n"

    def test_an_alias_beyond_the_encoding_names_the_cure(self) -> None:
        oto = parse("か.wav=か".encode("cp932"))
        with pytest.raises(PychangError, match="cp932; save the file as UTF-8"):
            oto.replace(0, entry("か.wav", "안"))

    def test_a_number_that_is_none_is_refused(self) -> None:
        with pytest.raises(PychangError, match='overlap of alias "a" is nan'):
            parse("").add(entry("a.wav", "a", 0, 0, 0, 0, float("nan")))

    def test_a_wrong_index(self) -> None:
        with pytest.raises(IndexError):
            parse("#x\r\n").replace(0, entry("a.wav", "a"))


class TestDisk:
    def test_read_edit_write(self, tmp_path: Path) -> None:
        path = tmp_path / "oto.ini"
        path.write_bytes("歌声.wav=歌,1\r\n".encode("gb18030"))
        (tmp_path / "歌声.wav").touch()
        oto = OtoFile.read(path)
        oto.replace(0, replace(oto.entries[0], offset_ms=2.5))
        assert path.read_bytes() == "歌声.wav=歌,1\r\n".encode("gb18030")  # nothing before write
        oto.write()
        assert path.read_bytes() == "歌声.wav=歌,2.5,,,,\r\n".encode("gb18030")
        assert sorted(p.name for p in tmp_path.iterdir()) == ["oto.ini", "歌声.wav"]

    def test_a_place_that_cannot_be_written(self, tmp_path: Path) -> None:
        with pytest.raises(PychangError, match="cannot write oto"):
            parse("a.wav=a").write(tmp_path / "missing" / "oto.ini")

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(PychangError, match=r"oto\.ini not found"):
            OtoFile.read(tmp_path / "oto.ini")

    def test_a_huge_file_is_refused_before_it_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "oto.ini"
        with path.open("wb") as file:
            file.truncate(2**31)
        tracemalloc.start()
        with pytest.raises(PychangError, match="larger than"):
            OtoFile.read(path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 100 * 2**20

    def test_a_real_file_is_kept_to_the_byte(self, shared_data: Path) -> None:
        for bank in ("utau-erithacus", "utau-yuki-mini"):
            path = shared_data / bank / "oto.ini"
            oto = OtoFile.read(path)
            assert oto.to_bytes() == path.read_bytes()
            assert oto.findings == ()


SEED = (
    "#Charset:UTF-8\r\n_ああいあう.wav=- あ,617.46,450.0,-700.0,300.0,100.0\r\n"
    "_ああいあう.wav=a あ,1248.75,450.0,-700.0,300.0,100.0\r\n"
    "\r\nが.wav=,1,,,\nka.wav=か,145.35,203.17,825.4,145.8,40.59"
)


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Damage a file as disks, editors and enemies do."""
    content = bytearray(data)
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(content) + 1)
        kind = dice.randrange(7)
        if kind == 0 and at < len(content):
            content[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            del content[at:]
        elif kind == 2:
            content[at:at] = content[:at] * dice.randint(1, 4)
        elif kind == 3:
            content[at:at] = b"9" * dice.choice([1, 30, 400, 5000])
        elif kind == 4:
            signs = [b"\0", b"=", b",", b"\r", b"\n", b"e999", b"-", b"\xff\xfe", b"\x81"]
            content[at:at] = dice.choice(signs)
        elif kind == 5:
            content[at : at + dice.randint(1, 20)] = b""
        else:
            content[at:at] = dice.randbytes(dice.randint(1, 30))
    return bytes(content)


class TestHostileFiles:
    @pytest.mark.parametrize("seed", range(200))
    def test_a_mutated_file_is_read_and_kept(self, seed: int) -> None:
        dice = random.Random(seed)
        source = SEED.replace("UTF-8", "Shift_JIS").encode("cp932") if seed % 2 else SEED.encode()
        data = mutated(source, dice)
        oto = parse(data, Evidence(frozenset({"が.wav", "ka.wav"})))
        assert oto.to_bytes() == data
        for found in oto.entries:
            assert all(abs(time) <= 1e8 for time in found.times_ms)
        for finding in oto.findings:
            assert "\n" not in str(finding)
            assert len(str(finding)) < 400

    def test_a_million_lines_are_refused(self) -> None:
        with pytest.raises(PychangError, match="too many"):
            parse(b"\n" * 1_000_000)

    def test_findings_are_limited(self) -> None:
        findings = parse("x\n" * 5000).findings
        assert len(findings) == 1001
        assert findings[-1].why == "4000 more findings"
