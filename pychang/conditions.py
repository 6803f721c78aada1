"""What the generator is told about a note: the seam between the classic engine and the network.

Rendering and training both build it here, from the same things, so that the network meets in use
what it met in training. What is asked of the note (`Course`) costs next to nothing and comes first: where the
network is to change nothing, its picture need not be made.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from pychang.analysis import Analysis
from pychang.arrays import FloatArray
from pychang.glottis import at_positions
from pychang.image import (
    BANDS,
    FLOOR_DB,
    IMAGE_HOP_SAMPLES,
    band_centres_hz,
    band_levels_db,
    image_frames,
    to_unit,
)
from pychang.note import NotePlan
from pychang.prior import Picture
from pychang.units import A4_HZ, HOP_SAMPLES

CHANNELS = ("harmonic", "noise", "envelope")
"""Of the image: the two parts of the prior's picture, and the sample's own envelope there."""

SCALARS = ("octaves", "shift", "distance", "speed", "voicing")
"""log2(f0 / 220 Hz) / 2; semitones from the recording's own pitch / 12, within 2 octaves, and their
size, both times voicing; log2 of the speed / 3, 0 in a held vowel; the recording's voicing, 0..1."""

_MIDDLE_HZ = A4_HZ / 2.0
_DB_PER_NEPER = 20.0 / np.log(10.0)
_VOICING_FLOOR = 1e-4
_SLOWEST, _FASTEST = 0.05, 8.0
_SAME_SEMITONES, _ALL_SEMITONES = 0.3, 1.5
_LASTING_FRAMES = 20  # 0.2 s
_STRENGTH_SMOOTHING = np.hanning(9)[1:-1] / np.hanning(9)[1:-1].sum()
_BLOCK_FRAMES = 512


@dataclass(frozen=True)
class Conditions:
    """A note as the network gets it; image frame j is centred on sample j * IMAGE_HOP_SAMPLES.

    Attributes:
        levels_db: Levels of the CHANNELS in every band, float32. Shape [frames, BANDS, 3].
        scalars: The SCALARS of every frame, float32. Shape [frames, 5].
        strength: How far the network's gains apply, 0..1, float32: exactly 0 where the note is the
            recording itself, so that a copy stays the copy. Shape [frames].
    """

    levels_db: FloatArray
    scalars: FloatArray
    strength: FloatArray

    @property
    def reference_db(self) -> float:
        """Level of the mean power of both parts: measured from it, the note has no loudness."""
        return reference_db(self.levels_db)

    @property
    def image(self) -> FloatArray:
        """`levels_db` in the network's range [-1, 1]. Float32, shape [frames, BANDS, 3]."""
        return to_unit(self.levels_db, self.reference_db)


@dataclass(frozen=True)
class Course:
    """What is asked of a note at every image frame, and what its recording is there. Shapes [frames].

    Attributes:
        source_frames: Place in the recording, in frames of its analysis.
        f0_hz: Wanted.
        own_hz: The recording's own.
        held: How far it is a held vowel, 0..1.
        voicing: The recording's, 0..1.
    """

    source_frames: FloatArray
    f0_hz: FloatArray
    own_hz: FloatArray
    held: FloatArray
    voicing: FloatArray

    @property
    def scalars(self) -> FloatArray:
        """The SCALARS. Float32, shape [frames, 5]."""
        octaves = self._shift_octaves
        columns = (
            np.log2(self.f0_hz / _MIDDLE_HZ) / 2.0,
            np.clip(octaves, -2.0, 2.0) * self.voicing,
            np.clip(np.abs(octaves), 0.0, 2.0) * self.voicing,
            self._speed_octaves / 3.0,
            self.voicing,
        )
        return np.stack(columns, axis=1).astype(np.float32)

    @cached_property
    def strength(self) -> FloatArray:
        """See `Conditions`: 0 where the pitch is the recording's own, or none, 1 where it is far from it.

        Another speed alone is no reason: the recording's own partials and noise are moved there, and what the
        network learnt of it did as much harm as good (measured on samples stretched to 1.8 times and back, of
        a trained voice: mel-LSD 5 % less, mel-cepstral distortion 13 % more; of a strange one 23 and 88 %
        more). Float32, shape [frames].
        """
        # where a voice sets in, its pitch is off for moments: that makes no other note of it
        semitones = _lasting(12.0 * np.abs(self._shift_octaves), _LASTING_FRAMES)
        strength = _ramp(semitones, _SAME_SEMITONES, _ALL_SEMITONES) * self.voicing
        padded = np.pad(strength, len(_STRENGTH_SMOOTHING) // 2, mode="edge")
        return np.convolve(padded, _STRENGTH_SMOOTHING, "valid").astype(np.float32)

    @property
    def _shift_octaves(self) -> FloatArray:
        return np.log2(self.f0_hz / self.own_hz)

    @property
    def _speed_octaves(self) -> FloatArray:
        """How much faster than recorded the note runs through the recording."""
        if len(self.source_frames) < 2:
            return np.zeros(len(self.source_frames))
        speed = np.gradient(self.source_frames) * (HOP_SAMPLES / IMAGE_HOP_SAMPLES)
        return np.log2(np.clip(np.abs(speed), _SLOWEST, _FASTEST)) * (1.0 - self.held)


def course_of(analysis: Analysis, plan: NotePlan) -> Course:
    """Return what is asked of a note at its image frames."""
    at = (np.arange(image_frames(plan.samples)) * IMAGE_HOP_SAMPLES + plan.lead_samples) / HOP_SAMPLES
    plan_frames, source_frames = np.arange(len(plan.f0_hz)), np.arange(len(analysis.voicing))
    source, f0_hz, held = (
        np.interp(at, plan_frames, curve) for curve in (plan.source_frames, plan.f0_hz, plan.held)
    )
    own_hz, voicing = (
        np.interp(source, source_frames, curve) for curve in (_own_f0_hz(analysis), analysis.voicing)
    )
    return Course(source, f0_hz, own_hz, held, voicing)


def conditions(analysis: Analysis, plan: NotePlan, picture: Picture, course: Course) -> Conditions:
    """Return what the network is told about a note.

    Args:
        analysis: Of the recording.
        plan: The note that is wanted.
        picture: What the classic engine has drawn for it; `plan.samples` long.
        course: `course_of` both.
    """
    levels = np.empty((len(course.held), BANDS, len(CHANNELS)), np.float32)
    levels[..., 0] = band_levels_db(picture.harmonic)
    levels[..., 1] = band_levels_db(picture.noise)
    spacing_hz = course.own_hz * plan.formant_ratio
    levels[..., 2] = _envelope_db(analysis, course.source_frames, spacing_hz, course.voicing)
    return Conditions(levels, course.scalars, course.strength)


def reference_db(levels_db: FloatArray) -> float:
    """Return the level of the mean power of the first two CHANNELS.

    Args:
        levels_db: Shape [frames, BANDS, 2 or more].
    """
    frames = len(levels_db)
    power = sum(
        float((10.0 ** (levels_db[first : first + _BLOCK_FRAMES, :, :2] / 10.0)).sum(dtype=np.float64))
        for first in range(0, frames, _BLOCK_FRAMES)
    )
    return float(10.0 * np.log10(power / frames + 1e-9))


def hz_of_octaves(scalar: float) -> float:
    """Return the pitch that the scalar `octaves` stands for."""
    return float(_MIDDLE_HZ * 2.0 ** (2.0 * scalar))


def _own_f0_hz(analysis: Analysis) -> FloatArray:
    """The recording's own pitch; one frame alone has none. Shape [analysis frames]."""
    if len(analysis.phase_cycles) < 2:
        return np.full(len(analysis.phase_cycles), _MIDDLE_HZ)
    return np.maximum(analysis.continuous_f0_hz, 1.0)


def _envelope_db(
    analysis: Analysis, source: FloatArray, spacing_hz: FloatArray, voicing: FloatArray
) -> FloatArray:
    """Level of the recording's partials, read at the bands' centres. Shape [frames, BANDS]."""
    envelope = np.empty((len(source), BANDS), np.float32)
    nearest = np.clip(np.rint(source).astype(int), 0, len(analysis.log_amplitudes) - 1)
    for first in range(0, len(source), _BLOCK_FRAMES):
        block = slice(first, first + _BLOCK_FRAMES)
        partials = band_centres_hz()[None] / spacing_hz[block, None] - 1.0
        nepers = at_positions(analysis.log_amplitudes[nearest[block]], partials)
        silenced_db = 20.0 * np.log10(np.maximum(voicing[block], _VOICING_FLOOR))
        envelope[block] = np.maximum(nepers * _DB_PER_NEPER + silenced_db[:, None], FLOOR_DB)
    return envelope


def _ramp(values: FloatArray, none: float, all_: float) -> FloatArray:
    return np.clip((values - none) / (all_ - none), 0.0, 1.0)


def _lasting(values: FloatArray, frames: int) -> FloatArray:
    """Return of each value (none below 0) what it and its neighbours hold for so many frames, or for all that
    there are: a morphological opening (Serra 1982). Shorter peaks are cut off, all else stays."""
    frames = min(frames, len(values))
    lowest = sliding_window_view(values, frames).min(axis=1)
    return np.asarray(sliding_window_view(np.pad(lowest, frames - 1), frames).max(axis=1))
