"""A reading becomes a transcript only if every word of it could be read."""

from collections.abc import Sequence

from pychang import PychangError
from voicebank_tools.finding import shorten
from voicebank_tools.g2p.reading import Reading
from voicebank_tools.labels.pauses import pause_name
from voicebank_tools.labels.segment import Transcript

MOST_WORDS = 5000
"""Of one clip: ten minutes of fast singing. A whole book beside a clip is a mistake."""

_MOST_SHOWN = 8
_CURE = "correct the text, or add the word to a dictionary (--dictionary FILE: word, tab, phones)"


def transcript_of(reading: Reading, where: str, onsets_s: Sequence[float | None] | None = None) -> Transcript:
    """Return what was read as a transcript; `where` names the text in messages.

    Raises:
        PychangError: A word is unknown, there is no word, or there are far too many.
    """
    if reading.unknown:
        shown = ", ".join(f'"{shorten(word, 30)}"' for word in reading.unknown[:_MOST_SHOWN])
        more = f" and {len(reading.unknown) - _MOST_SHOWN} more" if len(reading.unknown) > _MOST_SHOWN else ""
        raise PychangError(f"{where}: not known how to say {shown}{more}; {_CURE}")
    if all(pause_name(word.text) for word in reading.words):
        raise PychangError(f"{where}: holds no words; write what is sung")
    if len(reading.words) > MOST_WORDS:
        raise PychangError(f"{where}: {len(reading.words)} words are too many for one clip; cut the clip")
    return Transcript(reading.words, tuple(onsets_s or (None,) * len(reading.words)))
