"""Pitch bend: UTAU's base64 text with run lengths <-> cents.

Two characters of the RFC 4648 alphabet are one 12-bit value in cents (-2048..2047); ``#n#``
repeats the value before it n more times. UTAU writes short repeats without run lengths and
OpenUtau always uses them, so reading never asks for the canonical form. One value is meant for
every 5 of 480 ticks, from the start of the sounding note. Standard library only.
"""

import re
from collections.abc import Iterable
from itertools import groupby

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

MAX_VALUES = 200_000
"""Longest curve that is read: five minutes at 400 bpm. A run length may claim any size."""

_DIGITS = {letter: index for index, letter in enumerate(ALPHABET)}
_TOKEN = re.compile("([A-Za-z0-9+/]{2})|#([0-9]+)#")
_WRAP = 4096


def decode_bend(text: str) -> tuple[int, ...]:
    """Return the cents, -2048..2047 each, at most `MAX_VALUES`; never raises.

    Reading ends before the first thing that is neither a pair nor a run length with a value
    before it; what came until then is kept.
    """
    cents: list[int] = []
    position = 0
    while len(cents) < MAX_VALUES and (token := _TOKEN.match(text, position)):
        position = token.end()
        pair, run = token.groups()
        if pair:
            cents.append(_pair_value(pair))
        elif cents:
            cents.extend(cents[-1:] * min(_run_length(run), MAX_VALUES - len(cents)))
        else:
            break
    return tuple(cents)


def encode_bend(cents: Iterable[int]) -> str:
    """Return the text as OpenUtau writes it: every repeat as a run length, values wrapped modulo 4096."""
    return "".join(_run_text(value, sum(1 for _ in run)) for value, run in groupby(c % _WRAP for c in cents))


def bend_step_ms(tempo_bpm: float) -> float:
    """Return the time between two values in milliseconds: 1/96 of a quarter note, unrounded."""
    return 60000.0 / 96.0 / tempo_bpm


def _pair_value(pair: str) -> int:
    value = _DIGITS[pair[0]] * 64 + _DIGITS[pair[1]]
    return value - _WRAP if value >= _WRAP // 2 else value


def _run_length(digits: str) -> int:
    # Python refuses to convert thousands of digits; eight are already past any limit.
    return int(digits.lstrip("0")[:8] or "0")


def _run_text(value: int, count: int) -> str:
    pair = ALPHABET[value // 64] + ALPHABET[value % 64]
    return pair if count == 1 else f"{pair}#{count - 1}#"
