"""Requests to plans: vectors L1, L2, T2, T3 and V1 of the protocol notes, and every degenerate window."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pychang.analysis import Analysis
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from resampler.pitchbend import decode_bend
from resampler.plan import (
    Window,
    bend_at,
    build_plan,
    frame_times_ms,
    output_samples,
    source_window,
    time_map,
    wanted_f0,
)
from resampler.protocol import RenderRequest, consonant_stretch, parse_arguments
from tests.pychang.signals import made_analysis

MS_PER_FRAME = 1000.0 * HOP_SAMPLES / SAMPLE_RATE_HZ


def request(*arguments: str) -> RenderRequest:
    """From the pitch on: C4 100 flags offset length consonant cutoff volume modulation tempo bend."""
    return parse_arguments(["in.wav", "out.wav", *arguments])


def voice(f0_hz: float | np.ndarray = 220.0, frames: int = 200) -> Analysis:
    """About a second of a voice."""
    return made_analysis(f0_hz, np.zeros((frames, 3)))


def test_worldlines_time_map() -> None:
    """L1: a file of 1000 ms, offset 100, length 500, consonant 100; a value each 5 ms."""

    def mapped(velocity: str, cutoff: str) -> np.ndarray:
        asked = request("C4", velocity, "", "100", "500", "100", cutoff)
        window = source_window(asked, 1000.0)
        stretch = consonant_stretch(asked.velocity_percent)
        return time_map(window, np.arange(0.0, 501.0, 5.0), stretch, 500.0, False)[0]

    np.testing.assert_allclose(mapped("100", "100"), np.arange(100.0, 601.0, 5.0))
    short = mapped("100", "-200")
    assert short[20] == 200.0
    assert 295.0 < short[100] <= 305.0
    slow = mapped("50", "100")
    assert 170.0 < slow[20] <= 171.0
    assert slow[28] <= 200.0 < slow[29]
    assert slow[98] <= 550.0 < slow[99]
    fast = mapped("150", "-200")
    assert fast[14] <= 200.0 < fast[15]
    assert 295.0 < fast[100] <= 305.0


@pytest.mark.parametrize(("offset", "cutoff", "samples"), [
    ("1538.32", "-100", 4410), ("1538.32", "-200", 8820), ("1500", str(5851.428571428572 - 1600), 4410),
])  # fmt: skip
def test_window_lengths(offset: str, cutoff: str, samples: int) -> None:
    """L2, on a file of 5851.43 ms."""
    window = source_window(request("C4", "100", "", offset, "500", "0", cutoff), 5851.428571428572)
    assert round((window.end_ms - window.start_ms) * SAMPLE_RATE_HZ / 1000) == samples


@pytest.mark.parametrize(("offset", "consonant", "cutoff", "window"), [
    ("100", "50", "200", (100, 150, 800)),
    ("100", "50", "-300", (100, 150, 400)),
    ("-105", "50", "200", (0, 50, 800)),  # UTAU's own batch files hold negative offsets
    ("-105", "50", "-300", (0, 50, 195)),
    ("100", "0", "0", (100, 100, 1000)),
    ("100", "700", "200", (100, 800, 800)),  # consonant up to the cutoff: no vowel
    ("100", "5000", "200", (100, 800, 800)),
    ("100", "50", "-5000", (100, 150, 1000)),  # cutoff beyond the file
    ("100", "50", "900", (100, 150, 150)),  # cutoff at the offset: the consonant is taken
    ("100", "50", "5000", (100, 150, 150)),  # cutoff before the offset
    ("100", "0", "900", (100, 100, 130)),
    ("1000", "50", "0", (970, 1000, 1000)),  # offset at the end: the last moment is taken
    ("5000", "50", "-100", (970, 1000, 1000)),
    ("5000", "0", "0", (970, 970, 1000)),
    ("0", "0", "0", (0, 0, 1000)),  # an oto entry without numbers
])  # fmt: skip
def test_windows_of_a_second(
    offset: str, consonant: str, cutoff: str, window: tuple[float, float, float]
) -> None:
    found = source_window(request("C4", "100", "", offset, "500", consonant, cutoff), 1000.0)
    assert (found.start_ms, found.vowel_ms, found.end_ms) == pytest.approx(window, abs=0.02)


positions = st.floats(-1e5, 1e5)
durations = st.floats(0.01, 5000.0)
windows = st.tuples(durations, st.floats(0.0, 1.0), st.floats(0.0, 1.0)).map(
    lambda part: Window(0.3, 0.3 + part[0] * part[1] * part[2], 0.3 + part[0] * part[1])
)
velocities = st.floats(0.0, 200.0).map(consonant_stretch)


@given(positions, positions.map(abs), positions, durations)
def test_windows_lie_inside_the_file(offset: float, consonant: float, cutoff: float, duration: float) -> None:
    asked = replace(request("C4", "100"), offset_ms=offset, consonant_ms=consonant, cutoff_ms=cutoff)
    window = source_window(asked, duration)
    half_sample_ms = 500.0 / SAMPLE_RATE_HZ
    assert -1e-9 <= window.start_ms <= window.vowel_ms <= window.end_ms <= duration + 1e-9
    assert window.end_ms - window.start_ms >= min(1.0, duration) - 2 * half_sample_ms


@given(windows, velocities, st.floats(0.0, 3000.0))
def test_a_stretched_sample_runs_forward_inside_its_window(
    window: Window, stretch: float, length_ms: float
) -> None:
    times_ms = np.arange(0.0, length_ms + 10.0, 2.5)
    path, _ = time_map(window, times_ms, stretch, length_ms, False)
    assert (np.diff(path) >= -1e-9).all()
    assert path.min() >= window.start_ms - 1e-9
    assert path.max() <= window.end_ms + 1e-9
    # never faster than the quickest consonant, so nothing is jumped over
    assert np.diff(path).max() <= 2.5 * max(1.0, 1.0 / stretch) + 1e-9


@given(windows, velocities, st.floats(0.0, 3000.0))
def test_a_looped_vowel_stays_inside_the_vowel(window: Window, stretch: float, length_ms: float) -> None:
    times_ms = np.arange(0.0, length_ms + 10.0, 2.5)
    path, _ = time_map(window, times_ms, stretch, length_ms, True)
    assert path.min() >= window.start_ms - 1e-9
    assert path.max() <= window.end_ms + 1e-9
    in_vowel = times_ms >= (window.vowel_ms - window.start_ms) * stretch
    assert (path[in_vowel] >= min(window.vowel_ms, window.end_ms - 30.0) - 1e-9).all()
    assert np.abs(np.diff(path)).max() <= 2.5 * max(1.0, 1.0 / stretch) + 1e-9


@given(windows, velocities, st.floats(1.0, 3000.0))
@example(Window(0.3, 16.313671875, 16.313671875), 0.9930924954370359, 16.0)
def test_a_long_note_uses_the_whole_vowel(window: Window, stretch: float, length_ms: float) -> None:
    """What is not sung at its own speed ends where the window ends."""
    path = partial(time_map, window, stretch=stretch, length_ms=length_ms, loop=False)
    end = path(times_ms=np.array([length_ms]))[0]
    whole_ms = (window.vowel_ms - window.start_ms) * stretch + (window.end_ms - window.vowel_ms)
    if whole_ms < length_ms:
        assert end == pytest.approx(window.end_ms, abs=1e-6)


def test_a_loop_goes_to_and_fro() -> None:
    window = Window(0.0, 100.0, 200.0)
    path, _ = time_map(window, np.array([50.0, 100, 150, 200, 250, 300, 350, 400]), 1.0, 500.0, True)
    np.testing.assert_allclose(path, [50, 100, 150, 200, 150, 100, 150, 200])


def test_a_window_without_a_vowel_ends_slowly() -> None:
    """Consonant up to the cutoff: the last 30 ms take the vowel's place, without a step back."""
    path, _ = time_map(Window(0.0, 100.0, 100.0), np.array([0.0, 35.0, 70.0, 285.0, 500.0]), 1.0, 500.0, True)
    np.testing.assert_allclose(path, [0.0, 35.0, 70.0, 85.0, 100.0])


def test_a_note_shorter_than_its_consonant_is_its_beginning() -> None:
    path, _ = time_map(Window(100.0, 400.0, 600.0), np.arange(0.0, 101.0, 10.0), 2.0, 100.0, False)
    np.testing.assert_allclose(path, np.arange(100.0, 151.0, 5.0))


@pytest.mark.parametrize(("length", "samples"), [
    ("450", 19845), ("1000", 44100), ("0.01", 220), ("0", 220), ("100.001", 4411), ("2000.0", 88200),
])  # fmt: skip
def test_length_is_rounded_up(length: str, samples: int) -> None:
    assert output_samples(request("C4", "100", "", "0", length)) == samples


def test_bends_end_at_zero() -> None:
    """T3: what lies behind the last value falls to 0 within one step."""
    values = (0, 4, 8, 12, 16, 20)
    np.testing.assert_allclose(
        bend_at(values, 2.0, np.array([0.0, 1.0, 3.0, 10.0, 11.0, 12.0, 50.0])), [0, 2, 6, 20, 10, 0, 0]
    )
    np.testing.assert_allclose(bend_at(values, 2.0, np.array([-3.0])), [0.0])
    assert not bend_at((), 5.0, np.arange(4.0)).any()


@pytest.mark.parametrize(("bend", "tempo", "hz"), [
    ("AB#96#", "!120", 440 * 2 ** (1 / 1200)), ("AB#96#", "120", 440 * 2 ** (1 / 1200)),
    ("Sw#96#", "!120", 880.0), ("tQ#96#", "!120", 220.0), ("AA#96#", "!120", 440.0), ("", "!120", 440.0),
])  # fmt: skip
def test_flat_bends(bend: str, tempo: str, hz: float) -> None:
    """T2: a flat source of 440 Hz, modulation 0, A4."""
    asked = request("A4", "100", "", "0", "400", "0", "0", "100", "0", tempo, bend)
    np.testing.assert_allclose(build_plan(asked, voice(440.0)).f0_hz, hz, rtol=1e-9)


@pytest.mark.parametrize(("modulation", "hz"), [
    ("100", 880.0), ("50", 622.254), ("-100", 220.0), ("0", 440.0), ("200", 1760.0),
])  # fmt: skip
def test_modulation(modulation: str, hz: float) -> None:
    """T2: where the source sings 880 Hz and its mean is 440 Hz, A4 is asked for."""
    source = voice(np.repeat([880.0, 330.0], [40, 160]))
    assert source.mean_f0_hz == pytest.approx(440.0)
    asked = request("A4", "100", "", "0", "100", "0", "0", "100", modulation, "!120")
    np.testing.assert_allclose(build_plan(asked, source).f0_hz[2:], hz, rtol=1e-5)


def test_a_flat_source_has_nothing_to_modulate() -> None:
    asked = request("A4", "100", "", "0", "100", "0", "0", "100", "100", "!120")
    np.testing.assert_allclose(build_plan(asked, voice(435.0)).f0_hz, 440.0, rtol=1e-9)


def test_bends_lie_on_the_tempos_grid() -> None:
    values = decode_bend("AA#19#" + "Sw#19#")
    for tempo, step_ms in (("!120", 500 / 96), ("!100", 6.25), ("!240", 250 / 96)):
        asked = request("A4", "100", "", "0", "400", "0", "0", "100", "0", tempo, "AA#19#Sw#19#")
        plan = build_plan(asked, voice())
        times_ms = frame_times_ms(len(plan.f0_hz), plan.lead_samples)
        wanted = np.interp(times_ms / step_ms, np.arange(41), [*values, 0])
        np.testing.assert_allclose(1200 * np.log2(plan.f0_hz / 440.0), wanted, atol=1e-3)


@pytest.mark.parametrize(("pitch", "bend", "hz"), [
    ("B9", "f/#50#", 4000.0), ("C-1", "gA#50#", 20.0), ("C-1", "", 20.0), ("G9", "", 4000.0),
])  # fmt: skip
def test_pitch_keeps_within_what_can_be_sung(pitch: str, bend: str, hz: float) -> None:
    asked = request(pitch, "100", "", "0", "100", "0", "0", "100", "0", "!120", bend)
    np.testing.assert_allclose(build_plan(asked, voice()).f0_hz[:20], hz, rtol=1e-9)
    assert build_plan(asked, voice()).f0_hz.min() >= 20.0
    assert build_plan(asked, voice()).f0_hz.max() <= 4000.0


def test_a_pitch_in_percent_is_the_recordings_own() -> None:
    assert wanted_f0(request("120", "100"), voice(300.0), np.arange(5.0), np.arange(5.0))[0] == 360.0
    silent = replace(voice(), f0_hz=np.zeros(200))
    assert wanted_f0(request("100", "100"), silent, np.arange(5.0), np.arange(5.0))[0] == 220.0


@pytest.mark.parametrize(("velocity", "stretch"), [("100", 1.0), ("0", 2.0), ("200", 0.5)])
def test_velocity_stretches_the_consonant(velocity: str, stretch: float) -> None:
    """V1, in the plan."""
    plan = build_plan(request("C4", velocity, "", "0", "500", "100", "0"), voice())
    times_ms = np.arange(len(plan.source_frames)) * MS_PER_FRAME
    source_ms = plan.source_frames * MS_PER_FRAME
    consonant = times_ms < 100.0 * stretch
    np.testing.assert_allclose(source_ms[consonant], times_ms[consonant] / stretch, atol=1e-6)
    vowel = ~consonant & (times_ms <= 500.0)
    np.testing.assert_allclose(source_ms[vowel], times_ms[vowel] - 100.0 * stretch + 100.0, atol=1e-6)


@pytest.mark.parametrize("offset", ["0", "37.3", "250", "101.9"])
def test_at_own_speed_frames_fall_on_the_recordings(offset: str) -> None:
    """Then nothing is interpolated, and the first sample is the one at the offset."""
    plan = build_plan(request("C4", "100", "", offset, "300", "40", "0"), voice())
    inside = plan.source_frames[:60]
    np.testing.assert_allclose(inside, np.rint(inside), atol=1e-6)
    assert 0 <= plan.lead_samples < HOP_SAMPLES
    first_sample = inside[0] * HOP_SAMPLES + plan.lead_samples
    assert first_sample == pytest.approx(float(offset) * SAMPLE_RATE_HZ / 1000, abs=0.51)


def test_flags_reach_the_plan() -> None:
    flags = "g-30B100Mt50t25lA100"
    asked = request("A4", "100", flags, "0", "900", "50", "-300", "100", "0", "!120", "AA#10#Bk#10#")
    plan, plain = build_plan(asked, voice()), build_plan(request("A4", "100", "", "0", "900"), voice())
    assert plan.formant_ratio == pytest.approx(2 ** (30 / 120))
    assert plan.breath_gain_db == 12.0
    assert plan.tilt_db_per_octave == 1.5
    assert plan.f0_hz[-1] == pytest.approx(440.0 * 2 ** (25 / 1200))
    assert (np.diff(plan.source_frames) < 0).any()  # it loops
    assert plan.level_db.max() == pytest.approx(6.0, abs=0.1)  # a semitone up: 100 cents are "Bk"
    assert (plain.formant_ratio, plain.breath_gain_db, plain.tilt_db_per_octave) == (1.0, 0.0, 0.0)
    assert not plain.level_db.any()
    assert (np.diff(plain.source_frames) >= 0).all()


def test_the_seed_is_the_requests_whatever_the_files_are_called() -> None:
    one = build_plan(request("A4", "100", "", "0", "300"), voice()).seed
    renamed = parse_arguments(["other.wav", "nul", "A4", "100", "", "0", "300"])
    assert build_plan(renamed, voice()).seed == one
    assert build_plan(replace(renamed, tone_midi=69), voice()).seed == one
    others = [request("A4", "100", "", "0", "350"), request("B4", "100", "", "0", "300")]
    assert one not in [build_plan(other, voice()).seed for other in others]
    between = replace(renamed, tone_midi=69.5)  # from Python any tone will do
    assert build_plan(between, voice()).f0_hz[0] == pytest.approx(452.893)


@pytest.mark.parametrize("frames", [1, 2, 3, 10])
@pytest.mark.parametrize("offset", ["0", "4", "1000"])
def test_the_shortest_recordings_have_a_plan(frames: int, offset: str) -> None:
    """Down to a recording of no sample at all."""
    source = voice(frames=2) if frames == 1 else voice(frames=frames)
    source = replace(source, residual=np.zeros((frames - 1) * HOP_SAMPLES, np.float32))
    plan = build_plan(request("A4", "100", "", offset, "200", "50", "-20"), source)
    assert plan.samples == 8820
    assert np.isfinite(plan.source_frames).all()
    assert plan.source_frames.min() >= -1.0
    assert plan.source_frames.max() <= frames


def test_a_vowel_is_held_when_it_is_stretched_far_or_looped() -> None:
    window, times_ms = Window(0.0, 100.0, 300.0), np.array([50.0, 115.0, 400.0])
    for loop in (False, True):
        np.testing.assert_allclose(time_map(window, times_ms, 1.0, 2000.0, loop)[1], [0.0, 0.5, 1.0])
    np.testing.assert_array_equal(time_map(window, times_ms, 1.0, 350.0, False)[1], 0.0)
