"""Labels in, oto.ini out, for every folder of a voicebank."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pychang import PychangError
from pychang.units import SAMPLE_RATE_HZ
from voicebank_tools.files import check_folder
from voicebank_tools.finding import Finding, unreadable
from voicebank_tools.labelling.by_hand import MOST_APART_S
from voicebank_tools.labelling.clip import find_clips, read_wave, same_names
from voicebank_tools.labelling.outputs import GRIDS
from voicebank_tools.oto import OtoEntry, OtoFile
from voicebank_tools.oto_making.certainty import Certainty, read_certainty
from voicebank_tools.oto_making.choose import Candidate, Chosen, choose
from voicebank_tools.oto_making.document import (
    FILE_NAME,
    add_entries,
    declared_encoding,
    new_oto,
    open_oto,
    oto_place,
)
from voicebank_tools.oto_making.labelled import Places, Progress, Recording, read_labelled, strangers
from voicebank_tools.oto_making.naming import Naming, Part, aliases_of
from voicebank_tools.oto_making.quality import is_clipped, wobble_db
from voicebank_tools.oto_making.refine import refined_vowel_ms
from voicebank_tools.oto_making.rules import beat_of, numbers_of
from voicebank_tools.oto_making.sounds import Placed
from voicebank_tools.recordings import files_below

_RENAME = "rename it"
_TOO_SHORT = "lasts too short for a line"
_FOLDER_MARK = "{folder}"
_UNTOLD = "does not say that the bank's oto.ini is in UTF-8: OpenUtau would take it for Shift-JIS"
_TELL = "write the line text_file_encoding: utf-8 into it"


@dataclass(frozen=True)
class OtoOptions:
    """What to make.

    Attributes:
        bank: Folder of the recordings; folders in it get an oto.ini each.
        labels: What `vbtools label` wrote for them, or a folder of TextGrids.
        naming: How aliases are written.
        suffix: Behind every alias; `{folder}` in it is the name of the recording's folder.
        repeats: At most so many lines of an alias; 0: all.
        bpm: The guide track's tempo; None: as the sounds follow one another.
        out: Folder to write to instead of the bank.
        force: Replace an oto.ini that is there instead of adding what it lacks.
        dry_run: Write nothing.
    """

    bank: Path
    labels: Path
    naming: Naming
    suffix: str = ""
    repeats: int = 3
    bpm: float | None = None
    out: Path | None = None
    force: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class OtoReport:
    """What was done.

    Attributes:
        written: The oto.ini files that were written (in a dry run: would be).
        added: The new lines.
        kept: How many lines were there and stayed.
        recordings: How many recordings have new lines.
        findings: What is wrong with recordings and labels, and what to look at.
    """

    written: tuple[Path, ...]
    added: tuple[OtoEntry, ...]
    kept: int
    recordings: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Home:
    """A folder of recordings, where its oto.ini goes, what is there already, and the bank's encoding."""

    folder: Path
    place: Path
    oto: OtoFile | None
    declared: str

    @property
    def entries(self) -> tuple[OtoEntry, ...]:
        return self.oto.entries if self.oto else ()


def make_oto(options: OtoOptions, progress: Progress) -> OtoReport:
    """Write the oto.ini files of a voicebank; what cannot be used, read or written is a finding.

    Raises:
        PychangError: There are no recordings, the review of the labels cannot be read, or nothing can be
            written into the folder asked for.
    """
    if options.out:
        check_folder(options.out)
    paths = find_clips(options.bank)
    findings = list(same_names(paths, options.bank))
    twice = {finding.path for finding in findings}
    paths = [path for path in paths if path not in twice]
    grids = options.labels / GRIDS
    places = Places(options.bank, grids if grids.is_dir() else options.labels)
    certainty = read_certainty(options.labels)
    declared = declared_encoding(options.bank)
    homes = _homes(_folders(paths, options), options, declared, findings)
    usable = [path for path in paths if path.parent in homes]
    recordings = list(read_labelled(usable, places, options.naming.language, findings, progress))
    findings += strangers(paths, places)
    candidates = list(_candidates(recordings, certainty, options, findings, progress))
    existing = [] if options.force else [entry for home in homes.values() for entry in home.entries]
    chosen = choose(candidates, existing, options.repeats)
    findings += _to_look_at(chosen, recordings, certainty)
    return _written(chosen, homes, options, findings)


def _folders(paths: Iterable[Path], options: OtoOptions) -> Iterable[Path]:
    """The folders of recordings, then others with an oto.ini, whose lines may name recordings below."""
    folders = dict.fromkeys(path.parent for path in paths)
    if not options.out and not options.force:
        otos = (path for path in files_below(options.bank) if path.name.lower() == FILE_NAME)
        folders |= dict.fromkeys(path.parent for path in otos)
    return folders


def _homes(
    folders: Iterable[Path], options: OtoOptions, declared: str, findings: list[Finding]
) -> dict[Path, _Home]:
    """The folders whose oto.ini, if there is one, can be read."""
    homes = {}
    for folder in folders:
        place = options.out / folder.relative_to(options.bank) if options.out else folder
        try:
            place = oto_place(place)
            homes[folder] = _Home(folder, place, open_oto(place, folder, declared), declared)
        except (PychangError, OSError) as error:
            findings.append(_finding(error, place))
    return homes


def _candidates(
    recordings: Sequence[Recording],
    certainty: Certainty,
    options: OtoOptions,
    findings: list[Finding],
    progress: Progress,
) -> Iterator[Candidate]:
    beat_ms = 60000.0 / options.bpm if options.bpm else beat_of(one.heard.placed for one in recordings)
    for done, one in enumerate(recordings, 1):
        try:
            found, too_short = _candidates_of(one, beat_ms, certainty, options)
        except PychangError as error:
            findings.append(unreadable(one.path, error))
            continue
        if too_short:
            cure = "look at its labels, or record it again"
            findings.append(Finding("warning", one.path, 0, ", ".join(too_short), _TOO_SHORT, cure))
        yield from found
        progress("measuring", done, len(recordings))


def _candidates_of(
    recording: Recording, beat_ms: float, certainty: Certainty, options: OtoOptions
) -> tuple[list[Candidate], list[str]]:
    """The candidates of a recording, and the aliases whose sounds are too short for one."""
    wave = read_wave(recording.path)
    duration_s = len(wave) / SAMPLE_RATE_HZ
    if abs(duration_s - recording.duration_s) > MOST_APART_S:
        why = f"lasts {duration_s:.2f} s, its labels {recording.duration_s:.2f} s; label it anew"
        raise PychangError(f"{recording.path}: {why}")
    suffix = options.suffix.replace(_FOLDER_MARK, recording.path.parent.resolve().name)
    found, too_short = [], []
    for placed in recording.heard.placed:
        sure = _sureness(recording.name, placed, certainty)
        moved = replace(placed, sound=placed.sound.with_vowel_at(refined_vowel_ms(placed, wave)))
        for alias, part in aliases_of(moved, options.naming):
            numbers = numbers_of(moved, part, beat_ms, 1000.0 * duration_s)
            if numbers is None:
                too_short.append(alias)
                continue
            quality = is_clipped(wave, numbers), wobble_db(wave, numbers)
            doubted = recording.name in certainty.doubts
            found.append(Candidate(recording.path, alias, suffix, numbers, sure[part], doubted, *quality))
    return found, too_short


def _sureness(clip: str, placed: Placed, certainty: Certainty) -> dict[Part, float]:
    """How sure the edge is that the beat of each part lies on."""
    vowel, end = (
        certainty.of(clip, ms / 1000.0) for ms in (placed.sound.vowel_ms, placed.sound.vowel_end_ms)
    )
    return {Part.CV: vowel, Part.JOINED: vowel, Part.TRANSITION: end, Part.ENDING: end}


def _to_look_at(
    chosen: Iterable[Chosen], recordings: Iterable[Recording], certainty: Certainty
) -> Iterator[Finding]:
    by_path: dict[Path, list[Chosen]] = defaultdict(list)
    for one in chosen:
        by_path[one.candidate.wav_path].append(one)
    for recording in recordings:
        lines = by_path[recording.path]
        doubt = certainty.doubts.get(recording.name)
        cure = "look at its labels, correct them, and run vbtools label and this again"
        if doubt and lines:
            yield Finding("warning", recording.path, 0, "", doubt, cure)
        elif unsure := [one for one in lines if one.candidate.unsure]:
            aliases = ", ".join(f"{one.alias} ({one.candidate.sure:.2f})" for one in unsure)
            yield Finding("warning", recording.path, 0, aliases, "hang on unsure labels", cure)


def _written(
    chosen: Iterable[Chosen], homes: dict[Path, _Home], options: OtoOptions, findings: list[Finding]
) -> OtoReport:
    new: dict[Path, list[OtoEntry]] = defaultdict(list)
    for one in chosen:
        new[one.candidate.wav_path.parent].append(one.entry)
    written, added, kept, is_untold = [], [], 0, False
    for folder, home in homes.items():
        kept_oto = None if options.force else home.oto
        oto = kept_oto or new_oto(folder, new[folder], home.oto, home.declared)
        kept += len(oto.entries)
        entries = _taken_up(oto, new[folder], home.place, findings)
        if not entries:
            continue
        try:
            _put(oto, home.place, options.dry_run)
        except (PychangError, OSError) as error:
            findings.append(_finding(error, home.place))
            continue
        added += entries
        written.append(home.place)
        is_untold |= oto.encoding.startswith("utf") and not home.declared.startswith("utf")
    if is_untold:
        findings.append(Finding("warning", options.bank, 0, "character.yaml", _UNTOLD, _TELL))
    recordings = len({entry.wav_path for entry in added})
    return OtoReport(tuple(written), tuple(added), kept, recordings, tuple(findings))


def _taken_up(
    oto: OtoFile, entries: Sequence[OtoEntry], place: Path, findings: list[Finding]
) -> list[OtoEntry]:
    """Add lines to an oto.ini and return them; those that cannot be written in it are findings."""
    refused = dict(add_entries(oto, entries))
    for entry, why in refused.items():
        reason, _, cure = why.removeprefix(f"{oto.path}: ").partition("; ")
        findings.append(Finding("error", place, 0, entry.alias, reason, cure or _RENAME))
    return [entry for entry in entries if entry not in refused]


def _put(oto: OtoFile, place: Path, dry_run: bool) -> None:
    """Write an oto.ini; in a dry run only raise what writing would."""
    if not dry_run:
        place.parent.mkdir(parents=True, exist_ok=True)
        oto.write(place)
        return
    place = place.resolve()
    check_folder(place.parent)
    if place.exists() and not place.is_file():
        raise PychangError(f"{place} is no file; name it otherwise")


def _finding(error: PychangError | OSError, place: Path) -> Finding:
    if isinstance(error, PychangError):
        return unreadable(place, error)
    return Finding("error", place, 0, "", f"cannot be used ({error.strerror})", "make its folder accessible")
