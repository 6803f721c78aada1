"""The encoding of a text file, decided by evidence.

UTAU writes Shift_JIS (Windows code page 932); newer programs write UTF-8, with `Charset=` in a
.ust or without. In order: a byte order mark, the `Charset=` line, UTF-8 if the bytes are valid
UTF-8 (text in code page 932 practically never is: its lead bytes 81 to 9F cannot begin a
character there), code page 932, and code page 949 where 932 would give mostly half-width
katakana and 949 gives Hangul.
"""

import codecs
import re
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Names as .NET and people write them. Only these: Python's registry also knows codecs that are
# not text or take quadratic time.
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "unicode": "utf-16-le",
    "utf-16": "utf-16-le",
    "utf-16le": "utf-16-le",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "cp932": "cp932",
    "ms932": "cp932",
    "windows-31j": "cp932",
    "euc-jp": "euc_jp",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "cp936": "gb18030",
    "big5": "cp950",
    "cp950": "cp950",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "cp949": "cp949",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "windows-1252": "cp1252",
}

_CHARSET_LINE = re.compile(rb"^[ \t]*#?Charset[=:][ \t]*([\w.-]+)[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_CHARSET_LINES = 10


@dataclass(frozen=True)
class Encoding:
    """`codec` is Python's name, `bom` the byte order mark that stood before the text; `finding` is
    what a person should know about the choice, or empty."""

    codec: str
    bom: bytes = b""
    finding: str = ""


def codec_named(name: str) -> str | None:
    """Return Python's codec for a charset name as found in files, None if it is not supported."""
    return _CODECS.get(name.strip().lower())


def detect(data: bytes) -> Encoding:
    """Return the encoding of a text file's bytes (see the module's text for the order)."""
    for bom, codec in _BOMS:
        if data.startswith(bom):
            return Encoding(codec, bom)
    declared = _declared(data)
    if declared is None:
        return _by_evidence(data)
    codec_name = codec_named(declared)
    if codec_name is None:
        guess = _by_evidence(data)
        return Encoding(guess.codec, finding=f"Charset={declared} is not known; {guess.codec} is used")
    return _checked(data, codec_name, f"Charset={declared}")


def _declared(data: bytes) -> str | None:
    head = b"\n".join(data[:8192].splitlines()[:_CHARSET_LINES])
    found = _CHARSET_LINE.search(head)
    return found.group(1).decode("ascii", "replace") if found else None


def _by_evidence(data: bytes) -> Encoding:
    if _decodes(data, "utf-8"):
        return Encoding("utf-8")
    if _mostly_hangul(data):
        return Encoding("cp949", finding="no Charset line; read as Korean (cp949)")
    return _checked(data, "cp932", "no Charset line")


def _checked(data: bytes, codec: str, reason: str) -> Encoding:
    if _decodes(data, codec):
        return Encoding(codec)
    text = f"{reason}, but some bytes are not valid {codec}; they are read as \N{REPLACEMENT CHARACTER}"
    return Encoding(codec, finding=text + "; add a right Charset= line")


def _decodes(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_hangul(data: bytes) -> bool:
    if not _decodes(data, "cp949"):
        return False
    foreign = [char for char in data.decode("cp949") if ord(char) > 127]
    hangul = sum("가" <= char <= "힣" for char in foreign)
    if not foreign or hangul < 0.9 * len(foreign):
        return False
    japanese = [char for char in data.decode("cp932", "replace") if ord(char) > 127]
    strange = sum("｡" <= char <= "ﾟ" or char == "\N{REPLACEMENT CHARACTER}" for char in japanese)
    return strange > 0.5 * len(japanese)
