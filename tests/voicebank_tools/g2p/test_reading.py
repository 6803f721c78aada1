import pytest

from voicebank_tools.g2p.reading import dictionary_key, gathered, is_pause, tokens
from voicebank_tools.labels.segment import Word


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("oh yes, they - they, you know", ("oh", "yes", "they", "they", "you", "know")),
        ("so' 'something 'i mean... ‘you", ("so", "something", "i", "mean", "you")),
        ("don't purple-people-eater", ("don't", "purple-people-eater")),
        ("「はい」、。！ 『何 でしょう』", ("はい", "何", "でしょう")),
        ("SP a pau AP\tR 息", ("a",)),
        ("らー〜 _か_", ("らー〜", "か")),
        (" \n…—", ()),
    ],
)
def test_words_of_a_text(text: str, wanted: tuple[str, ...]) -> None:
    assert tokens(text) == wanted


def test_keys_and_pauses() -> None:
    assert dictionary_key("Ｄon’T") == "ｄon't"
    assert dictionary_key("か\u3099") == "が"
    assert is_pause("sil")
    assert not is_pause("ら")


def test_unknown_words_are_listed_once() -> None:
    assert gathered([Word("a", ("a",))], ["x", "y", "x"]).unknown == ("x", "y")
