from typing import Any

import pytest

from pychang import PychangError
from tests.voicebank_tools.fake_bank import CV, CVVC, ROMAJI, VCV, FakeBank
from voicebank_tools.lyrics import Resolution, is_rest, resolve
from voicebank_tools.score import Note, TempoMap


def notes(*lyrics: str, duration: int = 480, **fields: Any) -> list[Note]:
    """Touching notes; "." is a gap."""
    return [
        Note(index * duration, duration, 60, lyric, **fields)
        for index, lyric in enumerate(lyrics)
        if lyric != "."
    ]


def sing(bank: list[str], *lyrics: str, fallback: str = "", **fields: Any) -> Resolution:
    return resolve(notes(*lyrics, **fields), FakeBank(bank), TempoMap(), fallback)


def sung(resolution: Resolution) -> list[str]:
    return [phone.alias for phone in resolution.phones]


def test_cv_kana_sung_by_a_romaji_bank() -> None:
    assert sung(sing(ROMAJI, "か", "シ", "つ", "ん")) == ["ka", "shi", "tsu", "n"]


def test_vcv_follows_the_vowel_before() -> None:
    assert sung(sing(VCV, "か", "し", "ん", "の", ".", "あ")) == ["- か", "a し", "i ん", "n の", "- あ"]


def test_rests_and_stops_are_silent_and_not_missing() -> None:
    resolution = sing(VCV, "か", "R", "か", "っ", "か")
    assert sung(resolution) == ["- か", "- か", "- か"]
    assert resolution.missing == ()
    assert is_rest("っ")
    assert is_rest("ッ")
    assert not is_rest("か")


class TestExtension:
    @pytest.mark.parametrize("mark", ["+", "+~", "ー", "-", "...", "〜"])
    def test_it_lengthens_the_note_before(self, mark: str) -> None:
        (phone,) = sing(CV, "か", mark, mark).phones
        assert (phone.alias, phone.position_ticks, phone.duration_ticks) == ("か", 0, 1440)

    def test_behind_a_rest_the_vowel_is_sung_again(self) -> None:
        assert sung(sing(CV, "か", ".", "ー")) == ["か", "あ"]

    def test_a_bank_may_have_the_mark_as_alias(self) -> None:
        assert sung(sing([*CV, "-"], "か", "-")) == ["か", "-"]

    def test_the_vowel_goes_on_for_the_next_note(self) -> None:
        assert sung(sing(VCV, "か", "+", "し")) == ["- か", "a し"]

    def test_with_nothing_to_extend_it_is_missing(self) -> None:
        assert [missing.lyric for missing in sing(CV, "+").missing] == ["+"]

    def test_of_a_missing_note_it_is_silent_too(self) -> None:
        resolution = sing(CV, "Nacht", "+", "か")
        assert sung(resolution) == ["か"]
        assert [(missing.lyric, missing.count) for missing in resolution.missing] == [("Nacht", 1)]


class TestMissing:
    def test_once_per_alias_with_count_and_place(self) -> None:
        missing = sing(CV, "か", "Nacht", "か", "Nacht", "Tag").missing
        assert [(one.lyric, one.positions_ticks) for one in missing] == [
            ("Nacht", (480, 1440)),
            ("Tag", (1920,)),
        ]

    def test_fallback_is_sung_instead_and_still_reported(self) -> None:
        resolution = sing(ROMAJI, "Nacht", "か", fallback="a")
        assert sung(resolution) == ["a", "ka"]
        assert [one.lyric for one in resolution.missing] == ["Nacht"]

    def test_a_fallback_the_bank_lacks_is_told(self) -> None:
        with pytest.raises(PychangError, match="--fallback x"):
            sing(CV, "Nacht", fallback="x")

    def test_fallback_joins_in_a_vcv_bank(self) -> None:
        assert sung(sing(VCV, "か", "Nacht", "し", fallback="o")) == ["- か", "a お", "o し"]

    def test_behind_a_silent_note_a_phrase_begins(self) -> None:
        assert sung(sing(VCV, "か", "Nacht", "し")) == ["- か", "- し"]


class TestSeveralKana:
    def test_they_share_the_note(self) -> None:
        phones = sing(CV, "さくら"[:2], "かん").phones
        assert [phone.alias for phone in phones] == ["さ", "く", "か", "ん"]
        assert [phone.position_ticks for phone in phones] == [0, 240, 480, 720]
        assert [phone.first for phone in phones] == [True, False, True, False]
        assert not any(phone.only for phone in phones)

    def test_a_closing_stop_ends_the_note_early(self) -> None:
        (phone,) = sing(CV, "かっ").phones
        assert (phone.alias, phone.duration_ticks) == ("か", 240)

    def test_the_whole_lyric_as_alias_comes_first(self) -> None:
        assert sung(sing([*CV, "かん"], "かん")) == ["かん"]

    def test_an_extension_lengthens_the_last(self) -> None:
        phones = sing(CV, "かん", "+").phones
        assert [phone.duration_ticks for phone in phones] == [240, 720]


class TestCvvc:
    def test_transition_leads_into_the_next_consonant(self) -> None:
        phones = sing(CVVC, "か", "し").phones
        assert [phone.alias for phone in phones] == ["か", "a sh", "し"]
        vowel, transition, after = phones
        assert transition.end_ticks == after.position_ticks == 480
        assert vowel.end_ticks == transition.position_ticks == 480 - 58  # 60 ms at 120 bpm
        assert not transition.first
        assert not vowel.only

    def test_it_never_takes_more_than_half_of_a_short_note(self) -> None:
        vowel, transition, _ = sing(CVVC, "か", "し", duration=40).phones
        assert (vowel.duration_ticks, transition.duration_ticks) == (20, 20)

    def test_no_transition_into_a_vowel_or_over_a_rest(self) -> None:
        assert sung(sing(CVVC, "か", "い", ".", "か")) == ["か", "い", "か"]

    def test_a_cv_bank_has_none(self) -> None:
        assert sung(sing(CV, "か", "し")) == ["か", "し"]

    @pytest.mark.parametrize("ending", ["a -", "a R"])
    def test_ending(self, ending: str) -> None:
        phones = sing([*CV, ending], "か", "か", ".", "い").phones
        assert [phone.alias for phone in phones] == ["か", "か", ending, "い"]
        assert (phones[2].position_ticks, phones[2].duration_ticks) == (960 - 60, 60)


class TestNoteFields:
    def test_tone_and_colour_choose_the_recording(self) -> None:
        bank = FakeBank(["か_low", "か_high", "かW"])
        every = [
            Note(0, 480, 60, "か"),
            Note(480, 480, 72, "か"),
            Note(960, 480, 60, "か", tone_shift=12),
            Note(1440, 480, 60, "か", color="W"),
        ]
        phones = resolve(every, bank, TempoMap()).phones
        assert [phone.entry.alias for phone in phones] == ["か_low", "か_high", "か_high", "かW"]

    def test_alternate(self) -> None:
        assert sung(sing(["か", "か2"], "か", alternate=2)) == ["か2"]
        assert sung(sing(["か"], "か", alternate=2)) == ["か"]

    def test_hint_and_override_replace_the_lyric(self) -> None:
        assert sung(sing(CV, "Nacht", phonetic_hint="な")) == ["な"]
        assert sung(sing(CV, "Nacht", phonetic_hint="な", phoneme="た")) == ["た"]

    def test_phoneme_offset_moves_the_boundary(self) -> None:
        first, second = resolve(
            [Note(0, 480, 60, "か"), Note(480, 480, 60, "し", phoneme_offset_ticks=-30)],
            FakeBank(CV),
            TempoMap(),
        ).phones
        assert first.end_ticks == second.position_ticks == 450
        assert second.end_ticks == 960

    def test_no_notes(self) -> None:
        assert resolve([], FakeBank(CV), TempoMap()) == Resolution((), ())


class TestRealBanks:
    def test_kana_in_the_romaji_names_of_erithacus(self, shared_data: Any) -> None:
        from voicebank_tools.voicebank import load_voicebank

        bank = load_voicebank(shared_data / "utau-erithacus")
        lyrics = [*"あいへれらでりほげじはそねわのだどぼばずぐぜちふをがゆぞざん", "きゃ"]
        resolution = resolve(notes(*lyrics), bank, TempoMap())
        assert resolution.missing == ()
        assert len(resolution.phones) == len(lyrics)

    def test_vcv_aliases_of_yuki(self, shared_data: Any) -> None:
        from voicebank_tools.voicebank import load_voicebank

        bank = load_voicebank(shared_data / "utau-yuki-mini")
        assert sung(resolve(notes("あ", "a", "い", "あ", "う"), bank, TempoMap())) == [
            "- あ", "a あ", "a い", "i あ", "a う",
        ]  # fmt: skip
