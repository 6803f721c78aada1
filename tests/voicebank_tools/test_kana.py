import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebank_tools import kana


@pytest.mark.parametrize(
    ("mora", "spellings"),
    [
        ("し", {"shi", "si"}),
        ("つ", {"tsu", "tu"}),
        ("ふ", {"fu", "hu"}),
        ("じ", {"ji", "zi"}),
        ("ち", {"chi", "ti"}),
        ("しゃ", {"sha", "sya"}),
        ("じょ", {"jo", "zyo"}),
        ("ちゅ", {"chu", "tyu"}),
        ("ん", {"n", "N", "n'"}),
        ("っ", {"cl"}),
        ("ら", {"ra", "la"}),
    ],
)
def test_a_mora_knows_hepburn_and_kunrei(mora: str, spellings: set[str]) -> None:
    assert spellings <= set(kana.romaji_of(mora))


@pytest.mark.parametrize(
    ("romaji", "mora"),
    [
        ("ka", "か"), ("shi", "し"), ("si", "し"), ("tu", "つ"), ("tsu", "つ"), ("hu", "ふ"),
        ("n", "ん"), ("N", "ん"), ("n'", "ん"), ("a", "あ"), ("o", "お"), ("wo", "を"), ("tya", "ちゃ"),
        ("zya", "じゃ"), ("kya", "きゃ"),
        ("la", "ら"), ("ti", "ち"), ("thi", "てぃ"), ("va", "ゔぁ"), ("KA", "か"),
        ("nacht", ""), ("", ""),
    ],
)  # fmt: skip
def test_romaji_becomes_the_kana_a_singer_would_say(romaji: str, mora: str) -> None:
    assert kana.kana_of(romaji) == mora


def test_every_mora_comes_back_from_one_of_its_spellings() -> None:
    lost = [
        mora
        for mora in kana._romaji_table()
        if not any(
            kana.kana_of(romaji) == mora or mora in kana.same_sound(kana.kana_of(romaji))
            for romaji in kana.romaji_of(mora)
        )
        and not kana.same_sound(mora)
    ]
    assert lost == []


@given(st.lists(st.sampled_from(sorted(kana._romaji_table())), min_size=1, max_size=6))
def test_katakana_and_hiragana_are_inverse(morae: list[str]) -> None:
    text = "".join(morae)
    assert kana.to_hiragana(kana.to_katakana(text)) == text


@pytest.mark.parametrize(
    ("text", "morae"),
    [
        ("きゃ", ("きゃ",)),
        ("キャット", ("きゃ", "っ", "と")),
        ("かん", ("か", "ん")),
        ("ﾊﾟ", ("ぱ",)),
        ("ハ\u309a", ("ぱ",)),
        ("かー", ("か", "あ")),
        ("ヴォ", ("ゔぉ",)),
        ("Nacht", ()),
        ("か7", ()),
        ("", ()),
    ],
)
def test_split_morae(text: str, morae: tuple[str, ...]) -> None:
    assert kana.split_morae(text) == morae


@pytest.mark.parametrize(
    ("mora", "vowel"),
    [("か", "a"), ("しょ", "o"), ("ん", "n"), ("っ", ""), ("い", "i"), ("を", "o"), ("x", "")],
)
def test_vowel_of(mora: str, vowel: str) -> None:
    assert kana.vowel_of(mora) == vowel


@pytest.mark.parametrize(
    ("mora", "consonants"),
    [("か", ("k",)), ("き", ("ky", "k")), ("し", ("sh", "s")), ("ち", ("ch", "t")), ("あ", ())],
)
def test_consonants_of(mora: str, consonants: tuple[str, ...]) -> None:
    assert kana.consonants_of(mora) == consonants
