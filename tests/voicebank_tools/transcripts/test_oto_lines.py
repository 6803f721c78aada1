from pathlib import Path

import pytest

from voicebank_tools.g2p.japanese import read_japanese
from voicebank_tools.g2p.korean import read_korean
from voicebank_tools.labels.segment import Word
from voicebank_tools.oto_line import OtoEntry
from voicebank_tools.transcripts.oto_lines import Sung, alias_words, merged, sung_words


def line(alias: str, offset_ms: float, preutterance_ms: float = 100.0) -> OtoEntry:
    return OtoEntry(Path("x.wav"), alias, offset_ms, 150.0, -400.0, preutterance_ms, 30.0)


@pytest.mark.parametrize(
    ("alias", "phones"),
    [
        ("か", "k a"), ("- か", "k a"), ("a か_C4", "k a"), ("a き2", "k i"),
        ("ka", "k a"), ("a shi", "sh i"),
        ("n", "N"), ("a ん", "N"), ("a k", ""), ("a n", ""),
        ("a R", ""), ("a -", ""), ("息", ""), ("* あ↑", "a"),
    ],
)  # fmt: skip
def test_aliases(alias: str, phones: str) -> None:
    words = alias_words(alias, read_japanese).words
    assert " ".join(phone for word in words for phone in word.phones) == phones


def test_words_in_the_order_they_are_sung() -> None:
    entries = [
        line("a き", 1500.0),
        line("- か", 500.0),
        line("か", 510.0),
        line("a k", 1300.0),
        line("i R", 2200.0),
    ]
    found = sung_words(entries, read_japanese)
    assert [one.word.text for one in found] == ["か", "き"]
    assert [one.onset_s for one in found] == pytest.approx([0.54, 1.54])


def test_vowels_begin_at_the_preutterance_and_other_languages_are_read() -> None:
    assert sung_words([line("あ", 500.0, 200.0)], read_japanese)[0].onset_s == pytest.approx(0.7)
    assert sung_words([line("a 가", 500.0, 20.0)], read_korean)[0].onset_s == pytest.approx(0.5)


def words(text: str) -> tuple[Word, ...]:
    return read_japanese(text).words


def sung(text: str) -> tuple[Sung, ...]:
    return tuple(Sung(word, float(i), i + 0.05) for i, word in enumerate(words(text)))


@pytest.mark.parametrize(
    ("named", "aliases", "text", "onsets"),
    [
        ("かきく", "かきく", "かきく", (0.0, 1.0, 2.0)),
        ("かかきく", "かきく", "かかきく", (None, 0.0, 1.0, 2.0)),
        ("ああいあう", "ああいうあ", "ああいあう", (0.0, 1.0, 2.0, 3.0, 4.0)),
        ("", "かき", "かき", (0.0, 1.0)),
        ("か", "かき", "かき", (0.0, 1.0)),
    ],
)
def test_name_and_aliases(named: str, aliases: str, text: str, onsets: tuple[float | None, ...]) -> None:
    found, times = merged(words(named), sung(aliases))
    assert "".join(word.text for word in found) == text
    if named != "かかきく":
        assert times == onsets
    else:  # which か the alias means is open; き and く are not
        assert times[2:] == onsets[2:]
        assert sorted(time for time in times if time is not None) == [0.0, 1.0, 2.0]
