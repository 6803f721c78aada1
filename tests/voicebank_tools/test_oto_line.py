"""What one line of oto.ini means."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang import PychangError
from voicebank_tools.oto_line import (
    OtoEntry,
    alias_of,
    checked_entry,
    clamped,
    number_text,
    parse_line,
    stem_of,
)

FOLDER = Path("bank")


@pytest.mark.parametrize(
    ("line", "alias"), [("a.wav=か,x,1", "か"), (" sub\\a.wav =,x", "a"), ("# a", ""), ("", ""), ("=,,", "")]
)
def test_the_alias_of_a_line_that_may_be_broken(line: str, alias: str) -> None:
    assert alias_of(line) == alias


def entry(wav: str, alias: str, *times: float) -> OtoEntry:
    return OtoEntry(FOLDER / wav, alias, *times)


class TestMeaning:
    @pytest.mark.parametrize(
        "number", ["x", "1_000", "１２", "nan", "inf", "-Infinity", "1e999", "0x10", "1 2", "--1"]
    )
    def test_what_is_no_number_invalidates_the_line(self, number: str) -> None:
        reading = parse_line(f"a.wav=a,1,2,{number},4,5", FOLDER)
        assert reading.entry is None
        (remark,) = reading.remarks
        assert remark.kind == "error"
        assert remark.why.startswith("cutoff")

    @pytest.mark.parametrize(
        ("number", "value"),
        [(" 5 ", 5), ("+5", 5), (".5", 0.5), ("5.", 5), ("1e2", 100), ("0.12345", 0.123), ("\t", 0)],
    )
    def test_what_is_a_number(self, number: str, value: float) -> None:
        assert parse_line(f"a.wav=a,{number}", FOLDER) == (entry("a.wav", "a", value), ())

    def test_only_overlap_and_cutoff_may_be_negative(self) -> None:
        reading = parse_line("a.wav=a,-1,-2,-3,-4,-5", FOLDER)
        assert reading.entry == entry("a.wav", "a", 0, 0, -3, 0, -5)
        assert [remark.kind for remark in reading.remarks] == ["warning"] * 3

    def test_absurd_numbers_are_brought_back(self) -> None:
        reading = parse_line("a.wav=a,1e300,0,-1e300", FOLDER)
        assert reading.entry == entry("a.wav", "a", 1e8, 0, -1e8)
        assert [remark.kind for remark in reading.remarks] == ["warning"] * 2

    def test_an_alias_keeps_its_equals_sign(self) -> None:
        reading = parse_line("a.wav=x=y,1,2,3,4,5", FOLDER)
        assert reading.entry == entry("a.wav", "x=y", 1, 2, 3, 4, 5)
        assert [remark.kind for remark in reading.remarks] == ["note"]

    @pytest.mark.parametrize("line", ["#Charset:UTF-8", "# made by x = y", "; note", "", "   ", "\u3000"])
    def test_comments_and_blanks_are_silent(self, line: str) -> None:
        assert parse_line(f"{line}\r\n", FOLDER) == (None, ())

    def test_a_recording_may_begin_with_a_hash(self) -> None:
        assert parse_line("#a.wav=a", FOLDER).entry == entry("#a.wav", "a")

    def test_blanks_around_the_line_and_the_name_go_inside_the_alias_stay(self) -> None:
        assert parse_line("  a.wav = a  b ,1\r\n", FOLDER).entry == entry("a.wav", " a  b ", 1)

    @pytest.mark.parametrize(
        ("wav", "alias"), [("か.b.wav", "か.b"), ("x\\か.wav", "か"), ("か", "か"), (".wav", "")]
    )
    def test_the_stem_stands_in_for_an_empty_alias(self, wav: str, alias: str) -> None:
        found = parse_line(f"{wav}=,1", FOLDER).entry
        assert found is not None
        assert found.alias == alias == stem_of(wav)

    def test_bytes_that_fit_no_character_are_told(self) -> None:
        (remark,) = parse_line("a.wav=\udc81", FOLDER).remarks
        assert remark.kind == "warning"

    @given(st.text(max_size=80))
    def test_never_raises(self, line: str) -> None:
        reading = parse_line(f"a.wav={line}", FOLDER)
        assert reading.entry is not None or reading.remarks


class TestEntriesToBeWritten:
    def test_numbers_are_brought_into_range(self) -> None:
        assert checked_entry(entry("x/か.wav", "", -1, 2.00049, -3, -0.0, -5e9)) == entry(
            "x/か.wav", "か", 0, 2, -3, 0, -1e8
        )

    @pytest.mark.parametrize("number", [float("nan"), float("inf")])
    def test_what_is_no_number_is_refused(self, number: float) -> None:
        with pytest.raises(PychangError, match='consonant of alias "か"'):
            checked_entry(entry("a.wav", "か", 0, number))

    @pytest.mark.parametrize(
        ("value_ms", "text"), [(0, "0"), (-0.0004, "0"), (12.5, "12.5"), (100, "100"), (-1e8, "-100000000")]
    )
    def test_numbers_as_text(self, value_ms: float, text: str) -> None:
        assert number_text(clamped("cutoff", value_ms)) == text

    @given(st.floats(-1e8, 1e8))
    def test_text_is_read_as_the_same_number(self, value_ms: float) -> None:
        kept = clamped("overlap", value_ms)
        reading = parse_line(f"a.wav=a,,,,,{number_text(kept)}", FOLDER)
        assert reading == (entry("a.wav", "a", 0, 0, 0, 0, kept), ())
