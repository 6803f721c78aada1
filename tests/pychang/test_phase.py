"""The note's phase: the wanted pitch's integral, and the recording's own where that costs nothing."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from pychang.analysis import Analysis
from pychang.harmonics import frame_phase
from pychang.note import NotePlan
from pychang.phase import PULL_CENTS, wanted_phase
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.pychang.signals import made_analysis, straight_plan

SOURCE_HZ = 200.0
FRAMES = 200
SAMPLES = 150 * HOP_SAMPLES


def source(start_cycles: float = 0.37, jitter_cents: float = 0.0) -> Analysis:
    """A steady voice whose phase begins anywhere."""
    random = np.random.default_rng(4)
    f0 = SOURCE_HZ * 2 ** (jitter_cents / 1200 * random.standard_normal(FRAMES))
    analysis = made_analysis(f0, np.zeros((FRAMES, 5)))
    return replace(analysis, phase_cycles=analysis.phase_cycles + start_cycles)


def sung(
    analysis: Analysis, plan: NotePlan, voicing: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    return wanted_phase(analysis, plan, np.ones(len(plan.f0_hz)) if voicing is None else voicing)


def off_the_source(analysis: Analysis, plan: NotePlan, phase: np.ndarray) -> np.ndarray:
    """Distance to the recording's phase in cycles, whole turns aside."""
    own = np.interp(plan.source_frames, np.arange(FRAMES), analysis.phase_cycles)
    return np.asarray(np.abs((phase - own + 0.5) % 1.0 - 0.5))


def mean_cents(phase: np.ndarray, f0_hz: float) -> float:
    cycles = phase[-1] - phase[0]
    return float(1200 * np.log2(cycles * SAMPLE_RATE_HZ / HOP_SAMPLES / (len(phase) - 1) / f0_hz))


@pytest.mark.parametrize("first_frame", [0.0, 7.0, 12.3])
def test_own_pitch_meets_the_own_phase(first_frame: float) -> None:
    analysis = source()
    plan = straight_plan(SAMPLES, SOURCE_HZ, first_frame)
    phase, coherence = sung(analysis, plan)
    assert off_the_source(analysis, plan, phase).max() < 1e-6
    np.testing.assert_allclose(coherence, 1.0)


@pytest.mark.parametrize("cents", [-4.5, -2.0, 1.0, 3.0, 4.5])
def test_within_the_budget_the_phase_stays_with_the_recording(cents: float) -> None:
    analysis = source()
    plan = straight_plan(SAMPLES, SOURCE_HZ * 2 ** (cents / 1200), 10.0)
    phase, coherence = sung(analysis, plan)
    assert off_the_source(analysis, plan, phase)[20:].max() < 0.05
    assert coherence.min() == 1.0


@pytest.mark.parametrize("cents", [4.9, 5.0, 5.1, 6.0, 7.0, 8.0, 9.0, 10.0, 12.0, -6.0, -9.0])
def test_the_pull_never_costs_more_than_its_budget(cents: float) -> None:
    wanted_hz = SOURCE_HZ * 2 ** (cents / 1200)
    phase, _ = sung(source(), straight_plan(SAMPLES, wanted_hz, 10.0))
    assert abs(mean_cents(phase[20:], wanted_hz)) < PULL_CENTS + 0.1


@pytest.mark.parametrize("semitones", [-12.0, -1.0, -0.2, 0.15, 0.5, 7.0])
def test_another_pitch_is_integrated_to_the_last_digit(semitones: float) -> None:
    wanted_hz = SOURCE_HZ * 2 ** (semitones / 12)
    plan = straight_plan(SAMPLES, wanted_hz, 10.0)
    phase, _ = sung(source(jitter_cents=3.0), plan)
    np.testing.assert_allclose(phase - phase[0], frame_phase(plan.f0_hz), atol=1e-9)


def test_coherence_falls_with_the_distance() -> None:
    found = [
        float(sung(source(), straight_plan(SAMPLES, SOURCE_HZ * 2 ** (cents / 1200), 10.0))[1].mean())
        for cents in (0.0, 15.0, 30.0, 45.0, 70.0)
    ]
    assert found[0] == 1.0
    assert found[-1] < 0.01
    assert all(a >= b for a, b in pairwise(found))


@pytest.mark.parametrize("speed", [0.7, 1.2])
def test_at_another_speed_the_phase_is_the_notes_and_the_voice_the_recordings(speed: float) -> None:
    plan = straight_plan(SAMPLES, SOURCE_HZ, 10.0, speed=speed)
    phase, coherence = sung(source(), plan)
    np.testing.assert_allclose(phase - phase[0], frame_phase(plan.f0_hz), atol=1e-9)
    assert coherence.min() == 1.0


def test_a_held_voice_is_not_the_recordings() -> None:
    plan = straight_plan(SAMPLES, SOURCE_HZ, 10.0, speed=0.3)
    assert sung(source(), plan)[1].max() < 0.01


def test_the_recordings_jitter_is_kept_and_its_mean_is_the_wanted_pitch() -> None:
    analysis = source(jitter_cents=4.0)
    plan = straight_plan(SAMPLES, SOURCE_HZ, 10.0)
    phase, _ = sung(analysis, plan)
    assert np.median(off_the_source(analysis, plan, phase)[10:]) < 0.01
    assert abs(mean_cents(phase, SOURCE_HZ)) < 2.0


@pytest.mark.parametrize("cents", [0.0, 3.0, 8.0, 25.0, 300.0])
def test_phase_never_jumps_inside_a_voice(cents: float) -> None:
    plan = straight_plan(SAMPLES, SOURCE_HZ * 2 ** (cents / 1200), 10.0)
    voicing = np.ones(len(plan.f0_hz))
    voicing[:20] = voicing[60:80] = 0.0
    phase, _ = sung(source(jitter_cents=5.0), plan, voicing)
    step = np.diff(phase) / np.diff(frame_phase(plan.f0_hz))
    inside = (voicing[1:] > 0) & (voicing[:-1] > 0)
    assert np.abs(1200 * np.log2(step[inside])).max() < 26.0


def test_each_sung_stretch_meets_the_recording_anew() -> None:
    analysis = source()
    plan = straight_plan(SAMPLES, SOURCE_HZ, 10.0)
    f0 = plan.f0_hz.copy()
    f0[50:90] *= 1.3  # in the silence the wanted pitch wanders off
    plan = replace(plan, f0_hz=f0)
    voicing = np.ones(len(f0))
    voicing[45:95] = 0.0
    phase, _ = sung(analysis, plan, voicing)
    off = off_the_source(analysis, plan, phase)
    assert off[:40].max() < 0.01
    assert off[115:].max() < 0.01


def test_without_a_voice_the_phase_is_the_pitch_alone() -> None:
    plan = straight_plan(SAMPLES, 330.0, 10.0)
    phase, _ = sung(source(), plan, np.zeros(len(plan.f0_hz)))
    np.testing.assert_allclose(phase, frame_phase(plan.f0_hz), atol=1e-9)


def test_small_jitter_is_followed_without_delay() -> None:
    """A phase that lags behind the recording's bends the pitch there and back."""
    analysis = source(jitter_cents=3.0)
    plan = straight_plan(SAMPLES, SOURCE_HZ, 20.0)
    phase, _ = sung(analysis, plan)
    assert off_the_source(analysis, plan, phase)[5:].max() < 1e-6
