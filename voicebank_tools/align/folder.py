"""A folder of clips with their texts -> their labels, by models learnt from these clips alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from voicebank_tools.align.breath import with_breaths
from voicebank_tools.align.corrections import Habits, apply_habits, learn_habits
from voicebank_tools.align.edges import Placed, at_sound, place_path
from voicebank_tools.align.features import Sound, hear
from voicebank_tools.align.fit_of_text import MISFIT, fault, misfits
from voicebank_tools.align.graph import Slot, corrected_graph, model_numbers, slots_of, text_graph
from voicebank_tools.align.manner import plain
from voicebank_tools.align.tiers import evenly, tiers
from voicebank_tools.align.training import SPLITS, Lesson, Models, learn, normalise
from voicebank_tools.align.utterance import Aligned, Utterance
from voicebank_tools.align.viterbi import decode

CORRECTED_WEIGHT = 5.0
"""How much more a frame counts whose phone a person has settled."""


@dataclass(frozen=True)
class _Found:
    """A clip after its path has been found; `loss`: nats a frame behind the best of all models."""

    placed: list[Placed]
    score: float
    loss: float


def align_folder(
    utterances: Sequence[Utterance], progress: Callable[[int, int], None] | None = None
) -> Sequence[Aligned]:
    """Return the labels of every clip, in the same order; the same clips give the same labels.

    Learns monophone models from the clips themselves, places every phone by them, moves edges at pauses
    to where sound begins and ends, and all edges as hand-made labels of other clips ask for. Hand-made
    labels come back as they are. A clip that cannot be labelled has its phones spread evenly and says why.

    `utterances` are taken one by one: a sequence that reads waves when asked keeps memory small.
    `progress`: called with (steps done, all steps).
    """
    advance = _counter(len(utterances) * (len(SPLITS) + 2), progress)
    texts = [slots_of(one.transcript) for one in utterances]
    sounds = []
    for one in utterances:
        sounds.append(hear(one.wave))
        advance(1)
    faults = [fault(sound, slots) for sound, slots in zip(sounds, texts, strict=True)]
    usable = [place for place, why in enumerate(faults) if not why]
    found: dict[int, _Found] = {}
    advance((len(utterances) - len(usable)) * (len(SPLITS) + 1))
    if usable:
        normalise([sounds[place].frames for place in usable])
        found = _find(utterances, texts, sounds, usable, advance)
    corrected = [(found[place].placed, one.corrected) for place, one in enumerate(utterances)
                 if one.corrected is not None and place in found]  # fmt: skip
    habits = learn_habits([(placed, labels) for placed, labels in corrected if labels is not None])
    wrong = dict(zip(found, misfits([one.loss for one in found.values()]), strict=True))
    return [
        _aligned(
            one, sounds[place], texts[place], found.get(place), habits, faults[place] or MISFIT * wrong[place]
        )
        for place, one in enumerate(utterances)
    ]


def _counter(total: int, progress: Callable[[int, int], None] | None) -> Callable[[int], None]:
    done = 0

    def advance(steps: int) -> None:
        nonlocal done
        done += steps
        if progress is not None:
            progress(done, total)

    return advance


def _find(
    utterances: Sequence[Utterance],
    texts: Sequence[Sequence[Slot]],
    sounds: Sequence[Sound],
    usable: Sequence[int],
    advance: Callable[[int], None],
) -> dict[int, _Found]:
    """Learn from the usable clips and find the path of each."""
    by_hand = {place: one.corrected for place, one in enumerate(utterances) if one.corrected is not None}
    spoken = [slot for slots in texts for slot in slots]
    spoken += [Slot(phone.text, 0) for labels in by_hand.values() for phone in labels.phones]
    numbers = model_numbers(spoken)
    lessons = []
    for place in usable:
        labels = by_hand.get(place)
        graph = (
            corrected_graph(labels, numbers) if labels else text_graph(utterances[place].transcript, numbers)
        )
        weight = CORRECTED_WEIGHT if labels else 1.0
        lessons.append(Lesson(graph, sounds[place].frames, sounds[place].cues, weight))
    models = learn(lessons, sorted({plain(phone) for phone in numbers}), advance)
    found = {}
    for place in usable:
        found[place] = _found(utterances[place], sounds[place], numbers, models)
        advance(1)
    return found


def _found(utterance: Utterance, sound: Sound, numbers: dict[str, int], models: Models) -> _Found:
    graph = text_graph(utterance.transcript, numbers)
    scores = models.mixtures.scores(sound.frames)
    path, _ = decode([graph], [scores], models.passage)[0]
    own = scores[np.arange(len(path)), graph.models[path]]
    placed = at_sound(place_path(graph, path, scores), sound.level_db)
    return _Found(placed, float(own.mean()), float((scores.max(axis=1) - own).mean()))


def _aligned(
    utterance: Utterance,
    sound: Sound,
    slots: Sequence[Slot],
    found: _Found | None,
    habits: Habits,
    suspect: str,
) -> Aligned:
    if utterance.corrected is not None:
        return Aligned(utterance.name, utterance.corrected, found.score if found else 0.0)
    if found is None:
        labels = tiers(evenly(slots, sound.duration_s), utterance.transcript, sound.duration_s)
        return Aligned(utterance.name, labels, float("-inf"), suspect)
    placed = apply_habits(found.placed, habits, sound.duration_s)
    placed = with_breaths(placed, sound.cues, sound.level_db, sound.duration_s)
    return Aligned(
        utterance.name, tiers(placed, utterance.transcript, sound.duration_s), found.score, suspect
    )
