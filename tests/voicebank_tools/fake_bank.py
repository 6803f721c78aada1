"""A voicebank that is only a set of aliases, and a resampler that is only a sine."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from pychang import PychangError
from resampler.pitchbend import bend_step_ms
from resampler.protocol import RenderRequest
from resampler.render import RenderedNote
from voicebank_tools.kana import romaji_of
from voicebank_tools.oto import OtoEntry


class FakeBank:
    """Finds an alias, with a suffix for high tones or a colour if the bank has it."""

    def __init__(
        self, aliases: Iterable[str], preutterance_ms: float = 60.0, overlap_ms: float = 20.0
    ) -> None:
        self.entries = {
            alias: OtoEntry(Path(f"{alias}.wav"), alias, 100.0, 90.0, -500.0, preutterance_ms, overlap_ms)
            for alias in aliases
        }

    def find(self, alias: str, tone_midi: int, color: str) -> OtoEntry | None:
        high = f"{alias}_{'high' if tone_midi >= 72 else 'low'}"
        return self.entries.get(alias + color) or self.entries.get(high) or self.entries.get(alias)

    def has(self, alias: str, tone_midi: int, color: str) -> bool:
        return self.find(alias, tone_midi, color) is not None


CV = [*"あいうえおかきくけこさしすせそたちつてとなにぬねのまみむめもん"]
ROMAJI = [romaji_of(mora)[0] for mora in CV]
VCV = [f"{vowel} {mora}" for vowel in "-aiueon" for mora in CV]
CONSONANTS = ("k", "ky", "s", "sh", "t", "ch", "ts", "n", "ny", "m", "my")
CVVC = CV + [f"{vowel} {consonant}" for vowel in "aiueon" for consonant in CONSONANTS]


def sine_note(request: RenderRequest) -> RenderedNote:
    """Stands in for the resampler: a sine that follows the request's pitch, at half of full scale."""
    times_ms = np.arange(round(request.length_ms * 44.1)) / 44.1
    bends = np.append(request.bend_cents, 0.0) if request.bend_cents else np.zeros(1)
    cents = np.interp(times_ms / bend_step_ms(request.tempo_bpm), np.arange(len(bends)), bends)
    f0_hz = 440.0 * 2.0 ** ((request.tone_midi - 69.0) / 12.0 + cents / 1200.0)
    return RenderedNote((0.5 * np.sin(2.0 * np.pi * np.cumsum(f0_hz) / 44100.0)).astype(np.float32))


def flaky_note(request: RenderRequest) -> RenderedNote:
    """Fails or dies if the source's name says so; else its threads and process number."""
    if request.source_path.name == "fail":
        raise PychangError("asked to fail")
    if request.source_path.name == "die":
        os._exit(3)
    figures = [float(os.environ["OMP_NUM_THREADS"]), os.getpid() % 1000]
    return RenderedNote(np.array(figures, dtype=np.float32))


def marking_note(request: RenderRequest) -> RenderedNote:
    """Leaves a file at the source's path, so that others see what was rendered."""
    time.sleep(0.02)
    request.source_path.touch()
    return RenderedNote(np.zeros(1, dtype=np.float32))
