import numpy as np

from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from voicebank_tools.align.graph import (
    LAYOUT,
    ONSET_SLACK_S,
    STATES,
    Slot,
    corrected_graph,
    model_numbers,
    slots_of,
    text_graph,
)
from voicebank_tools.labels.segment import Labels, Segment, Transcript, Word

SP = Slot("SP", -1, optional=True)


def text(*words: str, onsets_s: tuple[float | None, ...] = ()) -> Transcript:
    found = tuple(Word(word, tuple(word.split())) for word in words)
    return Transcript(found, onsets_s or (None,) * len(found))


def test_a_pause_may_be_around_every_word() -> None:
    k, a, i = Slot("k", 0), Slot("a", 0), Slot("i", 1)
    assert slots_of(text("k a", "i")) == (SP, k, a, SP, i, SP)


def test_a_pause_that_is_asked_for_is_not_optional_and_stands_alone() -> None:
    wanted = (Slot("SP", -1), Slot("a", 1), Slot("AP", -1), Slot("i", 3), SP)
    assert slots_of(text("SP", "a", "AP", "i")) == wanted


def test_words_without_phones_leave_no_trace() -> None:
    assert slots_of(text("", "a", "")) == (SP, Slot("a", 1), SP)
    assert slots_of(text("")) == (SP,)


def test_states_share_the_models_of_their_thirds() -> None:
    numbers = model_numbers(slots_of(text("ˈa", "a")))
    assert numbers == {"SP": 0, "ˈa": 1, "a": 1}
    graph = text_graph(text("ˈa", "a"), numbers)
    assert graph.models[:STATES].tolist() == list(LAYOUT)
    assert graph.models[STATES : 2 * STATES].tolist() == [3 + third for third in LAYOUT]


def test_only_what_follows_an_optional_pause_is_reached_past_it() -> None:
    numbers = {"SP": 0, "k": 1, "a": 2, "i": 3}
    graph = text_graph(text("k a", "i"), numbers)
    assert np.flatnonzero(graph.entered).tolist() == [4 * STATES]
    assert not np.isfinite(graph.earliest).any()


def test_an_onset_bounds_the_words_on_both_sides() -> None:
    graph = text_graph(text("a", "i", onsets_s=(None, 1.0)), {"SP": 0, "a": 1, "i": 2})
    frames = SAMPLE_RATE_HZ / HOP_SAMPLES
    word = 3 * STATES
    assert np.isneginf(graph.earliest[:word]).all()
    np.testing.assert_allclose(graph.earliest[word:], (1.0 - ONSET_SLACK_S) * frames)
    np.testing.assert_allclose(graph.latest[:word], (1.0 + ONSET_SLACK_S) * frames)
    assert np.isposinf(graph.latest[word:]).all()


def test_corrected_labels_leave_no_choice() -> None:
    frame_s = HOP_SAMPLES / SAMPLE_RATE_HZ
    phones = (Segment(0.0, 10.5 * frame_s, "SP"), Segment(10.5 * frame_s, 30.5 * frame_s, "a"))
    graph = corrected_graph(Labels(30.5 * frame_s, (), phones), {"SP": 0, "a": 1})
    assert not any(slot.optional for slot in graph.slots)
    assert not graph.entered.any()
    assert (graph.earliest[0], graph.latest[0]) == (0.0, 10.0)
    assert (graph.earliest[-1], graph.latest[-1]) == (11.0, 30.0)
