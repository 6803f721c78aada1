"""A folder of clips in, a folder of labels out: what `vbtools label` does."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path

from voicebank_tools.align.folder import align_folder
from voicebank_tools.align.utterance import Aligned
from voicebank_tools.finding import Finding
from voicebank_tools.labelling.by_hand import find_by_hand, grid_path
from voicebank_tools.labelling.clip import Clip, Questions, find_clips, name_of, prepare_clips, same_names
from voicebank_tools.labelling.outputs import (
    CSV,
    GRIDS,
    REVIEW_CSV,
    REVIEW_HTML,
    check_output,
    edited_tables,
    htk_file,
    tables,
    tier_file,
    write_grids,
    write_pictures,
    write_tables,
)
from voicebank_tools.labelling.picture import load_drawing
from voicebank_tools.labelling.record import (
    VERSION,
    ClipRecord,
    Record,
    bytes_hash,
    content_hash,
    read_record,
    write_record,
)
from voicebank_tools.labelling.review import Reviewed, review
from voicebank_tools.labelling.utterances import Utterances
from voicebank_tools.recordings import files_below
from voicebank_tools.transcripts.sources import Sources, TextOptions, open_sources

_LOOK = "look at its text and its labels"

Progress = Callable[[str, int, int], None]
"""Told (what is being done, how much of it is done, how much there is)."""


@dataclass(frozen=True)
class LabelOptions:
    """What to label and how.

    Attributes:
        clips: Folder of sound files; folders in it are looked through too.
        out: Folder of the results; made if missing.
        bpm: The tempo of the guide track the clips were sung to, None: there was none.
        corrected: Folder of TextGrids put right by hand, named as the clips are.
        pictures: So many of the clips that need a look most are drawn.
        jobs: Clips read at a time.
        dry_run: Only read and check; write nothing.
        force: Label anew even if nothing has changed. Corrections by hand stay all the same.
    """

    clips: Path
    out: Path
    text: TextOptions
    bpm: float | None = None
    corrected: Path | None = None
    pictures: int = 20
    jobs: int = 1
    dry_run: bool = False
    force: bool = False


@dataclass(frozen=True)
class LabelReport:
    """What was done.

    Attributes:
        labelled, by_hand: Names of the clips labelled here, and of those whose labels a person made.
        findings: What is wrong with clips, texts and labels.
        reviewed: The clips, those that need a look first; empty if nothing was aligned.
        unchanged: All was as at the last run, nothing was done.
        seconds: Time it took.
    """

    labelled: tuple[str, ...]
    by_hand: tuple[str, ...]
    findings: tuple[Finding, ...]
    reviewed: tuple[Reviewed, ...] = ()
    unchanged: bool = False
    seconds: float = 0.0


def label_folder(options: LabelOptions, progress: Progress) -> LabelReport:
    """Label every clip of a folder; what cannot be labelled is a finding.

    Raises:
        PychangError: Nothing can be done at all: no clips, a dictionary or list that cannot be read, an
            output folder that holds other people's files.
    """
    begin_s = time.monotonic()
    paths = find_clips(options.clips)
    names = [name_of(path, options.clips) for path in paths]
    check_output(options.out, options.clips, names, options.force)
    sources = open_sources(options.clips, paths, options.text)
    record = read_record(options.out)
    edited = edited_tables(names, options.out, record)
    clips, findings = _prepared(options, paths, sources, record, progress)
    findings = (*findings, *(_stays(options.out / file) for file in edited))
    fingerprint = _fingerprint(clips, options)
    by_hand = tuple(clip.name for clip in clips if clip.by_hand)
    labelled = tuple(clip.name for clip in clips if not clip.by_hand)
    unchanged = not options.force and fingerprint == record.fingerprint and _all_there(clips, options.out)
    report = LabelReport(labelled, by_hand, findings, unchanged=unchanged)
    if unchanged:
        doubts = _known_doubts(clips, record)
        return _timed(replace(report, findings=(*findings, *doubts)), begin_s)
    if options.dry_run or not clips:
        return _timed(report, begin_s)
    if options.pictures:
        load_drawing()
    aligned = _aligned(clips, progress)
    placed = [(one, clip) for one, clip in zip(aligned, clips, strict=True) if isfinite(one.score)]
    if not placed:
        return _timed(replace(report, labelled=(), findings=(*findings, *_doubts(clips, aligned))), begin_s)
    reviewed = review(one for one, _ in placed)
    files = tables([one for one, _ in placed], reviewed, options.pictures)
    for file in edited:
        files.pop(file, None)
    _write(placed, reviewed, files, options, record, fingerprint, progress)
    report = replace(
        report,
        labelled=tuple(clip.name for _, clip in placed if not clip.by_hand),
        findings=(*findings, *_doubts(clips, aligned)),
        reviewed=reviewed,
    )
    return _timed(report, begin_s)


def _prepared(
    options: LabelOptions, paths: Sequence[Path], sources: Sources, record: Record, progress: Progress
) -> tuple[list[Clip], tuple[Finding, ...]]:
    twice = list(same_names(paths, options.clips))
    left_out = {finding.path for finding in twice}
    questions = Questions(
        options.clips,
        sources.transcript,
        lambda name, s: find_by_hand(name, s, options.out / GRIDS, options.corrected, record),
        options.bpm,
    )
    wanted = [path for path in paths if path not in left_out]
    prepared = prepare_clips(wanted, questions, options.jobs, lambda *done: progress("reading", *done))
    out = options.out.resolve()  # may lie in the clips' folder, and holds .lab files, too
    alone = [one for one in sources.without_clip(paths) if not one.path.resolve().is_relative_to(out)]
    findings = [*sources.findings, *alone, *twice]
    findings += [finding for one in prepared for finding in one.findings]
    findings += _strangers(paths, options)
    return [one.clip for one in prepared if one.clip], tuple(findings)


def _strangers(paths: Iterable[Path], options: LabelOptions) -> Iterator[Finding]:
    """Corrections that belong to no clip: a misspelt name must not pass unseen."""
    if options.corrected is None:
        return
    names = {name_of(path, options.clips) for path in paths}
    for path in files_below(options.corrected):
        is_ours = path.resolve().is_relative_to(options.out.resolve())
        if path.suffix == ".TextGrid" and not is_ours and name_of(path, options.corrected) not in names:
            yield Finding("warning", path, 0, "", "belongs to no clip", "name it as the clip is named")


def _aligned(clips: Sequence[Clip], progress: Progress) -> list[Aligned]:
    aligned = align_folder(Utterances(clips), lambda *done: progress("aligning", *done))
    return [
        replace(one, labels=replace(clip.by_hand.labels, confidence=(1.0,) * len(clip.by_hand.labels.phones)))
        if clip.by_hand
        else one
        for one, clip in zip(aligned, clips, strict=True)
    ]


def _write(
    placed: Sequence[tuple[Aligned, Clip]],
    reviewed: Sequence[Reviewed],
    files: Mapping[str, bytes],
    options: LabelOptions,
    record: Record,
    fingerprint: str,
    progress: Progress,
) -> None:
    progress("writing", 0, 1)
    options.out.mkdir(parents=True, exist_ok=True)
    grids, written = {}, {}
    for one, clip in placed:
        file = clip.by_hand.file if clip.by_hand else tier_file(one, options.out)
        if clip.by_hand is None or clip.by_hand.path != grid_path(options.out / GRIDS, clip.name):
            grids[clip.name] = file
        written[clip.name] = ClipRecord((content_hash(file),), clip.by_hand is not None, one.suspect)
    hashes = {file: bytes_hash(content) for file, content in files.items()}
    write_record(options.out, record.announcing(written, hashes))
    write_grids(grids, options.out)
    write_tables(files, options.out)
    recordings = {clip.name: clip.path for _, clip in placed}
    write_pictures([one for one, _ in placed], reviewed, recordings, options.pictures, options.out)
    write_record(options.out, record.finished(written, hashes, fingerprint))
    progress("writing", 1, 1)


def _stays(path: Path) -> Finding:
    cure = "correct the TextGrid, or delete this file to have it written anew"
    return Finding("warning", path, 0, "", "is not as vbtools label wrote it and stays so", cure)


def _doubts(clips: Iterable[Clip], aligned: Iterable[Aligned]) -> Iterator[Finding]:
    """What the aligner says against clips: of those without a score it could place nothing."""
    for clip, one in zip(clips, aligned, strict=True):
        if not isfinite(one.score):
            yield Finding("error", clip.path, 0, "", one.suspect, "the clip is left out")
        elif one.suspect:
            yield Finding("warning", clip.path, 0, "", one.suspect, _LOOK)


def _known_doubts(clips: Iterable[Clip], record: Record) -> Iterator[Finding]:
    """The same, of a run before this one that nothing has changed since."""
    for clip in clips:
        doubt = record.clips.get(clip.name, ClipRecord()).doubt
        if doubt:
            yield Finding("warning", clip.path, 0, "", doubt, _LOOK)


def _fingerprint(clips: Sequence[Clip], options: LabelOptions) -> str:
    """The hash of all that the result hangs on: sounds, texts and corrections."""
    parts = [
        (clip.name, clip.digest, content_hash(clip.by_hand.file) if clip.by_hand else "") for clip in clips
    ]
    content = json.dumps([VERSION, options.pictures, parts], ensure_ascii=True)
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def _all_there(clips: Iterable[Clip], out: Path) -> bool:
    files = (CSV, REVIEW_CSV, REVIEW_HTML, *(htk_file(clip.name) for clip in clips))
    grids = (grid_path(out / GRIDS, clip.name) for clip in clips)
    return all(path.is_file() for path in (*(out / file for file in files), *grids))


def _timed(report: LabelReport, begin_s: float) -> LabelReport:
    return replace(report, seconds=time.monotonic() - begin_s)
