"""The five numbers of an alias from the times of its phones (docs/voicebank.md, "An oto.ini from labels")."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from statistics import median
from types import MappingProxyType
from typing import NamedTuple

from voicebank_tools.align.manner import manner
from voicebank_tools.oto_making.naming import Part
from voicebank_tools.oto_making.sounds import Placed, Sound

USUAL_BEAT_MS = 600.0
"""Of 100 beats a minute, the tempo of most guide tracks, where nothing is sung in a row."""

LONGEST_LEAD_MS: Mapping[str, float] = MappingProxyType(
    {
        "voiced stop": 95.0,
        "voiceless stop": 95.0,
        "voiceless affricate": 140.0,
        "voiced fricative": 110.0,
        "voiceless fricative": 200.0,
        "nasal": 100.0,
        "approximant": 120.0,
    }
)
"""So much of a consonant is sung before the beat, whatever was held longer in the recording: nine tenths
of utau-erithacus' lines of each class have no more."""

_LONGEST_UNKNOWN_MS = 120.0
_FIXED_VOWEL_MS = 100.0
_OVERLAP_SHARE = 0.45
_LONE_VOWEL_LEAD_MS, _LONE_VOWEL_OVERLAP_SHARE = 140.0, 0.33
_BEFORE_END_MS = 20.0
_LEAST_LOOP_MS = 10.0
_REGULAR = 0.75
_JOINED_LEAD, _JOINED_OVERLAP, _JOINED_FIXED, _JOINED_LENGTH = 1 / 2, 1 / 6, 3 / 4, 7 / 6
_TRANSITION_LEAD_MS, _TRANSITION_CLOSURE = 120.0, 0.6
_ENDING_LEAD_MS, _ENDING_AFTER_MS = 150.0, 200.0
_DIGITS = 2


class Numbers(NamedTuple):
    """The numbers of an oto.ini line, ms; `cutoff_ms` is negative: the window's length from the offset."""

    offset_ms: float
    consonant_ms: float
    cutoff_ms: float
    preutterance_ms: float
    overlap_ms: float


class _Window(NamedTuple):
    """Moments of a recording, ms: the window, the end of its fixed part, the beat; the overlap's length."""

    begin: float
    fixed_end: float
    end: float
    beat: float
    overlap: float


def beat_of(runs: Iterable[Iterable[Placed]]) -> float:
    """Return the usual distance in ms from vowel to vowel where sounds are sung in a row."""
    distances = [
        placed.after.vowel_ms - placed.sound.vowel_ms for run in runs for placed in run if placed.after
    ]
    return median(distances) if distances else USUAL_BEAT_MS


def numbers_of(placed: Placed, part: Part, beat_ms: float, duration_ms: float) -> Numbers | None:
    """Return the numbers of an alias, None where its sound is too short for any.

    Args:
        beat_ms: The folder's usual distance from vowel to vowel.
        duration_ms: Of the recording.
    """
    if part is Part.TRANSITION:
        window = _transition(placed)
    elif part is Part.ENDING:
        window = _ending(placed.sound)
    elif part is Part.JOINED:
        window = _joined(placed, beat_ms)
    else:
        window = _alone(placed.sound)
    return _numbers(window, duration_ms)


def _alone(sound: Sound) -> _Window:
    vowel, end = sound.vowel_ms, sound.vowel_end_ms - _BEFORE_END_MS
    if not sound.lead:
        lead = min(_LONE_VOWEL_LEAD_MS, (end - vowel) / 3.0)
        beat = vowel + lead
        return _Window(vowel, beat + _FIXED_VOWEL_MS, end, beat, lead * _LONE_VOWEL_OVERLAP_SHARE)
    longest = LONGEST_LEAD_MS.get(manner(sound.lead[0].text), _LONGEST_UNKNOWN_MS)
    lead = min(vowel - sound.begin_ms, longest)
    return _Window(vowel - lead, vowel + _FIXED_VOWEL_MS, end, vowel, lead * _OVERLAP_SHARE)


def _joined(placed: Placed, usual_ms: float) -> _Window:
    sound, vowel = placed.sound, placed.sound.vowel_ms
    rows = pairwise(one for one in (placed.before, sound, placed.after) if one)
    near = [right.vowel_ms - left.vowel_ms for left, right in rows]
    beat = min((one for one in near if one < _REGULAR * usual_ms), default=usual_ms)
    overlap = beat * _JOINED_OVERLAP
    # The blend belongs into the vowel before: it is over where the consonant begins.
    lead = max(beat * _JOINED_LEAD, vowel - sound.begin_ms + overlap if placed.before else 0.0)
    begin = max(vowel - lead, placed.before.vowel_ms if placed.before else 0.0, 0.0)
    end = min(vowel + beat * (_JOINED_LENGTH - _JOINED_LEAD), sound.vowel_end_ms - _BEFORE_END_MS)
    return _Window(begin, vowel + beat * (_JOINED_FIXED - _JOINED_LEAD), end, vowel, overlap)


def _transition(placed: Placed) -> _Window:
    sound, after = placed.sound, placed.after
    if after is None:
        raise ValueError("a transition leads into a sound")
    edge, length = after.begin_ms, after.vowel_ms - after.begin_ms
    lead = min(_TRANSITION_LEAD_MS, (edge - sound.vowel_ms) / 2.0)
    # The burst of a stop is the next alias's.
    closes = manner(after.lead[0].text) in ("voiced stop", "voiceless stop", "voiceless affricate")
    end = edge + length * (_TRANSITION_CLOSURE if closes else 1.0)
    return _Window(edge - lead, edge + length * _TRANSITION_CLOSURE / 2.0, end, edge, lead / 2.0)


def _ending(sound: Sound) -> _Window:
    edge = sound.vowel_end_ms
    lead = min(_ENDING_LEAD_MS, (edge - sound.vowel_ms) / 2.0)
    end = edge + _ENDING_AFTER_MS
    return _Window(edge - lead, edge + _ENDING_AFTER_MS / 2.0, end, edge, lead / 3.0)


def _numbers(window: _Window, duration_ms: float) -> Numbers | None:
    begin, end = max(window.begin, 0.0), min(window.end, duration_ms)
    if not begin <= window.beat < end - _LEAST_LOOP_MS:
        return None
    fixed_end = min(window.fixed_end, end - _LEAST_LOOP_MS)
    lead = window.beat - begin
    numbers = (begin, fixed_end - begin, begin - end, lead, min(window.overlap, lead))
    return Numbers(*(round(value, _DIGITS) for value in numbers))
