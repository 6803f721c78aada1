from pathlib import Path

import numpy as np
import pytest

from pychang.audio import read_wav
from tests.voicebank_tools.slicer.voices import noise, voice, write
from voicebank_tools.slicer.levels import measure_levels
from voicebank_tools.slicer.notes import note_path, pitch_midi
from voicebank_tools.slicer.options import SliceOptions
from voicebank_tools.slicer.plan import Plan, plan_slices
from voicebank_tools.slicer.sound import open_sound

RATE_HZ = 44100
SCALE = [57, 59, 61, 62, 64, 62, 61, 59, 57]
BY_NOTE = SliceOptions(by_note=True)


def legato(notes: list[int], duration_s: float, vibrato: float = 0.3) -> np.ndarray:
    """Notes in one breath, gliding for 60 ms, with vibrato in semitones."""
    midi = np.repeat(np.array(notes, float), round(duration_s * RATE_HZ))
    glide = round(0.06 * RATE_HZ)
    midi = np.convolve(np.pad(midi, glide, mode="edge"), np.full(glide, 1 / glide), "same")[glide:-glide]
    times_s = np.arange(len(midi)) / RATE_HZ
    midi += vibrato * np.sin(2.0 * np.pi * 5.5 * times_s)
    phase = 2.0 * np.pi * np.cumsum(440.0 * 2.0 ** ((midi - 69.0) / 12.0)) / RATE_HZ
    return np.asarray(0.1 * sum(np.sin(k * phase) / k for k in range(1, 9)))


def planned(path: Path, wave: np.ndarray) -> Plan:
    wave = wave + noise(len(wave) / RATE_HZ + 1.0, rate_hz=RATE_HZ)[: len(wave)]
    with open_sound(write(path, wave, RATE_HZ)) as sound:
        return plan_slices(sound, BY_NOTE)


def test_a_scale_in_one_breath_is_cut_at_its_steps(tmp_path: Path) -> None:
    plan = planned(tmp_path / "a.wav", legato(SCALE, 0.7))
    ends_s = np.array([one.stop for one in plan.stretches[:-1]]) / RATE_HZ
    assert len(plan.stretches) == len(SCALE)
    assert np.abs(ends_s - 0.7 * np.arange(1, len(SCALE))).max() < 0.05
    assert {one.end for one in plan.stretches} == {"pitch step", "end"}
    assert not any(one.forced for one in plan.stretches)


def test_notes_with_pauses_are_cut_in_them_even_at_one_pitch(tmp_path: Path) -> None:
    gap = np.zeros(RATE_HZ // 2)
    tones = [voice(0.8, f0_hz, rate_hz=RATE_HZ) for f0_hz in (220.0, 220.0, 262.0)]
    plan = planned(tmp_path / "a.wav", np.concatenate([gap, tones[0], gap, tones[1], gap, tones[2], gap]))
    assert [one.end for one in plan.stretches] == ["silence", "silence", "end"]
    ends_s = [one.stop / RATE_HZ for one in plan.stretches[:-1]]
    assert 1.3 < ends_s[0] < 1.8
    assert 2.6 < ends_s[1] < 3.1


def test_one_note_that_drifts_with_a_wide_vibrato_stays_whole(tmp_path: Path) -> None:
    plan = planned(tmp_path / "a.wav", legato([60], 4.0, vibrato=0.9))
    assert [one.end for one in plan.stretches] == ["end"]
    assert len(planned(tmp_path / "b.wav", np.zeros(RATE_HZ)).stretches) == 1


def test_pitch_has_no_seam_at_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicebank_tools.slicer.notes._CHUNK_S", 1.0)
    with open_sound(write(tmp_path / "a.wav", legato([60], 3.5, vibrato=0.0), RATE_HZ)) as sound:
        levels = measure_levels(sound, 0.01)
        midi = pitch_midi(sound, levels)
    assert len(midi) == len(levels.level_db)
    assert np.nanmax(np.abs(midi[5:-5] - 60.0)) < 0.1
    assert np.isfinite(midi[5:-5]).all()


def test_the_path_of_notes_passes_over_scoops_and_gaps() -> None:
    scoop = np.linspace(58.5, 60.0, 12)
    midi = np.concatenate([scoop, np.full(80, 60.1), np.full(10, np.nan), np.full(80, 61.9)])
    path = note_path(midi, 24.0)
    assert set(path[:92].tolist()) == {60}
    assert set(path[102:].tolist()) == {62}
    assert np.count_nonzero(np.diff(path)) == 1
    assert not note_path(np.full(9, np.nan), 24.0).any()


def test_sung_notes_of_a_singer(shared_data: Path, tmp_path: Path) -> None:
    """Real notes with real room between them: one clip each."""
    found = sorted((shared_data / "singing-human-voice-notes").glob("*.flac"))
    paths = [path for path in found if "instable" not in path.name][:8]
    if not paths:
        pytest.skip("no sung notes in the data folder")
    gap = np.zeros(round(0.7 * RATE_HZ))
    wave = np.concatenate([part for path in paths for part in (read_wav(path), gap)])
    assert len(planned(tmp_path / "a.wav", wave).stretches) == len(paths)
