"""Partials and residual that are together louder than their recording, as they are where they cancel.

At a burst, a sudden onset or a crack of the voice partials measured over three periods ring before and
behind what they were measured of, and the residual holds the same ringing turned round. Sung as recorded
the two add up to the recording; at another pitch they would both be heard. Away from breaks what little
cancels is chance, and taking it away would roughen the envelope (measured: a note moved and moved back is
40 % further from its recording, mel-cepstral distortion).
"""

import numpy as np

from pychang.arrays import FloatArray
from pychang.breath import noise_bands, over_partials, smoothed
from pychang.pitch import hann_mean

_PARTIALS, _FRAMES = 5, 3
_LEAST_POWER = 1e-14
_MOST = 2.0  # nepers, 17 dB
_NEAR_FRAMES, _JUMP_SEMITONES = 10, 0.5  # 50 ms around; of pitch from one frame to the next


def log_too_loud(
    samples: FloatArray, residual: FloatArray, log_noise: FloatArray, f0_hz: FloatArray, voicing: FloatArray
) -> FloatArray:
    """Return by how much partials and residual, as powers, are louder than the recording around breaks.

    Args:
        samples: Recording. Shape [samples].
        residual: Shape [samples].
        log_noise: `noise_bands` of the residual. Shape [frames, partials].
        f0_hz: Positive. Shape [frames].
        voicing: 0..1. Shape [frames].

    Returns:
        Natural log of an amplitude ratio in each partial's band, at least 0. Shape [frames, partials].
    """
    count = log_noise.shape[1]
    partials = _power(noise_bands(samples - residual, f0_hz, count))
    recording = _power(noise_bands(samples, f0_hz, count))
    both = partials + _power(log_noise)
    louder = np.clip(0.5 * np.log((both + _LEAST_POWER) / (recording + _LEAST_POWER)), 0.0, _MOST)
    return louder * near_breaks(f0_hz, voicing)[:, None]


def near_breaks(f0_hz: FloatArray, voicing: FloatArray) -> FloatArray:
    """Return 1 around where a voice begins, ends or jumps, falling to 0 within 50 ms. Shape [frames]."""
    jumps = np.abs(12.0 * np.diff(np.log2(f0_hz), prepend=np.log2(f0_hz[:1]))) > _JUMP_SEMITONES
    breaks = ((voicing < 1.0) | jumps).astype(float)
    return np.clip(4.0 * hann_mean(breaks, _NEAR_FRAMES), 0.0, 1.0).astype(np.float32)


def _power(log_bands: FloatArray) -> FloatArray:
    """Mean power over a few frames and partials: of one band in one window much is chance. Shape kept."""
    return over_partials(smoothed(np.exp(2.0 * log_bands), _FRAMES), _PARTIALS)
