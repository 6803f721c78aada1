"""Vectors A1, A2, L3, L4, L5 of the host protocol, and OpenUtau's formulas by hand-made numbers."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resampler.protocol import consonant_stretch
from voicebank_tools import timing
from voicebank_tools.oto import OtoEntry
from voicebank_tools.score import Envelope, Note, Tempo, TempoMap

AT_120 = TempoMap((Tempo(0, 120.0),))


def phone(
    position_ticks: int = 0,
    duration_ticks: int = 480,
    pre: float = 0.0,
    ovl: float = 0.0,
    consonant: float = 0.0,
    **note: Any,
) -> timing.Phone:
    entry = OtoEntry(Path("a.wav"), "a", 0.0, consonant, 0.0, pre, ovl)
    head = Note(position_ticks, duration_ticks, 60, "a", **note)
    return timing.Phone(head, "a", entry, position_ticks, duration_ticks)


def near(points: timing.EnvelopePoints) -> list[Any]:
    return [pytest.approx(point, abs=1e-9) for point in points]


def time(*phones: timing.Phone, tempo_map: TempoMap = AT_120) -> tuple[timing.PhoneTiming, ...]:
    return timing.time_phones(phones, tempo_map)


class TestUtausFit:
    """A1: oto preutterance 450, overlap 150, behind 480 ticks at 120 bpm (500 ms)."""

    @pytest.mark.parametrize(
        ("pre", "ovl", "velocity", "room_ms", "expected"),
        [
            (450.0, 150.0, 200.0, 250.0, (225.0, 75.0, 0.0)),
            (450.0, 150.0, 100.0, 250.0, (375.0, 125.0, 75.0)),
            (450.0, 150.0, 100.0, 500.0, (450.0, 150.0, 0.0)),
            (750.0, 150.0, 100.0, 500.0, (625.0, 125.0, 125.0)),
            (750.0, 250.0, 100.0, 500.0, (750.0, 250.0, 0.0)),
        ],
    )
    def test_rule(
        self, pre: float, ovl: float, velocity: float, room_ms: float, expected: tuple[float, ...]
    ) -> None:
        stretch = consonant_stretch(velocity)
        assert timing.fit_utau(pre * stretch, ovl * stretch, room_ms) == pytest.approx(expected)

    @pytest.mark.parametrize(
        ("gap_ticks", "note", "expected"),
        [
            (480, {"preutterance_ms": 750.0}, (625.0, 125.0, 125.0)),
            (480, {"preutterance_ms": 750.0, "start_point_ms": 50.0}, (625.0, 125.0, 175.0)),
            (
                480,
                {"preutterance_ms": 750.0, "start_point_ms": 50.0, "overlap_ms": 250.0},
                (750.0, 250.0, 50.0),
            ),
            (0, {"preutterance_ms": 450.0}, (375.0, 125.0, 75.0)),
            (0, {"preutterance_ms": 450.0, "velocity_percent": 200.0}, (225.0, 75.0, 0.0)),
        ],
    )
    def test_a_note_with_utaus_overrides_is_fitted_by_utaus_rule(
        self, gap_ticks: int, note: dict[str, float], expected: tuple[float, ...]
    ) -> None:
        _, timed = time(phone(), phone(480 + gap_ticks, pre=450.0, ovl=150.0, **note))
        assert (timed.preutterance_ms, timed.overlap_ms, timed.skip_ms) == pytest.approx(expected)

    def test_velocity_scales_the_notes_own_preutterance_but_not_its_start_point(self) -> None:
        (timed,) = time(
            phone(preutterance_ms=600.0, overlap_ms=200.0, velocity_percent=200.0, start_point_ms=10.0)
        )
        assert (timed.preutterance_ms, timed.overlap_ms, timed.skip_ms) == (300.0, 100.0, 10.0)


class TestOpenUtausFit:
    @pytest.mark.parametrize(
        ("pre", "ovl", "gap_ms", "previous_ms", "expected"),
        [
            (100.0, 50.0, 0.0, 500.0, (100.0, 50.0)),  # fits
            (450.0, 150.0, 0.0, 500.0, (375.0, 125.0)),  # lead above half of the note before
            (450.0, 150.0, 200.0, 500.0, (200.0, 450.0 * 0 + 150.0 * 200.0 / 450.0)),  # a short rest
            (450.0, 150.0, 600.0, 500.0, (450.0, 150.0)),  # a long one
            (300.0, 290.0, 0.0, 200.0, (200.0, 190.0)),  # not before the note before begins
        ],
    )
    def test_rule(
        self, pre: float, ovl: float, gap_ms: float, previous_ms: float, expected: tuple[float, float]
    ) -> None:
        assert timing.fit_openutau(pre, ovl, gap_ms, previous_ms) == pytest.approx(expected)

    def test_first_phone_is_not_limited(self) -> None:
        (timed,) = time(phone(pre=450.0, ovl=150.0))
        assert (timed.preutterance_ms, timed.overlap_ms, timed.skip_ms) == (450.0, 150.0, 0.0)

    def test_what_does_not_fit_is_skipped_so_the_vowel_stays_in_place(self) -> None:
        _, timed = time(phone(), phone(480, pre=450.0, ovl=150.0))
        assert (timed.preutterance_ms, timed.skip_ms) == pytest.approx((375.0, 75.0))
        assert timed.origin_ms == pytest.approx(500.0 - 450.0)

    def test_deltas_move_the_start_but_not_the_wave(self) -> None:
        _, timed = time(
            phone(), phone(480, pre=100.0, ovl=40.0, preutterance_delta_ms=30.0, overlap_delta_ms=-10.0)
        )
        assert (timed.preutterance_ms, timed.overlap_ms, timed.skip_ms) == pytest.approx((130.0, 30.0, -30.0))
        assert timed.origin_ms == pytest.approx(400.0)

    def test_preutterance_is_never_negative(self) -> None:
        (timed,) = time(phone(pre=100.0, preutterance_delta_ms=-300.0))
        assert (timed.preutterance_ms, timed.skip_ms) == (0.0, 100.0)

    def test_the_note_before_ends_where_the_next_takes_over(self) -> None:
        before, _ = time(phone(), phone(480, pre=100.0, ovl=40.0))
        assert (before.tail_intrude_ms, before.tail_overlap_ms) == (100.0, 40.0)
        assert before.end_ms == pytest.approx(440.0)

    def test_negative_overlap_leaves_a_gap(self) -> None:
        before, after = time(phone(), phone(480, pre=100.0, ovl=-20.0))
        assert before.end_ms == pytest.approx(380.0)
        assert after.start_ms == pytest.approx(400.0)

    def test_over_a_rest_nothing_intrudes(self) -> None:
        before, _ = time(phone(), phone(960, pre=100.0, ovl=40.0))
        assert (before.tail_intrude_ms, before.tail_overlap_ms) == (0.0, 0.0)


class TestRequiredLength:
    def test_l3_openutau_and_utau_differ_at_the_half_step(self) -> None:
        assert timing.required_length_ms(500.0 + 24.0) == 550.0
        assert timing.required_length_ms(500.0 + 25.0) == 550.0
        assert timing.required_length_utau_ms(500.0 + 24.0) == 550.0
        assert timing.required_length_utau_ms(500.0 + 25.0) == 600.0
        assert timing.required_length_utau_ms(500.0 + 25.0 + 50.0) == 650.0

    @pytest.mark.parametrize(
        ("corr_ms", "length_ms"), [(50.0, 550.0), (103.0, 600.0), (73.0, 600.0), (88.0, 600.0)]
    )
    def test_l4_utaus_rows(self, corr_ms: float, length_ms: float) -> None:
        output_ms = 480 * 60000.0 / 480 / 130 + corr_ms
        assert timing.required_length_ms(output_ms) == length_ms
        assert timing.required_length_utau_ms(output_ms) == length_ms

    def test_l5_start_point_counts(self) -> None:
        (timed,) = time(phone(consonant=66.21, start_point_ms=10.0))
        assert timed.length_ms == 550.0
        assert timed.tempo_bpm == 120.0
        assert timing.bend_count_whole(timed.length_ms, timed.tempo_bpm) == 107

    def test_never_less_than_the_consonant(self) -> None:
        assert timing.required_length_ms(30.0, 240.0) == 300.0

    @given(st.floats(0.0, 10000.0))
    def test_there_is_slack_of_25_to_75_ms(self, output_ms: float) -> None:
        assert 25.0 - 1e-6 <= timing.required_length_ms(output_ms) - output_ms <= 75.0 + 1e-6


@pytest.mark.parametrize(
    ("pre", "next_pre", "next_ovl", "output_ms"),
    [
        (100.0, 0.0, 0.0, 600.0),
        (200.0, 0.0, 0.0, 700.0),
        (200.0, 100.0, 0.0, 600.0),
        (200.0, 100.0, 50.0, 650.0),
    ],
)
def test_a2_sounding_length(pre: float, next_pre: float, next_ovl: float, output_ms: float) -> None:
    timed, _ = time(phone(pre=pre), phone(480, pre=next_pre, ovl=next_ovl))
    assert timed.end_ms - timed.start_ms == pytest.approx(output_ms)


class TestTempo:
    def test_mean_tempo_over_a_change(self) -> None:
        tempo_map = TempoMap((Tempo(0, 120.0), Tempo(240, 60.0)))
        (timed,) = time(phone(), tempo_map=tempo_map)
        assert timed.duration_ms == pytest.approx(250.0 + 500.0)
        assert timed.tempo_bpm == pytest.approx(80.0)

    def test_openutaus_count_reaches_the_end_of_the_release(self) -> None:
        assert timing.bend_count(500.0, 120.0) == 96
        assert timing.bend_count(500.1, 120.0) == 97

    def test_previous_duration_uses_its_own_tempo(self) -> None:
        tempo_map = TempoMap((Tempo(0, 60.0), Tempo(480, 120.0)))
        _, timed = time(phone(), phone(480, pre=450.0, ovl=0.0), tempo_map=tempo_map)
        assert timed.preutterance_ms == pytest.approx(450.0)  # half of 1000 ms would allow 500


class TestOpenUtausEnvelope:
    def test_single_note(self) -> None:
        (timed,) = time(phone(pre=100.0, ovl=40.0))
        points = ((-100.0, 0.0), (-95.0, 1.0), (0.0, 1.0), (465.0, 1.0), (500.0, 0.0))
        assert list(timed.envelope) == near(points)

    def test_joined_notes_cross_in_the_overlap(self) -> None:
        before, after = time(phone(), phone(480, pre=100.0, ovl=40.0))
        assert list(before.envelope[-2:]) == near(((400.0, 1.0), (440.0, 0.0)))
        assert after.envelope[:2] == ((-100.0, 0.0), (-60.0, 1.0))

    def test_overlap_longer_than_preutterance(self) -> None:
        _, after = time(phone(), phone(480, pre=20.0, ovl=50.0))
        assert after.envelope[:2] == ((-20.0, 0.0), (30.0, 1.0))

    def test_attack_and_decay(self) -> None:
        (timed,) = time(phone(attack_percent=50.0, decay_percent=25.0))
        assert [gain for _, gain in timed.envelope] == [0.0, 0.5, 1.0, 0.75, 0.0]


class TestUtausEnvelope:
    def test_points(self) -> None:
        envelope = Envelope(10.0, 20.0, 30.0, 50.0, 100.0, 90.0, 20.0, 5.0)
        (timed,) = time(phone(pre=100.0, envelope=envelope))
        points = ((-100.0, 0.0), (-90.0, 0.5), (-70.0, 1.0), (465.0, 0.9), (495.0, 0.2), (500.0, 0.0))
        assert list(timed.envelope) == near(points)

    def test_fifth_point(self) -> None:
        envelope = Envelope(0.0, 5.0, 35.0, p5_ms=100.0, v5_percent=60.0)
        (timed,) = time(phone(envelope=envelope))
        assert timed.envelope[2] == (105.0, 0.6)

    def test_it_ends_with_the_crossfade(self) -> None:
        before, _ = time(phone(envelope=Envelope()), phone(480, pre=100.0, ovl=40.0))
        assert before.envelope[-1][0] == pytest.approx(440.0)

    @given(
        st.lists(st.floats(0.0, 3000.0), min_size=5, max_size=5),
        st.integers(1, 960),
        st.floats(0.0, 500.0),
        st.floats(-200.0, 600.0),
    )
    def test_points_rise_whatever_the_widths(
        self, widths: list[float], duration_ticks: int, pre: float, ovl: float
    ) -> None:
        p1, p2, p3, p4, p5 = widths
        envelope = Envelope(p1, p2, p3, p4_ms=p4, p5_ms=p5, v5_percent=100.0)
        for shape in (envelope, None):
            for timed in time(
                phone(0, duration_ticks, pre=pre, ovl=ovl, envelope=shape),
                phone(duration_ticks, 480, pre=pre, ovl=ovl, envelope=shape),
            ):
                times_ms, gains = zip(*timed.envelope, strict=True)
                assert list(times_ms) == sorted(times_ms)
                assert timed.length_ms >= timed.end_ms - timed.origin_ms
                assert (gains[0], gains[-1]) == (0.0, 0.0)
                if timed.end_ms - timed.start_ms > 20.0:
                    for (early_ms, before), (late_ms, after) in pairwise(timed.envelope):
                        assert before == after or late_ms - early_ms > 1.49

    @pytest.mark.parametrize("envelope", [None, Envelope(0.0, 0.0, 0.0)])
    def test_a_phone_that_the_next_one_covers_is_silent(self, envelope: Envelope | None) -> None:
        covered, _ = time(phone(duration_ticks=1, envelope=envelope), phone(1, ovl=-2.0))
        assert covered.end_ms < covered.start_ms
        assert covered.envelope == ((0.0, 0.0), (0.0, 0.0))

    def test_an_envelope_that_begins_and_ends_loud_is_ramped(self) -> None:
        (timed,) = time(phone(envelope=Envelope(0.0, 0.0, 0.0, 100.0, 100.0, 100.0, 100.0)))
        assert list(timed.envelope) == near(((0.0, 0.0), (1.5, 1.0), (498.5, 1.0), (500.0, 0.0)))
