"""The `.frq` files of all recordings of a folder, on several cores; a bad one never stops the others."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pychang import PychangError
from pychang.audio import mono, read_native
from pychang.files import long_path, write_atomically
from pychang.frq import FrqFile, frq_path_of, read_frq
from pychang.units import SAMPLE_RATE_HZ
from resampler.render import named_hz
from voicebank_tools.finding import Finding, unreadable
from voicebank_tools.frq.curve import frq_of
from voicebank_tools.frq.difference import REPLACE, difference_finding
from voicebank_tools.frq.suspicion import Voice, pitch_findings, stranger_findings, voice_of
from voicebank_tools.process_pool import each_apart, processes_for, size_of
from voicebank_tools.recordings import recordings_below

Mode = Literal["write", "replace", "check"]
"""Write the missing ones, write all, or write none."""

Status = Literal["written", "replaced", "kept", "missing", "failed"]
"""What became of a `.frq` file; missing: there is none, and none was to be written."""

_LEAST_BYTES_PER_PROCESS = 3_000_000
"""Starting a process costs about as much as hearing half a minute."""


@dataclass(frozen=True)
class Task:
    """A recording, and what to do about its `.frq` file."""

    path: Path
    mode: Mode


@dataclass(frozen=True)
class Heard:
    """What became of a recording. `rate_hz` is 0 where it was not read."""

    path: Path
    status: Status
    findings: tuple[Finding, ...]
    voice: Voice | None = None
    rate_hz: int = 0


@dataclass(frozen=True)
class FrqReport:
    """All recordings in order, and what was found about them and their `.frq` files."""

    folder: Path
    heard: tuple[Heard, ...]
    findings: tuple[Finding, ...]

    def count_status(self, status: Status) -> int:
        """Return how many `.frq` files that became of."""
        return sum(one.status == status for one in self.heard)


def frq_bank(
    folder: Path, mode: Mode, jobs: int = 0, on_progress: Callable[[int, int], None] | None = None
) -> FrqReport:
    """Write or check the `.frq` file of every recording in a folder and all below it.

    Args:
        folder: Of recordings.
        mode: What to do.
        jobs: Processes to use; 1 works here, 0 uses every core that is worth it.
        on_progress: Told how many of how many bytes of recordings are done.

    Raises:
        PychangError: There is no recording.
    """
    paths, doubles = _recordings(folder)
    if not paths:
        raise PychangError(f"{folder} holds no recording; give the folder that holds wav files")
    heard = hear_all([Task(path, mode) for path in paths], jobs, on_progress)
    voices = {one.path: one.voice for one in heard if one.voice}
    findings = (
        *doubles,
        *(finding for one in heard for finding in one.findings),
        *stranger_findings(voices),
        *_other_rates(folder, heard),
    )
    return FrqReport(folder, tuple(heard), findings)


def hear_all(
    tasks: Sequence[Task], jobs: int = 0, on_progress: Callable[[int, int], None] | None = None
) -> list[Heard]:
    """Return what `hear` makes of every task, in order; for the other arguments see `frq_bank`."""
    sizes = {task: size_of(task.path) for task in tasks}
    processes = processes_for([*sizes.values()], jobs, _LEAST_BYTES_PER_PROCESS)
    total, done = sum(sizes.values()), 0
    results: Generator[tuple[Task, Heard | str], None, None] = (
        ((task, hear(task)) for task in tasks)
        if processes < 2
        else each_apart(hear, sorted(tasks, key=lambda task: -sizes[task]), processes, "its process died")
    )
    heard: dict[Task, Heard] = {}
    with closing(results):  # whatever is raised here ends the processes as well
        for task, result in results:
            heard[task] = _failed(task, result) if isinstance(result, str) else result
            done += sizes[task]
            if on_progress is not None:
                on_progress(done, total)
    return [heard[task] for task in tasks]


def hear(task: Task) -> Heard:
    """Hear one recording, and write its `.frq` file or hold the one that is there against what is heard.

    Whatever cannot be read or written is a finding.
    """
    try:
        samples, rate_hz = read_native(task.path)
    except PychangError as error:
        return Heard(task.path, "failed", (unreadable(task.path, error),))
    named = named_hz(task.path)
    ours = frq_of(mono(samples), rate_hz, named)
    findings = list(pitch_findings(task.path, ours, named))
    path = frq_path_of(task.path)
    status: Status = "failed"
    try:
        is_there = long_path(path).exists()
        if is_there and task.mode != "replace":
            status = "kept"
            findings += _differences(path, ours)
        elif task.mode == "check":
            status = "missing"
        else:
            write_atomically(path, ours.to_bytes())
            status = "replaced" if is_there else "written"
    except PychangError as error:
        findings.append(unreadable(path, error))
    except OSError as error:  # a name too long to look for
        why = f"its .frq file cannot be written ({error.strerror})"
        findings.append(Finding("error", task.path, 0, "", why, "give it a shorter name"))
    return Heard(task.path, status, tuple(findings), voice_of(ours), rate_hz)


def _differences(path: Path, ours: FrqFile) -> Iterator[Finding]:
    try:
        theirs = read_frq(path)
    except PychangError as error:
        yield replace(unreadable(path, error), cure=REPLACE)
        return
    if finding := difference_finding(path, theirs, ours):
        yield finding


def _recordings(folder: Path) -> tuple[list[Path], list[Finding]]:
    """Return the recordings, wav files first, and a finding for each that would share another's `.frq`."""
    first: dict[Path, Path] = {}
    doubles: list[Finding] = []
    found = recordings_below(folder)
    for path in sorted(found, key=lambda path: path.suffix.lower() != ".wav"):
        other = first.setdefault(frq_path_of(path), path)
        if other is not path:
            why = f"is passed over: its .frq file would be that of {other.name}"
            doubles.append(Finding("warning", path, 0, "", why, "rename one of them"))
    return list(first.values()), doubles


def _other_rates(folder: Path, heard: Sequence[Heard]) -> Iterator[Finding]:
    others = [one for one in heard if one.rate_hz not in (0, SAMPLE_RATE_HZ)]
    if others:
        why = f"{len(others)} recordings are not at 44100 Hz (the first: {others[0].path.name})"
        cure = "some programs read their .frq files as if they were; convert the recordings first"
        yield Finding("note", folder, 0, "", why, cure)


def _failed(task: Task, message: str) -> Heard:
    cure = "run it again with --jobs 1, or copy or record it again"
    finding = Finding("error", task.path, 0, "", f"cannot be heard ({message})", cure)
    return Heard(task.path, "failed", (finding,))
