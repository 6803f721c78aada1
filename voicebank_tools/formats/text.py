"""The encoding of a song file, decided by evidence.

UTAU writes Shift_JIS (Windows code page 932); newer programs write UTF-8, with `Charset=` in a
.ust or without. In order: a byte order mark, the `Charset=` line unless the text plainly is in
another encoding, UTF-8 if the bytes are valid
UTF-8 (text in code page 932 practically never is: its lead bytes 81 to 9F cannot begin a
character there), code page 932, and code page 949 where 932 would give mostly half-width
katakana and 949 gives Hangul.
"""

from dataclasses import dataclass

from voicebank_tools.encoding import byte_order_mark, canonical_encoding, charset_line, fits

# A song's charset may be a two-byte one, and "ASCII" of a file that holds more is Windows' Latin.
_SONG_CODECS = {
    "unicode": "utf-16-le",
    "utf-16": "utf-16-le",
    "utf-16le": "utf-16-le",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
}


@dataclass(frozen=True)
class Encoding:
    """`codec` is Python's name, `bom` the byte order mark that stood before the text; `finding` is
    what a person should know about the choice, or empty."""

    codec: str
    bom: bytes = b""
    finding: str = ""


def codec_named(name: str) -> str | None:
    """Return Python's codec for a charset name as found in files, None if it is not supported."""
    return _SONG_CODECS.get(name.strip().lower()) or canonical_encoding(name) or None


def detect(data: bytes) -> Encoding:
    """Return the encoding of a song file's bytes (see the module's text for the order)."""
    mark, codec = byte_order_mark(data)
    if mark:
        return Encoding(codec, mark)
    said = charset_line(data)
    if not said:
        return _by_evidence(data)
    codec_name = codec_named(said)
    if codec_name is None:
        guess = _by_evidence(data)
        return Encoding(guess.codec, finding=f"Charset={said} is not known; {guess.codec} is used")
    guess = _by_evidence(data)
    if not _mostly_fits(data, codec_name) and fits(data, guess.codec):
        finding = f"Charset={said} is not what the text is in; {guess.codec} is used"
        return Encoding(guess.codec, finding=f"{finding}; mend the Charset= line")
    return _checked(data, codec_name, f"Charset={said}")


def _by_evidence(data: bytes) -> Encoding:
    if fits(data, "utf-8"):
        return Encoding("utf-8")
    if _mostly_hangul(data):
        return Encoding("cp949", finding="no Charset line; read as Korean (cp949)")
    return _checked(data, "cp932", "no Charset line")


def _checked(data: bytes, codec: str, reason: str) -> Encoding:
    if fits(data, codec):
        return Encoding(codec)
    text = f"{reason}, but some bytes are not valid {codec}; they are read as \N{REPLACEMENT CHARACTER}"
    return Encoding(codec, finding=text + "; add a right Charset= line")


def _mostly_fits(data: bytes, codec: str) -> bool:
    """Whether most of what is no ASCII reads as characters: damage leaves the rest of a text alone."""
    foreign = [char for char in data.decode(codec, "replace") if ord(char) > 127]
    return 2 * foreign.count("\N{REPLACEMENT CHARACTER}") <= len(foreign)


def _mostly_hangul(data: bytes) -> bool:
    if not fits(data, "cp949"):
        return False
    foreign = [char for char in data.decode("cp949") if ord(char) > 127]
    hangul = sum("가" <= char <= "힣" for char in foreign)
    if not foreign or hangul < 0.9 * len(foreign):
        return False
    japanese = [char for char in data.decode("cp932", "replace") if ord(char) > 127]
    strange = sum("｡" <= char <= "ﾟ" or char == "\N{REPLACEMENT CHARACTER}" for char in japanese)
    return strange > 0.5 * len(japanese)
