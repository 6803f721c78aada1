"""The oto.ini that aliases are added to: the one that is there, or a new one in an encoding that holds it."""

from collections.abc import Iterable
from pathlib import Path

from pychang import PychangError
from voicebank_tools.character import parse_character_yaml
from voicebank_tools.encoding import HOST_DEFAULT, Evidence, canonical_encoding, composed, evidence_of
from voicebank_tools.files import MOST_CHARACTER_BYTES, read_limited
from voicebank_tools.oto import MOST_BYTES, OtoEntry, OtoFile

FILE_NAME = "oto.ini"
_UTF8_HEAD = b"#Charset:UTF-8\r\n"


def oto_place(folder: Path) -> Path:
    """Return where the oto.ini of a folder is, in whatever case it is spelt, or would be."""
    return _place_of(FILE_NAME, folder)


def declared_encoding(bank: Path) -> str:
    """Return the encoding that the character.yaml of a bank names; "" where it names none or cannot be
    read."""
    try:
        data = read_limited(_place_of("character.yaml", bank), MOST_CHARACTER_BYTES)
        character = parse_character_yaml(data.decode("utf-8-sig", "surrogateescape"))
    except PychangError:
        return ""
    return canonical_encoding(character.text_file_encoding)


def open_oto(place: Path, recordings: Path, declared: str = "") -> OtoFile | None:
    """Return the oto.ini that is at `place`, of the recordings in another folder perhaps; None without one.
    `declared`: the bank's encoding, for a file that does not show its own.

    Raises:
        PychangError: It cannot be read.
    """
    if not place.is_file():
        return None
    names = [path.name for path in recordings.iterdir()]
    return OtoFile(read_limited(place, MOST_BYTES), recordings / place.name, evidence_of(names, declared))


def new_oto(
    recordings: Path, entries: Iterable[OtoEntry], like: OtoFile | None = None, declared: str = ""
) -> OtoFile:
    """Return an empty oto.ini for a folder of recordings that can hold the names and aliases of `entries`:
    in the encoding of `like`, else the bank's `declared` one, else Shift-JIS, as hosts expect, else UTF-8
    and a line that says so."""
    texts = [text for entry in entries for text in (composed(entry.wav_path.name), entry.alias)]
    encoding = like.encoding if like else declared or HOST_DEFAULT
    if encoding.startswith("utf") or not _fits(texts, encoding):
        return OtoFile(_UTF8_HEAD, recordings / FILE_NAME)
    return OtoFile(b"", recordings / FILE_NAME, Evidence(declared=encoding))


def add_entries(oto: OtoFile, entries: Iterable[OtoEntry]) -> list[tuple[OtoEntry, str]]:
    """Add lines to an oto.ini; return those that cannot be written in it, and why."""
    refused = []
    for entry in entries:
        try:
            oto.add(entry)
        except PychangError as error:
            refused.append((entry, str(error)))
    return refused


def _place_of(name: str, folder: Path) -> Path:
    if folder.is_dir():
        found = [path for path in sorted(folder.iterdir()) if path.name.lower() == name]
        if found:
            return found[0]
    return folder / name


def _fits(texts: Iterable[str], encoding: str) -> bool:
    """Whether an encoding holds texts so that they read the same again."""
    try:
        return all(text.encode(encoding).decode(encoding) == text for text in texts)
    except UnicodeError:
        return False
