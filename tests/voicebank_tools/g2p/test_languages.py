import pytest

from pychang import PychangError
from voicebank_tools.g2p.languages import ENCODINGS, LANGUAGES, reader_of


@pytest.mark.parametrize(
    ("language", "text", "phones"),
    [
        ("ja", "か", "k a"),
        ("ko", "가", "g a"),
        ("zh", "ka3", "k a"),
        ("phones", "k", "k"),
        ("en", "x", "k s"),
    ],
)
def test_each_language_has_its_reader(language: str, text: str, phones: str) -> None:
    assert " ".join(reader_of(language, {"x": ("k", "s")})(text).words[0].phones) == phones


def test_english_needs_a_dictionary() -> None:
    with pytest.raises(PychangError, match="give one with --dictionary"):
        reader_of("en", {})


def test_each_language_has_an_encoding() -> None:
    assert set(ENCODINGS) == set(LANGUAGES)
    assert all("a".encode(codec) for codec in ENCODINGS.values())
