"""Any song file -> `Score`."""

from pathlib import Path

from pychang import PychangError
from voicebank_tools.formats.midi import score_from_midi
from voicebank_tools.formats.midi_events import MAX_MIDI_BYTES
from voicebank_tools.formats.ust import score_from_ust
from voicebank_tools.formats.ust_document import MAX_UST_BYTES, UstDocument
from voicebank_tools.formats.ustx import MAX_USTX_BYTES, score_from_ustx
from voicebank_tools.formats.values import read_bytes
from voicebank_tools.score import Score

FORMATS = {"ust": (".ust",), "ustx": (".ustx",), "midi": (".mid", ".midi", ".kar", ".rmi")}
"""Readable formats and the names' endings that say so."""

_LIMITS = {"ust": MAX_UST_BYTES, "ustx": MAX_USTX_BYTES, "midi": MAX_MIDI_BYTES}
_HEAD_BYTES = 65536


def read_score(path: Path) -> Score:
    """Return the song of a .ust, .ustx or MIDI file.

    The content decides where it is plain (a MIDI header, a .ust section, voice_parts), else the
    name's ending: files get renamed and hosts leave temporary names.

    Raises:
        PychangError: the file cannot be read, is of no format known here, or is damaged.
    """
    data = read_bytes(path, max(_LIMITS.values()))
    kind = song_format(data, path.name)
    if kind is None:
        endings = ", ".join(ending for endings in FORMATS.values() for ending in endings)
        raise PychangError(
            f"{path}: not a song file known here ({endings}); export the song as MIDI from its program"
        )
    if len(data) > _LIMITS[kind]:
        raise PychangError(f"{path}: {len(data)} bytes, at most {_LIMITS[kind]} for {kind}; split the song")
    if kind == "midi":
        return score_from_midi(data, path.name)
    if kind == "ustx":
        return score_from_ustx(data, path.name)
    return score_from_ust(UstDocument.from_bytes(data), path.name)


def song_format(data: bytes, name: str) -> str | None:
    """Return "ust", "ustx" or "midi" for a file's bytes and name, None if it is none of them."""
    # Two-byte text shows its letters once the zeros between are gone.
    head = data[:_HEAD_BYTES].replace(b"\0", b"")
    if data.startswith(b"MThd") or (data.startswith(b"RIFF") and data[8:12] == b"RMID"):
        return "midi"
    if b"[#SETTING]" in head or b"[#0000]" in head or b"[#VERSION]" in head:
        return "ust"
    if b"ustx_version:" in head or b"voice_parts:" in head:
        return "ustx"
    ending = Path(name).suffix.lower()
    return next((kind for kind, endings in FORMATS.items() if ending in endings), None)
