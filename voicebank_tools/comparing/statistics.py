"""Many notes -> medians, and how far a difference between two resamplers can be trusted."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from pychang import metrics
from pychang.arrays import FloatArray
from pychang.metrics import PatchMoments
from voicebank_tools.comparing.measures import MEASURES, MOVEMENT, TEXTURE
from voicebank_tools.comparing.notes import Note
from voicebank_tools.comparing.singers import RECORDING
from voicebank_tools.comparing.trials import Texture

FEWEST_CASES = 4
"""With fewer samples no interval is said: it would be a guess."""

DRAWS, TEXTURE_DRAWS = 1000, 100
"""Bootstrap draws; each of a texture is two decompositions of large matrices."""

_OF_ALL_NOTES: Mapping[str, Callable[[Sequence[PatchMoments], Sequence[PatchMoments]], float]] = (
    MappingProxyType({TEXTURE: metrics.texture_distance_db, MOVEMENT: metrics.movement_distance_db})
)
_INTERVAL_PERCENT = (2.5, 97.5)


@dataclass(frozen=True)
class Difference:
    """A resampler's figure less the first resampler's, both on the samples that both have sung.

    `low` and `high`: 95 % interval of the percentile bootstrap (Efron 1979), by samples, since notes of one
    sample are no independent evidence.
    """

    value: float
    low: float
    high: float

    @property
    def is_noise(self) -> bool:
        """Whether no difference at all is inside the interval."""
        return self.low <= 0.0 <= self.high


@dataclass(frozen=True)
class Cell:
    """One measure of one resampler in one test. `count`: notes that have a
    value (texture and movement: samples). `difference`: None for the
    first resampler, for recordings, and with fewer than `FEWEST_CASES` samples in common."""

    median: float
    p90: float
    count: int
    difference: Difference | None = None

    @property
    def is_nearer_to_zero(self) -> bool:
        """Whether the first resampler's figure is further from 0."""
        return self.difference is not None and abs(self.median) < abs(self.median - self.difference.value)


@dataclass(frozen=True)
class Row:
    """One resampler in one test. `cells`: measure -> cell; `notes`: sung; `seconds`: a note's median."""

    cells: Mapping[str, Cell]
    notes: int
    failed: int
    seconds: float


def summarise(notes: Sequence[Note], first: str, seed: int) -> dict[str, dict[str, Row]]:
    """Return test -> resampler -> row, in the order in which they come.

    Args:
        notes: Of all tests and resamplers.
        first: The resampler that the others are compared with.
        seed: Of the bootstrap.
    """
    tables: dict[str, dict[str, list[Note]]] = {}
    for note in notes:
        tables.setdefault(note.test, {}).setdefault(note.singer, []).append(note)
    return {
        test: {singer: _row(rows[singer], rows.get(first, []), first, seed) for singer in rows}
        for test, rows in tables.items()
    }


def _row(notes: Sequence[Note], base: Sequence[Note], first: str, seed: int) -> Row:
    sung = [note for note in notes if not note.failure]
    compared = [] if notes[0].singer in (first, RECORDING) else base
    keys = [key for key in MEASURES if any(key in note.figures for note in sung)]
    cells = {key: _cell(sung, compared, key, seed) for key in keys}
    if textures := _textures(sung):
        others = _textures(compared)
        cells |= {key: _texture_cell(key, textures, others, seed) for key in _OF_ALL_NOTES}
    times = [note.seconds for note in sung]
    return Row(cells, len(sung), len(notes) - len(sung), float(np.median(times)) if times else float("nan"))


def _cell(notes: Sequence[Note], base: Sequence[Note], key: str, seed: int) -> Cell:
    values = np.array([note.figures.get(key, np.nan) for note in notes])
    values = values[np.isfinite(values)]
    if not len(values):
        return Cell(float("nan"), float("nan"), 0)
    ours, theirs = _side_by_side(notes, base, key)
    difference = median_difference(ours, theirs, seed) if len(ours) >= FEWEST_CASES else None
    return Cell(float(np.median(values)), float(np.percentile(values, 90)), len(values), difference)


def _side_by_side(notes: Sequence[Note], base: Sequence[Note], key: str) -> tuple[FloatArray, FloatArray]:
    """Values of the notes that both have; shape [cases, variants] each, nan where there is none."""
    found = [
        {(n.case, n.variant): n.figures[key] for n in rows if np.isfinite(n.figures.get(key, np.nan))}
        for rows in (notes, base)
    ]
    common = sorted(found[0].keys() & found[1].keys())
    cases, variants = (
        list(dict.fromkeys(names)) for names in ([c for c, _ in common], [v for _, v in common])
    )
    table = np.full((2, len(cases), len(variants)), np.nan)
    for case, variant in common:
        for side in (0, 1):
            table[side, cases.index(case), variants.index(variant)] = found[side][case, variant]
    return table[0], table[1]


def median_difference(ours: FloatArray, theirs: FloatArray, seed: int) -> Difference:
    """Return the difference of two medians, with its interval.

    Args:
        ours: Values of one resampler, nan where there is none. Shape [cases, variants].
        theirs: Of the other, nan in the same places. Same shape.
        seed: Of the draws.
    """
    drawn = np.random.default_rng(seed).integers(len(ours), size=(DRAWS, len(ours)))
    medians = [np.nanmedian(values[drawn].reshape(DRAWS, -1), axis=1) for values in (ours, theirs)]
    low, high = np.percentile(medians[0] - medians[1], _INTERVAL_PERCENT)
    return Difference(float(np.nanmedian(ours) - np.nanmedian(theirs)), float(low), float(high))


def _textures(notes: Iterable[Note]) -> dict[int, Texture]:
    """Case -> patches of all its notes."""
    found: dict[int, list[Texture]] = {}
    for note in notes:
        if note.texture is not None:
            found.setdefault(note.case, []).append(note.texture)
    return {case: _together(textures) for case, textures in found.items()}


def _together(textures: Sequence[Texture]) -> Texture:
    return Texture(
        metrics.pooled([one.reference for one in textures]), metrics.pooled([one.note for one in textures])
    )


def _texture_cell(key: str, ours: dict[int, Texture], theirs: dict[int, Texture], seed: int) -> Cell:
    value = _texture_db(key, list(ours.values()))
    common = sorted(ours.keys() & theirs.keys())
    if len(common) < FEWEST_CASES:
        return Cell(value, value, len(ours))
    draws = np.random.default_rng(seed).integers(len(common), size=(TEXTURE_DRAWS, len(common)))
    drawn = [[common[index] for index in draw] for draw in draws]
    between, *off = (
        _texture_db(key, [ours[case] for case in chosen])
        - _texture_db(key, [theirs[case] for case in chosen])
        for chosen in (common, *drawn)
    )
    low, high = np.percentile(off, _INTERVAL_PERCENT)
    return Cell(value, value, len(ours), Difference(between, float(low), float(high)))


def _texture_db(key: str, textures: Sequence[Texture]) -> float:
    return _OF_ALL_NOTES[key]([one.reference for one in textures], [one.note for one in textures])
