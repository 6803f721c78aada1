"""character.txt as people write it; character.yaml over it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang import PychangError
from voicebank_tools.character import Character, parse_character_txt, parse_character_yaml


class TestTxt:
    @pytest.mark.parametrize("line", ["name=ペタ", "name：ペタ", "NAME: ペタ", " Name = ペタ ", "名前=ペタ"])
    def test_the_name(self, line: str) -> None:
        assert parse_character_txt(line).name == "ペタ"

    def test_the_english_key_wins(self) -> None:
        assert parse_character_txt("名前=ペタ\nname=Peta").name == "Peta"
        assert parse_character_txt("name=Peta\n名前=ペタ").name == "Peta"

    def test_all_fields(self) -> None:
        text = (
            "image=a.bmp\r\nCreated By: me\r\nVoice Actor=you\rweb=https://x.y/?a=b\nversion:1\nsample=s.wav"
        )
        assert parse_character_txt(text) == Character(
            image="a.bmp", author="me", voice="you", web="https://x.y/?a=b", version="1", sample="s.wav"
        )
        assert parse_character_txt("cv=you").voice == "you"

    def test_the_rest_is_info(self) -> None:
        text = "name=a\n\nDistribution: KGS様\nplain words\n"
        assert parse_character_txt(text) == Character(name="a", info="Distribution: KGS様\nplain words")

    @given(st.text(alphabet="name=:：\r\n image名前\u2028\0", max_size=60))
    def test_never_raises(self, text: str) -> None:
        assert isinstance(parse_character_txt(text), Character)


class TestYaml:
    def test_all_fields(self) -> None:
        text = (
            "singer_type: utau\ntext_file_encoding: shift_jis\nimage: i.png\nportrait_opacity: 0.5\n"
            "default_phonemizer: X\nuse_filename_as_alias: true\nversion: 1.0\nname: 1234\nauthor:\nweb: ~\n"
        )
        character = parse_character_yaml(text)
        assert (character.singer_type, character.text_file_encoding) == ("utau", "shift_jis")
        assert (character.image, character.default_phonemizer) == ("i.png", "X")
        assert (character.version, character.name, character.author, character.web) == ("1.0", "1234", "", "")
        assert character.use_filename_as_alias is True

    @pytest.mark.parametrize("text", ["", "[]", "7", "name: [a]\nsubbanks: {a: b}\ninfo: {}", "- a"])
    def test_other_shapes_say_nothing(self, text: str) -> None:
        assert parse_character_yaml(text) == Character()

    @pytest.mark.parametrize(
        "text", ["a: [", "a: *b", "a: &a [*a]", "\0", "? [" * 200, "[1]: 2", "\tname: a"]
    )
    def test_what_is_no_yaml_is_told(self, text: str) -> None:
        with pytest.raises(PychangError, match=r"bank/character\.yaml"):
            parse_character_yaml(text, "bank/character.yaml")


class TestMerge:
    def test_yaml_wins_where_it_speaks(self) -> None:
        txt = Character(name="a", author="b", info="kept")
        assert txt.overridden_by(Character(name="c")) == Character(name="c", author="b", info="kept")
