"""What is changed by chance in an example: other heads, microphones, rooms; condition and target alike.

Without other microphones the network learns the few it knows, and paints their colour over every voice
(measured: 2 % worse on an unknown singer, with them 6 % better).

Loudness needs none: the network's image knows no gain.
"""

from dataclasses import dataclass, replace

import numpy as np

from pychang.arrays import FloatArray
from pychang.conditions import reference_db
from pychang.image import BANDS, FLOOR_DB, band_centres_hz
from voicebank_tools.training.examples import Example


@dataclass(frozen=True)
class Augmentation:
    """How often and how far examples are changed.

    Attributes:
        colour_share: How often the microphone is another.
        colour_db: Standard deviation of its response's cosines over the bands, of 1, 2, 3, 5, 8 and 12
            half turns.
        formant_share: How often the voice is made larger or smaller.
        formant_octaves: By at most this, either way; pitch and formants together.
        noise_share: How often noise is added.
        noise_db: Its level in each band under the reference, from and to.
    """

    colour_share: float = 0.8
    colour_db: tuple[float, ...] = (7.0, 5.0, 4.0, 3.0, 2.0, 1.5)
    formant_share: float = 0.5
    formant_octaves: float = 0.2
    noise_share: float = 0.2
    noise_db: tuple[float, float] = (-90.0, -60.0)


def augmented(example: Example, how: Augmentation, rng: np.random.Generator) -> Example:
    """Return an example as another head or another room would have given it."""
    if rng.random() < how.colour_share:
        example = _other_microphone(example, how.colour_db, rng)
    if rng.random() < how.formant_share:
        example = _other_head(example, float(rng.uniform(-how.formant_octaves, how.formant_octaves)))
    if rng.random() < how.noise_share:
        example = _noisier(example, float(rng.uniform(*how.noise_db)))
    return example


def _other_microphone(
    example: Example, deviations_db: tuple[float, ...], rng: np.random.Generator
) -> Example:
    """Add one smooth frequency response to all levels."""
    half_turns = np.array((1, 2, 3, 5, 8, 12)[: len(deviations_db)])[:, None]
    heights = rng.standard_normal(len(deviations_db)) * np.array(deviations_db)
    phases = rng.uniform(0.0, 2.0 * np.pi, (len(deviations_db), 1))
    response_db = heights @ np.cos(np.pi * half_turns * np.arange(BANDS) / BANDS + phases)
    coloured = response_db.astype(np.float32)[None, :, None]
    return replace(
        example,
        levels_db=np.maximum(example.levels_db + coloured, FLOOR_DB),
        target_db=np.maximum(example.target_db + coloured, FLOOR_DB),
    )


def _other_head(example: Example, octaves: float) -> Example:
    """Move all frequencies by some octaves, as playing it faster would; times are left as they are."""
    ratio = 2.0**octaves
    scalars = example.scalars.copy()
    scalars[:, 0] += octaves / 2.0
    return replace(
        example, levels_db=_moved(example.levels_db, ratio), target_db=_moved(example.target_db, ratio),
        scalars=scalars, band_hz=example.band_hz * ratio,
    )  # fmt: skip


def _moved(levels_db: FloatArray, ratio: float) -> FloatArray:
    """Read each band of [frames, bands, channels] at its frequency / `ratio`, ends held."""
    centres = band_centres_hz()
    place = np.interp(centres / ratio, centres, np.arange(BANDS))
    low = np.minimum(place.astype(int), BANDS - 2)
    share = (place - low).astype(np.float32)[None, :, None]
    return levels_db[:, low] * (1.0 - share) + levels_db[:, low + 1] * share


def _noisier(example: Example, level_db: float) -> Example:
    """Add steady noise: to the noise of the condition, to the total and the noise of the target."""
    power = 10.0 ** ((reference_db(example.levels_db) + level_db) / 10.0)
    levels_db = example.levels_db.copy()
    levels_db[..., 1] = _with_power(levels_db[..., 1], power)
    return replace(example, levels_db=levels_db, target_db=_with_power(example.target_db, power))


def _with_power(levels_db: FloatArray, power: float) -> FloatArray:
    return (10.0 * np.log10(10.0 ** (levels_db / 10.0) + power)).astype(np.float32)
