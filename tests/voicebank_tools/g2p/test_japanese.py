import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebank_tools import kana
from voicebank_tools.g2p.japanese import phones_of_mora, read_japanese, romaji_morae

PHONES = re.compile(
    "[aiueoN]|cl|by?|ch|dy?|fy?|g[wy]?|hy?|j|k[wy]?|my?|ny?|py?|ry?|sh?|t[sy]?|vy?|w|y|z",
)


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("_ああいあう", "a|a|i|a|u"),
        ("きゃっと らーめん", "ky a|cl|t o|r a|m e|N"),
        ("しちつふじぢづを", "sh i|ch i|ts u|f u|j i|j i|z u|o"),
        ("ティドゥてゅ ヴぉ ファ", "t i|d u|ty u|v o|f a"),
        ("konnichiwa kitte matcha Tōkyō", "k o|N|n i|ch i|w a|k i|cl|t e|m a|cl|ch a|t o|ky o"),
        ("ka-ki-ku an'i N", "k a|k i|k u|a|N|i|N"),
        ("ｶﾞｯｷ", "g a|cl|k i"),
        ("「はい」、SP でしょう〜", "h a|i|SP|d e|sh o|u"),
        ("ゔぁ ぢゃ ぁ", "v a|j a|a"),
        ("むぁ ねぇ ずぉ しゃぁ うぁ っぁ あぁ", "m a|n e|z o|sh a|w a|cl|a|a|a"),
    ],
)
def test_kana_and_romaji(text: str, phones: str) -> None:
    reading = read_japanese(text)
    assert "|".join(" ".join(word.phones) for word in reading.words) == phones
    assert reading.unknown == ()


def test_what_nobody_can_read_is_listed() -> None:
    reading = read_japanese("真っ昼間なのに hello か")
    assert reading.unknown == ("真", "昼間", "hello")
    assert [word.text for word in reading.words] == ["っ", "な", "の", "に", "か"]


def test_the_longest_word_of_the_dictionary_comes_first() -> None:
    dictionary = {"真": ("m", "a"), "真っ昼間": ("m", "a", "p"), "は": ("w", "a")}
    reading = read_japanese("真っ昼間は", dictionary)
    assert [(word.text, word.phones) for word in reading.words] == [
        ("真っ昼間", ("m", "a", "p")),
        ("は", ("w", "a")),
    ]


@given(st.lists(st.sampled_from(sorted(kana._romaji_table()))))
def test_every_mora_in_any_order_is_read(morae: list[str]) -> None:
    reading = read_japanese(" ".join(morae))
    assert [word.text for word in reading.words] == morae
    assert all(PHONES.fullmatch(phone) for word in reading.words for phone in word.phones)


ROMAJI = {
    "か": "ka",
    "しゃ": "sha",
    "ち": "chi",
    "つ": "tsu",
    "ん": "n'",
    "な": "na",
    "っか": "kka",
    "っち": "tchi",
}


@given(st.lists(st.sampled_from(sorted(ROMAJI))))
def test_romaji_is_read_as_its_kana(morae: list[str]) -> None:
    assert romaji_morae("".join(ROMAJI[mora] for mora in morae)) == kana.split_morae("".join(morae))


@given(st.text())
def test_any_text_is_read_or_listed(text: str) -> None:
    reading = read_japanese(text)
    assert all(word.phones for word in reading.words)
    assert all(reading.unknown)


def test_no_phones_of_what_is_no_mora() -> None:
    assert phones_of_mora("x") == ()
    assert romaji_morae("hello") == ()
