"""What is asked for is what a host could write."""

import numpy as np
import pytest

from resampler.pitchbend import bend_step_ms
from resampler.protocol import RenderRequest, consonant_stretch, format_arguments, parse_arguments
from tests.voicebank_tools.vowel_bank import one_sample
from voicebank_tools.comparing.recordings import Sample
from voicebank_tools.comparing.requests import (
    as_recorded,
    bend_times_ms,
    flat,
    own_f0_hz,
    request,
    stretched,
    velocity_percent,
    wholly_stretched,
)

pytest.importorskip("librosa", reason="librosa comes with the measure and test extras")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return one_sample(tmp_path_factory.mktemp("bank"))


def asked_hz(asked: RenderRequest) -> np.ndarray:
    return 440.0 * 2.0 ** ((asked.tone_midi - 69 + np.array(asked.bend_cents) / 100.0) / 12.0)


@pytest.mark.parametrize("semitones", [0.0, 0.1, -7.0])
def test_a_sample_is_asked_for_with_its_own_melody(sample: Sample, semitones: float) -> None:
    asked = as_recorded(sample, semitones)
    wanted = 220.0 * 2 ** (semitones / 12)
    assert asked_hz(asked) == pytest.approx(wanted, rel=6e-4)  # whole cents
    assert own_f0_hz(sample, semitones) == pytest.approx(wanted, rel=3e-4)
    assert (asked.offset_ms, asked.length_ms, asked.consonant_ms, asked.cutoff_ms) == (30, 440, 60, -440)
    assert asked.flags.peak_strength == 0
    assert parse_arguments(format_arguments(asked)) == asked


def test_a_flat_note_has_no_melody(sample: Sample) -> None:
    asked = flat(sample, 12, 900.0, "l")
    assert asked.tone_midi == 69
    assert set(asked.bend_cents) == {0}
    assert len(asked.bend_cents) == len(bend_times_ms(900.0)) == int(np.ceil(900.0 / bend_step_ms(120.0)))


def test_lengths_and_velocities_of_other_speeds(sample: Sample) -> None:
    assert stretched(sample, 3.0).length_ms == 60 + 3 * 380
    whole = wholly_stretched(sample, 1.5)
    assert (whole.length_ms, whole.consonant_ms) == (660, 440)
    assert consonant_stretch(whole.velocity_percent) == pytest.approx(1.5, rel=1e-4)
    assert consonant_stretch(velocity_percent(0.7)) == pytest.approx(0.7)


def test_the_melody_is_what_was_asked_at_the_bend_times(sample: Sample) -> None:
    wanted = 200.0 + 0.1 * bend_times_ms(300.0)
    assert asked_hz(request(sample, wanted, 300.0)) == pytest.approx(wanted, rel=6e-4)
