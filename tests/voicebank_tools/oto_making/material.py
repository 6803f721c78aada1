"""Labels with known times, and folders of recordings that have them."""

from pathlib import Path

import numpy as np

from pychang.arrays import FloatArray
from pychang.audio import write_wav
from pychang.units import SAMPLE_RATE_HZ
from voicebank_tools.labels.pauses import pause_name
from voicebank_tools.labels.segment import Labels, Segment
from voicebank_tools.labels.textgrid_file import write_textgrid
from voicebank_tools.labels.tiers import with_labels
from voicebank_tools.oto_making.sounds import Placed, hear

PAUSE = ("SP", {"SP": 400})


def labels(*words: tuple[str, dict[str, float]]) -> Labels:
    """Words in a row: (text, phone -> its length in ms)."""
    phones, spoken, at_ms = [], [], 0.0
    for text, lengths_ms in words:
        begin_ms = at_ms
        for phone, length_ms in lengths_ms.items():
            phones.append(Segment(at_ms / 1000.0, (at_ms + length_ms) / 1000.0, phone))
            at_ms += length_ms
        spoken.append(Segment(begin_ms / 1000.0, at_ms / 1000.0, text))
    return Labels(at_ms / 1000.0, tuple(spoken), tuple(phones))


def placed(*words: tuple[str, dict[str, float]], language: str = "ja") -> tuple[Placed, ...]:
    """The sounds of labels between two pauses."""
    return hear(labels(PAUSE, *words, PAUSE), language).placed


def wave_of(made: Labels) -> FloatArray:
    """A tone in all words but pauses, which are silent. Shape [samples]."""
    times_s = np.arange(round(made.duration_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    wave = 0.3 * np.sin(2.0 * np.pi * 220.0 * times_s)
    for word in made.words:
        if pause_name(word.text):
            wave[(times_s >= word.begin_s) & (times_s < word.end_s)] = 0.0
    return wave


def record(bank: Path, grids: Path, name: str, made: Labels) -> None:
    """A recording in a bank, and its TextGrid."""
    for path in (bank / name, grids / name):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_wav(bank / f"{name}.wav", wave_of(made))
    write_textgrid(grids / f"{name}.TextGrid", with_labels(made))
