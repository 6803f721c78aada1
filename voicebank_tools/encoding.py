"""Which encoding is this text in? Decided by evidence, strongest first; here for voicebanks, and what
song files need of it too.

Voicebanks come as Shift_JIS (what UTAU writes), UTF-8 (newer tools), GBK, CP949 or Big5 and mostly do not
say so. The names of recordings inside the text and on disk settle it: only the right encoding yields names
that exist. Statistics over bytes are the last resort (they fail on short CJK text).
"""

import codecs
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

VOTED_ENCODINGS = ("utf-8", "cp932", "gb18030", "cp949", "cp950")
"""The encodings voicebanks come in; each is a superset of what people call it (cp932: Shift_JIS)."""

HOST_DEFAULT = "cp932"
"""What UTAU and OpenUtau assume of a file that says nothing."""

Reason = Literal[
    "bom", "charset", "names", "ascii", "utf-8", "declared", "likely", "host", "damaged", "guess"
]  # fmt: skip

_SUPERSETS = {
    "shift_jis": "cp932", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "big5": "cp950",
    "ascii": "utf-8", "utf-8-sig": "utf-8",
}  # fmt: skip
# Codecs in which every ASCII byte is that character and no part of another: lines split safely.
_TEXT_CODEC = re.compile(
    r"utf-8|cp(437|737|775|85[0-8]|86[0-35-9]|874|932|949|950|125[0-8])|gb18030|big5hkscs|euc_jp"
    r"|shift_jis\w+|iso8859-\d+|koi8-[rtu]"
)
_CHARSET = re.compile(rb"\s*#?\s*charset\s*[:=]\s*([\w.-]{1,40})", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_ESCAPED = re.compile("[\udc80-\udcff]+")
_ASCII = bytes(range(128))
_MOST_NAMES = 2000
_SAMPLE_BYTES = 65536


@dataclass(frozen=True)
class Evidence:
    """What is known besides the bytes. `file_keys`: `name_key` of the files beside the text; `declared`: the
    bank's `text_file_encoding`; `likely`: the encoding that other files of the bank turned out to have."""

    file_keys: frozenset[str] = frozenset()
    declared: str = ""
    likely: str = ""


class Guess(NamedTuple):
    """An encoding (name of a Python codec) and the evidence that chose it."""

    encoding: str
    reason: Reason


class BankText(NamedTuple):
    """Text, and the codec it was read with."""

    text: str
    encoding: str


def nfc(text: str) -> str:
    """Return `text` in the composed normal form: が as one character, not か and a mark."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def composed(name: str) -> str:
    """Return a file's name as the world outside macOS spells it: composed where all of it is decomposed.
    Others stay: NFC would make another sign of the few that only look like one (U+212B, U+FA19)."""
    return nfc(name) if unicodedata.is_normalized("NFD", name) else name


def name_key(name: str) -> str:
    """Return `name` so that names differing only in Unicode normal form or letter case are equal
    (macOS archives hold NFD names; Windows does not tell `A.wav` from `a.wav`)."""
    if name.isascii():
        return name.lower()
    return nfc(nfc(name).casefold())


def evidence_of(file_names: Iterable[str], declared: str = "", likely: str = "") -> Evidence:
    """Return the evidence of a folder holding `file_names`."""
    return Evidence(frozenset(name_key(name) for name in file_names), declared, likely)


def canonical_encoding(name: str) -> str:
    """Return the Python codec for what a bank calls `name` ("Shift_JIS" -> "cp932"), "" if it is none
    that text may be in. Subsets become their supersets: nothing readable is refused."""
    bare = name.strip().lower().removeprefix("x-").replace("windows-31j", "cp932")
    try:
        codec = codecs.lookup(bare).name if bare else ""
    except (LookupError, ValueError, UnicodeError):
        return ""
    codec = _SUPERSETS.get(codec, codec)
    return codec if _TEXT_CODEC.fullmatch(codec) else ""


def byte_order_mark(data: bytes) -> tuple[bytes, str]:
    """Return the byte order mark at the start of `data` and the codec of the text behind it ("utf-8",
    "utf-16-le", "utf-16-be"); both empty without one."""
    return next((found for found in _MARKS if data.startswith(found[0])), (b"", ""))


def charset_line(data: bytes) -> str:
    """Return what a `#Charset:` or `Charset=` line within the first ten lines names, "" without one."""
    for line in data[:_SAMPLE_BYTES].splitlines()[:10]:
        match = _CHARSET.match(line)
        if match:
            return match[1].decode("latin-1")
    return ""


def fits(data: bytes, encoding: str) -> bool:
    """Return whether all of `data` is text in `encoding`."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def decode_bank_text(data: bytes, evidence: Evidence | None = None) -> BankText:
    """Return the text of `data` without its byte order mark, and its encoding. Never raises: bytes that do
    not fit become lone surrogates U+DC80..U+DCFF, which `text.encode(encoding, "surrogateescape")` turns
    back. An encoding with a mark is named "utf-8-sig" or "utf-16" and writes the mark again."""
    encoding = encoding_of(data, evidence).encoding
    if encoding == "utf-16":
        return BankText(data.decode("utf-16", "surrogatepass"), encoding)
    return BankText(data.decode(encoding, "surrogateescape"), encoding)


def encoding_of(data: bytes, evidence: Evidence | None = None) -> Guess:
    """Return the encoding of `data` and why. Order: byte order mark, names that exist on disk (`#Charset:`
    wins a tie), a `#Charset:` line within the first ten lines, pure ASCII (says nothing: declared, likely or
    the hosts' default), valid UTF-8, declared, likely, Shift_JIS, least damage, statistics."""
    evidence = evidence or Evidence()
    mark, codec = byte_order_mark(data)
    if codec == "utf-8":
        return Guess("utf-8-sig", "bom")
    if mark and len(data) % 2 == 0:
        return Guess("utf-16", "bom")
    charset = canonical_encoding(charset_line(data))
    declared, likely = canonical_encoding(evidence.declared), canonical_encoding(evidence.likely)
    voted = _vote(data, evidence.file_keys, tuple(dict.fromkeys((charset, *VOTED_ENCODINGS))))
    if voted:
        return Guess(voted, "names")
    if charset and _damage(data, charset) < 0.05:
        return Guess(charset, "charset")
    if data.isascii():
        return Guess(declared or likely or HOST_DEFAULT, "ascii")
    if _damage(data, "utf-8") < 0.02:  # no other encoding looks like UTF-8 by chance
        return Guess("utf-8", "utf-8")
    for name, reason in ((declared, "declared"), (likely, "likely"), (HOST_DEFAULT, "host")):
        if name and fits(data, name):
            return Guess(name, reason)  # type: ignore[arg-type]
    return _last_resort(data, [name for name in (declared, likely, HOST_DEFAULT, "utf-8") if name])


def _vote(data: bytes, file_keys: frozenset[str], encodings: tuple[str, ...]) -> str:
    """Return the encoding in which most names found in `data` exist on disk, "" if in none one does."""
    names = _names_in(data) if file_keys and not data.isascii() else []
    best, most = "", 0
    for encoding in encodings:
        votes = sum(_exists(name, encoding, file_keys) for name in names) if encoding else 0
        if votes > most:
            best, most = encoding, votes
    return best


def _names_in(data: bytes) -> list[bytes]:
    """Return the non-ASCII sides of `name=value` lines. `=` is part of no character in these encodings."""
    names: dict[bytes, None] = {}
    for line in data.splitlines():
        for side in line.split(b"=", 1):
            if not side.isascii():
                names[side.strip()] = None
        if len(names) >= _MOST_NAMES:
            break
    return list(names)


def _exists(name: bytes, encoding: str, file_keys: frozenset[str]) -> bool:
    try:
        return name_key(name.decode(encoding).replace("\\", "/").rpartition("/")[2]) in file_keys
    except UnicodeDecodeError:
        return False


def _damage(data: bytes, encoding: str) -> float:
    """Return the share of the non-ASCII bytes that do not fit `encoding`."""
    if fits(data, encoding):
        return 0.0
    text = data.decode(encoding, "surrogateescape")
    escaped = len(text) - len(_ESCAPED.sub("", text))
    return escaped / max(1, len(data.translate(None, _ASCII)))


def _last_resort(data: bytes, encodings: list[str]) -> Guess:
    damage = {encoding: _damage(data, encoding) for encoding in encodings}
    least = min(damage, key=damage.__getitem__)
    if damage[least] < 0.05:
        return Guess(least, "damaged")
    guessed = _by_statistics(data)
    return Guess(guessed, "guess") if guessed else Guess(least, "damaged")


def _by_statistics(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:8192]).best()
    encoding = canonical_encoding(best.encoding) if best else ""
    return encoding if encoding and fits(data, encoding) else ""
