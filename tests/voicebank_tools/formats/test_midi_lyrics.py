"""Words find their notes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebank_tools.formats.midi_lyrics import attach, codec_of, syllable


@pytest.mark.parametrize(
    ("words", "found", "lost"),
    [
        ([(0, "a"), (100, "b")], {0: "a", 1: "b"}, 0),
        ([(9, "a"), (95, "b")], {0: "a", 1: "b"}, 0),
        ([(50, "a")], {}, 1),
        ([(0, "so"), (2, "lo")], {0: "solo"}, 0),
        ([(0, "+"), (2, "lo")], {0: "lo"}, 0),
        ([(0, "so"), (2, "+")], {0: "so"}, 0),
    ],
)
def test_attach(words: list[tuple[int, str]], found: dict[int, str], lost: int) -> None:
    assert attach(words, [0, 100], 10) == (found, lost)


def test_without_notes_every_word_is_lost() -> None:
    assert attach([(0, "a")], [], 10) == ({}, 1)


@given(st.lists(st.integers(0, 1000), max_size=20), st.lists(st.integers(0, 1000), unique=True, max_size=20))
def test_every_word_is_found_or_lost_and_no_further_than_the_tolerance(
    ticks: list[int], onsets: list[int]
) -> None:
    onsets.sort()
    found, lost = attach([(tick, "x") for tick in ticks], onsets, 7)
    assert sum(map(len, found.values())) + lost == len(ticks)
    assert lost == sum(all(abs(tick - onset) > 7 for onset in onsets) for tick in ticks)


def test_codecs() -> None:
    assert codec_of([b"a", "あ".encode()]) == "utf-8"
    assert codec_of(["あ".encode("cp932")]) == "cp932"
    assert codec_of(["für".encode("cp1252"), "Größe".encode("cp1252")]) == "cp1252"
    assert codec_of(["안녕하세요".encode("cp949"), "노래".encode("cp949")]) == "cp949"
    assert codec_of([b"{@JP}", "空".encode("cp932")]) == "cp932"
    assert codec_of([b"{@LATIN}\x82\xa0"]) == "cp1252"


def test_karaoke_headers_are_no_words() -> None:
    assert [syllable(text, karaoke=True) for text in ("@LENGL", "\\Oh ", "/my", "\r")] == ["", "Oh", "my", ""]
