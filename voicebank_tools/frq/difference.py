"""A `.frq` file that is there, held against what we hear in its recording."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pychang.frq import FrqFile
from voicebank_tools.finding import Finding

REPLACE = "--force writes it anew"

_UNVOICED_HZ = 55.0
"""Some programs write the lowest pitch they know instead of 0."""

_OCTAVE, _HALF, _SEMITONE = 0.75, 0.5, 1 / 12  # octaves
_FEWEST_FRAMES = 10
_WRONG_OCTAVES, _WRONG_PITCH, _WRONG_VOICING = 0.1, 0.5, 0.5
"""Shares from which a file is told. UTAU's own files of a good bank: octaves up to 0.14, voicing 0.38."""

_LENGTH_FRAMES = 8
"""Programs differ by a few frames at the end; more is another recording's curve."""


@dataclass(frozen=True)
class Difference:
    """Shares of the frames that both call voiced: an octave and more (0.75) too high or too low, at least
    half an octave off else, and more than a semitone off at all; `voicing`: of the frames that either
    calls voiced, those that the other does not."""

    octave_high: float
    octave_low: float
    half_octave: float
    semitone: float
    voicing: float

    @property
    def is_bad(self) -> bool:
        """Whether somebody should be told."""
        octaves = self.octave_high + self.octave_low + self.half_octave
        return octaves >= _WRONG_OCTAVES or self.semitone >= _WRONG_PITCH or self.voicing >= _WRONG_VOICING

    def __str__(self) -> str:
        octaves = self.octave_high + self.octave_low + self.half_octave
        parts = (
            (self.octave_high, "an octave too high for {:.0%} of the voiced frames"),
            (self.octave_low, "an octave too low for {:.0%} of the voiced frames"),
            (self.half_octave, "half an octave off for {:.0%} of the voiced frames"),
            (self.semitone - octaves, "more than a semitone off for {:.0%} of the voiced frames"),
            (self.voicing, "voiced otherwise for {:.0%} of the frames with voice"),
        )
        return ", ".join(text.format(share) for share, text in parts if share >= 0.01)


def difference(theirs: FrqFile, ours: FrqFile) -> Difference:
    """Return how two curves of the same recording differ, on the frames of `ours` that `theirs` reaches."""
    places = ((np.arange(len(ours.f0_hz)) + 0.5) * ours.hop_samples / theirs.hop_samples).astype(int)
    places = places[places < len(theirs.f0_hz)]
    f0_hz = theirs.f0_hz[places]
    their_hz, our_hz = np.where(f0_hz > _UNVOICED_HZ, f0_hz, 0.0), ours.f0_hz[: len(places)]
    both, either = (their_hz > 0.0) & (our_hz > 0.0), (their_hz > 0.0) | (our_hz > 0.0)
    octaves = np.log2(their_hz[both] / our_hz[both])
    away = np.abs(octaves)

    def share(of: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> float:
        return float(of.mean()) if len(of) else 0.0

    return Difference(
        share(octaves > _OCTAVE), share(octaves < -_OCTAVE), share((away > _HALF) & (away <= _OCTAVE)),
        share(away > _SEMITONE), float((either & ~both).sum() / max(1, either.sum())),
    )  # fmt: skip


def difference_finding(path: Path, theirs: FrqFile, ours: FrqFile) -> Finding | None:
    """Return what is wrong with the `.frq` file at `path`, None where it agrees well enough with `ours`."""
    samples, expected = (len(frq.f0_hz) * frq.hop_samples for frq in (theirs, ours))
    if abs(samples - expected) > _LENGTH_FRAMES * max(theirs.hop_samples, ours.hop_samples):
        why = f"covers {samples} samples where the recording has {expected}"
        return Finding("warning", path, 0, "", why, REPLACE)
    if (ours.f0_hz > 0.0).sum() < _FEWEST_FRAMES:
        return None
    found = difference(theirs, ours)
    return Finding("warning", path, 0, "", f"is {found}", REPLACE) if found.is_bad else None
