"""What the generator is told about notes whose pitch, speed and level are known."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from pychang.analysis import Analysis, analyse
from pychang.conditions import CHANNELS, SCALARS, Conditions, conditions, course_of, reference_db
from pychang.image import BANDS, IMAGE_HOP_SAMPLES, band_centres_hz, image_frames
from pychang.note import NotePlan
from pychang.prior import draw
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.pychang.signals import straight_plan, syllable, vowel, white

SAMPLES = 22050


@cache
def sung() -> Analysis:
    return analyse(vowel(220.0, seconds=0.8))


def told(plan: NotePlan, analysis: Analysis | None = None) -> Conditions:
    analysis = analysis or sung()
    return conditions(analysis, plan, draw(analysis, plan), course_of(analysis, plan))


def scalar(made: Conditions, name: str) -> np.ndarray:
    return np.asarray(made.scalars[5:-5, SCALARS.index(name)])


def test_shapes_types_and_range() -> None:
    made = told(straight_plan(SAMPLES, 300.0, 5.0))
    frames = image_frames(SAMPLES)
    assert made.levels_db.shape == made.image.shape == (frames, BANDS, len(CHANNELS))
    assert made.scalars.shape == (frames, len(SCALARS))
    assert made.strength.shape == (frames,)
    assert {made.image.dtype, made.scalars.dtype, made.strength.dtype} == {np.dtype(np.float32)}
    assert np.abs(made.image).max() <= 1.0
    assert np.isfinite(made.scalars).all()


def test_the_scalars_of_a_shifted_note() -> None:
    made = told(straight_plan(SAMPLES, 440.0, 5.0))
    np.testing.assert_allclose(scalar(made, "octaves"), 0.5, atol=0.001)
    np.testing.assert_allclose(scalar(made, "shift"), 1.0, atol=0.01)
    np.testing.assert_allclose(scalar(made, "speed"), 0.0, atol=1e-6)
    np.testing.assert_allclose(scalar(made, "voicing"), 1.0, atol=0.01)
    down = told(straight_plan(SAMPLES, 110.0, 5.0))
    np.testing.assert_allclose(scalar(down, "shift"), -1.0, atol=0.01)
    np.testing.assert_allclose(scalar(down, "distance"), 1.0, atol=0.01)


@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_the_speed_is_told_in_octaves(speed: float) -> None:
    plan = straight_plan(SAMPLES, 220.0, 5.0)
    plan = replace(plan, source_frames=5.0 + speed * np.arange(len(plan.f0_hz)) * 0.5)
    np.testing.assert_allclose(scalar(told(plan), "speed"), (np.log2(speed) - 1.0) / 3.0, atol=1e-4)


def test_a_copy_gets_nothing() -> None:
    """Exactly nothing: also of a syllable, whose hiss and silence have no pitch."""
    analysis = analyse(syllable(220.0))
    plan = straight_plan(SAMPLES, 220.0, 2.0)
    own = np.interp(plan.source_frames, np.arange(len(analysis.f0_hz)), analysis.continuous_f0_hz)
    assert not told(replace(plan, f0_hz=own), analysis).strength.any()


def test_what_has_no_pitch_is_not_moved() -> None:
    analysis = analyse(white(SAMPLES, -30.0))
    made = told(straight_plan(SAMPLES - 2000, 500.0), analysis)
    assert not made.strength.any()
    assert not scalar(made, "shift").any()


@pytest.mark.parametrize(("semitones", "strength"), [(0.2, 0.0), (0.9, 0.5), (1.5, 1.0), (-7.0, 1.0)])
def test_the_strength_grows_with_the_distance(semitones: float, strength: float) -> None:
    made = told(straight_plan(SAMPLES, 220.0 * 2 ** (semitones / 12), 10.0))
    np.testing.assert_allclose(made.strength[5:-5], strength, atol=0.02)


@pytest.mark.parametrize(("lasting_ms", "strength"), [(60, 0.0), (150, 0.0), (240, 1.0)])
@pytest.mark.parametrize("begin_ms", [0, 130])
def test_a_pitch_that_is_off_for_moments_makes_no_other_note(
    lasting_ms: int, strength: float, begin_ms: int
) -> None:
    plan = straight_plan(SAMPLES, 220.0, 5.0)
    time_ms = 1000.0 * np.arange(len(plan.f0_hz)) * HOP_SAMPLES / SAMPLE_RATE_HZ
    off = (time_ms >= begin_ms) & (time_ms < begin_ms + lasting_ms)
    made = course_of(sung(), replace(plan, f0_hz=np.where(off, 330.0, 220.0)))
    assert made.strength.max() == pytest.approx(strength, abs=1e-6)


def test_a_note_shorter_than_moments_is_another_note() -> None:
    assert course_of(sung(), straight_plan(SAMPLE_RATE_HZ // 20, 330.0, 5.0)).strength.min() == pytest.approx(
        1.0
    )


@pytest.mark.parametrize("speed", [0.5, 0.9, 2.0])
def test_another_speed_alone_gets_nothing(speed: float) -> None:
    for analysis in (sung(), analyse(white(SAMPLES, -30.0))):
        plan = straight_plan(SAMPLES // 2, 220.0, 10.0, speed=speed)
        own = np.interp(plan.source_frames, np.arange(len(analysis.f0_hz)), analysis.continuous_f0_hz)
        assert not course_of(analysis, replace(plan, f0_hz=own)).strength.any()


def test_of_a_held_vowel_no_speed_is_told() -> None:
    plan = straight_plan(SAMPLES, 330.0, 10.0, speed=0.2)
    held = (np.arange(len(plan.f0_hz)) > 50).astype(float)
    made = course_of(sung(), replace(plan, held=held))
    speed = made.scalars[:, SCALARS.index("speed")]
    assert not speed[35:].any()
    assert (speed[2:15] < -0.5).all()
    np.testing.assert_allclose(made.strength, 1.0, atol=1e-6)


def test_frames_stand_where_the_plan_says() -> None:
    """The note's image frame j is at sample j * hop; the plan's frames begin `lead_samples` before."""
    glide = straight_plan(SAMPLES, 220.0, 5.0, lead_samples=100)
    f0_hz = 220.0 * 2 ** (np.arange(len(glide.f0_hz)) / 400)
    made = told(replace(glide, f0_hz=f0_hz))
    at = (np.arange(len(made.scalars)) * IMAGE_HOP_SAMPLES + 100) / HOP_SAMPLES
    np.testing.assert_allclose(made.scalars[:-1, 0], (at / 400 / 2)[:-1], atol=1e-4)


def test_the_envelope_is_the_samples_own_whatever_the_pitch() -> None:
    """Partials of a source with a known tilt are read at the bands' centres; the gender flag moves them."""
    low, high = (
        told(straight_plan(SAMPLES, f0_hz, 10.0)).levels_db[10:-10, :, 2] for f0_hz in (200.0, 500.0)
    )
    np.testing.assert_allclose(low, high, atol=1e-4)
    analysis = sung()
    partials = 220.0 * np.arange(1, analysis.log_amplitudes.shape[1] + 1)
    wanted = np.interp(band_centres_hz(), partials, analysis.log_amplitudes[60] * 20 / np.log(10))
    np.testing.assert_allclose(np.median(low, 0), np.maximum(wanted, -100), atol=1.0)


def test_the_networks_image_knows_no_loudness() -> None:
    wave, plan = vowel(220.0, breath_db=-10.0), straight_plan(SAMPLES, 300.0, 5.0)
    analysis, softer = analyse(wave), analyse(wave / np.float32(np.e))
    loud, soft = told(plan, analysis), told(plan, softer)
    assert loud.reference_db - soft.reference_db == pytest.approx(20 / np.log(10), abs=0.01)
    heard = soft.levels_db > -85.0  # the floor does not move
    assert heard.mean() > 0.5
    np.testing.assert_allclose(loud.image[heard], soft.image[heard], atol=0.01)


def test_the_reference_is_the_mean_power() -> None:
    levels = np.full((1000, BANDS, 3), -40.0, np.float32)
    assert reference_db(levels) == pytest.approx(-40 + 10 * np.log10(2 * BANDS), abs=1e-3)


@pytest.mark.parametrize("milliseconds", [0.03, 5, 40])
@pytest.mark.parametrize("samples", [1, 300, 5000])
def test_the_shortest_recordings_and_notes(milliseconds: float, samples: int) -> None:
    analysis = analyse(vowel(220.0, seconds=0.1)[: max(1, round(milliseconds * 44.1))])
    made = told(straight_plan(samples, 300.0), analysis)
    assert len(made.strength) == image_frames(samples)
    assert np.isfinite(made.scalars).all()
    assert np.isfinite(made.image).all()
