"""Which stretches of a voice's recordings hold the same sounds: by file names, or by labels."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pychang import PychangError
from pychang.files import read_limited
from voicebank_tools.labels.htk_lab import read_lab
from voicebank_tools.labels.segment import Segment
from voicebank_tools.labels.textgrid_file import read_textgrid
from voicebank_tools.labels.tiers import labels_of
from voicebank_tools.training.corpora import Corpus, Pairing

FEWEST_PARTNERS, MOST_PARTNERS = 3, 20
"""Sources for each clip: many clips need few each, few clips every way from one to another."""

FEWEST_S = 0.2
"""Shorter labelled words are left out: too little to align."""

TIMES_FILE = "align.jsonl"
"""Times of words and phones of a whole folder: a JSON object on each line (docs/formats.md)."""

_MARGIN_S = 0.04
_MOST_BYTES = 64 * 2**20
_PAUSES = frozenset({"", "sp", "ap", "sil", "pau", "<eps>", "spn", "noise"})


@dataclass(frozen=True)
class Clip:
    """A stretch of a recording; `end_s` None: to its end."""

    path: Path
    begin_s: float = 0.0
    end_s: float | None = None


def groups(corpus: Corpus) -> tuple[tuple[Clip, ...], ...]:
    """Return the sets of clips that hold the same sounds, each of at least two, in a fixed order."""
    found: dict[str, list[Clip]] = {}
    for path in corpus.recordings:
        name = _sounds_by_name(path, corpus.folder, corpus.facts.pairing)
        if name:
            found.setdefault(name, []).append(Clip(path))
    for text, clip in _labelled(corpus):
        found.setdefault(f"word {text}", []).append(clip)
    return tuple(tuple(clips) for _, clips in sorted(found.items()) if len(clips) > 1)


def families(corpus: Corpus) -> tuple[tuple[Path, ...], ...]:
    """Return all recordings, those that their names say hold the same sounds together, in a fixed order.

    Notes of one vowel stay apart: there any is as good as any other.
    """
    found: dict[str, list[Path]] = {}
    for path in corpus.recordings:
        name = _sounds_by_name(path, corpus.folder, corpus.facts.pairing)
        alone = not name or corpus.facts.pairing == "notes"
        found.setdefault(f"file {path}" if alone else f"sounds {name}", []).append(path)
    return tuple(tuple(paths) for paths in found.values())


def partners_of_each(clips: int, wanted_pairs: int) -> int:
    """Return how many sources each of so many clips gets, so that there are about so many pairs."""
    return min(max(FEWEST_PARTNERS, wanted_pairs // max(clips, 1)), MOST_PARTNERS)


def partners(
    group: tuple[Clip, ...], rng: np.random.Generator, most: int = FEWEST_PARTNERS
) -> tuple[tuple[Clip, Clip], ...]:
    """Return (source, wanted) clips: for each wanted one up to `most` others by chance."""
    chosen = []
    for index, wanted in enumerate(group):
        others = [clip for other, clip in enumerate(group) if other != index and clip.path != wanted.path]
        picks = rng.permutation(len(others))[:most]
        chosen += [(others[pick], wanted) for pick in sorted(picks)]
    return tuple(chosen)


def _sounds_by_name(path: Path, folder: Path, pairing: Pairing) -> str:
    """Return what names the sounds of a recording, the same for all that hold them; empty: unknown."""
    if pairing == "takes":
        return path.stem.rpartition("_")[0]
    if pairing == "tones":
        return re.sub(r"\d$", "", path.stem)
    if pairing == "notes":
        return "note" if path.stem.startswith("note") else ""
    # a voicebank of several pitches has the same file names in a folder for each
    return path.stem if path.parent != folder else ""


def _labelled(corpus: Corpus) -> Iterator[tuple[str, Clip]]:
    """Yield (word, clip) of every labelled word, or phone where there are no words."""
    times = _times_of_folder(corpus.folder / TIMES_FILE)
    for path in corpus.recordings:
        for word in times.get(path.stem) or _times_beside(path):
            if word.text.strip().lower() not in _PAUSES and word.end_s - word.begin_s >= FEWEST_S:
                begin_s = max(0.0, word.begin_s - _MARGIN_S)
                yield word.text.strip().lower(), Clip(path, begin_s, word.end_s + _MARGIN_S)


def _times_beside(path: Path) -> Iterable[Segment]:
    textgrid, lab = path.with_suffix(".TextGrid"), path.with_suffix(".lab")
    try:
        if textgrid.is_file():
            file = read_textgrid(textgrid)
            return labels_of(file, file.end_s, textgrid.name).words
        return read_lab(lab) if lab.is_file() else ()
    except PychangError:  # a .lab may as well be a transcript: no times, no pairs
        return ()


def _times_of_folder(path: Path) -> dict[str, tuple[Segment, ...]]:
    """Return recording's name -> its words.

    Raises:
        PychangError: A line is no such object.
    """
    if not path.is_file():
        return {}
    text = read_limited(path, _MOST_BYTES, "file of word times", "split the folder").decode(
        "utf-8", "replace"
    )
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        try:
            entry = json.loads(line)
            found[str(entry["id"])] = tuple(_word(word) for word in entry["words"] if word["phones"])
        except (ValueError, KeyError, TypeError, IndexError) as error:
            cure = 'write {"id": ..., "words": [{"word": ..., "phones": [{"start": ..., "duration": ...}]}]}'
            raise PychangError(f"{path}:{number}: no line of word times; {cure}") from error
    return found


def _word(word: dict) -> Segment:
    first, last = word["phones"][0], word["phones"][-1]
    return Segment(float(first["start"]), float(last["start"]) + float(last["duration"]), str(word["word"]))
