from pathlib import Path

import numpy as np
import pytest

from tests.voicebank_tools.slicer.voices import RATE_HZ, noise, phrases, voice, write
from voicebank_tools.slicer.options import SliceOptions
from voicebank_tools.slicer.plan import Plan, plan_slices
from voicebank_tools.slicer.sound import open_sound


def planned(path: Path, wave: np.ndarray, options: SliceOptions | None = None) -> Plan:
    with open_sound(write(path, wave)) as sound:
        return plan_slices(sound, options or SliceOptions())


def lengths_s(plan: Plan) -> list[float]:
    return [(one.stop - one.start) / RATE_HZ for one in plan.stretches]


def test_phrases_are_cut_in_their_pauses(tmp_path: Path) -> None:
    plan = planned(tmp_path / "a.wav", phrases(4.0, 5.0, 3.0, 6.0, 4.5, 5.0, pause_s=0.5))
    ends_s = [one.stop / RATE_HZ for one in plan.stretches[:-1]]
    assert 9.5 < ends_s[0] < 10.0
    assert 19.5 + 0.1 < ends_s[1] < 20.0
    assert {one.end for one in plan.stretches[:-1]} == {"silence"}
    assert plan.stretches[0].start == 0
    assert plan.stretches[-1].stop == plan.samples


def test_a_note_longer_than_the_bound_is_cut_and_told(tmp_path: Path) -> None:
    plan = planned(tmp_path / "a.wav", phrases(5.0, 20.0, 5.0))
    through = [one for one in plan.stretches if one.end == "note"]
    assert len(through) == 1
    assert through[0].forced
    assert min(lengths_s(plan)) >= 2.0
    assert max(lengths_s(plan)) <= 15.0


def test_without_pauses_consonants_are_cut(tmp_path: Path) -> None:
    parts = []
    for index in range(24):
        parts += [voice(1.9, 200.0 + 10.0 * (index % 5)), noise(0.1, 0.01, seed=index)]
    plan = planned(tmp_path / "a.wav", np.concatenate(parts))
    assert [one.end for one in plan.stretches[:-1]] == ["unvoiced"] * (len(plan.stretches) - 1)
    assert all(one.forced for one in plan.stretches[:-1])
    phase_s = np.array([one.stop / RATE_HZ % 2.0 for one in plan.stretches[:-1]])
    assert ((phase_s > 1.88) | (phase_s < 0.02)).all()
    assert abs(np.median(lengths_s(plan)) - 10.0) <= 1.0


@pytest.mark.parametrize(
    "wave",
    [
        np.zeros(50 * RATE_HZ),
        noise(50.0, 0.1),
        voice(50.0),
        voice(50.0) + 0.3,
        np.clip(9 * voice(50.0), -1, 1),
    ],
    ids=["silence", "noise", "one note", "DC offset", "clipped"],
)
def test_whatever_it_is_clips_keep_their_bounds(wave: np.ndarray, tmp_path: Path) -> None:
    plan = planned(tmp_path / "a.wav", wave)
    assert min(lengths_s(plan)) >= 2.0
    assert max(lengths_s(plan)) <= 15.0
    assert sum(lengths_s(plan)) * RATE_HZ == pytest.approx(len(wave))


def test_padding_bounds_the_clips(tmp_path: Path) -> None:
    options = SliceOptions(max_s=10.0, pad_to_s=10.0)
    plan = planned(tmp_path / "a.wav", phrases(4.0, 5.0, 3.0, 6.0, 4.5, 5.0), options)
    assert max(lengths_s(plan)) <= 10.0
    assert min(lengths_s(plan)) >= 2.0


def test_what_is_kept_of_silence(tmp_path: Path) -> None:
    options = SliceOptions(kept_silence_s=0.2)
    plan = planned(tmp_path / "a.wav", phrases(8.0, 8.0, 8.0, pause_s=3.0), options)
    kinds = [one.kind for one in plan.stretches]
    assert kinds == ["clip", "silence", "clip", "silence", "clip"]
    assert [round(length_s, 1) for length_s in lengths_s(plan)[1::2]] == [2.6, 2.6]
