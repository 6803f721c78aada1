"""Labels that a person has put right: found in the output folder, or in a folder of their own."""

from dataclasses import dataclass
from pathlib import Path

from pychang import PychangError
from voicebank_tools.labelling.record import Record, content_hash
from voicebank_tools.labels.pauses import pause_name
from voicebank_tools.labels.segment import Labels, Transcript, Word
from voicebank_tools.labels.textgrid_file import read_textgrid
from voicebank_tools.labels.tiers import TierFile, labels_of

MOST_APART_S = 0.1
"""A TextGrid whose end differs more from its clip's was made for another clip."""


@dataclass(frozen=True)
class ByHand:
    """Labels of a person's, the file they stand in with all its tiers, and where it lies."""

    labels: Labels
    file: TierFile
    path: Path

    @property
    def transcript(self) -> Transcript:
        """What these labels say is sung: a word's phones are those whose middles lie in it."""
        words = [one for one in self.labels.words if not pause_name(one.text)]
        phones = [one for one in self.labels.phones if not pause_name(one.text)]
        found = [
            Word(
                word.text,
                tuple(p.text for p in phones if word.begin_s <= (p.begin_s + p.end_s) / 2 < word.end_s),
            )
            for word in words
        ]
        kept = [(word, one.begin_s) for word, one in zip(found, words, strict=True) if word.phones]
        return Transcript(tuple(word for word, _ in kept), tuple(onset_s for _, onset_s in kept))


def grid_path(folder: Path, name: str) -> Path:
    """Return where the TextGrid of a clip lies below a folder."""
    return folder / f"{name}.TextGrid"


def find_by_hand(
    name: str, duration_s: float, grids: Path, corrected: Path | None, record: Record
) -> ByHand | None:
    """Return a person's labels of a clip, None if there are none.

    In `grids`, where ours lie too, they are what `record` does not know as ours; else they are in the
    folder `corrected`.

    Raises:
        PychangError: A file is there that cannot be read, or is of another clip.
    """
    path = grid_path(grids, name)
    if path.is_file():
        file = read_textgrid(path)
        if not record.is_ours(name, content_hash(file)):
            return _checked(path, file, duration_s)
    if corrected is not None and grid_path(corrected, name).is_file():
        path = grid_path(corrected, name)
        return _checked(path, read_textgrid(path), duration_s)
    return None


def _checked(path: Path, file: TierFile, duration_s: float) -> ByHand:
    if abs(file.end_s - duration_s) > MOST_APART_S:
        why = f"ends at {file.end_s:.2f} s, its clip at {duration_s:.2f} s"
        raise PychangError(f"{path}: {why}; correct it, or take it away to label the clip anew")
    labels = labels_of(file, duration_s, str(path))
    if all(pause_name(phone.text) for phone in labels.phones):
        raise PychangError(f"{path}: holds no phones; correct it, or take it away to label the clip anew")
    return ByHand(labels, file, path)
