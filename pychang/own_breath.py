"""The recording's own breath as a wave: what can be sung at another pitch without a second voice in it.

Breath that is made anew has the recording's spectrum and level, but none of its moments. The recording has
them: in its residual, and in what its partials took up of the noise. A partial's own tone is what stays the
same for a while, and is taken out; where there is little but tone no breath can be told from it, and it is
made anew there. The puffs of the recording's own pitch are evened out, for the note has its own.
"""

import numpy as np

from pychang.arrays import AnyArray, ComplexArray, FloatArray
from pychang.breath import (
    NoiseTables,
    noise_bands,
    noise_share,
    over_partials,
    power_taken_up,
    smoothed,
    weighted_mean,
)
from pychang.glottis import at_positions
from pychang.harmonics import synthesise
from pychang.image import IMAGE_HOP_SAMPLES, band_centres_hz, filtered, image_frames
from pychang.pulsing import evened
from pychang.units import HOP_SAMPLES

_LEAST_SHARE, _ALL_SHARE = 0.1, 0.4  # of noise in a partial's power; with less the tone's own swing is heard
_TONE_FRAMES = 33  # 165 ms: what a tone keeps up for so long, noise does not
_SURE_TONE = 0.25  # share of tone in a partial's power from which on what is steady is tone, and not chance
_PARTIALS, _FRAMES = 5, 25
_LEAST_POWER = 1e-12
_LEAST_GAIN = 1e-4
_MOST_NEPERS = 0.7  # by which residual and noisy partials can be off, since they may cancel or add up
_DB_PER_NEPER = 20.0 / np.log(10.0)


def own_share(log_tone: AnyArray) -> FloatArray:
    """Return how far the noise of a moved note is the recording's own, the rest being made anew.

    Args:
        log_tone: See `Analysis`. Shape [frames, partials].

    Returns:
        0..1, in power. Float32, shape [frames, partials].
    """
    share = (noise_share(log_tone) - _LEAST_SHARE) / (_ALL_SHARE - _LEAST_SHARE)
    return over_partials(np.clip(share, 0.0, 1.0), _PARTIALS)


def own_breath(
    residual: FloatArray,
    amplitudes: ComplexArray,
    tables: NoiseTables,
    pulsing: ComplexArray,
    phase_at_samples: FloatArray,
    f0_hz: FloatArray,
    voicing: FloatArray,
) -> FloatArray:
    """Take the breath out of a voice, `own_share` of it.

    Args:
        residual: Recording less its partials. Shape [samples].
        amplitudes: Its partials. Shape [frames, partials].
        tables: Its noise. Shapes [frames, partials].
        pulsing: How the noise moves within the cycle. Shape [frames, 2].
        phase_at_samples: Glottal phase in cycles. Shape [samples].
        f0_hz: Positive. Shape [frames].
        voicing: 0..1. Shape [frames].

    Returns:
        Float32, shape [samples].
    """
    share = own_share(tables.log_tone)
    weight = (voicing + 1e-3).astype(np.float32)
    tone = weighted_mean(amplitudes, _TONE_FRAMES, weight)
    tone *= np.clip(np.exp(2.0 * tables.log_tone) / _SURE_TONE, 0.0, 1.0)
    taken = amplitudes - tone
    # where a voice opens or closes quicker than that, what differs is tone all the same
    most = np.abs(amplitudes) * np.sqrt(noise_share(tables.log_tone))
    taken *= np.minimum(1.0, most / (np.abs(taken) + 1e-9)) * voicing[:, None]
    noisy = residual + synthesise(taken.astype(np.complex64), phase_at_samples)

    def steady(power: FloatArray) -> FloatArray:
        return smoothed(over_partials(power * weight[:, None], _PARTIALS), _FRAMES) + _LEAST_POWER

    lacking = power_taken_up(np.abs(amplitudes), tables.log_missing, tables.log_tone)
    wanted = np.exp(2.0 * tables.log_noise) + lacking
    found = np.exp(2.0 * noise_bands(noisy, f0_hz, share.shape[1]))
    off = np.clip(0.5 * np.log(steady(wanted) / steady(found)), -_MOST_NEPERS, _MOST_NEPERS)
    gains = off + 0.5 * np.log(np.maximum(share, _LEAST_GAIN))
    return evened(filtered(noisy, _on_image(gains, f0_hz, len(residual))), phase_at_samples, pulsing)


def _on_image(gains: FloatArray, f0_hz: FloatArray, samples: int) -> FloatArray:
    """Gains of partials in nepers as gains of bands in dB. Shape [image frames, bands]."""
    nearest = np.arange(image_frames(samples)) * (IMAGE_HOP_SAMPLES // HOP_SAMPLES)
    nearest = np.minimum(nearest, len(gains) - 1)
    place = band_centres_hz()[None] / f0_hz[nearest, None] - 1.0
    return (at_positions(gains[nearest], place) * _DB_PER_NEPER).astype(np.float32)
