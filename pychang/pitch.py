"""The fundamental frequency of a voice: two estimators vote, one smooth path wins.

Candidates come from the normalised autocorrelation (Boersma, "Accurate short-term analysis of the
fundamental frequency and the harmonics-to-noise ratio of a sampled sound", 1993) and from DIO
(Morise et al., 2009, through pyworld). A Viterbi search picks one candidate or "unvoiced" per frame;
a second search knows the voice's own median and so repairs octave errors. Where the recording's name
tells a note whole octaves from that median, the search tries that octave first.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pychang.arrays import FloatArray
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

_RATE_HZ = 11025  # a quarter: keeps the fourth harmonic of the highest voice
_HOP = HOP_SAMPLES // 4
_FFT = 2048
_LAGS = 4  # steps of the autocorrelation per sample: a strong high formant makes its peaks narrow
_BLOCK_FRAMES = 512  # bounds the memory of a long recording
_BORDER_FRAMES = 8
_NAMED_WITHIN_OCTAVES = 0.25  # singers are seldom further from the note that they were asked for
_NAMED_VOICED = 0.9  # the named octave must explain at least so much of what the vote calls voiced
_NAMED_HIGHER, _NAMED_LOWER = -0.1, 0.005  # and its mean correlation must gain so much, or lose no more


@dataclass(frozen=True)
class Pitch:
    """A voice's pitch, frame by frame; frame i is centred on sample i * HOP_SAMPLES.

    Attributes:
        f0_hz: 0 where unvoiced. Shape [frames].
        voicing: 1 where voiced; beyond the borders it falls with the periodicity. Shape [frames].
    """

    f0_hz: FloatArray
    voicing: FloatArray


@dataclass(frozen=True)
class PitchOptions:
    """Search range in hertz and the costs of the path search (Boersma 1993, tables 1 and 2)."""

    floor_hz: float = 55.0
    ceiling_hz: float = 1200.0
    candidates: int = 5
    voicing_threshold: float = 0.42
    silence_threshold: float = 0.02
    octave_cost: float = 0.01
    octave_jump_cost: float = 0.7
    voicing_change_cost: float = 0.25
    agreement_bonus: float = 0.15
    range_cost_per_octave: float = 0.6


def estimate_pitch(
    samples: FloatArray,
    hint_hz: FloatArray | None = None,
    options: PitchOptions | None = None,
    named_hz: float | None = None,
) -> Pitch:
    """Find the pitch of a recording of one voice.

    Args:
        samples: Mono wave at 44.1 kHz. Shape [samples].
        hint_hz: A third opinion, a `.frq` file's curve on our frames, 0 = unvoiced. It only adds
            candidates, which must prove themselves in the autocorrelation. Shape [frames].
        options: Range and costs.
        named_hz: Of the note that the recording's name tells. It only decides between octaves, where
            the autocorrelation leaves it open.

    Returns:
        samples // HOP_SAMPLES + 1 frames.
    """
    options = options or PitchOptions()
    frames = len(samples) // HOP_SAMPLES + 1
    if len(samples) < 4 * HOP_SAMPLES or float(np.max(np.abs(samples))) < 1e-4:
        return Pitch(np.zeros(frames), np.zeros(frames))
    correlation, level = _autocorrelation(samples, frames, options)
    votes = [_dio(samples, frames, options)]
    if hint_hz is not None:
        votes.append(np.resize(np.append(hint_hz, np.zeros(frames)), frames))
    f0, strength = _candidates(correlation, votes, options)
    strength = strength + options.agreement_bonus * _agreement(f0, votes[0])
    unvoiced = _unvoiced_strength(level, options)
    path = _best_path(f0, strength, unvoiced, options)
    if not path.any():
        return Pitch(path, path)

    def found_near(middle_hz: float) -> FloatArray:
        octaves = np.abs(np.log2(np.maximum(f0, 1.0) / middle_hz))
        cost = options.range_cost_per_octave * np.maximum(0.0, octaves - 0.6)
        return _drop_islands(_best_path(f0, strength - cost, unvoiced, options))

    middle_hz = _median_hz(path)
    found = found_near(middle_hz)
    named_middle_hz = _in_named_octave(middle_hz, named_hz)
    if named_middle_hz != middle_hz:
        named = found_near(named_middle_hz)
        if _explains(named, found, named_middle_hz, correlation):
            found = named
    return Pitch(found, _soft_voicing(found, correlation))


def _median_hz(path: FloatArray) -> float:
    return float(np.exp(np.median(np.log(path[path > 0]))))


def _in_named_octave(middle_hz: float, named_hz: float | None) -> float:
    """Move a voice's median by whole octaves to the named note, if it then is near it."""
    if named_hz is None:
        return middle_hz
    octaves = np.log2(named_hz / middle_hz)
    near = abs(octaves - round(octaves)) <= _NAMED_WITHIN_OCTAVES
    return middle_hz * 2.0 ** round(octaves) if near else middle_hz


def _explains(named: FloatArray, found: FloatArray, middle_hz: float, correlation: FloatArray) -> bool:
    """Say whether the named octave holds nearly all of the voice and explains it nearly as well.

    Whatever repeats after one period repeats after two: a lower octave must explain it better.
    """
    inside = (named > 0) & (np.abs(np.log2(np.maximum(named, 1.0) / middle_hz)) < 0.5)
    both = inside & (found > 0)
    if both.sum() < _NAMED_VOICED * (found > 0).sum() or not both.any():
        return False
    gain = (_correlation_at(named, correlation) - _correlation_at(found, correlation))[both].mean()
    return bool(gain > (_NAMED_LOWER if middle_hz < _median_hz(found) else _NAMED_HIGHER))


def _autocorrelation(
    samples: FloatArray, frames: int, options: PitchOptions
) -> tuple[FloatArray, FloatArray]:
    """Return (normalised autocorrelation, `_LAGS` columns a sample [frames, lags], and the peak level
    of each frame [frames])."""
    import soxr

    low = np.asarray(soxr.resample(samples.astype(np.float32), SAMPLE_RATE_HZ, _RATE_HZ), np.float32)
    size = int(3 * _RATE_HZ / options.floor_hz) // 2 * 2
    padded = np.pad(low, (size // 2, size // 2 + frames * _HOP - len(low) + _HOP))
    view = np.lib.stride_tricks.sliding_window_view(padded, size)[: frames * _HOP : _HOP]
    window = np.hanning(size).astype(np.float32)
    lags = (int(_RATE_HZ / options.floor_hz) + 2) * _LAGS
    own = _lag_products(window[None], lags)[0]
    correlation, level = np.empty((frames, lags), np.float32), np.empty(frames, np.float32)
    for first in range(0, frames, _BLOCK_FRAMES):
        rows = view[first : first + _BLOCK_FRAMES]
        block = (rows - rows.mean(1, keepdims=True)) * window
        raw = _lag_products(block, lags)
        correlation[first : first + _BLOCK_FRAMES] = raw / np.maximum(raw[:, :1], 1e-9) / (own / own[0])
        level[first : first + _BLOCK_FRAMES] = np.abs(block).max(1)
    return correlation, level


def _lag_products(block: FloatArray, lags: int) -> FloatArray:
    """Return each row's autocorrelation at steps of 1 / `_LAGS` sample (band-limited interpolation,
    as Boersma does). Shapes [frames, size] -> [frames, lags]."""
    power = np.abs(np.fft.rfft(block, _FFT)) ** 2
    return np.fft.irfft(power, _LAGS * _FFT)[:, :lags] * _LAGS


def _dio(samples: FloatArray, frames: int, options: PitchOptions) -> FloatArray:
    import pyworld

    period_ms = 1000.0 * HOP_SAMPLES / SAMPLE_RATE_HZ
    f0, _ = pyworld.dio(
        samples.astype(np.float64), SAMPLE_RATE_HZ, f0_floor=options.floor_hz,
        f0_ceil=options.ceiling_hz, frame_period=period_ms,
    )  # fmt: skip
    return np.append(f0, np.zeros(max(0, frames - len(f0))))[:frames]


def _candidates(
    correlation: FloatArray, votes: list[FloatArray], options: PitchOptions
) -> tuple[FloatArray, FloatArray]:
    """Return (f0 [frames, candidates], strength [frames, candidates]): the highest local maxima
    of the autocorrelation, and the votes with the correlation they find at their own lag."""
    rate = _RATE_HZ * _LAGS
    shortest = int(rate / options.ceiling_hz)
    left, here, right = correlation[:, :-2], correlation[:, 1:-1], correlation[:, 2:]
    is_peak = (here > left) & (here >= right)
    is_peak[:, : max(0, shortest - 1)] = False
    score = np.where(is_peak, here - options.octave_cost * np.log2(np.arange(1, here.shape[1] + 1)), -1.0)
    best = np.argpartition(-score, options.candidates, axis=1)[:, : options.candidates]
    a, b, c = (np.take_along_axis(part, best, 1) for part in (left, here, right))
    bend = np.minimum(a - 2 * b + c, -1e-9)
    shift = 0.5 * (a - c) / bend
    f0 = rate / np.maximum(best + 1 + np.clip(shift, -0.5, 0.5), 1.0)
    strength = np.where(np.take_along_axis(is_peak, best, 1), b - 0.25 * (a - c) * shift, -1.0)
    for vote in votes:
        found = _correlation_at(np.maximum(vote, options.floor_hz), correlation)
        f0 = np.column_stack([f0, vote])
        strength = np.column_stack([strength, np.where(vote > 0, found, -1.0)])
    octaves = np.log2(options.ceiling_hz / np.maximum(f0, options.floor_hz))
    return f0, np.minimum(strength, 1.0) - options.octave_cost * octaves


def _agreement(f0: FloatArray, vote: FloatArray) -> FloatArray:
    """Return 1 where a candidate lies within half a semitone of the other estimator, else 0."""
    both = (f0 > 0) & (vote[:, None] > 0)
    octaves = np.log2(np.where(both, f0, 1.0) / np.where(both, vote[:, None], 1.0))
    return (both & (np.abs(octaves) < 1 / 24)).astype(float)


def _unvoiced_strength(level: FloatArray, options: PitchOptions) -> FloatArray:
    """Return the strength of the "unvoiced" candidate: high where the frame is near silence."""
    loudest = float(np.percentile(level, 99)) + 1e-9
    silence = options.silence_threshold / (1 + options.voicing_threshold)
    return options.voicing_threshold + np.maximum(0.0, 2.0 - level / loudest / silence)


def _best_path(
    f0: FloatArray, strength: FloatArray, unvoiced: FloatArray, options: PitchOptions
) -> FloatArray:
    """Viterbi search over the candidates and "unvoiced" (column 0). Returns f0 [frames]."""
    frames = len(f0)
    pitch = np.column_stack([np.zeros(frames), np.where(strength > 0, f0, 0.0)])
    gain = np.column_stack([unvoiced, np.where(strength > 0, strength, -9.0)])
    octave = np.log2(np.maximum(pitch, 1.0))
    voiced = pitch > 0
    jump = options.octave_jump_cost * np.abs(octave[1:, None, :] - octave[:-1, :, None])
    change = voiced[1:, None, :] != voiced[:-1, :, None]
    cost = np.where(change, options.voicing_change_cost, np.where(voiced[1:, None, :], jump, 0.0))
    total = gain[0].copy()
    back = np.zeros(pitch.shape, dtype=np.int64)
    for i in range(1, frames):
        reach = total[:, None] - cost[i - 1]
        back[i] = reach.argmax(0)
        total = reach.max(0) + gain[i]
    path = np.empty(frames, dtype=np.int64)
    path[-1] = int(total.argmax())
    for i in range(frames - 1, 0, -1):
        path[i - 1] = back[i, path[i]]
    return pitch[np.arange(frames), path]


def _soft_voicing(f0: FloatArray, correlation: FloatArray) -> FloatArray:
    """Fade voicing out over at most 40 ms beyond its borders, as far as the next pitch still fits:
    a voice begins and ends with pulses too few for the path search."""
    voicing = (f0 > 0).astype(float)
    if not voicing.any():
        return voicing
    fits = np.clip((_correlation_at(continuous_f0(f0), correlation) - 0.2) / 0.4, 0.0, 1.0)
    for start, stop in voiced_runs(f0):
        for border, way in ((start, -1), (stop - 1, 1)):
            gain = 1.0
            for i in range(border + way, border + way * (_BORDER_FRAMES + 1), way):
                if not 0 <= i < len(f0) or f0[i] > 0:
                    break
                gain = min(gain, fits[i], (_BORDER_FRAMES + 1 - abs(i - border)) / 3)
                voicing[i] = max(voicing[i], gain)
    return voicing


def _correlation_at(f0: FloatArray, correlation: FloatArray) -> FloatArray:
    """Return each frame's autocorrelation at the lag of a pitch. Shapes [frames], [frames, lags]."""
    lag = np.clip(_RATE_HZ * _LAGS / np.maximum(f0, 1.0), 1, correlation.shape[1] - 2)
    low = lag.astype(int)
    rows = np.arange(len(lag))
    part = lag - low
    return (1 - part) * correlation[rows, low] + part * correlation[rows, low + 1]


def continuous_f0(f0_hz: FloatArray) -> FloatArray:
    """Fill unvoiced frames by log-linear interpolation, the ends held. Shape kept; needs a voiced frame."""
    voiced = np.flatnonzero(f0_hz > 0)
    return np.exp(np.interp(np.arange(len(f0_hz)), voiced, np.log(f0_hz[voiced])))


def _drop_islands(f0: FloatArray, shortest: int = 5) -> FloatArray:
    """Unvoice stretches too short to be a voice (a plosive's ring), bridge gaps as short."""
    out = f0.copy()
    for start, stop in voiced_runs(f0):
        if stop - start < shortest:
            out[start:stop] = 0.0
    runs = voiced_runs(out)
    for (_, end), (begin, _) in pairwise(runs):
        if begin - end <= shortest and abs(np.log2(out[begin] / out[end - 1])) < 0.25:
            out[end:begin] = np.geomspace(out[end - 1], out[begin], begin - end + 2)[1:-1]
    return out


def voiced_runs(f0_hz: FloatArray) -> list[tuple[int, int]]:
    """Return (first frame, frame behind the last) of every voiced stretch."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (f0_hz > 0).astype(int), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def hann_mean(curve: FloatArray, half_width: int) -> FloatArray:
    """Mean over a Hann window of 2 * half_width + 1 frames, ends held. Shape kept."""
    window = np.hanning(2 * half_width + 3)[1:-1]
    return np.convolve(np.pad(curve, half_width, mode="edge"), window / window.sum(), "valid")
