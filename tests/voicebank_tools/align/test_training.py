import numpy as np
import pytest

from tests.voicebank_tools.align.sung import songs
from voicebank_tools.align.features import hear
from voicebank_tools.align.graph import model_numbers, slots_of, text_graph
from voicebank_tools.align.training import (
    CELLS_AT_ONCE,
    CLIPS_AT_ONCE,
    SPLITS,
    Lesson,
    find_paths,
    in_batches,
    learn,
    normalise,
)


def blank(frames: int) -> Lesson:
    graph = text_graph(songs()[0].transcript, model_numbers(slots_of(songs()[0].transcript)))
    return Lesson(graph, np.zeros((frames, 1), np.float32), np.zeros((frames, 3), np.float32))


def test_every_clip_is_in_one_batch_and_no_batch_is_too_large() -> None:
    lessons = [blank(frames) for frames in (5, 100_000, 70, 300, *range(40, 140), 90_000, 100_001)]
    batches = list(in_batches(lessons))
    assert sorted(place for batch in batches for place in batch) == list(range(len(lessons)))
    assert max(map(len, batches)) <= CLIPS_AT_ONCE
    for batch in batches:
        cells = len(batch) * max(len(lessons[place].frames) for place in batch) * len(lessons[0].graph.models)
        assert len(batch) == 1 or cells <= CELLS_AT_ONCE


def test_frames_are_normalised_over_all_clips_together() -> None:
    random = np.random.default_rng(2)
    clips = [random.normal(mean, 3.0, (400, 4)).astype(np.float32) for mean in (1.0, 5.0)]
    normalise(clips)
    together = np.concatenate(clips)
    np.testing.assert_allclose(together.mean(axis=0), 0.0, atol=1e-5)
    np.testing.assert_allclose(together.std(axis=0), 1.0, atol=1e-5)
    assert clips[0].mean() < -0.3 < 0.3 < clips[1].mean()


def test_models_know_the_phones_they_have_learnt() -> None:
    """In the middle of a vowel its own model is the best of all vowels'."""
    sounds = [hear(song.wave) for song in songs()]
    normalise([sound.frames for sound in sounds])
    numbers = model_numbers([slot for song in songs() for slot in slots_of(song.transcript)])
    lessons = [
        Lesson(text_graph(song.transcript, numbers), sound.frames, sound.cues)
        for song, sound in zip(songs(), sounds, strict=True)
    ]
    told: list[int] = []
    models = learn(lessons, sorted(numbers), told.append)
    assert sum(told) == len(SPLITS) * len(lessons)
    vowels = [numbers[phone] for phone in "aiueo"]
    right = []
    for song, sound in zip(songs(), sounds, strict=True):
        for (phone, begin_s), (_, end_s) in zip(song.phones[:-1], song.phones[1:], strict=True):
            if phone in "aiueo":
                frame = round((begin_s + end_s) / 2 * 44100 / 220)
                scores = models.mixtures.scores(sound.frames[frame : frame + 1])[0]
                right.append(numbers[phone] == vowels[int(np.argmax([scores[3 * v + 1] for v in vowels]))])
    assert np.mean(right) >= 0.95
    paths = find_paths(lessons, models.passage, lambda one: models.mixtures.scores(one.frames), told.append)
    assert [len(path) for path in paths] == [len(sound.frames) for sound in sounds]
    assert np.exp(models.passage.stay) + np.exp(models.passage.leave) == pytest.approx(1.0, abs=1e-5)
