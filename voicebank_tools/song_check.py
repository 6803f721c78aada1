"""How well a song was sung: its pitch against the wanted one, its level, its joins."""

from dataclasses import dataclass

import numpy as np

from pychang.units import SAMPLE_RATE_HZ
from resampler.wavtool import Wave
from voicebank_tools.pitch_curve import FloatArray
from voicebank_tools.song import SongResult

LOWEST_HZ, HIGHEST_HZ = 50.0, 1500.0

FRAME_MS = 5.0

JOIN_MS = 3.0
"""How far around a moment at which a note begins or ends a click of it would lie."""

SMALLEST_STEP = 2.0**-15
"""One step of the 16-bit file: below there is nothing to hear."""


@dataclass(frozen=True)
class SongFigures:
    """`median_cents`, `p90_cents`: how far the sung pitch is from the wanted one on frames that
    are voiced and wanted; `voiced_share` of the wanted frames; `peak` of full scale;
    `click_ratio` as the function of that name says.
    """

    median_cents: float
    p90_cents: float
    voiced_share: float
    peak: float
    click_ratio: float


def measure_f0(wave: Wave, frame_ms: float = FRAME_MS) -> tuple[FloatArray, FloatArray]:
    """Return (times_s, f0_hz) of a wave at 44.1 kHz, 0 where it is unvoiced (DIO and StoneMask)."""
    import pyworld

    samples = np.ascontiguousarray(wave, dtype=np.float64)
    f0_hz, times_s = pyworld.dio(
        samples, SAMPLE_RATE_HZ, f0_floor=LOWEST_HZ, f0_ceil=HIGHEST_HZ, frame_period=frame_ms
    )
    return times_s, pyworld.stonemask(samples, f0_hz, times_s, SAMPLE_RATE_HZ)


def measure_song(song: SongResult) -> SongFigures:
    """Return the figures of a sung song (nan where nothing is voiced)."""
    times_s, sung_hz = measure_f0(song.wave)
    wanted_hz = wanted_at(song, times_s)
    cents = pitch_error_cents(sung_hz, wanted_hz)
    wanted_frames = int(np.count_nonzero(wanted_hz > 0.0))
    return SongFigures(
        median_cents=float(np.median(cents)) if len(cents) else float("nan"),
        p90_cents=float(np.percentile(cents, 90)) if len(cents) else float("nan"),
        voiced_share=len(cents) / wanted_frames if wanted_frames else float("nan"),
        peak=float(np.max(np.abs(song.wave), initial=0.0)),
        click_ratio=click_ratio(song),
    )


def wanted_at(song: SongResult, times_s: FloatArray) -> FloatArray:
    """Return the wanted pitch at other times, 0 where either neighbour is silent."""
    if len(song.times_s) < 2:
        return np.zeros(len(times_s))
    place = np.clip(np.searchsorted(song.times_s, times_s), 1, len(song.times_s) - 1)
    left, right = song.wanted_f0_hz[place - 1], song.wanted_f0_hz[place]
    between = np.interp(times_s, song.times_s, song.wanted_f0_hz)
    return np.where((left > 0.0) & (right > 0.0), between, 0.0)


def pitch_error_cents(sung_hz: FloatArray, wanted_hz: FloatArray) -> FloatArray:
    """Return the distance in cents on the frames where both are there."""
    both = (sung_hz > 0.0) & (wanted_hz > 0.0)
    return np.asarray(1200.0 * np.abs(np.log2(sung_hz[both] / wanted_hz[both])))


def click_ratio(song: SongResult) -> float:
    """Return the largest step between neighbouring samples at any join, as a share of the largest
    that the notes sounding there have in themselves: above 1 the join itself clicks.

    A join is where a note begins or ends to sound.
    """
    steps = np.abs(np.diff(song.wave))
    reach_s = JOIN_MS / 1000.0
    worst = 0.0
    for join_s in np.unique(song.spans_s):
        near = slice(*(max(0, round((join_s + side) * SAMPLE_RATE_HZ)) for side in (-reach_s, reach_s)))
        limit = float(np.max(song.step_limit[near], initial=0.0)) + SMALLEST_STEP
        worst = max(worst, float(np.max(steps[near], initial=0.0)) / limit)
    return worst
