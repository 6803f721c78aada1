import sys

import pytest

from pychang import PychangError
from voicebank_tools.g2p.chinese import phones_of_syllable, read_chinese


@pytest.mark.parametrize(
    ("pinyin", "phones"),
    [
        ("zhi", "zh ir"), ("zi", "z i0"), ("yan", "y En"), ("ye", "y E"), ("yuan", "y van"), ("ju", "j v"),
        ("xue", "x ve"), ("quan", "q van"), ("jun", "j vn"), ("lü", "l v"), ("lv", "l v"), ("nüe", "n ve"),
        ("nue", "n ve"), ("er", "er"), ("a", "a"), ("wo", "w o"), ("gui", "g ui"), ("xiong", "x iong"),
        ("shuang", "sh uang"), ("lu:", "l v"), ("bi", "b i"), ("si", "s i0"), ("ri", "r ir"),
    ],
)  # fmt: skip
def test_syllables(pinyin: str, phones: str) -> None:
    assert " ".join(phones_of_syllable(pinyin)) == phones


@pytest.mark.parametrize("word", ["hello", "nihao", "bx", "v2x", ""])
def test_no_syllables(word: str) -> None:
    assert phones_of_syllable(word) == ()


@pytest.mark.parametrize(
    "text", ["ni3 hao3 lü4 xi1'an1", "nǐ hǎo lǜ xī'ān", "ni3hao3lv4 xi an", "Ni hao, LV xi-an."]
)
def test_every_way_to_write_tones(text: str) -> None:
    reading = read_chinese(text)
    assert "|".join(" ".join(word.phones) for word in reading.words) == "n i|h ao|l v|x i|an"
    assert reading.unknown == ()


def test_dictionary_first_and_the_rest_is_listed() -> None:
    reading = read_chinese("ni3 ok AP nihao", {"ok": ("ou", "k")})
    assert [word.phones for word in reading.words] == [("n", "i"), ("ou", "k"), ("AP",)]
    assert reading.unknown == ("nihao",)


def test_characters() -> None:
    pytest.importorskip("pypinyin", reason="comes with the zh extra")
    reading = read_chinese("银行，行走。绿色㐂abc")
    assert [word.text for word in reading.words[:6]] == list("银行行走绿色")
    assert " ".join(reading.words[1].phones) == "h ang"
    assert " ".join(reading.words[2].phones) == "x ing"
    assert " ".join(reading.words[4].phones) == "l v"
    assert "abc" in reading.unknown


def test_characters_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypinyin", None)
    with pytest.raises(PychangError, match="pip install pypinyin, or write pinyin"):
        read_chinese("你好")


def test_all_syllables_have_opencpops_phones() -> None:
    """Its dictionary has 62 phones; `n` and `m` alone are no syllables of songs."""
    constants = pytest.importorskip("pypinyin.constants", reason="comes with the zh extra")
    from pypinyin import Style, lazy_pinyin

    characters = [chr(code) for code in constants.PINYIN_DICT if 0x4E00 <= code <= 0x9FFF]
    syllables = {lazy_pinyin(one, style=Style.NORMAL, v_to_u=False)[0] for one in characters}
    assert len(syllables) > 400
    phones = {one: phones_of_syllable(one) for one in syllables}
    assert {one for one, found in phones.items() if not found} <= {"n"}
    assert len({phone for found in phones.values() for phone in found}) == 62
