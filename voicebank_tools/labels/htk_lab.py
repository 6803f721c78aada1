"""HTK's label files as Sinsy, NNSVS and vLabeler use them: `begin end phone` lines, times in 100 ns."""

import re
from collections.abc import Sequence
from pathlib import Path

from pychang import PychangError
from pychang.files import read_limited
from voicebank_tools.encoding import Evidence, decode_bank_text
from voicebank_tools.labels.segment import Segment

UNITS_PER_S = 10_000_000
MOST_BYTES = 64 * 2**20

_LINE = re.compile(r"\s*(\d+)\s+(\d+)\s+(\S.*?)\s*")


def is_htk_lab(text: str) -> bool:
    """Return whether every line that holds anything is a label line."""
    lines = [line for line in text.splitlines() if line.strip()]
    return bool(lines) and all(_LINE.fullmatch(line) for line in lines)


def segments_from_lab(text: str, name: str) -> tuple[Segment, ...]:
    """Return the labels of a file's text in order; what follows the times is the label, blanks and all
    (full-context labels, HTK's scores).

    Raises:
        PychangError: A line is none, or ends before it begins; `name` and the line's number are said.
    """
    segments = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line)
        if match is None or int(match[1]) > int(match[2]):
            cure = "write begin and end in units of 100 ns and the phone"
            raise PychangError(f'{name} line {number}: "{line.strip()[:60]}" is no label; {cure}')
        segments.append(Segment(int(match[1]) / UNITS_PER_S, int(match[2]) / UNITS_PER_S, match[3]))
    return tuple(segments)


def lab_text(segments: Sequence[Segment]) -> str:
    """Return the text of a label file; times are rounded to 100 ns, so neighbours stay neighbours."""
    return "".join(
        f"{round(one.begin_s * UNITS_PER_S)} {round(one.end_s * UNITS_PER_S)} {one.text}\n"
        for one in segments
    )


def read_lab(path: Path) -> tuple[Segment, ...]:
    """Return the labels of a file. Raises PychangError where it cannot be read or a line is no label."""
    data = read_limited(path, MOST_BYTES, "label file", "is it really a label file?")
    return segments_from_lab(decode_bank_text(data, Evidence(declared="utf-8")).text, path.name)
