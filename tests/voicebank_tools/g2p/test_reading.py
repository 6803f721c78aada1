import pytest

from voicebank_tools.g2p.reading import dictionary_key, gathered, known_word, tokens
from voicebank_tools.labels.segment import Word


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("oh yes, they - they, you know", ("oh", "yes", "they", "they", "you", "know")),
        ("so' 'something 'i mean... ‘you", ("so", "something", "i", "mean", "you")),
        ("don't purple-people-eater", ("don't", "purple-people-eater")),
        ("「はい」、。！ 『何 でしょう』", ("はい", "何", "でしょう")),
        ("SP a pau AP\tR", ("SP", "a", "pau", "AP", "R")),
        ("らー〜 _か_", ("らー〜", "か")),
        (" \n…—", ()),
    ],
)
def test_words_of_a_text(text: str, wanted: tuple[str, ...]) -> None:
    assert tokens(text) == wanted


def test_keys_and_pauses() -> None:
    assert dictionary_key("Ｄon’T") == "ｄon't"
    assert dictionary_key("か\u3099") == "が"
    assert known_word("sil", {}) == Word("SP", ("SP",))
    assert known_word("Br", {"br": ("b", "r")}) == Word("Br", ("b", "r"))
    assert known_word("ら", {}) is None


def test_unknown_words_are_listed_once() -> None:
    assert gathered([Word("a", ("a",))], ["x", "y", "x"]).unknown == ("x", "y")
