"""Which languages are read, and by whom."""

from functools import partial

from pychang import PychangError
from voicebank_tools.g2p.chinese import read_chinese
from voicebank_tools.g2p.english import read_english
from voicebank_tools.g2p.japanese import read_japanese
from voicebank_tools.g2p.korean import read_korean
from voicebank_tools.g2p.plain_phones import read_phones
from voicebank_tools.g2p.reading import Dictionary, Reader

LANGUAGES = ("ja", "ko", "zh", "en", "phones")


def reader_of(language: str, dictionary: Dictionary) -> Reader:
    """Return the reader of one of `LANGUAGES` that asks `dictionary` first.

    Raises:
        PychangError: English without a dictionary.
    """
    if language == "en" and not dictionary:
        cure = "give one with --dictionary, such as cmudict.dict of the CMU Pronouncing Dictionary"
        raise PychangError(f"English is read with a dictionary only; {cure}")
    readers = {"ja": read_japanese, "ko": read_korean, "zh": read_chinese, "en": read_english}
    return partial(readers.get(language, read_phones), dictionary=dictionary)


ENCODINGS = {"ja": "cp932", "ko": "cp949", "zh": "gb18030", "en": "cp1252", "phones": "utf-8"}
"""Language -> the encoding its older texts are in."""
