"""Batches: crops of examples, drawn so that batch number `step` is always the same one.

Nothing here remembers anything, so a training that was killed goes on with the batches it would have got.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from pychang import PychangError
from pychang.arrays import FloatArray
from pychang.conditions import reference_db
from pychang.image import FLOOR_DB, band_centres_hz, to_unit
from voicebank_tools.training.augment import Augmentation, augmented
from voicebank_tools.training.dataset import Dataset
from voicebank_tools.training.examples import KINDS, PAIR, STARVED, Example
from voicebank_tools.training.shards import FRAME, Entry, open_frames

Batch = dict[str, FloatArray]
"""What the network is trained on at once; first axis: examples.

`image` [B, T, bands, 3], `scalars` [B, T, 5], `voice` [B] (1 is the first voice, 0 none), `levels_db`
[B, T, bands, 2], `target_db` [B, T, bands, 2], `strength` [B, T], `weights` [B, T], `band` [B, bands]
(0 above what was recorded), `any_level` [B] (1: the two recordings' loudness may differ), `reference_db`
[B], `kind` [B]. Float32, but `voice` and `kind` int32.
"""

SHARES = (0.3, 0.2, 0.25, 0.25)
"""How often each of the `KINDS` is drawn, of those that there are."""

UNKNOWN_SHARES = (0.2, 0.0, 0.6, 0.3)
"""How often the voice is not told, of each of the `KINDS`: most often in true pairs, which show what a change
of pitch costs any voice, where the way back of a shifted example shows it twice."""

FEWEST_STRENGTH = 0.05
"""Frames in which the gains hardly apply teach nothing."""


@dataclass(frozen=True)
class BatchOptions:
    """How batches are drawn.

    Attributes:
        examples: In each batch.
        frames: Of each crop, 10 ms each.
        unknown_shares: How often the voice is not told, of each of the `KINDS`, so that the neutral code
            learns what all need.
        leave_out: Voices besides the dataset's validation voices that are not drawn.
        held_out_share: Of each voice's shards, kept for validation with the voice told: for a training on
            one voice alone, which has no other to be measured on.
        shares: How often each of the `KINDS` is drawn, of those that there are; 0: never.
        augmentation: What is changed by chance.
        seed: All chance follows from it.
    """

    examples: int = 8
    frames: int = 128
    unknown_shares: tuple[float, ...] = UNKNOWN_SHARES
    leave_out: tuple[str, ...] = ()
    held_out_share: float = 0.0
    shares: tuple[float, ...] = SHARES
    augmentation: Augmentation = field(default_factory=Augmentation)
    seed: int = 0


@dataclass(frozen=True)
class Place:
    """An example's place: which shard, where in it, and the number of its voice."""

    key: str
    entry: Entry
    voice: int


@dataclass(frozen=True)
class Sampler:
    """Draws batches from a dataset."""

    dataset: Dataset
    options: BatchOptions

    def batch(self, step: int) -> Batch:
        """Return the batch of a step: the same one however often it is asked for."""
        rng = np.random.default_rng([self.options.seed, step])
        crops = [self._drawn(rng) for _ in range(self.options.examples)]
        return stacked(crops)

    def validation(self, most: int = 48) -> Batch | None:
        """Return crops that are never trained on, the same at every call; None: there are none.

        Those of voices left out are to be sung with the neutral code: their `voice` is 0.
        """
        places = [place for place in places_of(self.dataset) if not self._is_trained(place)]
        if not places:
            return None
        rng = np.random.default_rng([self.options.seed, 1, 1])
        kinds = [[p for p in places if p.entry.kind == kind] for kind in range(len(KINDS))]
        share = max(1, most // max(1, sum(bool(of_kind) for of_kind in kinds)))
        chosen = [of_kind[i] for of_kind in kinds for i in sorted(rng.permutation(len(of_kind))[:share])]
        crops = [self._crop(place, rng, None) for place in chosen]
        for crop, place in zip(crops, chosen, strict=True):
            if self._name(place) in self._left_out:
                crop["voice"] = np.zeros((), np.int32)
        return stacked(crops)

    @cached_property
    def _left_out(self) -> frozenset[str]:
        return frozenset((*self.dataset.validate, *self.options.leave_out))

    @cached_property
    def _held_out(self) -> frozenset[str]:
        """Keys of the shards held out: of each voice those that are first by their keys, which are hashes."""
        found: set[str] = set()
        for voice in self.dataset.voices if self.options.held_out_share else ():
            keys = sorted(
                shard.key for shard in self.dataset.shards if shard.voice == voice.name and shard.entries
            )
            share = max(1, round(len(keys) * self.options.held_out_share))
            found.update(keys[: min(share, len(keys) - 1)])
        return frozenset(found)

    @cached_property
    def _trained(self) -> dict[int, dict[int, list[Place]]]:
        """Kind -> voice -> examples.

        Raises:
            PychangError: Nothing is left to train on.
        """
        found: dict[int, dict[int, list[Place]]] = {}
        for place in places_of(self.dataset):
            if self.options.shares[place.entry.kind] > 0.0 and self._is_trained(place):
                found.setdefault(place.entry.kind, {}).setdefault(place.voice, []).append(place)
        if not found:
            raise PychangError(f"{self.dataset.folder}: nothing is left to train on; leave out less")
        return found

    def _is_trained(self, place: Place) -> bool:
        return place.key not in self._held_out and self._name(place) not in self._left_out

    def _name(self, place: Place) -> str:
        return self.dataset.voices[place.voice - 1].name

    def _drawn(self, rng: np.random.Generator) -> Batch:
        kinds = sorted(self._trained)
        kind = kinds[_pick(rng, [self.options.shares[kind] for kind in kinds])]
        voices = sorted(self._trained[kind])
        # a voice with much material counts more, but not by as much
        voice = voices[_pick(rng, [len(self._trained[kind][voice]) ** 0.5 for voice in voices])]
        places = self._trained[kind][voice]
        crop = self._crop(places[int(rng.integers(len(places)))], rng, self.options.augmentation)
        if rng.random() < self.options.unknown_shares[kind]:
            crop["voice"] = np.zeros((), np.int32)
        return crop

    def _crop(self, place: Place, rng: np.random.Generator, augmentation: Augmentation | None) -> Batch:
        entry, frames = place.entry, self.options.frames
        first = entry.begin + int(rng.integers(max(1, entry.frames - frames + 1)))
        last = min(first + frames, entry.begin + entry.frames)
        crop = read_example(self.dataset.shard_folder, place, first, last)
        if augmentation is not None:
            crop = augmented(crop, augmentation, rng)
        return padded(crop, place.voice, frames)


def places_of(dataset: Dataset) -> list[Place]:
    """Return all examples of a dataset, in order."""
    number = {voice.name: index for index, voice in enumerate(dataset.voices, 1)}
    return [
        Place(shard.key, entry, number[shard.voice]) for shard in dataset.shards for entry in shard.entries
    ]


def read_example(folder: Path, place: Place, first: int, last: int) -> Example:
    """Return frames `first` to `last` (of the shard) of an example, as float32."""
    records = open_frames(folder, place.key)[first:last]
    fields = {name: records[name].astype(np.float32) for name in FRAME.names or ()}
    return Example(**fields, kind=place.entry.kind, band_hz=place.entry.band_hz)


def padded(example: Example, voice: int, frames: int) -> Batch:
    """Return an example as a row of a batch, filled up with frames of silence that count nothing."""
    missing = frames - len(example.weights)
    reference = reference_db(example.levels_db)
    counted = example.weights * (example.strength > FEWEST_STRENGTH)
    levels_db, target_db = (
        np.pad(levels, ((0, missing), (0, 0), (0, 0)), constant_values=FLOOR_DB)
        for levels in (example.levels_db, example.target_db)
    )
    return {
        "image": to_unit(levels_db, reference),
        "scalars": np.pad(example.scalars, ((0, missing), (0, 0))),
        "voice": np.array(voice, np.int32),
        "levels_db": levels_db[..., :2],
        "target_db": target_db,
        "strength": np.pad(example.strength, (0, missing)),
        "weights": np.pad(counted, (0, missing)),
        "band": (band_centres_hz() < example.band_hz).astype(np.float32),
        # what is held or another take was not recorded at the loudness that is asked for
        "any_level": np.array(example.kind in (STARVED, PAIR), np.float32),
        "reference_db": np.array(reference, np.float32),
        "kind": np.array(example.kind, np.int32),
    }


def stacked(rows: Sequence[Batch]) -> Batch:
    """Put rows together to a batch."""
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


def _pick(rng: np.random.Generator, weights: Sequence[float]) -> int:
    """Return an index, each as likely as its weight."""
    edges = np.cumsum(weights)
    return int(np.searchsorted(edges, rng.random() * edges[-1], side="right"))
