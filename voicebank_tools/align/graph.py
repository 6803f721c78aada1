"""The text of a clip as a chain of states: its phones in order, and a pause wherever one may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pychang.arrays import FloatArray
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from voicebank_tools.align.manner import plain
from voicebank_tools.labels.pauses import pause_name
from voicebank_tools.labels.segment import SILENCE, Labels, Transcript

LAYOUT = (0, 0, 1, 1, 2, 2)
"""Thirds of a phone by state. One frame is the least a state takes, so 30 ms is the shortest phone:
without that, one in thirty boundaries lands more than 20 ms farther off."""

STATES = len(LAYOUT)
THIRDS = 3

ONSET_SLACK_S = 0.15
ONSET_NATS_PER_FRAME = 1.0
"""A singer may be this far from the score for nothing; beyond, every frame costs."""

CORRECTED_NATS_PER_FRAME = 1e4


@dataclass(frozen=True)
class Slot:
    """A phone of the text, or a pause that may be left out. `word` is -1 where no word is."""

    phone: str
    word: int
    optional: bool = False


@dataclass(frozen=True, eq=False)
class Graph:
    """The chain of a clip.

    Attributes:
        slots: In order; slot i has the states `STATES * i` up to the next.
        models: [states] whose sound each state makes.
        entered: [states] True where a state may be reached past an optional pause.
        earliest, latest: [states] frames between which a state costs nothing.
        nats_per_frame: What each frame outside of them costs.
    """

    slots: tuple[Slot, ...]
    models: NDArray[np.int64]
    entered: NDArray[np.bool_]
    earliest: FloatArray
    latest: FloatArray
    nats_per_frame: float


def slots_of(transcript: Transcript) -> tuple[Slot, ...]:
    """Return the phones of a text with an optional pause at both ends and between words.

    No pause is offered beside one that the text itself asks for.
    """
    found = [Slot(SILENCE, -1, optional=True)]
    for place, word in enumerate(transcript.words):
        for phone in word.phones:
            rest = pause_name(phone) != ""
            if rest and found[-1].optional:
                found.pop()
            found.append(Slot(phone, -1 if rest else place))
        if word.phones and not pause_name(found[-1].phone):
            found.append(Slot(SILENCE, -1, optional=True))
    return tuple(found)


def text_graph(transcript: Transcript, models: Mapping[str, int]) -> Graph:
    """Return the chain of a text; `models` numbers the phones. Known onsets are soft bounds in time."""
    slots = slots_of(transcript)
    earliest, latest = np.full(len(slots), -np.inf), np.full(len(slots), np.inf)
    for word, onset_s in enumerate(transcript.onsets_s):
        first = next((place for place, slot in enumerate(slots) if slot.word == word), None)
        if onset_s is not None and first is not None:
            earliest[first:] = np.maximum(earliest[first:], _frame(onset_s - ONSET_SLACK_S))
            latest[:first] = np.minimum(latest[:first], _frame(onset_s + ONSET_SLACK_S))
    return _graph(slots, models, earliest, latest, ONSET_NATS_PER_FRAME)


def corrected_graph(labels: Labels, models: Mapping[str, int]) -> Graph:
    """Return the chain of labels that a person put right: every phone where they say."""
    slots = tuple(Slot(phone.text, -1 if pause_name(phone.text) else 0) for phone in labels.phones)
    earliest = np.array([_frame(phone.begin_s) for phone in labels.phones])
    latest = np.array([_frame(phone.end_s) for phone in labels.phones])
    return _graph(slots, models, np.ceil(earliest), np.ceil(latest) - 1.0, CORRECTED_NATS_PER_FRAME)


def model_numbers(slots: Sequence[Slot]) -> dict[str, int]:
    """Return a number for every phone; phones that differ by stress or tone alone share one."""
    names = sorted({plain(slot.phone) for slot in slots})
    return {slot.phone: names.index(plain(slot.phone)) for slot in slots}


def _graph(
    slots: tuple[Slot, ...],
    models: Mapping[str, int],
    earliest: FloatArray,
    latest: FloatArray,
    nats_per_frame: float,
) -> Graph:
    numbers = np.array([models[slot.phone] for slot in slots])
    skips = [False, False, *(slot.optional for slot in slots[1:-1])][: len(slots)]
    entered = np.zeros(STATES * len(slots), dtype=np.bool_)
    entered[::STATES] = skips
    return Graph(
        slots,
        (THIRDS * numbers[:, None] + np.array(LAYOUT)).reshape(-1),
        entered,
        np.repeat(earliest, STATES),
        np.repeat(latest, STATES),
        nats_per_frame,
    )


def _frame(time_s: float) -> float:
    return time_s * SAMPLE_RATE_HZ / HOP_SAMPLES
