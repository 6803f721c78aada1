"""What the clips of recordings are called: as they are where they are there, else by a name that is free."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path

from pychang import PychangError
from voicebank_tools.encoding import name_key
from voicebank_tools.slicer.identity import content_hash, place_of
from voicebank_tools.slicer.manifest import ENDING, Manifest, read_manifest

Recording = tuple[Path, Path]
"""A recording and the folder of its clips."""


def clip_names(recordings: Sequence[Recording]) -> list[str]:
    """Return what the clips of each recording are called, no two in a folder the same.

    Clips that are there keep their name: whose they are is told by the recording's content, else by where it
    lies. Any other recording gives its own name, with a number if another one has that. Names are compared
    as Windows and macOS do.
    """
    there = {folder: _by_stem(folder) for folder in dict.fromkeys(folder for _, folder in recordings)}
    possible = [there[folder].get(name_key(path.stem), []) for path, folder in recordings]
    names = _kept_names(recordings, possible)
    taken = {(name_key(str(recordings[number][1])), name_key(name)) for number, name in names.items()}
    for number, (path, folder) in enumerate(recordings):
        if number not in names:
            place = name_key(str(folder))
            names[number] = next(
                name for name in _free(path.stem, folder) if (place, name_key(name)) not in taken
            )
            taken.add((place, name_key(names[number])))
    return [names[number] for number in range(len(recordings))]


def _by_stem(folder: Path) -> dict[str, list[Path]]:
    """Key of a recording's name -> manifests of clips that may be its: song and song_2 of a song."""
    found: dict[str, list[Path]] = {}
    for manifest in sorted(folder.glob(f"*{ENDING}")):
        key = name_key(_name(manifest))
        for stem in dict.fromkeys((key, re.sub(r"_\d+$", "", key))):
            found.setdefault(stem, []).append(manifest)
    return found


def _kept_names(recordings: Sequence[Recording], possible: Sequence[list[Path]]) -> dict[int, str]:
    """Number of a recording -> name of the clips that are its own, where that is not plain."""
    asked = Counter(manifest for manifests in possible for manifest in manifests)
    # Whoever is alone in asking for the clips of its own name need not be read.
    unsure = [
        number
        for number, (path, _) in enumerate(recordings)
        if any(asked[one] > 1 or name_key(_name(one)) != name_key(path.stem) for one in possible[number])
    ]
    manifests = {one: _manifest(one) for number in unsure for one in possible[number]}
    marks = {number: (_hash(recordings[number][0]), place_of(*recordings[number])) for number in unsure}
    kept: dict[int, Path] = {}
    for is_its in _IN_TURN:
        for number in (number for number in unsure if number not in kept):
            free = (one for one in possible[number] if one not in kept.values())
            its = next((one for one in free if is_its(manifests[one], *marks[number])), None)
            kept |= {number: its} if its else {}
    return {number: _name(one) for number, one in kept.items()}


_IN_TURN: Sequence[Callable[[Manifest | None, str, str], bool]] = (
    lambda one, content, place: one is not None and (one.source_hash, one.source) == (content, place),
    lambda one, content, _: one is not None and one.source_hash == content,
    lambda one, _, place: one is not None and one.source == place,
)


def _free(stem: str, folder: Path) -> Iterator[str]:
    """Yield names that the clips of a recording may take, the best first."""
    yield stem  # clips of this name are another recording's or none: that is told when it is sliced
    numbered = (f"{stem}_{number}" for number in count(2))
    yield from (name for name in numbered if not (folder / f"{name}{ENDING}").exists())


def _manifest(path: Path) -> Manifest | None:
    try:
        return read_manifest(path)
    except PychangError:
        return None


def _hash(path: Path) -> str:
    try:
        return content_hash(path)
    except PychangError:
        return ""  # told when it is sliced


def _name(manifest: Path) -> str:
    return manifest.name.removesuffix(ENDING)
