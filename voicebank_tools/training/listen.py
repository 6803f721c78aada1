"""Notes to listen to while a network is trained: rendered at each validation, kept beside the dataset.

A note is a recording of a validation voice, sung some semitones higher or lower.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from pychang import PychangError
from pychang.analysis import analyse
from pychang.arrays import FloatArray
from pychang.conditions import Conditions, conditions, course_of
from pychang.files import write_atomically
from pychang.image import filtered
from pychang.note import frames_for
from pychang.prior import draw
from voicebank_tools.training.corpora import Corpus, cut, read_recording
from voicebank_tools.training.dataset import NOTES
from voicebank_tools.training.examples import asked_f0, plain_plan

SHIFTS_SEMITONES = (5.0, -5.0)
LONGEST_S = 3.0


@dataclass(frozen=True)
class ListeningNote:
    """A note as the classic engine draws it, and what the network is told about it.

    Attributes:
        harmonic, noise: The two parts, float32. Shape [samples].
        recording: What it was made from. Shape [samples].
        levels_db, scalars, strength: See `pychang.conditions.Conditions`.
    """

    harmonic: FloatArray
    noise: FloatArray
    recording: FloatArray
    levels_db: FloatArray
    scalars: FloatArray
    strength: FloatArray

    @property
    def told(self) -> Conditions:
        return Conditions(self.levels_db, self.scalars, self.strength)

    def with_gains(self, gains_db: FloatArray) -> FloatArray:
        """Return the note with gains [frames, bands, 2] from the network. Float32, shape [samples]."""
        applied = gains_db * self.strength[:, None, None]
        return filtered(self.harmonic, applied[..., 0]) + filtered(self.noise, applied[..., 1])


def write_notes(folder: Path, corpora: Sequence[Corpus], seed: int) -> None:
    """Write the notes of some voices into a dataset's folder, in place of those that were there; files of
    other names stay.

    Raises:
        PychangError: The folder cannot be written. Recordings that cannot be used are passed over.
    """
    target = folder / NOTES
    target.mkdir(parents=True, exist_ok=True)
    for number in range(len(SHIFTS_SEMITONES)):
        for old in target.glob(f"*-{number}.npz"):
            old.unlink()
    for corpus in corpora:
        for number, note in enumerate(_notes(corpus, seed)):
            content = io.BytesIO()
            arrays: dict[str, Any] = {field.name: getattr(note, field.name) for field in fields(note)}
            np.savez(content, **arrays)
            write_atomically(target / f"{corpus.voice}-{number}.npz", content.getvalue())


def read_notes(folder: Path) -> dict[str, ListeningNote]:
    """Return the notes of a dataset by name; those that are damaged are left out."""
    found = {}
    for path in sorted((folder / NOTES).glob("*.npz")):
        try:
            with np.load(path, allow_pickle=False) as archive:
                found[path.stem] = ListeningNote(*(archive[field.name] for field in fields(ListeningNote)))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
            continue
    return found


def _notes(corpus: Corpus, seed: int) -> Iterator[ListeningNote]:
    rng = np.random.default_rng(seed)
    for number, semitones in enumerate(SHIFTS_SEMITONES):
        path = corpus.recordings[len(corpus.recordings) * number // len(SHIFTS_SEMITONES)]
        try:
            pieces = cut(read_recording(path, corpus.facts), LONGEST_S)
        except PychangError:  # listed where the examples are made
            continue
        if pieces:
            yield _shifted(pieces[0].wave, semitones, rng)


def _shifted(wave: FloatArray, semitones: float, rng: np.random.Generator) -> ListeningNote:
    analysis = analyse(wave)
    asked = asked_f0(analysis, frames_for(len(wave), 0)) * 2.0 ** (semitones / 12.0)
    plan = plain_plan(analysis, len(wave), rng, f0_hz=asked)
    picture = draw(analysis, plan)
    told = conditions(analysis, plan, picture, course_of(analysis, plan))
    return ListeningNote(picture.harmonic, picture.noise, wave, told.levels_db, told.scalars, told.strength)
