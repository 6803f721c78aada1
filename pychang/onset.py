"""Where a voice truly begins and ends: at its partials, not at the breath that has a pitch by chance.

The autocorrelation looks at three periods of the lowest voice, 55 ms: it hears the vowel while the breath
or the burst before it still sounds, and may find a pitch in them that nobody sang. Partials taken out of
such frames are noise; sung at another pitch they and the residual no longer cancel. So frames at the
borders of a voice are heard again in a shorter window: how far its partials stand out of what lies
between them (as harmonics-to-noise ratios do: Yumoto et al., "Harmonics-to-noise ratio as an index of the
degree of hoarseness", 1982), or how alike its loud cycles are (`pychang.cycles`). The middle of a voice stays
voiced whatever it sounds like: creak is voice.
"""

import numpy as np

from pychang.arrays import FloatArray, IntArray
from pychang.cycles import cycles_alike, low_wave
from pychang.harmonics import analyse_harmonics, frame_phase, power_between_partials
from pychang.pitch import Pitch, continuous_f0, voiced_runs
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

_BELOW_HZ = 3000.0  # above, the breath of a good vowel may well be louder than its partials
_FEWEST_PARTIALS, _MOST_PARTIALS = 3, 40
_NOISE_DB, _VOICE_DB = 3.0, 9.0  # white noise gives 0 and swings by 3; steady vowels have 20 and more
_REACH_FRAMES = 16  # 80 ms, a long aspiration; a voice that is poor for longer is a hoarse one
_LEAST_POWER = 1e-12
_UNLIKE, _ALIKE = 0.7, 0.85  # neighbouring cycles; of noise below 2 kHz one in fifty is as alike by chance
_QUIET_DB = 15.0  # below the voice: a first cycle is loud, the room's hum before it is not


def heard_pitch(samples: FloatArray, pitch: Pitch) -> Pitch:
    """Take the voice back to where its partials are heard.

    Args:
        samples: Mono wave at 44.1 kHz. Shape [samples].
        pitch: As the estimators have it.

    Returns:
        As voiced as `pitch` or less: at most `_REACH_FRAMES` less at each border. The pitch may be
        all unvoiced.
    """
    if not pitch.f0_hz.any():
        return pitch
    low = low_wave(samples)
    f0_hz = _without_poor_borders(pitch.f0_hz, _heard(samples, low, pitch.f0_hz))
    if not f0_hz.any():
        return Pitch(f0_hz, f0_hz)
    # once more with the vowel's own pitch, held into what was taken away
    heard = np.minimum(_heard(samples, low, f0_hz), pitch.voicing)
    return Pitch(f0_hz, _soft_borders(f0_hz, heard))


def _heard(samples: FloatArray, low: FloatArray, f0_hz: FloatArray) -> FloatArray:
    """0 where there is but noise, 1 where there is voice by its partials or by its cycles. Shape [frames]."""
    return np.maximum(_partials_heard(samples, f0_hz), _cycles_heard(low, f0_hz))


def _partials_heard(samples: FloatArray, f0_hz: FloatArray) -> FloatArray:
    """Return 0 where there is but noise, 1 where there are clear partials. Shape [frames]."""
    filled = continuous_f0(f0_hz)
    phase = frame_phase(filled)
    typical_hz = float(np.median(f0_hz[f0_hz > 0]))
    count = int(np.clip(_BELOW_HZ / typical_hz, _FEWEST_PARTIALS, _MOST_PARTIALS))
    partials = 0.5 * (np.abs(analyse_harmonics(samples, phase, filled, count)) ** 2).sum(1)
    between = power_between_partials(samples, phase, count).sum(1)
    ratio_db = 10.0 * np.log10((partials + _LEAST_POWER) / (between + _LEAST_POWER))
    ratio_db = np.convolve(np.pad(ratio_db, 1, mode="edge"), [0.25, 0.5, 0.25], "valid")
    # the window holds cycles on both sides: at a sudden onset only the next frames' are all voice
    cycle = max(1, round(SAMPLE_RATE_HZ / HOP_SAMPLES / typical_hz))
    best_db = np.lib.stride_tricks.sliding_window_view(np.pad(ratio_db, cycle, mode="edge"), 2 * cycle + 1)
    return np.clip((best_db.max(1) - _NOISE_DB) / (_VOICE_DB - _NOISE_DB), 0.0, 1.0)


def _cycles_heard(low: FloatArray, f0_hz: FloatArray) -> FloatArray:
    """1 where cycles next to a border of the voice are loud and alike, 0 elsewhere. Shape [frames]."""
    borders = [_around_borders(start, stop, len(f0_hz)) for start, stop in voiced_runs(f0_hz)]
    frames = np.unique(np.concatenate(borders))
    alike, level_db = np.zeros(len(f0_hz)), np.zeros(len(f0_hz))
    alike[frames], level_db[frames] = cycles_alike(low, continuous_f0(f0_hz), frames)
    heard = np.zeros(len(f0_hz))
    for near in borders:
        loud = level_db[near] > np.median(level_db[near[f0_hz[near] > 0]]) - _QUIET_DB
        sure = loud * np.clip((alike[near] - _UNLIKE) / (_ALIKE - _UNLIKE), 0.0, 1.0)
        heard[near] = np.maximum(heard[near], sure)  # two voices may be near one another
    return heard


def _around_borders(start: int, stop: int, frames: int) -> IntArray:
    """The frames within reach of a voiced stretch's borders, inside and outside. Shape [found]."""
    near = np.arange(max(start - _REACH_FRAMES, 0), min(stop + _REACH_FRAMES, frames))
    return near[(near < start + _REACH_FRAMES) | (near >= stop - _REACH_FRAMES)]


def _without_poor_borders(f0_hz: FloatArray, heard: FloatArray) -> FloatArray:
    """Unvoice the first and the last frames of each stretch, up to the first clear one within reach."""
    out = f0_hz.copy()
    for start, stop in voiced_runs(f0_hz):
        clear = np.flatnonzero(heard[start:stop] >= 1.0)
        first, last = (clear[0], clear[-1] + 1) if len(clear) else (stop - start, stop - start)
        if first <= _REACH_FRAMES:
            out[start : start + first] = 0.0
        if stop - start - last <= _REACH_FRAMES:
            out[start + last : stop] = 0.0
    return out


def _soft_borders(f0_hz: FloatArray, heard: FloatArray) -> FloatArray:
    """Fade voicing out beyond the borders, as far as partials are heard. Shape [frames]."""
    voicing = (f0_hz > 0).astype(float)
    for start, stop in voiced_runs(f0_hz):
        before, after = heard[:start][::-1], heard[stop:]
        np.maximum(voicing[:start], np.minimum.accumulate(before)[::-1], out=voicing[:start])
        np.maximum(voicing[stop:], np.minimum.accumulate(after), out=voicing[stop:])
    return voicing
