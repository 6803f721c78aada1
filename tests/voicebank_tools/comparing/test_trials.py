"""Tests measure what they say: singers whose faults are known."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pychang.arrays import FloatArray
from pychang.metrics import texture_distance_db
from resampler.protocol import RenderRequest
from tests.voicebank_tools.vowel_bank import one_sample, write_vowel_bank
from voicebank_tools.comparing.measures import MEASURES, TITLES
from voicebank_tools.comparing.pairs import bank_pairs
from voicebank_tools.comparing.recordings import Recording, Sample
from voicebank_tools.comparing.trials import (
    SAMPLE_TESTS,
    TESTS,
    UNVOICED_CENTS,
    Trial,
    recorded_truth,
    recorded_vowel,
    trials,
    warped_frames,
)
from voicebank_tools.demo_voice import synthesise_vowel

pytest.importorskip("librosa", reason="librosa comes with the measure and test extras")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return one_sample(tmp_path_factory.mktemp("bank"))


def ideal(request: RenderRequest, recording: Recording) -> FloatArray:
    """The demo voice itself, asked for the note."""
    times_ms = np.arange(round(request.length_ms * 44.1)) / 44.1
    bends = np.interp(times_ms / (500 / 96), np.arange(len(request.bend_cents)), request.bend_cents)
    f0 = 440.0 * 2.0 ** ((request.tone_midi - 69 + bends / 100) / 12)
    return np.asarray(synthesise_vowel(f0, "a", breath_db=-30.0))


def copier(request: RenderRequest, recording: Recording) -> FloatArray:
    begin = int(request.offset_ms * 44.1)
    return np.resize(recording.wave[begin:], round(request.length_ms * 44.1)).astype(float)


def of(sample: Sample, test: str) -> list[Trial]:
    return list(trials(sample, (test,)))


def figures(
    trial: Trial, sing: Callable[[RenderRequest, Recording], FloatArray], folder: Path
) -> dict[str, float]:
    return dict(trial.measure(trial.make(sing, folder)).figures)


def test_the_recording_itself_is_at_no_distance(sample: Sample, tmp_path: Path) -> None:
    (trial,) = of(sample, "copy")
    found = figures(trial, copier, tmp_path)
    assert set(found) <= set(MEASURES)
    assert max(abs(value) for value in found.values()) < 0.05


def test_a_voice_that_sings_every_pitch_is_exact_and_a_copier_is_off_by_the_shift(
    sample: Sample, tmp_path: Path
) -> None:
    found = {
        trial.variant: (figures(trial, ideal, tmp_path), figures(trial, copier, tmp_path))
        for trial in of(sample, "shift")
    }
    assert list(found) == ["-12", "-7", "+5", "+12"]
    for variant, (exact, off) in found.items():
        assert exact["pitch_cents"] < 2.0
        assert exact["unvoiced_percent"] == 0.0
        assert exact["length_off_ms"] < 0.02
        assert off["vowel_pitch_cents"] == pytest.approx(100 * abs(int(variant)), abs=25.0)


def test_silence_counts_as_an_octave_off(sample: Sample, tmp_path: Path) -> None:
    trial = of(sample, "hold")[0]
    found = figures(trial, lambda request, _: np.full(round(request.length_ms * 44.1), 1e-9), tmp_path)
    assert found["pitch_cents"] == found["vowel_pitch_cents"] == UNVOICED_CENTS
    assert found["unvoiced_percent"] == 100.0


def test_a_held_note_is_looked_at_for_clicks_warble_and_texture(sample: Sample, tmp_path: Path) -> None:
    trial = of(sample, "hold")[0]
    wave = trial.make(ideal, tmp_path)
    assert len(wave) == 4 * 44100
    still = trial.measure(wave)
    throbbing = trial.measure(wave * (1 + 0.3 * np.sin(2 * np.pi * 6 * np.arange(len(wave)) / 44100)))
    assert throbbing.figures["warble_db"] > still.figures["warble_db"] + 1.0
    assert still.texture is not None
    assert still.texture.note.count == still.texture.reference.count == 48


def test_speeds_are_compared_on_the_warped_axis(sample: Sample, tmp_path: Path) -> None:
    quicker, slower = of(sample, "stretch")
    found = figures(quicker, ideal, tmp_path) | figures(slower, ideal, tmp_path)
    assert set(found) == {"quicker_mel_db", "slower_mel_db"}
    assert max(found.values()) < 3.5  # other breath, same voice
    assert warped_frames(sample, 1.5)[10] == 15.0


@pytest.mark.parametrize(
    ("test", "first_ms"), [("round-trip", 440.0), ("starved", 792.0), ("starved-shift", 792.0)]
)
def test_there_and_back_is_sung_from_what_was_sung(
    test: str, first_ms: float, sample: Sample, tmp_path: Path
) -> None:
    asked: list[tuple[RenderRequest, Recording]] = []

    def watched(request: RenderRequest, recording: Recording) -> FloatArray:
        asked.append((request, recording))
        return ideal(request, recording)

    for trial in of(sample, test):
        asked.clear()
        found = figures(trial, watched, tmp_path)
        (there, _), (back, between) = asked
        assert there.length_ms == first_ms
        assert between.length_ms == pytest.approx(first_ms, abs=0.1)
        assert (back.length_ms, back.offset_ms) == (440.0, 0.0)
        assert back.source_path == between.path
        assert there.velocity_percent + back.velocity_percent == pytest.approx(200.0, abs=0.01)
        assert there.tone_midi - back.tone_midi == (int(trial.variant) if trial.variant else 0)
        assert found["mel_db"] < 4.0
        assert found["pitch_cents"] < 3.0


def test_a_pair_is_compared_with_its_target(tmp_path: Path) -> None:
    low, high = (write_vowel_bank(tmp_path / str(hz), hz, vowels="a") for hz in (220.0, 330.0))
    (pair,) = bank_pairs(low, high, 1, 1).cases
    assert list(trials(pair, ("copy",))) == []
    (trial,) = trials(pair, TESTS)
    assert trial.variant == "+7.0"
    exact, off = figures(trial, ideal, tmp_path), figures(trial, copier, tmp_path)
    assert exact["vowel_mel_db"] < 0.3 * off["vowel_mel_db"]
    assert exact["vowel_cepstral_db"] < off["vowel_cepstral_db"]
    itself = trial.measure(pair.target.wave).figures
    assert abs(itself["brightness_db"]) < 0.1
    assert itself["vowel_mel_db"] < 0.1
    textures = [trial.measure(trial.make(sing, tmp_path)).texture for sing in (ideal, copier)]
    near, far = (texture_distance_db([one.reference], [one.note]) for one in textures if one)
    assert near < 0.5 * far
    natural = recorded_truth(pair)
    assert natural is not None
    assert not natural.figures
    assert natural.texture is not None
    with pytest.raises(ValueError, match="ends after"):
        trial.measure(np.zeros(8000))


def test_the_vowel_as_recorded_is_measured_where_it_is_long_enough(sample: Sample, tmp_path: Path) -> None:
    found = recorded_vowel(sample)
    assert found is not None
    assert set(found.figures) == {"click_db", "warble_db"}
    assert found.texture is not None
    short = Sample(sample.recording, "a", 30.0, 300.0, -440.0, 470.0)
    assert recorded_vowel(short) is None


def test_every_test_has_a_title() -> None:
    assert set(TITLES) == set(TESTS) == {*SAMPLE_TESTS, "transfer"}
