"""Joining notes to a song: envelopes, overlaps, and the argument list of UTAU's wavtool.

Envelopes are points (time in ms, gain) joined by straight lines. A song is built either by
placing notes at known times (`mix`) or, as UTAU's wavtool does, by appending note after note
with an overlap (`append`). Times become samples only here, rounded once from the song's start,
so nothing drifts.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pychang import PychangError
from pychang.audio import read_wav, to_pcm16, wav_bytes
from pychang.files import write_atomically
from pychang.units import SAMPLE_RATE_HZ, ms_to_samples

Wave = NDArray[np.float32]
Points = Sequence[tuple[float, float]]
"""(time in ms from the used part's start, gain), in order of time."""

MAX_LENGTH_MS = 600_000.0
"""Longest single note or rest that is appended: ten minutes, as a rest may outlast any note that is sung."""

USAGE = "usage: wavtool OUTPUT INPUT STP LENGTH P1 P2 [P3 V1 V2 V3 V4 [OVERLAP [P4 [P5 V5]]]]"

_LENGTH = re.compile(r"([0-9.]+)@([0-9.]+)([+-][0-9.]+)?")


@dataclass(frozen=True)
class Placement:
    """Where a rendered note lies in the song. `skip_ms` of the wave's head are left out (negative:
    the wave begins that much later), the next `length_ms` sound from `start_ms` on."""

    start_ms: float
    skip_ms: float
    length_ms: float
    envelope: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class AppendRequest:
    """One call of UTAU's wavtool: append `length_ms` of the source, after skipping `skip_ms`."""

    output_path: Path
    source_path: Path
    skip_ms: float
    length_ms: float
    envelope: tuple[tuple[float, float], ...]
    overlap_ms: float


def apply_envelope(wave: Wave, points: Points) -> Wave:
    """Return the wave [samples] times the envelope; the outermost gains hold beyond the points.

    A time that runs backwards (a note shorter than its fades) counts as the one before it.
    No points: the wave unchanged.
    """
    if not points:
        return wave
    times_ms, gains = np.asarray(points, dtype=np.float64).T
    at_ms = np.arange(len(wave)) * (1000.0 / SAMPLE_RATE_HZ)
    curve = np.interp(at_ms, np.maximum.accumulate(times_ms), gains)
    return (wave * curve).astype(np.float32)


def used_part(wave: Wave, skip_ms: float, length_ms: float) -> Wave:
    """Return `length_ms` of the wave after `skip_ms`, filled up with silence on both sides."""
    skip, length = ms_to_samples(skip_ms), max(0, ms_to_samples(length_ms))
    part = np.zeros(length, dtype=np.float32)
    mix_into(part, wave, -skip)
    return part


def mix_into(buffer: Wave, wave: Wave, start_samples: int) -> None:
    """Add the wave into the buffer in place; what lies outside the buffer is left out."""
    first, last = max(0, start_samples), min(len(buffer), start_samples + len(wave))
    if first < last:
        buffer[first:last] += wave[first - start_samples : last - start_samples]


def mix(notes: Iterable[tuple[Placement, Wave]], total_samples: int) -> Wave:
    """Return a song of `total_samples` with every note at its place, its envelope applied."""
    song = np.zeros(total_samples, dtype=np.float32)
    for place, wave in notes:
        part = used_part(wave, place.skip_ms, place.length_ms)
        mix_into(song, apply_envelope(part, place.envelope), ms_to_samples(place.start_ms))
    return song


def append(song: Wave, part: Wave, overlap_samples: int) -> Wave:
    """Return the song with the part behind it.

    `overlap_samples` of the part sound together with the song's end; an overlap longer than the
    song lets the part begin before it, a negative one leaves silence between them.
    """
    start = len(song) - min(overlap_samples, len(part))
    before = max(0, -start)
    joined = np.zeros(max(before + len(song), before + start + len(part)), dtype=np.float32)
    mix_into(joined, song, before)
    mix_into(joined, part, before + start)
    return joined


def utau_envelope(
    length_ms: float, widths_ms: Sequence[float], levels_percent: Sequence[float]
) -> tuple[tuple[float, float], ...]:
    """Return the points of UTAU's envelope on a note of `length_ms`.

    `widths_ms` are p1..p5 (p1 and p2 from the start, p5 behind them; p4 from the end, p3 before
    it) and `levels_percent` v1..v5. Missing: p3 to p5 and the levels are 0; p5 or v5 missing
    leaves the fifth point out. Outside the points the gain is 0.
    """
    p1, p2, p3, p4, p5 = [*widths_ms, *[0.0] * 5][:5]
    v1, v2, v3, v4, v5 = [*levels_percent, *[0.0] * 5][:5]
    points = [(p1, v1), (p1 + p2, v2)]
    if len(widths_ms) > 4 and len(levels_percent) > 4:
        points.append((p1 + p2 + p5, v5))
    points += [(length_ms - p4 - p3, v3), (length_ms - p4, v4)]
    head = [(0.0, 0.0)] if p1 > 0 else []
    tail = [(length_ms, 0.0)] if p4 > 0 else []
    return tuple((time_ms, level / 100.0) for time_ms, level in head + points + tail)


def parse_length(text: str) -> float:
    """Return the milliseconds of ``ticks@tempo+correction`` or of a plain number.

    Raises PychangError for anything else.
    """
    try:
        if match := _LENGTH.fullmatch(text.strip()):
            ticks, tempo_bpm, correction_ms = match.groups()
            length_ms = float(ticks) * 125.0 / float(tempo_bpm) + float(correction_ms or 0.0)
        else:
            length_ms = float(text)
    except (ValueError, ZeroDivisionError):
        length_ms = float("nan")
    if not 0.0 <= length_ms <= MAX_LENGTH_MS:
        raise PychangError(f"length {text[:40]!r} is no time; write 500 (ms) or 480@120+0.0 (ticks@tempo)")
    return length_ms


def parse_arguments(argv: Sequence[str]) -> AppendRequest:
    """Return the request of wavtool's argument list; raises PychangError if it cannot be used."""
    if len(argv) < 6:
        raise PychangError(f"{len(argv)} arguments given, at least 6 are needed; {USAGE}")
    if not Path(argv[0]).name:
        raise PychangError(f"output {argv[0]!r} names no file; write song.wav")
    numbers = [_number(text) for text in [argv[2], *argv[4:15]]]
    skip_ms, widths, levels = numbers[0], numbers[1:4], numbers[4:8]
    overlap_ms = numbers[8] if len(numbers) > 8 else 0.0
    widths, levels = widths + numbers[9:11], levels + numbers[11:12]
    length_ms = parse_length(argv[3])
    # Rests come with two zeros alone: no level, no sound.
    points = utau_envelope(length_ms, widths, levels) if levels else ((0.0, 0.0),)
    return AppendRequest(Path(argv[0]), Path(argv[1]), skip_ms, length_ms, points, overlap_ms)


def append_file(request: AppendRequest) -> None:
    """Append to ``OUTPUT.dat`` (samples) and ``OUTPUT.whd`` (header), which UTAU's batch file
    joins to the song at its end. A missing source is silence, as a rest's is.

    Raises PychangError for files that cannot be read or written.
    """
    data_path = request.output_path.with_name(request.output_path.name + ".dat")
    header_path = request.output_path.with_name(request.output_path.name + ".whd")
    try:
        stored = data_path.read_bytes() if data_path.is_file() else b""
    except OSError as error:
        raise PychangError(f"{data_path} cannot be read: {error.strerror}; choose another OUTPUT") from error
    song = np.frombuffer(stored[: len(stored) // 2 * 2], dtype="<i2").astype(np.float32) / 32768.0
    source = np.zeros(0, dtype=np.float32)
    if _may_be_there(request.source_path):
        source = read_wav(request.source_path)
    part = apply_envelope(used_part(source, request.skip_ms, request.length_ms), request.envelope)
    joined = to_pcm16(append(song, part, ms_to_samples(request.overlap_ms)))
    write_atomically(data_path, joined.tobytes())
    write_atomically(header_path, wav_bytes(joined)[:44])


def main(argv: Sequence[str]) -> int:
    """Run wavtool once: 0 when appended, 2 for wrong arguments, 1 for files that fail."""
    try:
        append_file(parse_arguments(argv))
    except PychangError as error:
        print("wavtool:", " ".join(str(error).split()), file=sys.stderr)
        return 2 if len(argv) < 6 else 1
    return 0


def _may_be_there(path: Path) -> bool:
    """Say whether there is a file, or what `read_wav` has to say about the way to it."""
    try:
        return path.is_file()
    except OSError:
        return True


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if abs(value) <= MAX_LENGTH_MS else 0.0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
