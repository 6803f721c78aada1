"""How near the oto.ini of `vbtools oto` is to one made by hand, beside the plain rule that knows no labels.

    python benchmarks/oto.py BANK --style cv --romaji
    python benchmarks/oto.py BANK --style vcv --bpm 100 [--more DIR] [--json FILE]

BANK: a voicebank in one folder with a hand-made oto.ini and recordings named by what is sung. The recordings
are copied to where no oto.ini is, labelled from sound and names alone, and the two files compared line by
line. `--more`: other recordings of the same voice, labelled with them, as a whole bank is. The plain rule
of CV is vLabeler's (offset 100, consonant 100, overlap 30, preutterance 60, cutoff -1000), that of VCV its
four ratios of the beat from 500 ms on; once as it is, and once moved by the one distance that suits the bank
best, as a maker would who looks at one recording.
"""

import argparse
import json
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from voicebank_tools.aliases import BankKind, read_lyric
from voicebank_tools.align.manner import manner
from voicebank_tools.g2p.japanese import phones_of_mora
from voicebank_tools.labelling.run import LabelOptions, label_folder
from voicebank_tools.oto import OtoEntry, OtoFile
from voicebank_tools.oto_line import FIELDS
from voicebank_tools.oto_making.naming import Naming
from voicebank_tools.oto_making.run import OtoOptions, make_oto
from voicebank_tools.recordings import recordings_below
from voicebank_tools.transcripts.sources import TextOptions

MOMENT = "the beat (offset + preutterance)"


@dataclass(frozen=True)
class Pair:
    """A line made by hand, and the line for the same sound that is to be judged."""

    hand: OtoEntry
    made: OtoEntry

    @property
    def late_ms(self) -> float:
        """By how much the made one's beat is later."""
        return self.made.beat_ms - self.hand.beat_ms


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Judge the oto.ini of vbtools oto.")
    parser.add_argument("bank", type=Path, help="voicebank with a hand-made oto.ini")
    parser.add_argument("--style", choices=("cv", "vcv"), required=True)
    parser.add_argument("--romaji", action="store_true", help="its aliases are romaji")
    parser.add_argument(
        "--bpm", type=float, help="tempo of its guide track (for the plain rule: 100 without)"
    )
    parser.add_argument("--more", type=Path, help="other recordings of the same voice")
    parser.add_argument("--json", type=Path, help="write all figures to a file")
    options = parser.parse_args()
    hand = OtoFile.read(options.bank / "oto.ini").entries
    made = made_by_us(options)
    ours = pairs(hand, made)
    beat = 60000.0 / (options.bpm or 100.0)
    plain = [Pair(one.hand, line) for one in ours if (line := by_rule(one.hand, options.style, beat, hand))]
    figures = {
        "lines": coverage(hand, made, ours, beat),
        "vbtools oto": numbers(ours),
        "plain rule": numbers(plain),
        "plain rule, moved": numbers(moved(plain)),
        "classes": classes(ours),
    }
    for name, table in figures.items():
        print(f"\n{name}")
        show(table)
    print(
        "\nfar: ",
        ", ".join(f"{one.hand.alias} {one.late_ms:+.0f}" for one in ours if abs(one.late_ms) > 50),
    )
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False), "utf-8")


def made_by_us(options: argparse.Namespace) -> Sequence[OtoEntry]:
    """Label copies of the recordings by their names, and return all lines made of that."""
    with tempfile.TemporaryDirectory() as folder:
        clips, labels = Path(folder) / "clips", Path(folder) / "labels"
        clips.mkdir()
        for source in (options.bank, options.more):
            for path in recordings_below(source) if source else ():
                shutil.copy(path, clips / path.name)
        text = TextOptions("ja", names=True)
        label_folder(LabelOptions(clips, labels, text, options.bpm, pictures=0), lambda *_: None)
        naming = Naming(BankKind(options.style.upper()), romaji=options.romaji)
        report = make_oto(OtoOptions(clips, labels, naming, repeats=0, bpm=options.bpm), lambda *_: None)
        return report.added


def by_rule(hand: OtoEntry, style: str, beat: float, every: Sequence[OtoEntry]) -> OtoEntry | None:
    """Return the line that the plain rule would have written for the same sound."""
    if style == "cv":
        return OtoEntry(hand.wav_path, hand.alias, 100.0, 100.0, -1000.0, 60.0, 30.0)
    # Which mora of the recording it is, the rule's user knows.
    place = round((hand.offset_ms - 600.0) / beat)
    times = (500.0 + place * beat, 3 / 4 * beat, -7 / 6 * beat, beat / 2, beat / 6)
    return OtoEntry(hand.wav_path, hand.alias, *times)


def moved(found: Sequence[Pair]) -> list[Pair]:
    """Return lines moved by the one distance that makes the median of their beats right."""
    by_ms = float(np.median([one.late_ms for one in found]))
    return [Pair(one.hand, replace(one.made, offset_ms=one.made.offset_ms - by_ms)) for one in found]


def pairs(hand: Iterable[OtoEntry], made: Iterable[OtoEntry]) -> list[Pair]:
    """Return every line made by hand for which there is one of the same recording and alias."""
    known: dict[tuple[str, str], list[OtoEntry]] = defaultdict(list)
    for line in made:
        known[line.wav_path.stem, bare(line.alias)].append(line)
    found = []
    for line in hand:
        if same := known.get((line.wav_path.stem, bare(line.alias))):
            found.append(Pair(line, min(same, key=lambda one: abs(one.beat_ms - line.beat_ms))))
    return found


def coverage(
    hand: Sequence[OtoEntry], made: Sequence[OtoEntry], ours: Sequence[Pair], beat: float
) -> Mapping[str, Mapping[str, str]]:
    """Return how many of the hand-made lines are there, and how many are a mora off."""
    slips = sum(abs(one.late_ms) > beat / 2 for one in ours)
    row = {"by hand": len(hand), "made": len(made), "found": len(ours), "a mora off": slips}
    return {"lines": {name: str(value) for name, value in row.items()}}


def numbers(found: Sequence[Pair]) -> Mapping[str, Mapping[str, str]]:
    """Return for the beat and each number how far it is off."""
    off = {
        name: np.array([getattr(one.made, f"{name}_ms") - getattr(one.hand, f"{name}_ms") for one in found])
        for name in FIELDS
    }
    off["end of the window"] = off["offset"] - off["cutoff"]
    return {MOMENT: summary([one.late_ms for one in found])} | {name: summary(v) for name, v in off.items()}


def classes(found: Sequence[Pair]) -> Mapping[str, Mapping[str, str]]:
    """Return how far the beat is off, for each class of consonants."""
    late = defaultdict(list)
    for one in found:
        phones = phones_of_mora(read_lyric(one.hand.alias).morae[0])
        late[manner(phones[0]) if len(phones) > 1 else "vowel"].append(one.late_ms)
    return {kind: summary(late[kind]) for kind in sorted(late, key=lambda kind: -len(late[kind]))}


def summary(late_ms: Iterable[float]) -> Mapping[str, str]:
    """Return the figures of differences."""
    late = np.array(list(late_ms))
    off = np.abs(late)
    shares = {f"% {most} ms": f"{100.0 * np.mean(off <= most):.0f}" for most in (10, 20, 50)}
    return {"n": str(len(late)), "bias": f"{np.median(late):.1f}", "median": f"{np.median(off):.1f}",
            "p90": f"{np.percentile(off, 90):.1f}", **shares}  # fmt: skip


def show(table: Mapping[str, Mapping[str, str]]) -> None:
    """Print a table as Markdown."""
    columns = list(next(iter(table.values())))
    print("\n| |", " | ".join(columns), "|\n|---|" + "---|" * len(columns))
    for name, row in table.items():
        print(f"| {name} |", " | ".join(row[column] for column in columns), "|")


def bare(alias: str) -> str:
    """Return an alias without the number of its repeat."""
    return re.sub(r"\d+$", "", alias)


if __name__ == "__main__":
    main()
