"""The noise of a voice (breath, consonants, bursts), moved along the note's time map.

Grains of the residual, 23 ms long. Where the map runs at the recording's own speed neighbouring grains
are displaced alike and add up to the very samples; where it is stretched each grain starts at a random
place near its own, away from the grains before it, so that no moment is heard twice in a row, and as loud
as its own: a burst stays a burst and stays where it was (with any place near, unvoiced frames of samples
made slower and back are 6.6 dB from their recordings, so 4.2). Near is 6 ms, and 20 ms where few moments
must do for many grains.
"""

import numpy as np

from pychang.arrays import FloatArray
from pychang.breath import BIN_HZ, NOISE_FFT, noise_window
from pychang.glottis import at_positions
from pychang.harmonics import TOP_HZ, read_cubic
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

_GRAIN = 1024
_STEP = _GRAIN // 2
_SCATTER, _SLOW_SCATTER = round(0.006 * SAMPLE_RATE_HZ), round(0.020 * SAMPLE_RATE_HZ)
_SLOW, _SLOWEST = 0.6, 0.4  # speeds below which the scatter grows: few moments must do for many grains
_TRIES = 16
_UNLIKE_DB = 0.7  # a difference in loudness that outweighs 6 ms of distance
_LOUDNESS_SAMPLES = _GRAIN // 4  # around the middle of a grain, and as far before and behind it
_LEAST_LOUDNESS = 1e-7  # -70 dB: what lies below is silence
_FADED = 8192


def move_residual(
    residual: FloatArray,
    source_frames: FloatArray,
    samples: int,
    formant_ratio: float = 1.0,
    seed: int = 0,
) -> FloatArray:
    """Lay the residual along a time map.

    Args:
        residual: Shape [source samples].
        source_frames: Source position (frames) of every output frame. Shape [frames].
        samples: Length of the result.
        formant_ratio: Factor on the noise's frequencies: each grain is read that much faster.
        seed: Seeds the scatter of stretched grains.

    Returns:
        Shape [samples].
    """
    centres = np.arange(0, samples + _STEP, _STEP)
    # the last grains are centred behind the last frame: the map goes on as it ends
    beyond = source_frames[-1] + (source_frames[-1] - source_frames[-2]) * np.arange(1, 6)
    path = np.concatenate([source_frames, beyond])
    source = np.interp(centres / HOP_SAMPLES, np.arange(len(path)), path) * HOP_SAMPLES
    loose = _looseness(source)
    bounds = float(source_frames.min()) * HOP_SAMPLES, float(source_frames.max()) * HOP_SAMPLES
    place = _scattered(residual, source, loose, bounds, seed)
    grain = np.arange(_GRAIN) - _STEP
    at = place[:, None] + grain[None] * formant_ratio
    grains = _read_whole(residual, at) if formant_ratio == 1.0 else read_cubic(residual, at)
    window = np.hanning(_GRAIN + 1)[:-1].astype(np.float32)
    # scattered grains (a millisecond is enough) add in power, not in amplitude: half-overlapped Hann
    # windows then lose 1.25 dB
    level = 1.0 + (np.sqrt(4 / 3) - 1.0) * np.minimum(20.0 * loose, 1.0)
    grains *= window * level[:, None].astype(np.float32)
    out = np.zeros(len(centres) * _STEP + _GRAIN, np.float32)
    for first in (0, 1):  # grains of one parity do not overlap: lay them end to end
        chain = grains[first::2].ravel()
        begin = first * _STEP
        out[begin : begin + len(chain)] += chain
    return out[_STEP : _STEP + samples]


def _scattered(
    residual: FloatArray, source: FloatArray, loose: FloatArray, bounds: tuple[float, float], seed: int
) -> FloatArray:
    """Place each loose grain somewhere near its moment. Of some tries the one farthest from the two grains
    before is taken, for a moment heard twice within one grain's length is heard as a pitch; but one that is
    louder or softer than the moment itself would make a burst too long, or a pause noisy."""
    place = source.copy()
    moving = np.flatnonzero(loose[1:] > 0) + 1
    if not len(moving):
        return place
    speed = np.abs(np.gradient(source)) / _STEP
    reach = loose * np.interp(speed, [_SLOWEST, _SLOW], [_SLOW_SCATTER, _SCATTER])
    offsets = np.random.default_rng(seed).uniform(-1.0, 1.0, (len(source), _TRIES)) * reach[:, None]
    tries = _folded(source[:, None] + offsets, *bounds)
    # of a long recording a note reads but little
    first = max(0, int(bounds[0]) - _GRAIN)
    part = residual[first : int(bounds[1]) + _GRAIN]
    unlike = _unlike_db(part, source[moving] - first, tries[moving] - first) * (_SCATTER / _UNLIKE_DB)
    for i, dear in zip(moving, unlike, strict=True):
        distance = np.abs(tries[i][:, None] - place[max(i - 2, 0) : i])
        place[i] = tries[i][(distance.min(1) - dear).argmax()]
    return place


def _unlike_db(wave: FloatArray, moments: FloatArray, tries: FloatArray) -> FloatArray:
    """How much louder or softer tries are than their moments, in the mean over a grain.

    Shapes [samples], [grains], [grains, tries] -> [grains, tries].
    """
    energy = np.concatenate([[0.0], np.cumsum(np.square(wave, dtype=float))])

    def loudness_db(at: FloatArray) -> FloatArray:
        middle = np.rint(at).astype(np.int64)
        half = _LOUDNESS_SAMPLES // 2
        begin, end = (np.clip(middle + edge, 0, len(wave)) for edge in (-half, half))
        return 10.0 * np.log10((energy[end] - energy[begin]) / _LOUDNESS_SAMPLES + _LEAST_LOUDNESS)

    apart = [
        np.abs(loudness_db(tries + away) - loudness_db(moments + away)[:, None])
        for away in (-_LOUDNESS_SAMPLES, 0, _LOUDNESS_SAMPLES)
    ]
    return np.mean(apart, axis=0)


def _folded(place: FloatArray, low: float, high: float) -> FloatArray:
    """Reflect what lies outside [low, high]: cut off there, it would be the same grain each time."""
    span = max(high - low, 1e-6)
    at = np.mod(place - low, 2.0 * span)
    return low + np.minimum(at, 2.0 * span - at)


def _looseness(source: FloatArray) -> FloatArray:
    """0 where a grain follows its neighbours at the recording's own speed, 1 where it does not."""
    speed = np.gradient(source) / _STEP if len(source) > 1 else np.ones(1)
    return np.clip((np.abs(speed - 1.0) - 0.002) / 0.08, 0.0, 1.0)


def below_the_voice(noise: FloatArray, lowest_hz: float) -> FloatArray:
    """Return what a recording's noise holds under a voice's lowest fundamental: the room, hum, rumble.

    It is no voice, so it has no pitch to keep: without it a moved note would be cleaner than its neighbour.

    Args:
        noise: Shape [samples].
        lowest_hz: All of it is kept up to half of this, none from 0.7 of it on.

    Returns:
        Shape [samples].
    """
    points = -(-(len(noise) + _FADED) // _FADED) * _FADED  # zeros behind: the end does not reach the start
    hz = np.fft.rfftfreq(points, 1.0 / SAMPLE_RATE_HZ)
    share = np.clip((hz / lowest_hz - 0.5) / 0.2, 0.0, 1.0)
    low = np.fft.irfft(np.fft.rfft(noise, points) * (0.5 + 0.5 * np.cos(np.pi * share)), points)
    return np.asarray(low[: len(noise)], dtype=np.float32)


def shape_noise(
    power: FloatArray, f0_hz: FloatArray, samples: int, formant_ratio: float = 1.0, seed: int = 0
) -> FloatArray:
    """Make fresh noise with a recording's spectrum and level, but without its moments.

    What the partials' analysis leaves over still beats at the recording's pitch; sung at another pitch
    that would be heard as a second voice.

    Args:
        power: Of each band, one partial's distance wide and around each partial, at every output frame.
            Shape [frames, partials].
        f0_hz: Those partials' distance. Shape [frames].
        samples: Length of the result.
        formant_ratio: Factor on the noise's frequencies.
        seed: Seeds the noise.

    Returns:
        Shape [samples].
    """
    hz = np.minimum(np.arange(NOISE_FFT // 2 + 1) * (BIN_HZ / formant_ratio), TOP_HZ)[None] / f0_hz[:, None]
    # breath is made at the glottis and is treble; what the residual holds below the third partial is the
    # partials' own swing, which would rumble
    damped = at_positions(power, hz - 1.0) / f0_hz[:, None] * (hz**2 / (hz**2 + 9.0)) ** 2
    gain = np.sqrt(damped * (SAMPLE_RATE_HZ / 2)).astype(np.float32)
    window = noise_window()
    white = np.random.default_rng(seed).standard_normal((len(gain) + 1) * HOP_SAMPLES, dtype=np.float32)
    view = np.lib.stride_tricks.sliding_window_view(white, 2 * HOP_SAMPLES)[::HOP_SAMPLES]
    spectrum = np.fft.rfft(view * window, NOISE_FFT) * gain
    # each window gets the power that it is to have, not what chance would give it: heard as crackle
    wanted = (gain**2).sum(1) * float(window @ window)
    spectrum *= np.sqrt(wanted / ((np.abs(spectrum) ** 2).sum(1) + 1e-20))[:, None]
    shaped = np.fft.irfft(spectrum, NOISE_FFT)
    return _overlap_add(shaped.astype(np.float32))[HOP_SAMPLES : HOP_SAMPLES + samples]


def _overlap_add(blocks: FloatArray) -> FloatArray:
    """Add blocks one hop apart. Shapes [blocks, size] -> [(blocks + parts) * hop]."""
    parts = -(-blocks.shape[1] // HOP_SAMPLES)
    padded = np.pad(blocks, ((0, 0), (0, parts * HOP_SAMPLES - blocks.shape[1])))
    out = np.zeros((len(blocks) + parts, HOP_SAMPLES), np.float32)
    for part in range(parts):
        out[part : part + len(blocks)] += padded[:, part * HOP_SAMPLES : (part + 1) * HOP_SAMPLES]
    return out.ravel()


def _read_whole(wave: FloatArray, at: FloatArray) -> FloatArray:
    """Read the nearest samples, 0 outside: exact for a plan whose offset is a whole sample."""
    padded = np.concatenate([np.zeros(1, wave.dtype), wave, np.zeros(1, wave.dtype)])
    # the small step keeps neighbouring grains from being rounded to different sides of a half
    return padded[np.clip(np.floor(at + 0.501).astype(np.int64) + 1, 0, len(padded) - 1)]
