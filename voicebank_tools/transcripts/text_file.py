"""Text beside a clip: `NAME.lab` or `NAME.txt`, plain words or HTK labels."""

from pathlib import Path

from pychang import PychangError
from pychang.files import read_limited
from voicebank_tools.encoding import Evidence, byte_order_mark, decode_bank_text, encoding_of
from voicebank_tools.g2p.reading import Reader, Reading
from voicebank_tools.labels.htk_lab import is_htk_lab, segments_from_lab
from voicebank_tools.labels.pauses import pause_word
from voicebank_tools.labels.segment import Transcript, Word
from voicebank_tools.transcripts.checked import transcript_of

ENDINGS = (".lab", ".txt")
"""In this order, as SOFA and MFA look for them."""

MOST_BYTES = 2**20
_SAVE_AGAIN = "save it again as UTF-8 from an editor that shows it rightly"


def read_text(path: Path, likely_encoding: str) -> str:
    """Return the text of a file in UTF-8, UTF-16 with a mark, or `likely_encoding`.

    Raises:
        PychangError: The file cannot be read, is larger than a text of a clip, or is in no encoding known.
    """
    data = read_limited(path, MOST_BYTES, "text", "write only what is sung in this clip")
    if b"\0" in data and not byte_order_mark(data)[0]:
        raise PychangError(f"{path.name}: no text but bytes of another kind; {_SAVE_AGAIN}")
    evidence = Evidence(declared=likely_encoding)
    if encoding_of(data, evidence).reason in ("damaged", "guess"):
        raise PychangError(f"{path.name}: its encoding is not known; {_SAVE_AGAIN}")
    return decode_bank_text(data, evidence).text


def transcript_from_text(text: str, reader: Reader, where: str) -> Transcript:
    """Return the transcript of a text; of HTK labels the phones, and their times as rough onsets.

    Raises:
        PychangError: As `transcript_of`, or a label is broken.
    """
    if not is_htk_lab(text):
        return transcript_of(reader(text), where)
    labels = segments_from_lab(text, where)
    words = tuple(pause_word(one.text) or Word(one.text, (one.text,)) for one in labels)
    return transcript_of(Reading(words), where, [one.begin_s for one in labels])
