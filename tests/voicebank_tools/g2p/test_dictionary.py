from pathlib import Path

import pytest

from pychang import PychangError
from voicebank_tools.g2p.dictionary import parse_dictionary, read_dictionaries

HERE = Path("d.txt")


@pytest.mark.parametrize(
    ("line", "key", "phones"),
    [
        ("真昼\tm a h i r u", "真昼", "m a h i r u"),
        ("HELLO  HH AH0 L OW1", "hello", "hh ah l ow"),
        ("hello\t0.99\t0.2\t1.0\t0.8\th ə l əw", "hello", "h ə l əw"),
        ("d'artagnan D AH0 R # name, french", "d'artagnan", "d ah r"),
        ("ka\tk a", "ka", "k a"),
        ("1\ti ch i", "1", "i ch i"),
        ("two words\tt u", "two words", "t u"),
    ],
)
def test_every_form(line: str, key: str, phones: str) -> None:
    words, findings = parse_dictionary(line, HERE)
    assert words == {key: tuple(phones.split())}
    assert findings == ()


def test_comments_variants_and_faults() -> None:
    text = "\ufeff;;; CMUdict\n# note\n\nread  R IY1 D\nread(2)  R EH1 D\nempty\nagain\t\n"
    words, findings = parse_dictionary(text, HERE)
    assert words == {"read": ("r", "iy", "d")}
    assert [(finding.line, finding.text) for finding in findings] == [(6, "empty"), (7, "again")]


def test_the_first_dictionary_wins(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("ガ\tg a\n", encoding="cp932")
    (tmp_path / "all.txt").write_text("ガ\tng a\nb\tb\n", encoding="utf-8")
    words, findings = read_dictionaries([tmp_path / "mine.txt", tmp_path / "all.txt"])
    assert dict(words) == {"ガ": ("g", "a"), "b": ("b",)}
    assert findings == ()
    with pytest.raises(PychangError, match="not found"):
        read_dictionaries([tmp_path / "none.txt"])
