"""What a reader or checker noticed: one line for people, fields for programs."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pychang import PychangError

Kind = Literal["error", "warning", "note"]

MOST_FINDINGS = 1000
"""Per file or list: nobody reads more, and a hostile file must not fill the memory."""


@dataclass(frozen=True)
class Finding:
    """`kind` "error": something is lost; "warning": read, but likely not as meant; "note": good to know.
    `line` counts from 1; 0 means the whole file. `aliases`: those of a voicebank that it is about, none
    where it is about the whole bank."""

    kind: Kind
    path: Path
    line: int
    text: str
    why: str
    cure: str
    aliases: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else f"{self.path}"
        quoted = f' "{shorten(self.text)}"' if self.text else ""
        return f"{self.kind}: {place}:{quoted} {self.why}; {self.cure}"


def unreadable(path: Path, error: PychangError) -> Finding:
    """Return what reading `path` raised (`PATH why; cure`) as a finding."""
    why, _, cure = str(error).removeprefix(f"{path} ").removeprefix(f"{path}: ").rpartition("; ")
    return Finding("error", path, 0, "", why or cure, cure if why else "copy or record it again")


def has_faults(findings: Iterable[Finding]) -> bool:
    """Return whether there is anything to mend: notes are only good to know."""
    return any(finding.kind != "note" for finding in findings)


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how many findings are "errors", "warnings" and "notes"."""
    kinds = Counter(finding.kind for finding in findings)
    return {f"{kind}s": kinds[kind] for kind in get_args(Kind)}


def counts_text(findings: Iterable[Finding]) -> str:
    """Return the same for people: `2 errors, 0 warnings, 1 notes`."""
    return ", ".join(f"{number} {kinds}" for kinds, number in counts(findings).items())


def shorten(text: str, most: int = 80) -> str:
    """Return `text` printable on one line of at most `most` characters (undecodable bytes as `\\udcxx`)."""
    plain = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text[:most]
    )
    return plain if len(text) <= most and len(plain) <= most else plain[: most - 1] + "…"


def limited(findings: Iterable[Finding], most: int = MOST_FINDINGS) -> tuple[Finding, ...]:
    """Return the first `most` findings; a last one says how many more there were."""
    kept: list[Finding] = []
    left_out = 0
    for finding in findings:
        if len(kept) < most:
            kept.append(finding)
        else:
            left_out += 1
    if left_out:
        kept.append(Finding("note", kept[-1].path, 0, "", f"{left_out} more findings", "mend the first ones"))
    return tuple(kept)
