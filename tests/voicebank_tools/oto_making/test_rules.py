import pytest

from tests.voicebank_tools.oto_making.material import placed
from voicebank_tools.oto_making.naming import Part
from voicebank_tools.oto_making.rules import LONGEST_LEAD_MS, USUAL_BEAT_MS, Numbers, beat_of, numbers_of

LONG_MS = 10_000.0
KA, A = ("か", {"k": 80, "a": 520}), ("あ", {"a": 600})


def numbers(
    part: Part, *words: tuple[str, dict[str, float]], place: int = 0, beat_ms: float = 600.0
) -> Numbers:
    found = numbers_of(placed(*words)[place], part, beat_ms, LONG_MS)
    assert found is not None
    return found


def test_consonant_and_vowel() -> None:
    found = numbers(Part.CV, KA)
    assert found == Numbers(400.0, 180.0, -580.0, 80.0, 36.0)


def test_a_long_consonant_is_cut_at_its_beginning() -> None:
    found = numbers(Part.CV, ("ざ", {"z": 350, "a": 500}))
    assert found.preutterance_ms == LONGEST_LEAD_MS["voiced fricative"]
    assert found.offset_ms + found.preutterance_ms == 750.0


def test_a_vowel_alone_is_blended_into_itself() -> None:
    found = numbers(Part.CV, A)
    assert found == Numbers(400.0, 240.0, -580.0, 140.0, 46.2)
    short = numbers(Part.CV, ("あ", {"a": 200}))
    assert short.preutterance_ms == 60.0
    assert short.consonant_ms <= -short.cutoff_ms - 10.0


def test_out_of_the_vowel_before_by_the_beat() -> None:
    found = numbers(Part.JOINED, KA, KA, KA, place=1)
    assert found == Numbers(1080.0 - 300.0, 450.0, -700.0, 300.0, 100.0)


def test_the_blend_is_over_where_a_long_consonant_begins() -> None:
    found = numbers(Part.JOINED, KA, ("す", {"s": 260, "u": 340}), ("あ", {"a": 600}), place=1)
    assert found.offset_ms + found.overlap_ms == 1000.0
    assert found.offset_ms + found.preutterance_ms == 1260.0


def test_the_window_ends_before_the_next_consonant() -> None:
    found = numbers(Part.JOINED, KA, ("か", {"k": 80, "a": 300}), ("す", {"s": 250, "u": 300}), place=1)
    assert found.offset_ms - found.cutoff_ms == 1380.0 - 20.0


def test_where_sounds_follow_faster_the_beat_is_theirs() -> None:
    found = numbers(Part.JOINED, *(("か", {"k": 50, "a": 250}),) * 3, place=1)
    assert (found.preutterance_ms, found.overlap_ms) == (150.0, 50.0)


def test_the_head_of_a_phrase_reaches_into_the_silence() -> None:
    found = numbers(Part.JOINED, KA)
    assert found.offset_ms == 180.0
    assert found.preutterance_ms == 300.0


def test_a_head_at_the_recordings_beginning() -> None:
    found = numbers(Part.JOINED, KA, beat_ms=2000.0)
    assert (found.offset_ms, found.preutterance_ms) == (0.0, 480.0)


def test_a_transition_ends_before_the_burst() -> None:
    found = numbers(Part.TRANSITION, KA, ("た", {"t": 100, "a": 400}))
    assert found == Numbers(880.0, 150.0, -180.0, 120.0, 60.0)
    open_end = numbers(Part.TRANSITION, KA, ("さ", {"s": 100, "a": 400}))
    assert open_end.offset_ms - open_end.cutoff_ms == 1100.0


def test_an_ending_leads_from_the_vowel_into_silence() -> None:
    found = numbers(Part.ENDING, KA)
    assert found.offset_ms + found.preutterance_ms == 1000.0
    assert found.offset_ms - found.cutoff_ms == 1200.0


@pytest.mark.parametrize("part", [Part.CV, Part.JOINED])
def test_a_vowel_too_short_has_no_line(part: Part) -> None:
    assert numbers_of(placed(("か", {"k": 80, "a": 25}))[0], part, 600.0, LONG_MS) is None


def test_no_window_leaves_the_recording() -> None:
    found = numbers_of(placed(KA)[0], Part.CV, 600.0, 800.0)
    assert found is not None
    assert found.offset_ms - found.cutoff_ms == 800.0


def test_the_beat_is_the_usual_distance_of_vowels() -> None:
    assert beat_of([placed(KA, KA, KA), placed(KA, ("SP", {"SP": 900}), KA)]) == 600.0
    assert beat_of([placed(KA)]) == USUAL_BEAT_MS
