"""The small life of a held vowel: the recording's own slow movement of each partial, at its own speed.

A held vowel is read so slowly, and evened out, that its colour stands still: its bands move half as much
as a recorded vowel's. What was taken away, 2-10 Hz of it, is given back, to and fro over the vowel.
"""

import numpy as np

from pychang.arrays import FloatArray
from pychang.breath import smoothed
from pychang.glottis import at_frames

_FAST_FRAMES, _SLOW_FRAMES = 13, 101  # 65 and 500 ms: quicker is roughness, slower the smoothing has kept
_MOST_NEPERS = 0.35  # 3 dB: a vowel that begins or dies is no movement


def own_movement(
    log_amplitudes: FloatArray, source_frames: FloatArray, held: FloatArray, seed: int
) -> FloatArray:
    """Return what to add to the log amplitudes of a note's partials.

    Args:
        log_amplitudes: Of the recording, natural log. Shape [source frames, partials].
        source_frames: Where in the recording each frame of the note is. Shape [frames].
        held: 0..1, somewhere above 0. Shape [frames].
        seed: Decides where in the vowel the movement begins.

    Returns:
        In nepers, 0 where nothing is held or the vowel is too short to tell. Shape [frames, partials].
    """
    inside = np.clip(source_frames[held > 0], 0, len(log_amplitudes) - 1)
    rows = log_amplitudes[int(inside.min()) : int(np.ceil(inside.max())) + 1]
    span = len(rows) - 1
    if span < _FAST_FRAMES:
        return np.zeros((len(held), log_amplitudes.shape[1]), np.float32)
    moves = np.clip(smoothed(rows, _FAST_FRAMES) - smoothed(rows, _SLOW_FRAMES), -_MOST_NEPERS, _MOST_NEPERS)
    begin = np.random.default_rng(seed).uniform(0.0, 2.0 * span)
    place = np.mod(begin + np.arange(len(held)), 2.0 * span)
    return at_frames(moves, np.minimum(place, 2.0 * span - place)) * held[:, None].astype(np.float32)
