"""Partials and residual that are together louder than their recording, as they are where they cancel.

At a burst, a sudden onset or a crack of the voice partials measured over three periods ring before and
behind what they were measured of, and the residual holds the same ringing turned round. Sung as recorded
the two add up to the recording; at another pitch they would both be heard.
"""

import numpy as np

from pychang.arrays import FloatArray
from pychang.breath import noise_bands, smoothed

_PARTIALS, _FRAMES = 5, 3
_LEAST_POWER = 1e-14
_MOST = 2.0  # nepers, 17 dB


def log_too_loud(
    samples: FloatArray, residual: FloatArray, log_noise: FloatArray, f0_hz: FloatArray
) -> FloatArray:
    """Return by how much partials and residual, as powers, are louder than the recording.

    Args:
        samples: Recording. Shape [samples].
        residual: Shape [samples].
        log_noise: `noise_bands` of the residual. Shape [frames, partials].
        f0_hz: Positive. Shape [frames].

    Returns:
        Natural log of an amplitude ratio in each partial's band, at least 0. Shape [frames, partials].
    """
    count = log_noise.shape[1]
    partials = _power(noise_bands(samples - residual, f0_hz, count))
    recording = _power(noise_bands(samples, f0_hz, count))
    both = partials + _power(log_noise)
    return np.clip(0.5 * np.log((both + _LEAST_POWER) / (recording + _LEAST_POWER)), 0.0, _MOST)


def _power(log_bands: FloatArray) -> FloatArray:
    """Mean power over a few frames and partials: of one band in one window much is chance. Shape kept."""
    power = smoothed(np.exp(2.0 * log_bands), _FRAMES)
    return power if power.shape[1] <= _PARTIALS else np.ascontiguousarray(smoothed(power.T, _PARTIALS).T)
