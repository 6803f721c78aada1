"""One clip for each note: cuts in the pauses, and where the pitch steps to another note."""

import numpy as np

from pychang.arrays import FloatArray, IntArray
from pychang.audio import resample
from pychang.pitch import estimate_pitch
from pychang.units import A4_HZ, A4_MIDI, HOP_SAMPLES, SAMPLE_RATE_HZ
from voicebank_tools.slicer.cuts import CutKind, Cuts, pauses_of, weak_frames
from voicebank_tools.slicer.frames import smooth, weakest_before_breath
from voicebank_tools.slicer.levels import Levels
from voicebank_tools.slicer.options import SliceOptions
from voicebank_tools.slicer.room import Room
from voicebank_tools.slicer.sound import Sound

_CHUNK_S, _OVERLAP_S = 60.0, 1.0
_CHANGE_S = 0.24  # a semitone off for so long is another note: scoops and vibrato are shorter
_FURTHEST = 2.0  # semitones: more is no better evidence
_STEP = 0.6  # semitones between two notes; less is one note that drifts
_SUDDEN = 0.4  # of them within a fifth of a second; less is one note that glides
_NEAR_S, _SCOOP_S, _AWAY_S = 0.04, 0.12, 0.3  # around a step, where the two pitches are compared
_SHORTEST_S = 0.25  # between two steps


def find_note_cuts(sound: Sound, levels: Levels, room: Room, options: SliceOptions) -> Cuts:
    """Return one cut in each pause between sounds and one at each step of the pitch between pauses."""
    pauses = pauses_of(levels, room, options.min_silence_s)
    smooth_db = smooth(levels.level_db, levels.frames_in(0.1))
    frames: list[int] = []
    kinds: list[int] = []
    start = 0
    midi = pitch_midi(sound, levels)
    weak = weak_frames(levels, ~room.is_silent)
    for pause in [*pauses, range(len(midi), len(midi))]:
        inside = weak[(weak >= start) & (weak < pause.start)] - start
        steps = [start + step for step in _steps(levels, midi[start : pause.start], inside)]
        frames += steps
        kinds += [CutKind.PITCH_STEP] * len(steps)
        if pause.start > 0 and pause.stop < len(midi):
            frames.append(pause.start + weakest_before_breath(smooth_db[pause.start : pause.stop])[0])
            kinds.append(CutKind.SILENCE)
        start = pause.stop
    places, first = np.unique(np.array(frames, int), return_index=True)
    kinds_of_places = np.array(kinds, int)[first]
    samples = places * levels.hop_samples + levels.hop_samples // 2
    cuts = Cuts(samples, kinds_of_places, np.zeros(len(places)), levels.level_db[places])
    return cuts.only((samples > 0) & (samples < levels.samples))


def pitch_midi(sound: Sound, levels: Levels) -> FloatArray:
    """Return the pitch of every frame as MIDI number with fractions, NaN where unvoiced. [frames].

    The engine's own estimator, on chunks that overlap; octaves are repaired within a chunk.
    """
    hop = levels.hop_samples
    frames, overlap = levels.frames_in(_CHUNK_S), levels.frames_in(_OVERLAP_S)
    f0_hz = np.zeros(len(levels.level_db))
    for first in range(0, len(f0_hz), frames):
        begin, end = max(0, first - overlap), min(len(f0_hz), first + frames)
        wave = sound.read_at(begin * hop, (end - begin + overlap) * hop).mean(axis=1)
        pitch = estimate_pitch(resample(wave, levels.rate_hz))
        times_s = (np.arange(first - begin, end - begin) + 0.5) * hop / levels.rate_hz
        nearest = np.minimum(
            np.rint(times_s * SAMPLE_RATE_HZ / HOP_SAMPLES).astype(int), len(pitch.f0_hz) - 1
        )
        f0_hz[first:end] = pitch.f0_hz[nearest]
    safe_hz = np.where(f0_hz > 0.0, f0_hz, A4_HZ)
    return np.where(f0_hz > 0.0, A4_MIDI + 12.0 * np.log2(safe_hz / A4_HZ), np.nan)


def note_path(midi: FloatArray, change_frames: float) -> IntArray:
    """Return the whole MIDI note sung in every frame: each frame pays its distance from the note, up to
    two semitones, each change of note `change_frames`; the cheapest path wins (Viterbi). Shape [frames]."""
    if not np.isfinite(midi).any():
        return np.zeros(len(midi), int)
    lowest, highest = int(np.floor(np.nanmin(midi))), int(np.ceil(np.nanmax(midi)))
    notes = np.arange(lowest, highest + 1)
    cost = np.nan_to_num(np.minimum(np.abs(midi[:, None] - notes), _FURTHEST))
    came_from = np.empty(cost.shape, np.int16)
    total = cost[0]
    stay = np.arange(len(notes))
    for frame in range(len(cost)):
        best = int(np.argmin(total))
        change = total[best] + change_frames < total
        came_from[frame] = np.where(change, best, stay)
        total = np.where(change, total[best] + change_frames, total) + cost[frame]
    path = np.empty(len(cost), int)
    note = int(np.argmin(total))
    for frame in range(len(cost) - 1, -1, -1):
        path[frame] = note
        note = int(came_from[frame, note])
    return notes[path]


def _steps(levels: Levels, midi: FloatArray, weak: IntArray) -> list[int]:
    """Frames of a sounding stretch at which one note ends and the next begins: at weak moments between
    two pitches, and where the path of notes changes without one."""
    if not np.isfinite(midi).any():
        return []
    path = note_path(midi, float(levels.frames_in(_CHANGE_S)))
    changes = np.flatnonzero(path[1:] != path[:-1]) + 1
    shortest = levels.frames_in(_SHORTEST_S)
    taken: list[int] = []
    for frame in [*weak.tolist(), *changes.tolist()]:
        is_near = any(abs(frame - other) < shortest for other in taken)
        if is_near or not shortest <= frame <= len(midi) - shortest:
            continue
        if _is_step(levels, midi, frame, has_dip=frame in weak):
            taken.append(frame)
    return sorted(taken)


def _is_step(levels: Levels, midi: FloatArray, frame: int, has_dip: bool) -> bool:
    """Whether the voice holds another pitch after a frame than before it, and comes to it at once or
    with a dip."""
    near, scoop, away = (levels.frames_in(duration_s) for duration_s in (_NEAR_S, _SCOOP_S, _AWAY_S))
    held = _difference(midi, frame, (near, away), (scoop, scoop + away))  # a scoop takes its time
    return held >= _STEP and (has_dip or _difference(midi, frame, (near, scoop), (near, scoop)) >= _SUDDEN)


def _difference(midi: FloatArray, frame: int, before: tuple[int, int], after: tuple[int, int]) -> float:
    """Semitones between what lies `before` and `after` (from, to) frames around a frame; 0 if unvoiced."""
    left = midi[max(0, frame - before[1]) : max(1, frame - before[0])]
    right = midi[frame + after[0] : frame + after[1]]
    if not (np.isfinite(left).any() and np.isfinite(right).any()):
        return 0.0
    return abs(float(np.nanmedian(left)) - float(np.nanmedian(right)))
