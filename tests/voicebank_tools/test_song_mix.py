import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang.units import SAMPLE_RATE_HZ
from resampler.wavtool import Wave
from tests.voicebank_tools.fake_bank import CV, FakeBank
from voicebank_tools import song_mix
from voicebank_tools.score import Curve, Note, Tempo, TempoMap, Track
from voicebank_tools.song_plan import PlannedNote, plan_track

AT_120 = TempoMap()


def two_notes(
    preutterance_ms: float = 100.0, overlap_ms: float = 80.0, tone: int = 57
) -> tuple[PlannedNote, ...]:
    notes = (Note(0, 480, tone, "あ"), Note(480, 480, tone, "い"))
    return plan_track(Track("", notes), FakeBank(CV, preutterance_ms, overlap_ms), AT_120).notes


def tone(frequency_hz: float, phase: float = 0.0, seconds: float = 0.7) -> Wave:
    """A tone with a strong second partial, as a voice has."""
    turns = 2.0 * np.pi * frequency_hz * np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ + phase
    return (0.3 * np.sin(turns) + 0.4 * np.sin(2.0 * turns + 1.0)).astype(np.float32)


class TestPhase:
    @pytest.mark.parametrize("phase", [0.0, 1.0, 3.0, -2.0])
    @pytest.mark.parametrize("tone_midi", [45, 57, 74])
    def test_shift_lets_the_fundamentals_agree(self, phase: float, tone_midi: int) -> None:
        first, second = two_notes(tone=tone_midi)
        waves = tone(second.join_hz), tone(second.join_hz, phase)
        shift_ms = song_mix.phase_shift_ms((first, waves[0]), (second, waves[1]))
        period_ms = 1000.0 / second.join_hz
        assert abs(shift_ms) <= period_ms / 2.0 + 1e-6
        # In song time the phase of each wave grows from its own first sample on.
        origins_ms = [note.place.start_ms - note.place.skip_ms for note in (first, second)]
        turns = (origins_ms[1] + shift_ms - origins_ms[0]) / period_ms - phase / (2.0 * np.pi)
        assert abs(turns - round(turns)) < 0.02

    def test_the_crossfade_keeps_its_level(self) -> None:
        """Opposite phases would cancel in the middle of an overlap of 80 ms."""
        first, second = two_notes()
        pure = [
            (0.5 * np.sin(2 * np.pi * 220.0 * np.arange(30000) / SAMPLE_RATE_HZ + p)).astype(np.float32)
            for p in (0, 2)
        ]
        song = song_mix.mix_notes(list(zip((first, second), pure, strict=True)), 44100).wave
        middle = song[round(0.420 * 44100) : round(0.460 * 44100)]
        assert np.max(np.abs(middle)) == pytest.approx(0.5, abs=0.02)

    def test_noise_and_silence_are_not_moved(self) -> None:
        first, second = two_notes()
        noise = np.random.default_rng(1).normal(0.0, 0.1, 30000).astype(np.float32)
        silence = np.zeros(30000, dtype=np.float32)
        voice = tone(second.join_hz)
        assert song_mix.phase_shift_ms((first, voice), (second, silence)) == 0.0
        high = np.diff(noise, n=3, prepend=[0, 0, 0]).astype(np.float32)
        assert song_mix.phase_shift_ms((first, voice), (second, high)) == 0.0

    def test_notes_over_a_rest_are_not_moved(self) -> None:
        notes = (Note(0, 480, 57, "あ"), Note(960, 480, 57, "い"))
        first, second = plan_track(Track("", notes), FakeBank(CV), AT_120).notes
        song = song_mix.mix_notes([(first, tone(220.0)), (second, tone(220.0))], 70000).wave
        start = round((second.start_ms + 60.0) * 44.1)
        assert song[start] == pytest.approx(tone(220.0)[round(60.0 * 44.1)], abs=1e-3)


class TestDynamics:
    def test_tenths_of_a_decibel_between_the_points(self) -> None:
        curve = Curve((0, 480, 480, 960), (0.0, -60.0, 60.0, 60.0))
        wave = song_mix.dynamics_gains(curve, AT_120, 44100)
        assert wave[0] == pytest.approx(1.0)
        assert wave[round(0.25 * 44100)] == pytest.approx(10 ** (-3 / 20), rel=1e-2)
        assert wave[round(0.75 * 44100)] == pytest.approx(10 ** (6 / 20), rel=1e-3)

    def test_nothing_outside_the_points(self) -> None:
        wave = song_mix.dynamics_gains(Curve((240, 480), (60.0, 60.0)), AT_120, 44100)
        assert wave[round(0.1 * 44100)] == pytest.approx(1.0)
        assert wave[round(0.9 * 44100)] == pytest.approx(1.0)

    def test_a_jump_in_the_curve_is_no_jump_in_the_wave(self) -> None:
        curve = Curve((480, 480), (0.0, -240.0))
        wave = song_mix.dynamics_gains(curve, AT_120, 44100)
        assert np.max(np.abs(np.diff(wave))) < 0.01

    def test_an_excerpt_and_tempo_changes(self) -> None:
        tempo_map = TempoMap((Tempo(0, 120.0), Tempo(480, 60.0)))
        curve = Curve((480, 960), (0.0, -100.0))
        wave = song_mix.dynamics_gains(curve, tempo_map, 44100, start_ms=500.0)
        assert wave[22050] == pytest.approx(10 ** (-5 / 20), rel=1e-2)


class TestLevel:
    def test_a_quiet_song_stays_as_it_is(self) -> None:
        assert song_mix.level_gain(np.array([0.5, -0.9], dtype=np.float32)) == 1.0
        assert song_mix.level_gain(np.zeros(0, dtype=np.float32)) == 1.0

    @given(st.floats(1.0, 50.0), st.sampled_from([1.0, -1.0]))
    def test_a_loud_song_is_turned_down_as_a_whole(self, peak: float, sign: float) -> None:
        wave = np.array([sign * peak, -sign * peak / 2.0, 0.1], dtype=np.float32)
        gain = song_mix.level_gain(wave)
        assert np.max(np.abs(wave * gain)) == pytest.approx(song_mix.CEILING, rel=1e-5)


def test_edges_are_faded() -> None:
    wave = np.ones(1000, dtype=np.float32)
    song_mix.fade_edges(wave)
    assert (wave[0], wave[-1]) == (0.0, 0.0)
    assert wave[500] == 1.0
    for length in (0, 1, 2):
        short = np.ones(length, dtype=np.float32)
        song_mix.fade_edges(short)
        assert len(short) == length
