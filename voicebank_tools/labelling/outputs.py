"""The files of a labelled folder: TextGrid, HTK label files, transcriptions.csv, the review."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pychang import PychangError
from pychang.files import read_limited, write_atomically
from voicebank_tools.align.utterance import Aligned
from voicebank_tools.files import existing_part
from voicebank_tools.labelling.by_hand import grid_path
from voicebank_tools.labelling.clip import read_wave
from voicebank_tools.labelling.picture import picture_png
from voicebank_tools.labelling.record import FILE_NAME, Record, bytes_hash
from voicebank_tools.labelling.review import Reviewed, review_csv, review_html
from voicebank_tools.labels.htk_lab import lab_text
from voicebank_tools.labels.textgrid_file import read_textgrid, textgrid_bytes
from voicebank_tools.labels.tiers import TierFile, with_labels
from voicebank_tools.labels.transcriptions import MOST_BYTES, transcription_of, transcriptions_text

GRIDS, HTK, CSV, REVIEW = "TextGrid", "htk", "transcriptions.csv", "review"
REVIEW_CSV, REVIEW_HTML = "review.csv", "review.html"

_PICTURES = "[0-9][0-9][0-9].png"


def check_output(out: Path, clips: Path, names: Iterable[str], force: bool) -> None:
    """Raise PychangError where writing into `out` would replace files that are not ours.

    `names`: of the clips. TextGrids are never replaced (`labelling.by_hand`), all else if `force` says so.
    """
    if out.resolve() == clips.resolve():
        raise PychangError(f"{out}: is the folder of the clips; give another one with --output")
    there = existing_part(out)
    if not there.is_dir():
        raise PychangError(f"{there}: is a file; give a folder with --output")
    if force or (out / FILE_NAME).exists():
        return
    places = (CSV, REVIEW_CSV, REVIEW_HTML, *map(htk_file, names))
    named = next((out / place for place in places if (out / place).exists()), None)
    foreign = named or next((out / REVIEW).glob(_PICTURES), None)
    if foreign:
        raise PychangError(f"{foreign}: is not from vbtools label; choose another folder, or add --force")


def htk_file(name: str) -> str:
    """Return where the HTK label file of a clip lies below the output folder."""
    return f"{HTK}/{name}.lab"


def tier_file(aligned: Aligned, out: Path) -> TierFile:
    """Return the tiers to write for a clip; tiers that a person added to our file stay."""
    path = grid_path(out / GRIDS, aligned.name)
    return with_labels(aligned.labels, read_textgrid(path) if path.is_file() else None)


def write_grids(files: Mapping[str, TierFile], out: Path) -> None:
    """Write the TextGrids of clips by name. Raises PychangError where one cannot be written."""
    for name, file in files.items():
        path = grid_path(out / GRIDS, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, textgrid_bytes(file))


def tables(aligned: Sequence[Aligned], reviewed: Sequence[Reviewed], pictures: int) -> dict[str, bytes]:
    """Return file below the output folder -> its content: the HTK label files, transcriptions.csv, review.csv
    and review.html with pictures of the first clips."""
    found = {htk_file(one.name): lab_text(one.labels.phones) for one in aligned}
    found[CSV] = transcriptions_text(transcription_of(one.name, one.labels.phones) for one in aligned)
    found[REVIEW_CSV] = review_csv(reviewed)
    found[REVIEW_HTML] = review_html(reviewed, _shown(reviewed, pictures))
    return {file: text.encode("utf-8", "replace") for file, text in found.items()}


def write_tables(files: Mapping[str, bytes], out: Path) -> None:
    """Write files of `tables`. Raises PychangError where one cannot be written."""
    for file, content in files.items():
        (out / file).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(out / file, content)


def edited_tables(names: Iterable[str], out: Path, record: Record) -> list[str]:
    """Return which of the files of `tables` are there and not as we have written them.

    Raises:
        PychangError: One cannot be read.
    """
    if not record.tables:
        return []  # no run has kept in mind what it wrote; whose the files are, `check_output` has asked
    files = (CSV, REVIEW_CSV, REVIEW_HTML, *map(htk_file, names))
    return [
        file for file in files if (out / file).is_file() and not record.is_our_table(file, _hash(out / file))
    ]


def write_pictures(
    aligned: Sequence[Aligned],
    reviewed: Sequence[Reviewed],
    recordings: Mapping[str, Path],
    pictures: int,
    out: Path,
) -> None:
    """Draw the first reviewed clips; pictures of earlier runs go.

    `recordings`: the sound files by name; those of drawn clips are read.
    """
    by_name = {one.name: one for one in aligned}
    (out / REVIEW).mkdir(parents=True, exist_ok=True)
    for old in (out / REVIEW).glob(_PICTURES):
        old.unlink()
    for one, path in zip(reviewed, _shown(reviewed, pictures), strict=False):
        picture = picture_png(read_wave(recordings[one.name]), by_name[one.name].labels, one.name)
        write_atomically(out / path, picture)


def _shown(reviewed: Sequence[Reviewed], pictures: int) -> list[str]:
    return [f"{REVIEW}/{rank:03d}.png" for rank in range(1, min(pictures, len(reviewed)) + 1)]


def _hash(path: Path) -> str:
    return bytes_hash(read_limited(path, MOST_BYTES, "table of labels", "is it really one?"))
