"""How near the labels of `vbtools label` are to references, and how long they take.

    python benchmarks/label.py [--phones DIR]... [--bank DIR] [--clips N] [--corrected 20] [--json FILE]

`--phones`: folders of clips with `align.jsonl` (phone times of another aligner); all of them are aligned as
one folder, from sound and phone names alone. `--bank`: a CV voicebank with romaji aliases, whose oto.ini says
where vowel (offset + preutterance) and consonant (offset) begin. `--corrected`: how many clips then get
their references as hand-made labels; the others are judged again. Intervals are bootstrap intervals over
clips, 95 %.
"""

import argparse
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pychang.audio import read_wav
from pychang.units import SAMPLE_RATE_HZ
from voicebank_tools.align.folder import align_folder
from voicebank_tools.align.manner import manner
from voicebank_tools.align.utterance import Aligned, Utterance
from voicebank_tools.labels.pauses import our_name, pause_name
from voicebank_tools.labels.segment import SILENCE, Labels, Segment, Transcript, Word
from voicebank_tools.oto import OtoFile

RESAMPLES, SEED = 1000, 1
STRESS = "ˈˌ"
FEWEST_OF_A_KIND = 20


@dataclass(frozen=True)
class Edge:
    """A boundary of both: by how many ms ours is later, between which phones, and how sure we were."""

    clip: int
    late_ms: float
    left: str
    right: str
    confidence: float


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(description="Judge the labels of vbtools label.")
    parser.add_argument("--phones", type=Path, action="append", default=[], help="clips with align.jsonl")
    parser.add_argument("--bank", type=Path, help="CV voicebank with romaji aliases")
    parser.add_argument("--clips", type=int, default=10**6, help="at most so many clips of each folder")
    parser.add_argument("--corrected", type=int, default=20, help="clips that get hand-made labels")
    parser.add_argument("--json", type=Path, help="write all figures to a file")
    options = parser.parse_args()
    figures: dict[str, object] = {}
    if options.phones:
        figures["phones"] = judge_phones(options.phones, options.clips, options.corrected)
    if options.bank:
        figures["bank"] = judge_bank(options.bank, options.clips)
    if not figures:
        sys.exit("nothing to judge: give --phones or --bank")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), "utf-8")


def judge_phones(folders: Sequence[Path], most: int, corrected: int) -> Mapping[str, object]:
    """Align clips with known phone times, once as they are and once with some of them put right."""
    spoken = [one for folder in folders for one in read_phones(folder, most)]
    clips = [clip for clip, _ in spoken]
    truths = [truth for _, truth in spoken]
    found = timed(clips)
    edges = compare(found, truths)
    print(f"\n{len(clips)} clips, {sum(one.suspect != '' for one in found)} suspect")
    table = {"all boundaries": summary(edges), "without pauses": summary(spoken_only(edges))}
    last = len(clips) - sum(1 for _ in read_phones(folders[-1], most))
    if len(folders) > 1:
        table[f"those of {folders[-1].name}"] = summary([edge for edge in edges if edge.clip >= last])
    chosen = {round(place) for place in np.linspace(0, len(clips) - 1, corrected)} if corrected else set()
    if chosen:
        rest = [edge for edge in edges if edge.clip not in chosen]
        table[f"all but {len(chosen)} clips, nothing corrected"] = summary(rest)
        by_hand = [
            Utterance(clip.name, clip.wave, clip.transcript, truth if place in chosen else None)
            for place, (clip, truth) in enumerate(spoken)
        ]
        again = compare(timed(by_hand), truths)
        rest = [edge for edge in again if edge.clip not in chosen]
        table[f"all but {len(chosen)} clips, these corrected"] = summary(rest)
    show(table)
    kinds = by_kind(edges)
    show(kinds)
    sure = by_confidence(edges)
    show(sure)
    return {"boundaries": table, "kinds": kinds, "confidence": sure}


def judge_bank(bank: Path, most: int) -> Mapping[str, object]:
    """Align a CV bank by its aliases; pure vowels, whose preutterance is no boundary, are left out."""
    lines = [line for line in OtoFile.read(bank / "oto.ini").entries if re.fullmatch("[a-z]+", line.alias)][
        :most
    ]
    clips = []
    for line in lines:
        phones = tuple(phone for phone in re.fullmatch("([^aiueo]*)([aiueo]?)", line.alias).groups() if phone)
        text = Transcript((Word(line.alias, phones),), (None,))
        clips.append(Utterance(line.alias, read_wav(line.wav_path), text))
    found = timed(clips)
    vowels, consonants = [], []
    for place, (line, labels) in enumerate(zip(lines, (one.labels for one in found), strict=True)):
        said = [(one, sure) for one, sure in zip(labels.phones, labels.confidence, strict=True)
                if not pause_name(one.text)]  # fmt: skip
        if len(said) == 2:
            wanted = (line.offset_ms, line.beat_ms)
            for edges, (one, sure), want_ms in zip((consonants, vowels), said, wanted, strict=True):
                edges.append(Edge(place, 1000 * one.begin_s - want_ms, said[0][0].text, one.text, sure))
    print(f"\n{len(clips)} recordings, {sum(one.suspect != '' for one in found)} suspect")
    table = {"vowel begins": summary(vowels), "consonant begins": summary(consonants)}
    show(table)
    kinds = by_kind([Edge(e.clip, e.late_ms, e.left, e.right, e.confidence) for e in vowels], fewest=1)
    show(kinds)
    return {"boundaries": table, "kinds": kinds}


def read_phones(folder: Path, most: int) -> list[tuple[Utterance, Labels]]:
    """Return clips and their phone times; what is no pause in the times is the text."""
    found = []
    for line in (folder / "align.jsonl").read_text("utf-8").splitlines()[:most]:
        entry = json.loads(line)
        wave = read_wav(folder / f"{entry['id']}.flac")
        words, times = [], []
        for word in entry["words"]:
            phones = [(phone["phone"].strip(STRESS), phone["start"]) for phone in word["phones"]]
            times += [(our_name(phone), start_s) for phone, start_s in phones]
            if word["word"] != "<eps>":
                words.append(Word(word["word"], tuple(phone for phone, _ in phones)))
        duration_s = len(wave) / SAMPLE_RATE_HZ
        ends_s = [*(start_s for _, start_s in times[1:]), duration_s]
        segments = [
            Segment(start_s, end_s, phone) for (phone, start_s), end_s in zip(times, ends_s, strict=True)
        ]
        text = Transcript(tuple(words), (None,) * len(words))
        found.append((Utterance(entry["id"], wave, text), Labels(duration_s, (), tuple(segments))))
    return found


def timed(clips: Sequence[Utterance]) -> Sequence[Aligned]:
    """Return the labels; print what they cost."""
    began, used = time.perf_counter(), time.process_time()
    found = align_folder(clips)
    took, used = time.perf_counter() - began, time.process_time() - used
    minutes = sum(len(one.wave) for one in clips) / SAMPLE_RATE_HZ / 60.0
    print(f"{minutes:.1f} min of sound in {took:.0f} s ({used:.0f} s of processor): "
          f"an hour in {60 * took / minutes / 60:.1f} min", file=sys.stderr)  # fmt: skip
    return found


def compare(found: Sequence[Aligned], truths: Sequence[Labels]) -> list[Edge]:
    """Return the boundaries at which a phone begins, or ends before a pause, by the reference."""
    edges = []
    for clip, (one, truth) in enumerate(zip(found, truths, strict=True)):
        ours, theirs = spoken_edges(one.labels), spoken_edges(truth)
        for (begin, end), (want, want_end) in zip(ours, theirs, strict=True):
            if want.left:
                edges.append(
                    Edge(clip, 1000 * (begin.time_s - want.time_s), want.left, want.right, begin.confidence)
                )
            if want_end.right == SILENCE:
                late_ms = 1000 * (end.time_s - want_end.time_s)
                edges.append(Edge(clip, late_ms, want_end.left, SILENCE, end.confidence))
    return edges


@dataclass(frozen=True)
class Side:
    """One end of a phone: when, between which phones ("" at the clip's own ends), how sure."""

    time_s: float
    left: str
    right: str
    confidence: float


def spoken_edges(labels: Labels) -> list[tuple[Side, Side]]:
    """Return begin and end of every phone that is no pause."""
    phones, sure = labels.phones, (*(labels.confidence or (1.0,) * len(labels.phones)), 1.0)
    names = ["", *(phone.text for phone in phones), ""]
    return [
        (Side(phone.begin_s, names[place], phone.text, sure[place]),
         Side(phone.end_s, phone.text, names[place + 2], sure[place + 1]))
        for place, phone in enumerate(phones) if not pause_name(phone.text)
    ]  # fmt: skip


def spoken_only(edges: Sequence[Edge]) -> list[Edge]:
    """Return the boundaries between two phones."""
    return [edge for edge in edges if SILENCE not in (edge.left, edge.right)]


def summary(edges: Sequence[Edge]) -> dict[str, str | int]:
    """Return the figures of boundaries, each with its interval."""
    late = np.array([edge.late_ms for edge in edges])
    off = np.abs(late)
    measures = {
        "bias": lambda which: np.median(late[which]),
        "mean": lambda which: off[which].mean(),
        "median": lambda which: np.median(off[which]),
        "p90": lambda which: np.percentile(off[which], 90),
        "% 10 ms": lambda which: 100.0 * (off[which] <= 10.0).mean(),
        "% 20 ms": lambda which: 100.0 * (off[which] <= 20.0).mean(),
        "% 50 ms": lambda which: 100.0 * (off[which] <= 50.0).mean(),
    }
    clips = defaultdict(list)
    for place, edge in enumerate(edges):
        clips[edge.clip].append(place)
    groups = [np.array(places) for places in clips.values()]
    chance = np.random.default_rng(SEED)
    picks = [np.concatenate([groups[one] for one in chance.integers(0, len(groups), len(groups))])
             for _ in range(RESAMPLES)]  # fmt: skip
    row: dict[str, str | int] = {"n": len(edges)}
    for name, measure in measures.items():
        low, high = np.percentile([measure(pick) for pick in picks], [2.5, 97.5])
        row[name] = f"{measure(np.arange(len(edges))):.1f} ({low:.1f}..{high:.1f})"
    return row


def by_kind(edges: Sequence[Edge], fewest: int = FEWEST_OF_A_KIND) -> dict[str, dict[str, str | int]]:
    """Return figures for each pair of classes that occurs often enough, the commonest first."""
    kinds: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        kinds[f"{manner(edge.left)} -> {manner(edge.right)}"].append(edge)
    often = sorted(kinds, key=lambda kind: -len(kinds[kind]))
    return {kind: summary(kinds[kind]) for kind in often if len(kinds[kind]) >= fewest}


def by_confidence(edges: Sequence[Edge]) -> dict[str, dict[str, str | int]]:
    """Return figures for five equal parts of the boundaries, the least sure first."""
    order = sorted(edges, key=lambda edge: edge.confidence)
    parts = [[order[place] for place in part] for part in np.array_split(np.arange(len(order)), 5)]
    return {
        f"confidence {part[0].confidence:.2f}..{part[-1].confidence:.2f}": summary(part) for part in parts
    }


def show(table: Mapping[str, Mapping[str, str | int]]) -> None:
    """Print a table as Markdown."""
    columns = list(next(iter(table.values())))
    print("\n| |", " | ".join(columns), "|\n|---|" + "---|" * len(columns))
    for name, row in table.items():
        print(f"| {name} |", " | ".join(str(row[column]) for column in columns), "|")


if __name__ == "__main__":
    main()
