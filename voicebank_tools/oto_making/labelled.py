"""The recordings of a bank with what their labels say is sung."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pychang import PychangError
from voicebank_tools.encoding import name_key
from voicebank_tools.finding import Finding, unreadable
from voicebank_tools.labelling.by_hand import grid_path
from voicebank_tools.labelling.clip import name_of
from voicebank_tools.labels.textgrid_file import read_textgrid
from voicebank_tools.labels.tiers import labels_of
from voicebank_tools.oto_making.sounds import Heard, hear
from voicebank_tools.recordings import files_below

Progress = Callable[[str, int, int], None]
"""Told (what is being done, how much of it is done, how much there is)."""


@dataclass(frozen=True)
class Places:
    """The folder of the recordings, and that of their TextGrids, which are named as they are."""

    bank: Path
    grids: Path


@dataclass(frozen=True)
class Recording:
    """A recording: its name (path below the bank without ending), its labels' length and its sounds."""

    name: str
    path: Path
    duration_s: float
    heard: Heard


def read_labelled(
    paths: Sequence[Path], places: Places, language: str, findings: list[Finding], progress: Progress
) -> Iterator[Recording]:
    """Yield the recordings that have labels; what is wrong with labels is added to `findings`."""
    grids = {_key(path, places.grids): path for path in _grids(places)}
    for done, path in enumerate(paths, 1):
        wanted = grid_path(places.grids, name_of(path, places.bank))
        grid = wanted if wanted.is_file() else grids.get(_key(path, places.bank))
        try:
            if grid is None:
                raise PychangError(f"{path}: has no labels; run vbtools label, or draw {wanted.name} by hand")
            file = read_textgrid(grid)
            labels = labels_of(file, file.end_s, str(grid))
        except PychangError as error:
            findings.append(unreadable(path, error))
            continue
        heard = hear(labels, language)
        if heard.unread:
            words = " ".join(dict.fromkeys(heard.unread))
            cure = "give each mora or syllable a word of its own, or name their language (--lang)"
            findings.append(Finding("warning", grid, 0, words, "is no single sound and gives no alias", cure))
        yield Recording(name_of(path, places.bank), path, file.end_s, heard)
        progress("reading labels", done, len(paths))


def strangers(paths: Iterable[Path], places: Places) -> Iterator[Finding]:
    """Yield a finding for every TextGrid without a recording: a misspelt name must not pass unseen."""
    keys = {_key(path, places.bank) for path in paths}
    for path in _grids(places):
        if _key(path, places.grids) not in keys:
            cure = "name it as the recording is named"
            yield Finding("warning", path, 0, "", "belongs to no recording", cure)


def _grids(places: Places) -> Iterator[Path]:
    return (path for path in files_below(places.grids) if path.suffix.lower() == ".textgrid")


def _key(path: Path, folder: Path) -> str:
    return name_key(name_of(path, folder))
