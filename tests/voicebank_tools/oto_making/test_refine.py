import numpy as np
import pytest

from pychang.units import SAMPLE_RATE_HZ
from tests.voicebank_tools.oto_making.material import placed
from voicebank_tools.oto_making.refine import REACH_MS, refined_vowel_ms


def rising_at(at_ms: float) -> np.ndarray:
    """A low murmur to which a first formant comes. Shape [samples]."""
    times_s = np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    formant = 0.3 * np.sin(2.0 * np.pi * 700.0 * times_s) * (times_s >= at_ms / 1000.0)
    return 0.1 * np.sin(2.0 * np.pi * 120.0 * times_s) + formant


@pytest.mark.parametrize("off_ms", [-20.0, 0.0, 17.0])
def test_the_vowel_of_a_voiced_stop_begins_with_its_formant(off_ms: float) -> None:
    (only,) = placed(("が", {"g": 60, "a": 400}))
    assert refined_vowel_ms(only, rising_at(460.0 + off_ms)) == pytest.approx(460.0 + off_ms, abs=3.0)


def test_what_is_far_from_the_label_does_not_count() -> None:
    (only,) = placed(("が", {"g": 60, "a": 400}))
    assert abs(refined_vowel_ms(only, rising_at(600.0)) - 460.0) <= REACH_MS


@pytest.mark.parametrize("word", [("か", {"k": 60, "a": 400}), ("あ", {"a": 460}), ("が", {"g": 3, "a": 30})])
def test_other_vowels_stay_where_the_labels_have_them(word: tuple[str, dict[str, float]]) -> None:
    (only,) = placed(word)
    assert refined_vowel_ms(only, rising_at(470.0)) == only.sound.vowel_ms


def test_a_recording_that_ends_or_begins_there() -> None:
    (only,) = placed(("が", {"g": 60, "a": 400}))
    assert abs(refined_vowel_ms(only, rising_at(470.0)[:20_000]) - 460.0) <= REACH_MS


def test_without_a_rise_the_label_counts() -> None:
    (only,) = placed(("が", {"g": 60, "a": 400}))
    assert refined_vowel_ms(only, rising_at(0.0)) == 460.0
