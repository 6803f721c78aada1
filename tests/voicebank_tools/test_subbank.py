"""Subbanks: tone ranges, prefix.map, character.yaml's block."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang import PychangError
from voicebank_tools.character import parse_character_yaml
from voicebank_tools.subbank import (
    Subbank,
    format_prefix_map,
    parse_prefix_map,
    ranges_of_tones,
    subbanks_to_yaml,
    tones_of_range,
    with_subbanks,
    write_subbanks,
)

# OpenUtau's VoicebankConfigTest
M1 = (
    Subbank(tone_ranges=("C1-C4",)),
    Subbank(suffix="D4", tone_ranges=("C#4-F4",)),
    Subbank(suffix="G4", tone_ranges=("F#4-A#4",)),
    Subbank(suffix="C5", tone_ranges=("B4-B7",)),
    Subbank("power", suffix="C5P", tone_ranges=("B4-B7",)),
    Subbank("shout", suffix="C5S", tone_ranges=("B4-B7",)),
)
M1_YAML = """subbanks:
- prefix: ''
  suffix: ''
  tone_ranges:
  - C1-C4
- prefix: ''
  suffix: D4
  tone_ranges:
  - C#4-F4
- prefix: ''
  suffix: G4
  tone_ranges:
  - F#4-A#4
- prefix: ''
  suffix: C5
  tone_ranges:
  - B4-B7
- color: power
  prefix: ''
  suffix: C5P
  tone_ranges:
  - B4-B7
- color: shout
  prefix: ''
  suffix: C5S
  tone_ranges:
  - B4-B7
"""
SUBBANKS = st.builds(
    Subbank, st.text(max_size=5), st.text(max_size=5), st.text(max_size=5), st.just(("C4-D4", "F#5"))
)


class TestRanges:
    @pytest.mark.parametrize(
        ("text", "tones"),
        [
            ("C#4-F4", [61, 62, 63, 64, 65]),
            ("C4", [60]),
            ("Bb3 - C4", [58, 59, 60]),
            ("D4-C4", [60, 61, 62]),
            ("C-1-C#-1", [0, 1]),
            ("", []),
            ("H4", []),
            ("C4-", []),
            ("60-64", []),
            ("C4-C99", []),
        ],
    )
    def test_tones(self, text: str, tones: list[int]) -> None:
        assert list(tones_of_range(text)) == tones

    @given(st.sets(st.integers(24, 107)))
    def test_there_and_back(self, tones: set[int]) -> None:
        subbank = Subbank(tone_ranges=ranges_of_tones(tones))
        assert subbank.tones == tones

    def test_fewest_ranges(self) -> None:
        assert ranges_of_tones([64, 60, 61, 62]) == ("C4-D4", "E4")


class TestYaml:
    def test_m1_is_written_as_openutau_does(self) -> None:
        assert subbanks_to_yaml(M1) == M1_YAML

    def test_m1_is_read_back(self) -> None:
        assert parse_character_yaml(M1_YAML).subbanks == M1

    @given(st.lists(SUBBANKS, max_size=4))
    def test_any_text_comes_back(self, subbanks: list[Subbank]) -> None:
        # YAML folds some controls and knows four words for "nothing"
        nothing = ("null", "Null", "NULL", "~")
        plain = [
            subbank
            for subbank in subbanks
            for texts in [(subbank.color, subbank.prefix, subbank.suffix)]
            if "".join(texts).isprintable() and not set(texts) & set(nothing)
        ]
        assert parse_character_yaml(subbanks_to_yaml(plain)).subbanks == tuple(plain)

    def test_fields_that_look_like_other_types_stay_text(self) -> None:
        text = "subbanks:\n- {color: on, prefix: 4, suffix: 0x1F, tone_ranges: [C4, 5]}\n- {suffix: ~}\n- 7\n"
        assert parse_character_yaml(text).subbanks == (Subbank("on", "4", "0x1F", ("C4", "5")), Subbank())

    def test_a_range_as_one_text(self) -> None:
        assert parse_character_yaml("subbanks: [{tone_ranges: 'C4,E4'}]").subbanks[0].tones == {60, 64}


class TestWriting:
    BEFORE = (
        "# mine\nname: 今川\nsubbanks:\n- prefix: old\n  suffix: ''\n\n# odd\n  tone_ranges:\n  - C4\n"
        "\n# about the voice\nvoice: x # kept\n"
    )

    def test_only_the_block_changes(self) -> None:
        after = with_subbanks(self.BEFORE, M1)
        assert after == "# mine\nname: 今川\n" + M1_YAML + "\n# about the voice\nvoice: x # kept\n"
        assert parse_character_yaml(after).subbanks == M1

    def test_a_file_without_the_block_gets_it(self) -> None:
        assert with_subbanks("name: a", M1) == "name: a\n" + M1_YAML
        assert with_subbanks("name: a\n", M1) == "name: a\n" + M1_YAML
        assert with_subbanks("", M1) == M1_YAML

    @pytest.mark.parametrize("before", ["subbanks: []", "subbanks:\n- prefix: a", "\ufeffsubbanks:\n- {}\n"])
    def test_a_block_alone(self, before: str) -> None:
        assert with_subbanks(before, M1).removeprefix("\ufeff") == M1_YAML
        assert before[0] != "\ufeff" or with_subbanks(before, M1)[0] == "\ufeff"

    def test_windows_line_ends_and_a_mark_survive(self, tmp_path: Path) -> None:
        path = tmp_path / "character.yaml"
        path.write_bytes(b"\xef\xbb\xbf" + self.BEFORE.replace("\n", "\r\n").encode())
        write_subbanks(path, M1)
        data = path.read_bytes()
        assert data.startswith("\ufeff# mine\r\nname: 今川\r\n".encode())
        assert data.endswith(b"voice: x # kept\r\n")
        assert parse_character_yaml(data.decode("utf-8-sig")).subbanks == M1

    def test_a_new_file(self, tmp_path: Path) -> None:
        write_subbanks(tmp_path / "character.yaml", M1)
        assert (tmp_path / "character.yaml").read_text("utf-8") == M1_YAML

    def test_a_missing_folder_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(PychangError, match=r"character\.yaml"):
            write_subbanks(tmp_path / "no" / "character.yaml", M1)


class TestPrefixMap:
    def test_ranges_from_low_to_high(self) -> None:
        # tsuru's PrefixMap.test: C7-B7 pre, C6-B6 su, C5-B5 testp/tests, the rest plain
        kept = (
            Subbank(tone_ranges=("C1-B4",)),
            Subbank("", "testp", "tests", ("C5-B5",)),
            Subbank("", "", "su", ("C6-B6",)),
            Subbank("", "pre", "", ("C7-B7",)),
        )
        text = format_prefix_map(kept)
        assert text.startswith("B7\tpre\t\r\nA#7\tpre\t\r\n")
        assert text.endswith("C1\t\t\r\n")
        assert text.count("\r\n") == 84
        assert parse_prefix_map(text) == kept

    def test_one_pair_in_several_ranges(self) -> None:
        text = "C4\t\tsu\nD4\t\tsu\nC#4\t\tsu\nC6\t\tsu\n"
        assert parse_prefix_map(text) == (Subbank("", "", "su", ("C4-D4", "C6")),)

    def test_an_append_map_names_a_color(self) -> None:
        assert parse_prefix_map("C4\tx\t_C4\r\n", "強") == (Subbank("強", "x", "強_C4", ("C4",)),)

    def test_short_and_foreign_lines(self) -> None:
        text = "#Charset:UTF-8\nhello\n\nC4\tonly\nC0\tbelow\t\nC8\tabove\t\nG9\t\n"
        assert parse_prefix_map(text) == (Subbank("", "only", "", ("C4",)),)

    def test_colors_do_not_go_into_the_map(self) -> None:
        assert "power" not in format_prefix_map([Subbank("power", "power", "", ("C4",))])
