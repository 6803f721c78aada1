"""Partials read from an envelope that is known: straight lines of decibels over hertz."""

from dataclasses import replace

import numpy as np
import pytest

from pychang.analysis import Analysis
from pychang.harmonics import TOP_HZ, harmonic_count
from pychang.partials import breath_in_partials, partials, without_detail
from tests.pychang.signals import made_analysis, straight_plan

SOURCE_HZ = 200.0
FRAMES = 120
SLOPE = -1e-4
"""Nepers a hertz: 8.7 dB in ten kilohertz."""


def sloped(source_hz: float = SOURCE_HZ, frames: int = FRAMES) -> Analysis:
    hz = source_hz * np.arange(1, harmonic_count(source_hz) + 1)
    return made_analysis(source_hz, np.tile(SLOPE * hz, (frames, 1)))


def read(analysis: Analysis, f0_hz: float = SOURCE_HZ, coherence: float = 0.0, **plan: float) -> np.ndarray:
    """Partials of a note of half the analysis' frames from its frame 10. Shape [frames, partials]."""
    note = straight_plan(50 * 220, f0_hz, first_frame=10.0, **plan)  # type: ignore[arg-type]
    frames = len(note.f0_hz)
    return partials(analysis, note, np.full(frames, coherence), np.zeros(frames), np.ones(frames))


@pytest.mark.parametrize("coherence", [0.0, 1.0])
def test_own_pitch_gives_the_own_partials(coherence: float) -> None:
    analysis = sloped()
    np.testing.assert_allclose(np.abs(read(analysis, coherence=coherence))[5],
                               np.exp(analysis.log_amplitudes[0]), rtol=1e-4)  # fmt: skip


@pytest.mark.parametrize("f0_hz", [90.0, 150.0, 211.0, 300.0, 700.0])
@pytest.mark.parametrize("ratio", [0.8, 1.0, 1.3])
def test_the_envelope_stands_still_and_formants_move(f0_hz: float, ratio: float) -> None:
    found = read(sloped(), f0_hz, formant_ratio=ratio)
    assert found.shape[1] == harmonic_count(f0_hz)
    hz = f0_hz * np.arange(1, found.shape[1] + 1)
    inside = (hz / ratio > SOURCE_HZ) & (hz / ratio < TOP_HZ)
    # a comb of closer teeth holds more of them: the power of a band is what is kept
    wanted = np.exp(SLOPE * hz / ratio) * np.sqrt(f0_hz / SOURCE_HZ)
    np.testing.assert_allclose(np.abs(found[30])[inside], wanted[inside], rtol=1e-3)


def test_below_the_first_partial_the_envelope_is_held() -> None:
    found = np.abs(read(sloped(), 50.0))[30]
    np.testing.assert_allclose(found[:4], np.exp(SLOPE * SOURCE_HZ) * np.sqrt(50 / SOURCE_HZ), rtol=1e-3)


def test_nothing_is_sung_above_the_top() -> None:
    analysis = sloped()
    note = straight_plan(50 * 220, SOURCE_HZ)
    note = replace(note, f0_hz=np.linspace(200.0, 500.0, len(note.f0_hz)))
    found = partials(
        analysis, note, np.zeros(len(note.f0_hz)), np.zeros(len(note.f0_hz)), np.ones(len(note.f0_hz))
    )
    above = np.arange(1, found.shape[1] + 1) * note.f0_hz[:, None] > TOP_HZ
    assert not found[above].any()
    assert found[~above].all()


@pytest.mark.parametrize(
    ("semitones", "least_left", "most_left"),
    [(0.0, 0.99, 1.01), (1.0, 0.97, 1.0), (-5.0, 0.70, 0.82), (-10.0, 0.0, 0.15), (-14.0, 0.0, 0.05)],
)
def test_what_changes_from_partial_to_partial_fades_with_the_distance(
    semitones: float, least_left: float, most_left: float
) -> None:
    plain = sloped()
    ups_and_downs = 0.5 * (-1.0) ** np.arange(plain.log_amplitudes.shape[1])  # nepers
    rough = replace(plain, log_amplitudes=plain.log_amplitudes + ups_and_downs.astype(np.float32))
    count = len(ups_and_downs)
    wanted = np.full(FRAMES, SOURCE_HZ * 2 ** (semitones / 12))
    left = without_detail(rough.log_amplitudes, np.full(FRAMES, SOURCE_HZ), wanted)
    detail = (left - plain.log_amplitudes)[30] / ups_and_downs
    above = SOURCE_HZ * np.arange(1, count + 1) >= 1000.0
    assert least_left < np.abs(detail[above][4:-4]).min()
    assert np.abs(detail[above][4:-4]).max() < most_left
    np.testing.assert_allclose(detail[:2], 1.0, atol=1e-3)  # the first formant's own


def test_the_noise_in_the_partials_is_what_the_residual_lacks() -> None:
    """A partial of power 1/2, of which the noise's share is 60 %, half of it still in the residual."""
    plain = made_analysis(SOURCE_HZ, np.zeros((FRAMES, 4)))
    tone, missing = 0.5 * np.log(0.4), 0.5 * np.log(2.0)
    analysis = replace(plain, log_tone=np.full_like(plain.log_tone, tone),
                       log_missing=np.full_like(plain.log_missing, missing))  # fmt: skip
    beyond_both_ends = np.array([-3.0, 0.0, 7.5, FRAMES - 1, FRAMES + 4.0])
    found = breath_in_partials(analysis, beyond_both_ends)
    np.testing.assert_allclose(found, np.full((5, 4), 0.5 * 0.6 * 0.5), rtol=2e-3)  # half precision
    assert not breath_in_partials(plain, beyond_both_ends).any()


def test_the_noise_in_the_partials_swells_when_they_do() -> None:
    swell = np.linspace(-1.0, 1.0, FRAMES)[:, None] * np.ones((1, 4))  # nepers
    plain = made_analysis(SOURCE_HZ, swell)
    analysis = replace(plain, log_tone=plain.log_tone - 1.0, log_missing=plain.log_missing + 1.0)
    for first in (0.0, 60.0):
        found = breath_in_partials(analysis, first + np.arange(20.0))
        wanted = np.exp(2 * swell[int(first) : int(first) + 20])
        np.testing.assert_allclose(found / found[0], wanted / wanted[0], rtol=1e-4)


@pytest.mark.parametrize("tilt", [-3.0, 1.5, 3.0])
def test_tilt_turns_the_slope_and_keeps_the_power(tilt: float) -> None:
    plain, tilted = read(sloped())[20], read(sloped(), tilt_db_per_octave=tilt)[20]
    assert np.sum(np.abs(tilted) ** 2) == pytest.approx(np.sum(np.abs(plain) ** 2), rel=1e-4)
    change_db = 20 * np.log10(np.abs(tilted / plain))
    octaves = np.log2(np.arange(1, len(plain) + 1))
    steps = np.diff(change_db) / np.diff(octaves)
    np.testing.assert_allclose(steps[octaves[1:] <= 5], tilt, atol=0.01)
    np.testing.assert_allclose(steps[octaves[:-1] >= 5], 0.0, atol=0.01)


@pytest.mark.parametrize("f0_hz", [SOURCE_HZ, 260.0])
def test_phase_of_tract_and_deviation_are_read_at_the_frequency(f0_hz: float) -> None:
    plain = sloped()
    hz = SOURCE_HZ * np.arange(1, plain.log_amplitudes.shape[1] + 1)
    rows = np.tile((hz / 8000).astype(np.float32), (FRAMES, 1))
    analysis = replace(plain, tract_phase=rows, deviation=np.exp(0.2j * rows).astype(np.complex64))
    found = read(analysis, f0_hz)[20]
    wanted = f0_hz * np.arange(1, len(found) + 1) / 8000 * 1.2
    off = np.angle(found * np.exp(-1j * wanted))
    assert np.abs(off[wanted > SOURCE_HZ / 8000 * 1.2][:-1]).max() < 1e-3


def test_fast_phase_movement_is_kept_only_where_it_is_the_recordings() -> None:
    plain = sloped()
    wobble = 0.5 * (-1.0) ** np.arange(FRAMES)  # radians, from frame to frame
    turn = np.exp(1j * wobble[:, None]).astype(np.complex64)
    analysis = replace(plain, deviation=turn * plain.deviation)

    def movement(coherence: float) -> float:
        found = np.angle(read(analysis, coherence=coherence)[15:-15, 3])
        return float(np.abs(np.diff(found)).max())

    assert movement(1.0) == pytest.approx(1.0, abs=0.01)
    assert movement(0.0) < 0.01


def test_a_held_vowel_does_not_throb_and_a_sung_one_keeps_its_swell() -> None:
    swell = 0.3 * np.sin(np.arange(FRAMES) / 6.0)  # nepers
    plain = sloped()
    analysis = replace(plain, log_amplitudes=plain.log_amplitudes + swell[:, None].astype(np.float32))

    def swing(speed: float) -> float:
        level = np.log((np.abs(read(analysis, speed=speed)) ** 2).sum(1)) / 2
        return float(np.ptp(level[3:-3]))

    assert swing(1.0) == pytest.approx(0.6, abs=0.02)
    assert swing(0.2) < 0.02


def test_a_held_vowels_colour_moves_as_the_recordings_and_its_level_does_not() -> None:
    plain = sloped()
    tilt = np.linspace(-1.0, 1.0, plain.log_amplitudes.shape[1])
    sway = 0.2 * np.sin(2 * np.pi * np.arange(FRAMES) / 40.0)  # nepers, 5 Hz
    moving = plain.log_amplitudes + (sway[:, None] * tilt).astype(np.float32)

    def colour(speed: float) -> float:
        found = np.log(np.abs(read(replace(plain, log_amplitudes=moving), speed=speed)) + 1e-9)
        return float(np.std((found[5:-5] - found[5:-5].mean(0))[:, [0, 90]] @ [-1.0, 1.0]))

    assert colour(0.49) > 0.4 * colour(1.0)
    level = (np.abs(read(replace(plain, log_amplitudes=moving), speed=0.49)) ** 2).sum(1)
    assert np.ptp(0.5 * np.log(level[3:-3])) < 0.02


def test_a_dying_vowel_is_not_blown_up() -> None:
    plain = sloped()
    fall = np.linspace(0.0, -6.0, FRAMES).astype(np.float32)  # 52 dB
    found = np.abs(read(replace(plain, log_amplitudes=plain.log_amplitudes + fall[:, None]), speed=0.29))
    change = np.log(found[-1, 0] / found[0, 0]) - (fall[10 + int(0.29 * 51)] - fall[10])
    assert 0.0 < change <= 2 * 0.7 + 0.1


def test_positions_outside_the_recording_hold_its_ends() -> None:
    analysis = sloped(frames=20)
    note = straight_plan(60 * 220, SOURCE_HZ, first_frame=-15.0)
    found = partials(
        analysis, note, np.zeros(len(note.f0_hz)), np.zeros(len(note.f0_hz)), np.ones(len(note.f0_hz))
    )
    np.testing.assert_allclose(np.abs(found[0]), np.abs(found[-1]), rtol=1e-4)
