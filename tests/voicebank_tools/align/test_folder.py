"""The aligner from end to end, on a voice whose phones begin where we know."""

import dataclasses

import numpy as np
import pytest

from pychang.units import SAMPLE_RATE_HZ
from tests.voicebank_tools.align.sung import LINES, Sung, errors_ms, sing, songs
from voicebank_tools.align.folder import align_folder
from voicebank_tools.align.utterance import Aligned, Utterance
from voicebank_tools.labels.segment import BREATH, Labels, Transcript, Word

CLOSURES = ("k", "t")


@pytest.fixture(scope="module")
def aligned() -> list[Aligned]:
    return list(align_folder([song.utterance(str(place)) for place, song in enumerate(songs())]))


def late_ms(found: list[Aligned], truths: tuple[Sung, ...]) -> np.ndarray:
    """All errors but those of closures, which begin in silence and cannot be heard."""
    errors = [errors_ms(one.labels, truth) for one, truth in zip(found, truths, strict=True)]
    return np.array(
        [ms for clip in errors for phone, late in clip.items() if phone not in CLOSURES for ms in late]
    )


def covers(labels: Labels, duration_s: float) -> bool:
    for tier in (labels.words, labels.phones):
        edges = [0.0, *(one.end_s for one in tier)]
        assert [one.begin_s for one in tier] == edges[:-1]
        assert all(one.end_s > one.begin_s for one in tier)
        assert edges[-1] == pytest.approx(duration_s)
    return len(labels.confidence) == len(labels.phones)


def test_phones_are_found_within_milliseconds(aligned: list[Aligned]) -> None:
    off = np.abs(late_ms(aligned, songs()))
    assert np.median(off) <= 8.0
    assert np.mean(off <= 20.0) >= 0.9
    assert off.max() <= 40.0


def test_labels_cover_the_clip_and_nothing_is_suspect(aligned: list[Aligned]) -> None:
    for place, (one, song, line) in enumerate(zip(aligned, songs(), LINES, strict=True)):
        assert (one.name, one.suspect) == (str(place), "")
        assert covers(one.labels, len(song.wave) / SAMPLE_RATE_HZ)
        assert [word.text for word in one.labels.words if word.text != "SP"] == list(line)
        assert all(0.0 <= sure <= 1.0 for sure in one.labels.confidence)


def test_the_same_clips_give_the_same_labels(aligned: list[Aligned]) -> None:
    again = align_folder([song.utterance(str(place)) for place, song in enumerate(songs())])
    assert list(again) == aligned


def test_a_stop_begins_with_its_burst_after_a_pause_and_with_its_closure_inside() -> None:
    clips = (sing("かむか", seed=7), *songs())
    found = align_folder([song.utterance() for song in clips])
    first, inner = errors_ms(found[0].labels, clips[0])["k"]
    assert first == pytest.approx(45.0, abs=8.0)
    assert abs(inner) <= 20.0


def test_pauses_between_words_are_found_and_only_there() -> None:
    clips = (sing("かしむ", pauses_s=(0.25,), seed=5), *songs())
    labels = align_folder([song.utterance() for song in clips])[0].labels
    assert [word.text for word in labels.words] == ["SP", "か", "SP", "し", "む", "SP"]
    pause = labels.words[2]
    truth = [begin_s for phone, begin_s in clips[0].phones if phone == "SP"][1]
    assert pause.begin_s == pytest.approx(truth, abs=0.03)
    assert pause.end_s == pytest.approx(truth + 0.25, abs=0.03)


def test_hand_made_labels_come_back_untouched_and_teach() -> None:
    """A person who sets every vowel 15 ms earlier is followed in clips they have not touched."""
    truths = songs()
    plain = late_ms(list(align_folder([song.utterance() for song in truths])), truths)
    earlier = [
        dataclasses.replace(
            song, phones=tuple((phone, s - 0.015 * (phone in "aiueo")) for phone, s in song.phones)
        )
        for song in truths
    ]
    clips = [song.utterance(corrected=place < 6) for place, song in enumerate(earlier)]
    taught = list(align_folder(clips))
    for one, clip in zip(taught[:6], clips, strict=False):
        assert one.labels is clip.corrected
        assert one.suspect == ""
    before, after = (
        np.mean([abs(ms) for one, song in zip(found[6:], earlier[6:], strict=True)
                 for phone in "aiueo" for ms in errors_ms(one.labels, song).get(phone, [])])
        for found in (list(align_folder([song.utterance() for song in earlier])), taught)
    )  # fmt: skip
    assert len(plain)
    assert after < 0.6 * before


@pytest.mark.parametrize("line", ["か", "あ", "かしむ"])
def test_one_clip_is_a_folder(line: str) -> None:
    song = sing(line, seed=3)
    found = align_folder([song.utterance("only")])
    assert (len(found), found[0].suspect) == (1, "")
    assert covers(found[0].labels, len(song.wave) / SAMPLE_RATE_HZ)
    vowels = [
        ms for phone, late in errors_ms(found[0].labels, song).items() if phone in "aiueo" for ms in late
    ]
    assert np.abs(vowels).max() <= 20.0


def test_the_text_of_another_clip_is_suspect() -> None:
    clips = [song.utterance(str(place)) for place, song in enumerate(songs())]
    clips[3] = dataclasses.replace(clips[3], transcript=songs()[8].transcript)
    suspects = {one.name: one.suspect for one in align_folder(clips) if one.suspect}
    assert suspects == {"3": "the text does not fit the sound"}


def test_clips_without_a_voice_do_not_stop_the_others() -> None:
    song = songs()[0]
    silent = Utterance("silent", np.zeros(SAMPLE_RATE_HZ), song.transcript)
    short = Utterance("short", song.wave[14000:17000], song.transcript)
    empty = Utterance("empty", song.wave, Transcript((Word("?", ()),), (None,)))
    found = align_folder([silent, song.utterance("good"), short, empty])
    reasons = ["silent", "", "too short for its 6 phones", "no phones in its text"]
    assert [one.suspect for one in found] == reasons
    assert [phone.text for phone in found[0].labels.phones] == ["k", "a", "sh", "i", "m", "u"]
    assert all(covers(one.labels, one.labels.duration_s) for one in found)
    assert found[0].labels.confidence == (0.0,) * 6


def test_hand_made_labels_stay_even_where_we_would_have_none() -> None:
    song = songs()[0]
    labels = song.labels
    silent = Utterance("silent", np.zeros(len(song.wave)), song.transcript, labels)
    (found,) = align_folder([silent])
    assert (found.labels, found.score, found.suspect) == (labels, 0.0, "")


def test_nothing_but_silence_is_labelled_too() -> None:
    found = align_folder([Utterance("silent", np.zeros(SAMPLE_RATE_HZ), songs()[0].transcript)])
    assert [one.suspect for one in found] == ["silent"]
    assert align_folder([]) == []


def test_progress_ends_where_it_said() -> None:
    steps: list[tuple[int, int]] = []
    silent = Utterance("silent", np.zeros(SAMPLE_RATE_HZ), songs()[0].transcript)
    align_folder([songs()[0].utterance(), silent], lambda done, total: steps.append((done, total)))
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1]


def test_a_breath_in_a_pause_is_named() -> None:
    song = sing("かしむ", pauses_s=(0.6,), seed=9)
    begin_s = [begin_s for phone, begin_s in song.phones if phone == "SP"][1]
    breath = slice(*(round((begin_s + moment_s) * SAMPLE_RATE_HZ) for moment_s in (0.2, 0.45)))
    wave = song.wave.copy()
    wave[breath] += 4e-3 * np.random.default_rng(2).standard_normal(len(wave[breath]))
    clips = [Utterance("breath", wave, song.transcript), *(one.utterance() for one in songs())]
    phones = align_folder(clips)[0].labels.phones
    (found,) = [phone for phone in phones if phone.text == BREATH]
    assert found.begin_s == pytest.approx(begin_s + 0.2, abs=0.03)
    assert found.end_s == pytest.approx(begin_s + 0.45, abs=0.03)


def test_a_score_keeps_a_word_near_its_onset() -> None:
    """Two words alike in one clip with a false start between: the onset says which is meant."""
    song = sing("かかか", pauses_s=(0.5, 0.5), seed=4)
    third_s = [begin_s for phone, begin_s in song.phones if phone == "k"][2]
    word = song.transcript.words[0]
    clips = [Utterance("one", song.wave, Transcript((word,), (onset_s,))) for onset_s in (third_s,)]
    labels = align_folder([*clips, *(one.utterance() for one in songs())])[0].labels
    begin_s = next(phone.begin_s for phone in labels.phones if phone.text == "a")
    assert begin_s > third_s - 0.1
