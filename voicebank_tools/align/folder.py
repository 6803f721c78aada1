"""A folder of clips with their texts -> their labels, by models learnt from these clips alone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from voicebank_tools.align.breath import with_breaths
from voicebank_tools.align.corrections import Habits, apply_habits, learn_habits
from voicebank_tools.align.edges import Placed, at_sound, place_path
from voicebank_tools.align.features import Sound, hear
from voicebank_tools.align.fit_of_text import MISFIT, fault, misfits
from voicebank_tools.align.graph import STATES, Slot, corrected_graph, model_numbers, slots_of, text_graph
from voicebank_tools.align.leave_one_out import Given, outside_losses
from voicebank_tools.align.manner import plain
from voicebank_tools.align.tiers import evenly, tiers
from voicebank_tools.align.training import SPLITS, Lesson, Models, learn, normalise
from voicebank_tools.align.utterance import Aligned, Utterance
from voicebank_tools.align.viterbi import decode
from voicebank_tools.labels.pauses import pause_name
from voicebank_tools.labels.segment import Labels, Transcript

CORRECTED_WEIGHT = 5.0
"""How much more a frame counts whose phone a person has settled."""


@dataclass(frozen=True, eq=False)
class _Clip:
    """An utterance that has been heard, and why it cannot be labelled ("" if it can)."""

    name: str
    transcript: Transcript
    corrected: Labels | None
    slots: tuple[Slot, ...]
    sound: Sound
    fault: str


@dataclass(frozen=True, eq=False)
class _Found:
    """A clip after its path has been found; `loss`: nats a frame behind the best of all models; `given`:
    what the path makes of its frames."""

    clip: _Clip
    placed: list[Placed]
    score: float
    loss: float
    given: Given


def align_folder(
    utterances: Sequence[Utterance], progress: Callable[[int, int], None] | None = None
) -> Sequence[Aligned]:
    """Return the labels of every clip, in the same order; the same clips give the same labels.

    Learns monophone models from the clips themselves, places every phone by them, moves edges at pauses
    to where sound begins and ends, and all edges as hand-made labels of other clips ask for. Hand-made
    labels come back as they are. A clip that cannot be labelled has its phones spread evenly and says why.

    `utterances` are asked for once, one by one: a sequence that reads each wave when asked keeps memory
    small (an hour takes about half a gigabyte without its waves).
    `progress`: called with (steps done, all steps).
    """
    advance = _counter(len(utterances) * (len(SPLITS) + 2), progress)
    clips = list(_heard(utterances, advance))
    usable = [clip for clip in clips if not clip.fault]
    advance((len(clips) - len(usable)) * (len(SPLITS) + 1))
    found = _find(usable, advance) if usable else []
    taught = [(one.placed, one.clip.corrected) for one in found]
    habits = learn_habits([(placed, labels) for placed, labels in taught if labels is not None])
    outside = outside_losses([one.given for one in found]) if found else []
    wrong = misfits([one.loss for one in found], outside)
    labelled = (_labelled(one, habits, misfit) for one, misfit in zip(found, wrong, strict=True))
    return [_unlabelled(clip) if clip.fault else next(labelled) for clip in clips]


def _counter(total: int, progress: Callable[[int, int], None] | None) -> Callable[[int], None]:
    done = 0

    def advance(steps: int) -> None:
        nonlocal done
        done += steps
        if progress is not None:
            progress(done, total)

    return advance


def _heard(utterances: Iterable[Utterance], advance: Callable[[int], None]) -> Iterable[_Clip]:
    for one in utterances:
        slots, sound = slots_of(one.transcript), hear(one.wave)
        yield _Clip(one.name, one.transcript, one.corrected, slots, sound, fault(sound, slots))
        advance(1)


def _find(clips: Sequence[_Clip], advance: Callable[[int], None]) -> list[_Found]:
    """Learn from the clips, at least one, and find the path of each."""
    normalise([clip.sound.frames for clip in clips])
    spoken = [slot for clip in clips for slot in clip.slots]
    spoken += [Slot(phone.text, 0) for clip in clips if clip.corrected for phone in clip.corrected.phones]
    numbers = model_numbers(spoken)
    phones = sorted({plain(phone) for phone in numbers})
    models = learn([_lesson(clip, numbers) for clip in clips], phones, advance)
    found = []
    for clip in clips:
        found.append(_path_of(clip, numbers, models))
        advance(1)
    return found


def _lesson(clip: _Clip, numbers: dict[str, int]) -> Lesson:
    if clip.corrected is None:
        return Lesson(text_graph(clip.transcript, numbers), clip.sound.frames, clip.sound.cues)
    graph = corrected_graph(clip.corrected, numbers)
    return Lesson(graph, clip.sound.frames, clip.sound.cues, CORRECTED_WEIGHT)


def _path_of(clip: _Clip, numbers: dict[str, int], models: Models) -> _Found:
    """By the text alone, also where a person has settled the phones: what they changed is to be learnt."""
    graph = text_graph(clip.transcript, numbers)
    scores = models.mixtures.scores(clip.sound.frames)
    path, _ = decode([graph], [scores], models.passage)[0]
    own = scores[np.arange(len(path)), graph.models[path]]
    placed = at_sound(place_path(graph, path, scores), clip.sound.level_db)
    sung = np.array([not pause_name(slot.phone) for slot in graph.slots])
    phones = path // STATES
    given = Given(clip.sound.frames, graph.models[path], np.where(sung[phones], phones, -1))
    return _Found(clip, placed, float(own.mean()), float((scores.max(axis=1) - own).mean()), given)


def _labelled(found: _Found, habits: Habits, misfit: bool) -> Aligned:
    clip, sound = found.clip, found.clip.sound
    if clip.corrected is not None:
        return Aligned(clip.name, clip.corrected, found.score)
    placed = apply_habits(found.placed, habits, sound.duration_s)
    placed = with_breaths(placed, sound.cues, sound.level_db, sound.duration_s)
    labels = tiers(placed, clip.transcript, sound.duration_s)
    return Aligned(clip.name, labels, found.score, MISFIT if misfit else "")


def _unlabelled(clip: _Clip) -> Aligned:
    if clip.corrected is not None:
        return Aligned(clip.name, clip.corrected, 0.0)
    labels = tiers(evenly(clip.slots, clip.sound.duration_s), clip.transcript, clip.sound.duration_s)
    return Aligned(clip.name, labels, float("-inf"), clip.fault)
