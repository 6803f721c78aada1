from hypothesis import given
from hypothesis import strategies as st

from voicebank_tools.g2p.hangul import Syllable, is_hangul, joined_syllables, split_syllables


def test_letters() -> None:
    assert split_syllables("닭가힣") == (
        Syllable("ㄷ", "ㅏ", "ㄺ"),
        Syllable("ㄱ", "ㅏ", ""),
        Syllable("ㅎ", "ㅣ", "ㅎ"),
    )
    assert is_hangul("닭")
    assert not is_hangul("닭a")
    assert not is_hangul("ㄱ")
    assert not is_hangul("")


@given(st.text(st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣")), min_size=1))
def test_round_trip(text: str) -> None:
    assert joined_syllables(split_syllables(text)) == text
