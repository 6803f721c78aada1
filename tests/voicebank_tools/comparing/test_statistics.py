"""Medians and intervals: known differences are found, noise is called noise."""

import numpy as np
import pytest

from pychang.metrics import patch_moments
from tests.pychang.signals import vowel
from voicebank_tools.comparing.notes import Note
from voicebank_tools.comparing.singers import RECORDING
from voicebank_tools.comparing.statistics import Cell, Difference, median_difference, summarise
from voicebank_tools.comparing.trials import Texture

pytest.importorskip("librosa", reason="librosa comes with the measure and test extras")


def notes_of(singer: str, values: list[float], variant: str = "") -> list[Note]:
    return [Note("copy", case, variant, singer, {"mel_db": value}, 0.5) for case, value in enumerate(values)]


def test_medians_and_counts_and_failures() -> None:
    failed = [
        Note("copy", 9, "", "a", failure="no"),
        Note("copy", 10, "", "a", {"mel_db": float("nan")}, 2.5),
    ]
    rows = summarise([*notes_of("a", [1, 2, 3, 10]), *failed], "a", 1)["copy"]
    cell = rows["a"].cells["mel_db"]
    assert (cell.median, cell.count, rows["a"].notes, rows["a"].failed) == (2.5, 4, 5, 1)
    assert cell.p90 == pytest.approx(np.percentile([1, 2, 3, 10], 90))
    assert cell.difference is None
    assert rows["a"].seconds == 0.5


def test_a_difference_is_taken_over_what_both_have_sung() -> None:
    ours, theirs = notes_of("a", [1, 1, 1, 1, 1, 9]), notes_of("b", [2, 2, 2, 2, 2])
    difference = summarise([*ours, *theirs], "a", 1)["copy"]["b"].cells["mel_db"].difference
    assert difference == Difference(1.0, 1.0, 1.0)


def test_the_same_distribution_is_noise_and_another_is_not() -> None:
    rng = np.random.default_rng(7)
    noise = [
        median_difference(rng.normal(2.0, 0.5, (12, 1)), rng.normal(2.0, 0.5, (12, 1)), 1).is_noise
        for _ in range(60)
    ]
    assert np.mean(noise) > 0.85
    assert not median_difference(rng.normal(3.0, 0.3, (12, 1)), rng.normal(2.0, 0.3, (12, 1)), 1).is_noise


def test_notes_of_one_sample_are_one_piece_of_evidence() -> None:
    """Four equal notes of each sample: the interval of the samples, not a narrower one."""
    rng = np.random.default_rng(8)
    ours, theirs = rng.normal(2.2, 0.5, (10, 1)), rng.normal(2.0, 0.5, (10, 1))
    single = median_difference(ours, theirs, 1)
    fourfold = median_difference(np.repeat(ours, 4, 1), np.repeat(theirs, 4, 1), 1)
    assert fourfold.high - fourfold.low == pytest.approx(single.high - single.low, rel=1e-9)


def test_few_samples_have_no_interval_and_recordings_no_difference() -> None:
    few = summarise([*notes_of("a", [1, 2, 3]), *notes_of("b", [5, 6, 7])], "a", 1)["copy"]
    assert few["b"].cells["mel_db"].difference is None
    many = summarise([*notes_of("a", [1, 2, 3, 4]), *notes_of(RECORDING, [5, 6, 7, 8])], "a", 1)["copy"]
    assert many[RECORDING].cells["mel_db"].difference is None


def test_variants_of_a_sample_are_paired_with_each_other() -> None:
    ours = notes_of("a", [1, 2, 3, 4], "+5") + notes_of("a", [10, 20, 30, 40], "-7")
    theirs = notes_of("b", [2, 3, 4, 5], "+5") + notes_of("b", [11, 21, 31], "-7")
    cell = summarise([*ours, *theirs], "a", 1)["copy"]["b"].cells["mel_db"]
    assert cell.count == 7
    assert cell.difference is not None
    assert cell.difference.value == pytest.approx(
        np.median([2, 3, 4, 5, 11, 21, 31]) - np.median([1, 2, 3, 4, 10, 20, 30])
    )


def test_nearer_to_zero_is_better_on_either_side() -> None:
    assert Cell(-1.0, 0.0, 9, Difference(2.0, 1.0, 3.0)).is_nearer_to_zero  # from -3
    assert not Cell(-1.0, 0.0, 9, Difference(-1.5, -2.0, -1.0)).is_nearer_to_zero  # from +0.5
    assert not Cell(1.0, 0.0, 9).is_nearer_to_zero


def test_textures_are_pooled_over_the_samples() -> None:
    def note(singer: str, case: int, wave: np.ndarray) -> Note:
        own = patch_moments(vowel(220.0, "aiueo"[case], breath_db=-20.0))
        return Note("hold", case, "", singer, {}, texture=Texture(own, patch_moments(wave)))

    near = [note("near", case, vowel(233.0, "aiueo"[case], breath_db=-20.0)) for case in range(5)]
    still = [note("still", case, vowel(233.0, "aiueo"[case])) for case in range(5)]
    rows = summarise([*near, *still], "near", 1)["hold"]
    cell = rows["still"].cells["texture_db"]
    assert cell.median > rows["near"].cells["texture_db"].median
    assert cell.difference is not None
    assert not cell.difference.is_noise
    assert not cell.is_nearer_to_zero
    assert rows["still"].cells["movement_db"].median > 1.5 * rows["near"].cells["movement_db"].median
