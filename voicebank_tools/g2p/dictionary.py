"""Pronunciation dictionaries: `word<TAB>phones`, and the CMUdict and MFA forms of the same."""

import re
from collections.abc import Iterable
from pathlib import Path
from types import MappingProxyType

from pychang.files import read_limited
from voicebank_tools.encoding import Evidence, decode_bank_text
from voicebank_tools.finding import Finding, limited
from voicebank_tools.g2p.reading import Dictionary, dictionary_key

MOST_BYTES = 256 * 2**20

_VARIANT = re.compile(r"\(\d+\)$")
_NUMBER = re.compile(r"\d*\.\d+|\d+")
_ARPABET = re.compile(r"([A-Z]{1,2})[012]?")
_LINE_FORM = "write the word, a tab, and its phones with blanks between them"


def read_dictionaries(paths: Iterable[Path]) -> tuple[Dictionary, tuple[Finding, ...]]:
    """Return the words of several files; of a word that stands more than once the first counts.

    Raises:
        PychangError: A file cannot be read.
    """
    words: dict[str, tuple[str, ...]] = {}
    findings: list[Finding] = []
    for path in paths:
        data = read_limited(path, MOST_BYTES, "dictionary", "is it really a dictionary? Leave out rare words")
        text = decode_bank_text(data, Evidence(declared="utf-8")).text
        found, remarks = parse_dictionary(text, path)
        words = {**found, **words}
        findings += remarks
    return MappingProxyType(words), tuple(findings)


def parse_dictionary(text: str, path: Path) -> tuple[dict[str, tuple[str, ...]], tuple[Finding, ...]]:
    """Return word key -> phones of a dictionary's text; `path` is for findings.

    Read are: DiffSinger's and MFA's `word<TAB>phones` (numbers between them, MFA's probabilities, are
    skipped) and CMUdict's `WORD  PH1 PH2` with `;;;` comments, `word(2)` variants (left out) and stress
    (left out; phones become small letters).
    """
    words: dict[str, tuple[str, ...]] = {}
    faults: list[Finding] = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        content = line.strip() if line.startswith((";;;", "#")) else line.partition(" #")[0].strip()
        if not content or content.startswith((";;;", "# ")):
            continue
        word, phones = _entry(content)
        if not phones:
            faults.append(Finding("warning", path, number, content, "has no phones", _LINE_FORM))
        elif not _VARIANT.search(word):
            words.setdefault(dictionary_key(word), phones)
    return words, limited(faults)


def _entry(line: str) -> tuple[str, tuple[str, ...]]:
    if "\t" in line:
        word, *fields = line.split("\t")
        # MFA puts up to four numbers between the word and its phones.
        while len(fields) > 1 and _NUMBER.fullmatch(fields[0].strip()):
            fields = fields[1:]
        phones = " ".join(fields).split()
    else:
        word, *phones = line.split()
    if phones and all(_ARPABET.fullmatch(phone) for phone in phones):
        phones = [phone.rstrip("012").lower() for phone in phones]
    return word.strip(), tuple(phones)
