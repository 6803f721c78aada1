import pytest

from voicebank_tools.align.manner import MOMENTS, manner, plain


@pytest.mark.parametrize(
    ("phones", "kind"),
    [
        ("a i u e o ɑː ə AH0 ER1 En i0 eo ja/a ˈɛi", "vowel"),
        ("N n m ny ng ŋ NG", "nasal"),
        ("r ry l w y ɹ ɾ dx W", "approximant"),
        ("k kk ky t p cl ʔ K T1", "voiceless stop"),
        ("g gy d b ɡ B", "voiced stop"),
        ("ch ts tsh tɕ CH q", "voiceless affricate"),
        ("s sh h f hh x ʃ ɕ zh/s HH", "voiceless fricative"),
        ("z v j jh dz ʒ ZH", "voiced fricative"),
        ("SP pau sil", "pause"),
        ("AP br", "breath"),
        ("? 8 ?!", "unknown"),
    ],
)
def test_symbols_of_the_usual_sets(phones: str, kind: str) -> None:
    assert {phone: manner(phone) for phone in phones.split()} == dict.fromkeys(phones.split(), kind)
    assert kind in MOMENTS


def test_an_empty_phone_is_a_pause() -> None:
    assert manner("") == "pause"


def test_stress_and_tone_are_no_part_of_a_sound() -> None:
    assert [plain(phone) for phone in ("ˈs", "ˌɪ", "AH0", "a˥", "aː", "5")] == [
        "s",
        "ɪ",
        "AH",
        "a",
        "aː",
        "5",
    ]
