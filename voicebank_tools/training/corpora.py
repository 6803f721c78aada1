"""Folders of recordings to train on: what is in them, under which licence, and how it is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np

from pychang import PychangError
from pychang.arrays import FloatArray
from pychang.audio import mono, read_native, resample
from pychang.units import SAMPLE_RATE_HZ
from voicebank_tools.recordings import SOUND_ENDINGS, recordings_below

LONGEST_PIECE_S = 8.0
SHORTEST_PIECE_S = 0.2
PEAK = 0.5

_BAND_SHARE = 0.95  # of the Nyquist frequency: the resampler's own slope is no part of the voice
_QUIET_S, _CUT_REACH_S = 0.02, 2.0

Pairing = Literal["folders", "takes", "tones", "notes"]
"""How recordings of the same sounds are known by their names (see `pairs`)."""


@dataclass(frozen=True)
class CorpusFacts:
    """What the model card says of a corpus, and how its recordings pair. `band_hz`: its real bandwidth."""

    what: str
    licence: str
    pairing: Pairing = "folders"
    band_hz: float = SAMPLE_RATE_HZ / 2


SHIPPED: Mapping[str, CorpusFacts] = MappingProxyType(
    {
        "utau-yuki": CorpusFacts("sung Japanese VCV voicebank, female", "public domain"),
        "utau-torone_rei": CorpusFacts("sung Japanese CV voicebank, female", "MIT, Tatsuya Iwama"),
        "singing-human-voice": CorpusFacts("sung notes and vowels, male", "MIT, vocobox", "notes"),
        "speech-kathleen": CorpusFacts("US English speech, female", "CC0", "takes"),
        "speech-nathalie": CorpusFacts("Dutch speech, female", "CC0", band_hz=20_000.0),
        "speech-flemishguy": CorpusFacts("Flemish speech, male", "CC0", band_hz=11_500.0),
        "speech-hantts": CorpusFacts("Mandarin syllables in all tones, female", "MIT, Junze Wu", "tones"),
        "speech-ipa": CorpusFacts("isolated speech sounds, male", "CC0"),
    }
)
"""The corpora that the shipped weights are trained on, by folder name."""

_UNKNOWN = CorpusFacts("recordings of the user's own", "not known")


@dataclass(frozen=True)
class Corpus:
    """The recordings of one voice: `voice` is the folder's name, `recordings` are in order of name."""

    voice: str
    folder: Path
    facts: CorpusFacts
    recordings: tuple[Path, ...]


@dataclass(frozen=True)
class Piece:
    """A stretch of a recording, ready to analyse: mono at 44.1 kHz, its peak at `PEAK`.

    Attributes:
        wave: Shape [samples].
        begin_s: Where in the recording it begins.
        band_hz: What lies above was never recorded.
    """

    wave: FloatArray
    begin_s: float
    band_hz: float


def open_corpora(folders: Sequence[Path]) -> tuple[Corpus, ...]:
    """Return the voices in some folders: one each, or one for each shipped corpus inside.

    Raises:
        PychangError: A folder is missing or holds no recordings, or two have the same name.
    """
    corpora = tuple(corpus for folder in folders for corpus in _inside(folder))
    names = [corpus.voice for corpus in corpora]
    for name in names:
        if names.count(name) > 1:
            raise PychangError(f"two training folders are named {name}; rename one: the name is the voice's")
    return corpora


def _inside(folder: Path) -> list[Corpus]:
    if not folder.is_dir():
        raise PychangError(f"training folder {folder} not found; name a folder of recordings")
    shipped = [folder / name for name in SHIPPED if (folder / name).is_dir()]
    return [_open(one) for one in shipped or [folder]]


def _open(folder: Path) -> Corpus:
    found = recordings_below(folder)
    recordings = tuple(sorted(found, key=lambda path: path.relative_to(folder).as_posix()))
    if not recordings:
        raise PychangError(f"{folder} holds no recordings ({', '.join(SOUND_ENDINGS)}); name another folder")
    voice = folder.resolve().name
    return Corpus(voice, folder, SHIPPED.get(voice, _UNKNOWN), recordings)


def read_recording(path: Path, facts: CorpusFacts) -> Piece:
    """Return a whole recording as one piece.

    Raises:
        PychangError: It cannot be read, or is silent.
    """
    samples, rate_hz = read_native(path)
    wave = resample(mono(samples), rate_hz)
    peak = float(np.max(np.abs(wave)))
    if peak < 1e-4:
        raise PychangError(f"{path} is silent; take it out of the folder")
    own_band = rate_hz / 2 * (_BAND_SHARE if rate_hz < SAMPLE_RATE_HZ else 1.0)
    return Piece(np.ascontiguousarray(wave * (PEAK / peak)), 0.0, min(own_band, facts.band_hz))


def cut(piece: Piece, longest_s: float = LONGEST_PIECE_S) -> tuple[Piece, ...]:
    """Cut a long piece where it is quietest; what is too short to hold a sound is left out."""
    longest, shortest = (round(seconds * SAMPLE_RATE_HZ) for seconds in (longest_s, SHORTEST_PIECE_S))
    pieces, begin = [], 0
    while len(piece.wave) - begin >= shortest:
        rest = piece.wave[begin:]
        length = len(rest) if len(rest) <= longest else _quietest(rest[:longest])
        pieces.append(
            Piece(np.ascontiguousarray(rest[:length]), piece.begin_s + begin / SAMPLE_RATE_HZ, piece.band_hz)
        )
        begin += length
    return tuple(pieces)


def _quietest(wave: FloatArray) -> int:
    """Return the sample in the last quarter of a wave about which it is quietest."""
    reach = min(round(_CUT_REACH_S * SAMPLE_RATE_HZ), len(wave) // 4)
    window = round(_QUIET_S * SAMPLE_RATE_HZ)
    power = np.convolve(wave[-reach:].astype(np.float64) ** 2, np.ones(window), "valid")
    return len(wave) - reach + int(np.argmin(power)) + window // 2
