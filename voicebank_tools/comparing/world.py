"""WORLD (pyworld) as a resampler: the baseline everybody knows, singing the plans of our own engines.

Analysis by Harvest and StoneMask (Morise 2017), CheapTrick (2015) and D4C (2016), synthesis of WORLD 0.2.
"""

from dataclasses import dataclass

import numpy as np

from pychang.arrays import FloatArray
from pychang.note import NotePlan
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

_S_PER_FRAME = 0.005


@dataclass(frozen=True)
class WorldAnalysis:
    """A recording as WORLD sees it, frames 5 ms apart. `f0_hz` [frames], 0 where unvoiced; `envelope` and
    `aperiodicity` [frames, bins]."""

    f0_hz: FloatArray
    envelope: FloatArray
    aperiodicity: FloatArray


def world_analysis(wave: FloatArray) -> WorldAnalysis:
    """Take a wave at 44.1 kHz apart. Shape [samples]."""
    import pyworld

    exact = np.ascontiguousarray(wave, dtype=np.float64)
    coarse, at_s = pyworld.harvest(exact, SAMPLE_RATE_HZ, f0_floor=60.0, f0_ceil=1200.0)
    f0 = pyworld.stonemask(exact, coarse, at_s, SAMPLE_RATE_HZ)
    return WorldAnalysis(
        f0,
        pyworld.cheaptrick(exact, f0, at_s, SAMPLE_RATE_HZ),
        pyworld.d4c(exact, f0, at_s, SAMPLE_RATE_HZ),
    )


def world_note(analysis: WorldAnalysis, plan: NotePlan) -> FloatArray:
    """Sing a plan: frames read linearly, voicing of the nearest. Shape [plan.samples]."""
    import pyworld

    frames = len(plan.f0_hz)
    at_s = np.arange(0.0, plan.samples / SAMPLE_RATE_HZ, _S_PER_FRAME)
    at = (at_s * SAMPLE_RATE_HZ + plan.lead_samples) / HOP_SAMPLES
    source = (
        np.interp(at, np.arange(frames), plan.source_frames) * HOP_SAMPLES / SAMPLE_RATE_HZ / _S_PER_FRAME
    )
    source = np.clip(source, 0.0, len(analysis.f0_hz) - 1.001)
    voiced = analysis.f0_hz[np.rint(source).astype(int)] > 0
    wave = pyworld.synthesize(
        np.where(voiced, np.interp(at, np.arange(frames), plan.f0_hz), 0.0),
        _rows(analysis.envelope, source), _rows(analysis.aperiodicity, source), SAMPLE_RATE_HZ,
    )  # fmt: skip
    return np.pad(wave, (0, max(0, plan.samples - len(wave))))[: plan.samples]


def _rows(frames: FloatArray, at: FloatArray) -> FloatArray:
    index = at.astype(int)
    share = (at - index)[:, None]
    return np.ascontiguousarray(frames[index] * (1.0 - share) + frames[index + 1] * share)
