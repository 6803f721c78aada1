"""Reader of .ustx, OpenUtau's project: YAML, UTF-8 (host-protocol notes 4.2).

Phonemes are not stored there: lyrics stay lyrics. Notes that extend the one before (`+`, `+~`,
`+*`, "...") stay notes of their own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from voicebank_tools.formats.ustx_expressions import Expression, project_expressions, track_expressions
from voicebank_tools.formats.ustx_note import parse_note
from voicebank_tools.formats.values import (
    DEFAULT_BPM,
    MAX_LENGTH_TICKS,
    MAX_NOTES,
    Findings,
    checked_score,
    read_bytes,
    shown,
    told_voice,
    usable_bpm,
)
from voicebank_tools.formats.yaml_fields import Fields
from voicebank_tools.score import TICKS_PER_QUARTER, Curve, Note, Score, TempoMap, Track, tempo_map
from voicebank_tools.yaml_tree import load_tree

MAX_USTX_BYTES = 64 * 2**20
_MAX_TRACKS = 256
_SUNG_CURVES = ("pitd", "dyn")
_NEWEST_KNOWN = (0, 9)


@dataclass
class _TrackParts:
    """What the parts on one track add up to, while they are read."""

    notes: list[Note] = field(default_factory=list)
    points: dict[str, list[tuple[int, float]]] = field(default_factory=dict)


def read_ustx(path: Path) -> Score:
    """Return the song of a .ustx file.

    Raises:
        PychangError: the file cannot be read, is no .ustx, or its lengths are beyond reason.
    """
    return score_from_ustx(read_bytes(path, MAX_USTX_BYTES), path.name)


def score_from_ustx(data: bytes, file: str) -> Score:
    """Return the song of a .ustx file's bytes; `file` names it in findings and errors.

    Every track of the project is a `Track`, also an empty one, so that their numbers are
    OpenUtau's. Muted are those with `mute` and, where any track is solo, all others.

    Raises:
        PychangError: as `read_ustx`.
    """
    findings = Findings(file)
    tree = load_tree(data, file)
    if not isinstance(tree, dict) or not isinstance(tree.get("voice_parts"), list):
        raise findings.error("", "no voice_parts; is it a .ustx saved by OpenUtau 0.1 or newer?")
    project = Fields(tree, "", findings)
    version = _version(project)
    _tell_unsung(project, version)
    tracks = list(project.children("tracks", "track"))[:_MAX_TRACKS]
    defined = project_expressions(project)
    expressions = [track_expressions(defined, track) for track in tracks]
    contents, length_ticks = _contents(project, tracks, expressions, version)
    solo = any(track.truth("solo") for track in tracks)
    sung = tuple(_track(index, track, contents[index], solo, findings) for index, track in enumerate(tracks))
    last_ticks = max((note.end_ticks for track in sung for note in track.notes), default=0)
    name = project.text("name") if project.text("name") not in ("", "New Project") else Path(file).stem
    return checked_score(name, _tempo_map(project, version), sung, max(length_ticks, last_ticks), findings)


def _version(project: Fields) -> tuple[int, ...]:
    parts = project.text("ustx_version", "0.6" if "tempos" in project.values else "0.1").split(".")
    return tuple(
        int(part) if part.isascii() and part.isdigit() and len(part) < 6 else 0 for part in parts[:3]
    )


def _tell_unsung(project: Fields, version: tuple[int, ...]) -> None:
    if version[:2] > _NEWEST_KNOWN:
        said = ".".join(map(str, version))
        project.findings.add("", f"ustx_version {said} is newer than 0.9; what is new in it is not sung")
    if list(project.children("wave_parts", "wave part")):
        project.findings.add("", "wave parts are not sung")
    if project.number("resolution", TICKS_PER_QUARTER, 1.0, 1e6) != TICKS_PER_QUARTER:
        project.findings.add("", f"resolution is not {TICKS_PER_QUARTER}; it is read as if it were")


def _tempo_map(project: Fields, version: tuple[int, ...]) -> TempoMap:
    changes = []
    # Until 0.6 one tempo stood at the top; newer files keep the field without meaning it.
    listed = [] if version < (0, 6) else list(project.children("tempos", "tempo"))
    for each in listed or [project]:
        bpm = each.number_or_none("bpm")
        position_ticks = each.integer("position", 0, 0, MAX_LENGTH_TICKS)
        if bpm is None:
            continue
        if usable_bpm(bpm):
            changes.append((position_ticks, bpm))
        else:
            project.findings.add(each.where, f"bpm {bpm:g} at tick {position_ticks} cannot be sung; left out")
    if not changes:
        project.findings.add("", f"no usable tempo; {DEFAULT_BPM:g} bpm is used")
        return tempo_map([])
    return tempo_map(changes, default_bpm=min(changes)[1])


def _contents(
    project: Fields,
    tracks: list[Fields],
    expressions: list[dict[str, Expression]],
    version: tuple[int, ...],
) -> tuple[list[_TrackParts], int]:
    """Return notes and curve points by track, in song ticks, and where the last part ends."""
    contents = [_TrackParts() for _ in tracks]
    length_ticks = count = 0
    parts = sorted(project.children("voice_parts", "voice part"), key=_part_ticks)
    for part in parts:
        track_no = part.integer("track_no", 0, 0, MAX_LENGTH_TICKS)
        if track_no >= len(tracks):
            project.findings.add(part.where, f"track_no {track_no}: there is no such track; left out")
            continue
        start_ticks = _part_ticks(part)
        length_ticks = max(length_ticks, start_ticks + part.integer("duration", 0, 0, MAX_LENGTH_TICKS))
        notes = _part_notes(
            part, start_ticks, expressions[track_no], _colors(tracks[track_no], expressions[track_no])
        )
        count += len(notes)
        if count > MAX_NOTES:
            raise project.findings.error("", f"more than {MAX_NOTES} notes; split the song")
        contents[track_no].notes += _old_extenders(notes) if version < (0, 5) else notes
        _add_curves(part, start_ticks, expressions[track_no], contents[track_no].points)
    return contents, length_ticks


def _part_ticks(part: Fields) -> int:
    return part.integer("position", 0, 0, MAX_LENGTH_TICKS)


def _part_notes(
    part: Fields, start_ticks: int, expressions: Mapping[str, Expression], colors: tuple[str, ...]
) -> list[Note]:
    notes = []
    for each in part.children("notes", "note"):
        note = parse_note(each, start_ticks, expressions, colors)
        if note.position_ticks < 0:
            part.findings.add(each.where, f"begins before the song, at tick {note.position_ticks}; left out")
        else:
            notes.append(note)
    return notes


def _old_extenders(notes: Iterable[Note]) -> list[Note]:
    """Until 0.5 "..." was what `+` is now."""
    return [
        replace(note, lyric=note.lyric.replace("...", "+")) if note.lyric.startswith("...") else note
        for note in notes
    ]


def _colors(track: Fields, expressions: Mapping[str, Expression]) -> tuple[str, ...]:
    names = tuple(track.texts("voice_color_names"))
    # A list of one empty name is OpenUtau's "not known": then the project's list counts.
    return names if len(names) > 1 or any(names) else expressions["clr"].options


def _add_curves(
    part: Fields,
    start_ticks: int,
    expressions: Mapping[str, Expression],
    points: dict[str, list[tuple[int, float]]],
) -> None:
    for curve in part.children("curves", "curve"):
        abbr = curve.text("abbr").lower()
        xs, ys = curve.numbers("xs"), curve.numbers("ys")
        if abbr not in _SUNG_CURVES:
            if any(ys):
                part.findings.add("", f"curve {shown(abbr)} is not sung")
            continue
        if len(xs) != len(ys):
            part.findings.add(curve.where, f"{abbr}: {len(xs)} xs but {len(ys)} ys; the shorter list counts")
        expression = expressions[abbr]
        new = sorted(
            (start_ticks + int(x), y) for x, y in zip(xs, ys, strict=False) if abs(x) <= MAX_LENGTH_TICKS
        )
        limited = [(x, min(max(y, expression.minimum), expression.maximum)) for x, y in new]
        _append_curve(points.setdefault(abbr, []), limited)


def _append_curve(points: list[tuple[int, float]], new: list[tuple[int, float]]) -> None:
    """Add a part's points. Outside its points a curve is 0 (OpenUtau does not hold the ends)."""
    if not new:
        return
    while points and points[-1][0] >= new[0][0] - 1:
        points.pop()
    edge = [(new[0][0] - 1, 0.0)] if new[0][1] else []
    end = [(new[-1][0] + 1, 0.0)] if new[-1][1] else []
    for point in edge + new + end:
        if points and points[-1][0] == point[0]:
            points.pop()
        points.append(point)


def _track(index: int, track: Fields, parts: _TrackParts, solo: bool, findings: Findings) -> Track:
    name = track.text("track_name").strip() or f"Track {index + 1}"
    curves = {
        abbr: Curve(tuple(x for x, _ in points), tuple(y for _, y in points))
        for abbr, points in parts.points.items()
        if points
    }
    return Track(
        name,
        told_voice(parts.notes, findings, name),
        curves,
        volume_db=track.number("volume", 0.0, -100.0, 24.0),
        muted=track.truth("mute") or (solo and not track.truth("solo")),
    )
