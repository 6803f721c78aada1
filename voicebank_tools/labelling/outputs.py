"""The files of a labelled folder: TextGrid, HTK label files, transcriptions.csv, the review."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pychang import PychangError
from pychang.files import write_atomically
from voicebank_tools.align.utterance import Aligned
from voicebank_tools.labelling.by_hand import grid_path
from voicebank_tools.labelling.clip import read_wave
from voicebank_tools.labelling.picture import picture_png
from voicebank_tools.labelling.record import FILE_NAME
from voicebank_tools.labelling.review import review, review_csv, review_html
from voicebank_tools.labels.htk_lab import write_lab
from voicebank_tools.labels.textgrid_file import read_textgrid, textgrid_bytes
from voicebank_tools.labels.tiers import TierFile, with_labels
from voicebank_tools.labels.transcriptions import transcription_of, write_transcriptions

GRIDS, HTK, CSV, REVIEW = "TextGrid", "htk", "transcriptions.csv", "review"


def check_output(out: Path, clips: Path, force: bool) -> None:
    """Raise PychangError where writing into `out` would replace files that are not ours."""
    if out.resolve() == clips.resolve():
        raise PychangError(f"{out}: is the folder of the clips; give another one with --output")
    if out.exists() and not out.is_dir():
        raise PychangError(f"{out}: is a file; give a folder with --output")
    if (out / CSV).exists() and not (out / FILE_NAME).exists() and not force:
        raise PychangError(f"{out / CSV}: is not from vbtools label; choose another folder, or add --force")


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


def write_tables(aligned: Sequence[Aligned], out: Path) -> None:
    """Write the HTK label files and transcriptions.csv. Raises PychangError where one cannot be written."""
    for one in aligned:
        path = out / HTK / f"{one.name}.lab"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_lab(path, one.labels.phones)
    write_transcriptions(out / CSV, (transcription_of(one.name, one.labels.phones) for one in aligned))


def write_review(
    aligned: Sequence[Aligned], recordings: Mapping[str, Path], pictures: int, out: Path
) -> None:
    """Write review.csv, review.html and pictures of the first clips; those of earlier runs go.

    `recordings`: the sound files by name; those of drawn clips are read.
    """
    reviewed = review(aligned)
    by_name = {one.name: one for one in aligned}
    (out / REVIEW).mkdir(parents=True, exist_ok=True)
    shown = [f"{REVIEW}/{rank:03d}.png" for rank in range(1, min(pictures, len(reviewed)) + 1)]
    for old in (out / REVIEW).glob("[0-9][0-9][0-9].png"):
        old.unlink()
    for one, path in zip(reviewed, shown, strict=False):
        picture = picture_png(read_wave(recordings[one.name]), by_name[one.name].labels, one.name)
        write_atomically(out / path, picture)
    write_atomically(out / "review.csv", review_csv(reviewed).encode("utf-8", "replace"))
    write_atomically(out / "review.html", review_html(reviewed, shown).encode("utf-8", "replace"))
