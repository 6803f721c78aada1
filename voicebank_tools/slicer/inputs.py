"""Which recordings are sliced, and what their clips are called."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pychang import PychangError
from voicebank_tools.recordings import files_below
from voicebank_tools.slicer.manifest import ENDING, read_manifest
from voicebank_tools.slicer.naming import clip_names
from voicebank_tools.slicer.sound import SOUND_ENDINGS


@dataclass(frozen=True)
class Source:
    """A recording, and the folder and name of its clips: folder/name_000.wav and so on."""

    path: Path
    folder: Path
    name: str

    @property
    def manifest_path(self) -> Path:
        """Where its manifest lies."""
        return self.folder / f"{self.name}{ENDING}"


def find_sources(inputs: Iterable[Path], output: Path) -> list[Source]:
    """Return every recording among the inputs once, in order.

    Folders are searched with all below them, in `output` keeping the folders below them; what a manifest
    lists as a clip is none of them. Where two would have one name (song.wav and song.flac, or the same
    name from two inputs) the later one becomes song_2, but clips that are there keep their name (see
    `clip_names`). Raises PychangError if nothing is found.
    """
    named = list(inputs)
    found: dict[Path, tuple[Path, Path]] = {}
    for path, below in _found(named):
        found.setdefault(path.resolve(), (path, output / below))
    if not found:
        listed = ", ".join(map(str, named))
        raise PychangError(
            f"no sound files in {listed}; name files, or folders that hold wav, flac, ogg or mp3"
        )
    recordings = list(found.values())
    names = clip_names(recordings)
    return [Source(path, folder, name) for (path, folder), name in zip(recordings, names, strict=True)]


def _found(inputs: list[Path]) -> Iterator[tuple[Path, Path]]:
    """(file, the folder it lies in relative to the input)."""
    for given in inputs:
        if not given.is_dir():
            yield given, Path()
            continue
        clips: set[Path] = set()
        sounds: list[Path] = []
        for path in files_below(given):
            if path.name.endswith(ENDING):
                clips |= _clips_of(path)
            elif path.suffix.lower() in SOUND_ENDINGS and (path.is_file() or not path.exists()):
                sounds.append(path)  # one that leads nowhere is told; what is no file (a pipe) never ends
        yield from ((path, path.parent.relative_to(given)) for path in sounds if path.resolve() not in clips)


def _clips_of(manifest: Path) -> set[Path]:
    try:
        return {(manifest.parent / clip.file).resolve() for clip in read_manifest(manifest).clips}
    except PychangError:
        return set()  # some other program's file
