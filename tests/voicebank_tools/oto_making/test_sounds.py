import pytest

from tests.voicebank_tools.oto_making.material import PAUSE, labels, placed
from voicebank_tools.oto_making.sounds import consonant_name, hear, vowel_name

KA, SHI, N = ("か", {"k": 80, "a": 400}), ("し", {"sh": 150, "i": 300}), ("ん", {"N": 300})


def test_sounds_know_their_times_and_neighbours() -> None:
    first, second, third = placed(KA, SHI, N)
    assert (first.sound.begin_ms, first.sound.vowel_ms, first.sound.vowel_end_ms) == (400.0, 480.0, 880.0)
    assert first.before is None
    assert first.sound.at_head
    assert not first.sound.at_tail
    assert second.before is not None
    assert (second.before.text, second.sound.text) == ("か", "し")
    assert second.after is not None
    assert second.after.text == "ん"
    assert third.sound.at_tail
    assert [vowel_name(one.sound, "ja") for one in (first, second, third)] == ["a", "i", "n"]
    assert [consonant_name(one.sound, "ja") for one in (first, second, third)] == ["k", "sh", ""]


@pytest.mark.parametrize(
    ("silence", "together"),
    [
        ({"SP": 250}, True),
        ({"SP": 310}, False),
        ({"SP": 100, "AP": 140}, True),
        ({"SP": 150, "AP": 200}, False),
    ],
)
def test_a_short_silence_ends_no_phrase(silence: dict[str, float], together: bool) -> None:
    first, second = placed(KA, *((name, {name: length_ms}) for name, length_ms in silence.items()), SHI)
    assert (first.after is not None) == together
    assert (second.before is not None) == together
    assert second.sound.at_head != together
    assert first.sound.at_tail != together


def test_a_geminate_parts_without_a_pause() -> None:
    first, second = placed(KA, ("っ", {"cl": 100}), SHI)
    assert first.after is None
    assert not first.sound.at_tail
    assert second.before is None
    assert not second.sound.at_head


def test_words_of_several_morae_are_taken_apart() -> None:
    heard = hear(labels(PAUSE, ("さくら", {"s": 90, "a": 300, "k": 70, "u": 300, "r": 40, "A": 300})), "ja")
    assert [one.sound.text for one in heard.placed] == ["さ", "く", "ら"]
    assert heard.placed[2].sound.at_tail
    assert heard.unread == ()


def test_long_marks_and_romaji_are_the_mora() -> None:
    assert [one.sound.text for one in placed(("カー", {"k": 80, "a": 400}), ("ki", {"k": 80, "i": 400}))] == [
        "カ",
        "き",
    ]


def test_what_is_no_kana_is_told_and_parts() -> None:
    heard = hear(labels(KA, ("火", {"h": 90, "i": 300}), SHI), "ja")
    assert heard.unread == ("火",)
    assert [one.sound.text for one in heard.placed] == ["か", "し"]
    assert heard.placed[1].before is None
    assert not heard.placed[1].sound.at_head


def test_phones_that_are_missing_are_told() -> None:
    assert hear(labels(("かき", {"k": 80, "a": 400})), "ja").unread == ("かき",)


def test_syllables_with_an_end() -> None:
    first, second = placed(("각", {"g": 60, "a": 300, "K": 60}), ("야", {"y": 60, "a": 300}), language="ko")
    assert [phone.text for phone in first.sound.coda] == ["K"]
    assert vowel_name(first.sound, "ko") == "K"
    assert consonant_name(second.sound, "ko") == "y"


def test_chinese_finals_are_one_phone() -> None:
    (only,) = placed(("lü", {"l": 60, "v": 300}), language="zh")
    assert only.sound.nucleus.text == "v"


def test_words_of_two_vowels_are_no_sound() -> None:
    assert hear(labels(("music", {"m": 60, "y": 30, "uw": 200, "z": 80, "ih": 90})), "en").unread == (
        "music",
    )


def test_the_vowel_can_be_moved() -> None:
    with_lead, without = (one.sound.with_vowel_at(490.0) for one in placed(KA, ("あ", {"a": 300})))
    assert (with_lead.vowel_ms, 1000.0 * with_lead.lead[0].end_s, with_lead.begin_ms) == (490.0, 490.0, 400.0)
    assert without.begin_ms == 490.0
