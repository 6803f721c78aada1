from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resampler.protocol import format_arguments
from tests.voicebank_tools.fake_bank import CV, FakeBank
from voicebank_tools.oto import OtoEntry
from voicebank_tools.score import Curve, Note, PitchPoint, Tempo, TempoMap, Track
from voicebank_tools.song_plan import TrackPlan, plan_track

GLIDE = (PitchPoint(-40.0, 0.0), PitchPoint(40.0, 0.0))


def note(position: int, lyric: str = "か", tone: int = 60, duration: int = 480, **fields: Any) -> Note:
    return Note(position, duration, tone, lyric, **fields)


AT_120 = TempoMap()


def plan(*notes: Note, tempo_map: TempoMap = AT_120, flags: str = "", **track: Any) -> TrackPlan:
    return plan_track(Track("", notes, **track), FakeBank(CV), tempo_map, flags=flags)


class OneEntryBank:
    """Has か alone."""

    def __init__(self, *times_ms: float) -> None:
        self.entry = OtoEntry(Path("a.wav"), "a", *times_ms)

    def find(self, alias: str, tone_midi: int, color: str) -> OtoEntry | None:
        return self.entry if alias == "か" else None

    def has(self, alias: str, tone_midi: int, color: str) -> bool:
        return self.find(alias, tone_midi, color) is not None


def test_l5_the_request_as_a_host_writes_it() -> None:
    bank = OneEntryBank(1538.32, 66.21, -325.62, 0.0, -0.91)
    (planned,) = plan_track(Track("", (note(0, start_point_ms=10.0),)), bank, TempoMap()).notes
    assert format_arguments(planned.request)[2:] == [
        "C4", "100", "", "1538.32", "550", "66.21", "-325.62", "100", "0", "!120", "AA#106#",
    ]  # fmt: skip
    assert planned.place.skip_ms == 10.0


def test_values_of_the_note_reach_the_request() -> None:
    fields = {"velocity_percent": 80.0, "volume_percent": 70.0, "modulation_percent": 30.0, "flags": "g-5"}
    track = Track("", (note(0, tone=67, **fields),), flags="g20H10")
    request = plan_track(track, FakeBank(CV), AT_120, flags="B30").notes[0].request
    assert (request.tone_midi, request.velocity_percent) == (67.0, 80.0)
    assert (request.volume_percent, request.modulation_percent) == (70.0, 30.0)
    assert dict(request.flags.settings) == {"B": 30.0, "g": -5.0, "H": 10.0}  # the note's own g wins


def test_the_options_flags_win() -> None:
    (planned,) = plan(note(0, flags="g-5"), flags="g7").notes
    assert planned.request.flags.value("g") == 7.0


def test_direct_note_is_the_recording_itself() -> None:
    (planned,) = plan(note(0, direct=True, velocity_percent=0.0)).notes
    assert planned.request.flags.raw_sample
    assert planned.request.flags.peak_strength == 0.0
    assert planned.place.start_ms == pytest.approx(-60.0)  # its consonant is not stretched


def test_equal_notes_ask_for_equal_renders() -> None:
    notes = [note(480 * index, pitch_points=GLIDE) for index in range(40)]
    planned = plan(*notes, tempo_map=TempoMap((Tempo(0, 81.5),))).notes
    assert len({one.request for one in planned[1:-1]}) == 1


def test_bend_reaches_past_the_end_of_the_wave() -> None:
    (planned,) = plan(note(0, tuning_cents=30.0)).notes
    request = planned.request
    assert len(request.bend_cents) * 62500.0 / 100.0 / request.tempo_bpm >= request.length_ms
    assert set(request.bend_cents) == {30}


def test_extended_note_keeps_the_pitch_of_each_part() -> None:
    notes = (note(0), note(480, "+", 64, pitch_points=GLIDE), note(960, "+", 67, pitch_points=GLIDE))
    (planned,) = plan(*notes).notes
    bends = np.array(planned.request.bend_cents)
    step = 500.0 / 96.0
    # The wave begins 60 ms (its preutterance) before the note.
    assert bends[[round((60 + ms) / step) for ms in (200, 700, 1300)]].tolist() == [0, 400, 700]
    assert bends[round(560 / step)] == pytest.approx(200, abs=30)  # in the middle of the glide
    assert planned.place.length_ms == pytest.approx(1560.0)


def test_wanted_pitch_is_zero_where_nobody_sings() -> None:
    track_plan = plan(note(480), note(960, tone=72), note(1920, "Nacht"))
    wanted = track_plan.wanted_f0_hz(np.array([100.0, 700.0, 1300.0, 1700.0, 2200.0]))
    assert wanted == pytest.approx([0.0, 261.6256, 523.2511, 0.0, 0.0], abs=1e-3)


def test_deviation_curve_reaches_the_bend() -> None:
    (planned,) = plan(note(0), curves={"pitd": Curve((0, 480), (50.0, 50.0))}).notes
    assert planned.request.bend_cents[20:90] == (50,) * 70


def test_joined_notes_know_the_pitch_of_their_join() -> None:
    first, second, third = plan(note(0), note(480, tone=72), note(1440)).notes
    assert (first.joined, second.joined, third.joined) == (False, True, False)
    assert second.join_ms == pytest.approx(500.0 - 60.0 + 10.0)
    assert second.join_hz == pytest.approx(261.63, abs=0.01)
