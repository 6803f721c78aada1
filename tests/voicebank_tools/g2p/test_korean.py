import unicodedata

import pytest

from voicebank_tools.g2p.korean import read_korean


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("음악", "eu|m a K"),
        ("국물 좋아", "g u NG|m u L|j o|a"),
        ("아리랑, 고개로!", "a|r i|r a NG|g o|g e|r o"),
        ("뷁", "b w e K"),
        ("의자 쌍꺼풀 위", "eu i|j a|ss a NG|kk eo|p u L|w i"),
        ("옷 SP 안", "o T|SP|a N"),
    ],
)
def test_syllables(text: str, phones: str) -> None:
    for form in ("NFC", "NFD"):
        reading = read_korean(unicodedata.normalize(form, text))
        assert "|".join(" ".join(word.phones) for word in reading.words) == phones
        assert reading.unknown == ()


def test_words_keep_their_spelling() -> None:
    assert [word.text for word in read_korean("음악").words] == ["음", "악"]


def test_dictionary_first_and_the_rest_is_listed() -> None:
    reading = read_korean("꽃잎 love ㅋㅋ", {"꽃잎": ("kk", "o", "N", "n", "i", "P")})
    assert [word.text for word in reading.words] == ["꽃잎"]
    assert reading.unknown == ("love", "ㅋㅋ")
