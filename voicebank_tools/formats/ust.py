"""Reader of .ust, UTAU's song: sections of `key=value` (host-protocol notes 4.1).

Unlike OpenUtau it keeps what UTAU sings from: PreUtterance, VoiceOverlap, StartPoint, envelopes
and mode 1 pitch.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath

from resampler.flags import FLAGS
from voicebank_tools.formats.ust_document import UstDocument, UstSection
from voicebank_tools.formats.ust_note import UstNote, parse_note
from voicebank_tools.formats.values import (
    DEFAULT_BPM,
    MAX_LENGTH_TICKS,
    MAX_NOTES,
    Findings,
    checked_score,
    number,
    shown,
    told_voice,
    usable_bpm,
)
from voicebank_tools.score import Note, Score, Track, tempo_map

_NO_NOTES = frozenset(("VERSION", "SETTING", "TRACKEND", "DELETE"))
_NEIGHBOURS = frozenset(("PREV", "NEXT"))

_CENT_ENGINES = ("resampler", "doppeltler", "f2resamp", "moresampler", "straycat", "hifisampler", "pychang")
"""Engines (beginning of Tool2's file name) whose flag `t` OpenUtau reads as cents, as ours does; the
others count tenths of a semitone. (UTAU's own manual says tenths for its resampler.exe too: a song
shall sound here as it does in OpenUtau.)"""

_TENTHS_TO_CENTS = 10.0


@dataclass(frozen=True)
class UstSetting:
    """What `[#SETTING]` says. `mode2` is None where the file does not say."""

    name: str = ""
    tempo_bpm: float | None = None
    mode2: bool | None = None
    flags: str = ""
    tool2: str = ""


def read_ust(path: Path, charset: str | None = None) -> Score:
    """Return the song of a .ust file.

    `charset` (such as "shift_jis") overrules what the file says and its bytes tell.

    Raises:
        PychangError: the file cannot be read or is no .ust, or its lengths are beyond reason.
    """
    return score_from_ust(UstDocument.from_file(path, charset), path.name)


def score_from_ust(document: UstDocument, file: str) -> Score:
    """Return the song of a .ust document; `file` names it in findings and errors.

    Notes follow one another (UST 2.0: Delta from the note before, Duration); rests `R` are gaps.
    Behind a rest `snap_first` is off, so that PBS's y counts there and only there. The unit of
    the flag `t` is brought to cents by the engine that Tool2 names.

    Raises:
        PychangError: no note section, or lengths beyond reason.
    """
    findings = Findings(file)
    if document.encoding.finding:
        findings.add("", document.encoding.finding)
    sections = document.sections()
    setting = _setting(sections, findings)
    ust_notes = [parse_note(each, setting.mode2, findings) for each in _note_sections(sections, findings)]
    if not ust_notes:
        raise findings.error("", "no note section such as [#0000]; is it a .ust?")
    placed, end_ticks = _placed(ust_notes, findings)
    notes = told_voice((note for note, is_rest, _ in placed if not is_rest), findings, "notes")
    if not notes:
        findings.add("", "no note is sung: only rests")
    cents_per_unit = _t_unit_cents(setting.tool2)
    track = Track(
        setting.name or Path(file).stem,
        tuple(_finished(_snapped(notes), cents_per_unit)),
        flags=t_flag_in_cents(setting.flags, cents_per_unit),
    )
    changes = [(note.position_ticks, bpm) for note, _, bpm in placed if bpm is not None]
    tempos = _tempos(setting.tempo_bpm, changes, findings)
    return checked_score(track.name, tempo_map(tempos), (track,), end_ticks, findings)


def t_flag_in_cents(flags: str, cents_per_unit: float) -> str:
    """Return a flag string with the number of flag `t` (not `Mt` or another name) in cents."""
    if cents_per_unit == 1.0 or "t" not in flags:
        return flags
    names = sorted((spec.name for spec in FLAGS), key=len, reverse=True)
    token = "(M[A-Za-z]|" + "|".join(map(re.escape, names)) + r")([+-]?[0-9]+(?:\.[0-9]+)?)?"

    def converted(match: re.Match[str]) -> str:
        if match.group(1) != "t" or match.group(2) is None:
            return match.group()
        return f"t{float(match.group(2)) * cents_per_unit:g}"

    return re.sub(token, converted, flags)


def _t_unit_cents(tool2: str) -> float:
    # Without Tool2 no engine of UTAU's was meant: OpenUtau writes such files.
    name = PureWindowsPath(tool2.replace("/", "\\")).name.lower()
    return 1.0 if not name or name.startswith(_CENT_ENGINES) else _TENTHS_TO_CENTS


def _setting(sections: Iterable[UstSection], findings: Findings) -> UstSetting:
    section = next((each for each in sections if each.name == "SETTING"), None)
    if section is None:
        findings.add("", f"no [#SETTING]; {DEFAULT_BPM:g} bpm unless a note has a tempo")
        return UstSetting()
    tempo = (section.value("Tempo") or "").strip()
    if tempo and number(tempo) is None:
        findings.add("[#SETTING]", f"Tempo={shown(tempo)} is not a number; left out")
    mode2 = (section.value("Mode2") or "").strip().lower()
    return UstSetting(
        (section.value("ProjectName") or "").strip(),
        number(tempo),
        mode2 in ("true", "1") if mode2 else None,
        (section.value("Flags") or "").strip(),
        (section.value("Tool2") or "").strip(),
    )


def _note_sections(sections: Iterable[UstSection], findings: Findings) -> list[UstSection]:
    kept: list[UstSection] = []
    for section in sections:
        if (section.name.isascii() and section.name.isdigit()) or section.name == "INSERT":
            kept.append(section)
        elif section.name in _NEIGHBOURS:
            findings.add(f"[#{section.name}]", "a neighbour of the selection; not sung")
        elif section.name not in _NO_NOTES:
            findings.add(f"[#{shown(section.name)}] line {section.line_number}", "unknown section; left out")
    if len(kept) > MAX_NOTES:
        raise findings.error("", f"more than {MAX_NOTES} notes; split the song")
    return kept


def _placed(
    ust_notes: Iterable[UstNote], findings: Findings
) -> tuple[list[tuple[Note, bool, float | None]], int]:
    """Return (note with its place, whether it is a rest, its tempo) and where the last one ends.

    UST 2.0 gives Delta (start since the start of the section before) and Duration; before, each
    section begins where the one before ends and lasts Length.
    """
    placed: list[tuple[Note, bool, float | None]] = []
    start_ticks = end_ticks = last_ticks = 0
    for each in ust_notes:
        where = each.section
        if each.delta_ticks is not None and each.duration_ticks is not None:
            start_ticks, duration_ticks = start_ticks + each.delta_ticks, each.duration_ticks
        else:
            start_ticks, duration_ticks = end_ticks, each.length_ticks or 0
        if not 0 <= start_ticks <= MAX_LENGTH_TICKS or duration_ticks > MAX_LENGTH_TICKS:
            place = f"from tick {start_ticks} for {duration_ticks}"
            raise findings.error(where, f"{place}; at most {MAX_LENGTH_TICKS}: correct Length (or Delta)")
        if duration_ticks <= 0:
            findings.add(where, f"{shown(each.note.lyric)!r} has no length above 0; left out")
            duration_ticks = 0
        end_ticks = start_ticks + duration_ticks
        last_ticks = max(last_ticks, end_ticks)
        note = replace(each.note, position_ticks=start_ticks, duration_ticks=duration_ticks)
        placed.append((note, each.is_rest or duration_ticks == 0, each.tempo_bpm))
    return placed, last_ticks


def _snapped(notes: Iterable[Note]) -> Iterable[Note]:
    previous_end_ticks = None
    for note in notes:
        yield replace(note, snap_first=note.position_ticks == previous_end_ticks)
        previous_end_ticks = note.end_ticks


def _finished(notes: Iterable[Note], cents_per_unit: float) -> Iterable[Note]:
    for note in notes:
        yield replace(note, flags=t_flag_in_cents(note.flags, cents_per_unit))


def _tempos(
    first_bpm: float | None, changes: list[tuple[int, float]], findings: Findings
) -> list[tuple[int, float]]:
    """Return all usable changes; an unusable project tempo is replaced by the first note's."""
    usable = []
    for position_ticks, bpm in changes:
        if usable_bpm(bpm):
            usable.append((position_ticks, bpm))
        else:
            findings.add(f"tick {position_ticks}", f"Tempo={bpm:g} cannot be sung; left out")
    if first_bpm is not None and usable_bpm(first_bpm):
        return [(0, first_bpm), *usable]
    start_bpm = usable[0][1] if usable else DEFAULT_BPM
    said = "no Tempo" if first_bpm is None else f"Tempo={first_bpm:g} cannot be sung"
    findings.add("[#SETTING]", f"{said}; {start_bpm:g} bpm is used")
    return [(0, start_bpm), *usable]
