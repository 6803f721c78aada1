"""Clips of the demo voice, whose phones begin where we know."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from pychang.arrays import FloatArray
from pychang.units import SAMPLE_RATE_HZ
from voicebank_tools.align.utterance import Utterance
from voicebank_tools.demo_phonemes import Mora, synthesise_mora
from voicebank_tools.labels.segment import Labels, Segment, Transcript, Word

MORAE = {
    "か": "k a",
    "し": "sh i",
    "む": "m u",
    "て": "t e",
    "の": "n o",
    "さ": "s a",
    "ひ": "h i",
    "あ": "a",
}
NOISE = 3e-5
LEAD_S = 0.3
LINES = ("かしむ", "てのさ", "ひかの", "しむて", "さかひ", "のてか", "むさし", "てひむ", "かさの", "むのて")


@dataclass(frozen=True, eq=False)
class Sung:
    """A clip and the truth about it: (phone, begin in seconds), pauses included."""

    wave: FloatArray
    transcript: Transcript
    phones: tuple[tuple[str, float], ...]

    @property
    def labels(self) -> Labels:
        ends_s = [*(begin_s for _, begin_s in self.phones[1:]), len(self.wave) / SAMPLE_RATE_HZ]
        segments = [
            Segment(begin_s, end_s, phone)
            for (phone, begin_s), end_s in zip(self.phones, ends_s, strict=True)
        ]
        return Labels(ends_s[-1], (), tuple(segments))

    def utterance(self, name: str = "clip", corrected: bool = False) -> Utterance:
        return Utterance(name, self.wave, self.transcript, self.labels if corrected else None)


@cache
def _mora(kana: str, f0_hz: float) -> Mora:
    return synthesise_mora(kana, f0_hz, vowel_ms=180.0, seed=ord(kana))


def sing(line: str, f0_hz: float = 220.0, pauses_s: Sequence[float] = (), seed: int = 1) -> Sung:
    """Morae joined without gaps, or with pauses behind the first ones; silence at both ends."""
    pieces, phones, at_s = [np.zeros(round(LEAD_S * SAMPLE_RATE_HZ))], [("SP", 0.0)], LEAD_S
    for number, kana in enumerate(line):
        mora = _mora(kana, f0_hz)
        names = MORAE[kana].split()
        begins_ms = (mora.consonant_start_ms, mora.vowel_start_ms)[-len(names) :]
        phones += [
            (name, at_s + (ms - mora.consonant_start_ms) / 1000.0)
            for name, ms in zip(names, begins_ms, strict=True)
        ]
        pieces.append(_faded(mora))
        at_s += len(pieces[-1]) / SAMPLE_RATE_HZ
        pause_s = pauses_s[number] if number < len(pauses_s) else 0.0
        if pause_s:
            phones.append(("SP", at_s))
            pieces.append(np.zeros(round(pause_s * SAMPLE_RATE_HZ)))
            at_s += len(pieces[-1]) / SAMPLE_RATE_HZ
    phones.append(("SP", at_s))
    wave = np.concatenate([*pieces, pieces[0]])
    wave = wave + NOISE * np.random.default_rng(seed).standard_normal(len(wave))
    words = tuple(Word(kana, tuple(MORAE[kana].split())) for kana in line)
    return Sung(wave, Transcript(words, (None,) * len(words)), tuple(phones))


@cache
def songs() -> tuple[Sung, ...]:
    """Ten clips of three morae."""
    return tuple(sing(line, 200.0 + 10.0 * place, seed=place) for place, line in enumerate(LINES))


def _faded(mora: Mora) -> FloatArray:
    begin, end = (round(ms * SAMPLE_RATE_HZ / 1000.0) for ms in (mora.consonant_start_ms, mora.vowel_end_ms))
    return mora.wave[begin:end]


def errors_ms(labels: Labels, truth: Sung) -> dict[str, list[float]]:
    """By how much each spoken phone begins late, by phone."""
    ours = [one for one in labels.phones if one.text not in ("SP", "AP")]
    theirs = [one for one in truth.phones if one[0] != "SP"]
    assert [one.text for one in ours] == [phone for phone, _ in theirs]
    found: dict[str, list[float]] = {}
    for one, (phone, begin_s) in zip(ours, theirs, strict=True):
        found.setdefault(phone, []).append(1000.0 * (one.begin_s - begin_s))
    return found
