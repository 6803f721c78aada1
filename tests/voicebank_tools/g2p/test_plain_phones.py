import pytest

from voicebank_tools.g2p.plain_phones import read_phones


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("k a\nsh i", [("k",), ("a",), ("sh",), ("i",)]),
        ("k a | sh i\nN", [("k", "a"), ("sh", "i"), ("N",)]),
        ("SP @bUr {t AP | | pau", [("SP",), ("@bUr", "{t"), ("AP",), ("SP",)]),
        ("", []),
    ],
)
def test_words(text: str, words: list[tuple[str, ...]]) -> None:
    assert [word.phones for word in read_phones(text).words] == words


def test_a_dictionary_renames() -> None:
    (word,) = read_phones("ka |", {"ka": ("k", "a")}).words
    assert (word.text, word.phones) == ("ka", ("k", "a"))
