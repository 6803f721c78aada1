"""Recording lists (reclist.txt): the names of UTAU recordings, which are what is sung in them."""

import re
from collections.abc import Iterable
from pathlib import Path

from voicebank_tools.encoding import decode_bank_text, evidence_of
from voicebank_tools.files import read_limited

MOST_BYTES = 2**20

_COMMENT = re.compile(r"^(#|//).*$", re.MULTILINE)
_TONE = re.compile(r"[_ ]?[A-G][#♯b]?-?\d$|[_ ]\d+$|(?<=\D)\d$")


def read_reclist(path: Path, clip_names: Iterable[str], likely_encoding: str) -> tuple[str, ...]:
    """Return the names in a list, in order, each once; blanks and line ends part them (as in OREMO).

    The names of the clips are the evidence for the list's encoding.

    Raises:
        PychangError: The file cannot be read.
    """
    data = read_limited(path, MOST_BYTES)
    text = decode_bank_text(data, evidence_of(clip_names, declared=likely_encoding)).text
    return tuple(dict.fromkeys(_COMMENT.sub("", text).split()))


def sung_text(name: str) -> str:
    """Return what a recording's name says is sung: without the tone or the number at its end
    (`_ああいあう_C4`, `ka2`), parts apart (`_ka-ki-ku`)."""
    return re.sub(r"[_\-+.,・]+", " ", _TONE.sub("", name)).strip()
