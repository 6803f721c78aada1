"""Every note of every sample by every resampler, measured, on several processor cores."""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from pychang import PychangError, metrics
from pychang.arrays import FloatArray
from pychang.audio import to_pcm16
from pychang.units import SAMPLE_RATE_HZ
from resampler.protocol import RenderRequest
from voicebank_tools.comparing.notes import Note
from voicebank_tools.comparing.pairs import Pair
from voicebank_tools.comparing.recordings import Recording, Sample
from voicebank_tools.comparing.singers import RECORDING, Singer
from voicebank_tools.comparing.trials import Measured, Trial, recorded_truth, recorded_vowel, trials
from voicebank_tools.process_pool import available_cores, each_apart

Case = Sample | Pair
"""What notes are made of: a sample, or for `transfer` two."""


@dataclass(frozen=True)
class Work:
    """All that is asked of one case. `listened`: the notes' waves are wanted, too."""

    number: int
    case: Case
    singers: tuple[Singer, ...]
    tests: tuple[str, ...]
    listened: bool


def sing_and_measure(
    cases: Sequence[Case], singers: Sequence[Singer], tests: Sequence[str], jobs: int = 1, listened: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[Note]:  # fmt: skip
    """Return every note, by cases. A resampler that fails, or a process that dies, costs its own notes.

    Args:
        cases: Samples and pairs.
        singers: Who is compared.
        tests: Which of `trials.TESTS`.
        jobs: Processes; 1: this one, 0: one per core.
        listened: Of so many samples, and of so many pairs, the waves are kept.
        on_progress: Told how many of how many notes are done.
    """
    work = [
        Work(number, case, tuple(singers), tuple(tests), _place(cases, number) < listened)
        for number, case in enumerate(cases)
    ]
    total = sum(_notes_of(one) for one in work)
    found: dict[int, list[Note]] = {}
    done = 0
    processes = min(jobs or available_cores(), len(work))
    results = ((one, measure_case(one)) for one in work) if processes < 2 else _apart(work, processes)
    with closing(results):
        for one, notes in results:
            found[one.number] = notes
            done += _notes_of(one)
            if on_progress is not None:
                on_progress(done, total)
    return [note for number in sorted(found) for note in found[number]]


def measure_case(work: Work) -> list[Note]:
    """Return all notes of one case."""
    with TemporaryDirectory(prefix="pychang-", ignore_cleanup_errors=True) as folder:
        notes = [
            _note(work, trial, singer, Path(folder))
            for trial in trials(work.case, work.tests)
            for singer in work.singers
        ]
    test, found = _recorded(work)
    if found is not None:
        notes.append(Note(test, work.number, "", RECORDING, found.figures, texture=found.texture))
    return notes


def _recorded(work: Work) -> tuple[str, Measured | None]:
    """(Test, what it measures of the recording itself)."""
    if isinstance(work.case, Sample):
        return "hold", recorded_vowel(work.case) if "hold" in work.tests else None
    return "transfer", recorded_truth(work.case) if "transfer" in work.tests else None


def _apart(work: Sequence[Work], processes: int) -> Generator[tuple[Work, list[Note]], None, None]:
    for one, notes in each_apart(measure_case, work, processes, "the process that sang it died"):
        yield one, _all_failed(one, notes) if isinstance(notes, str) else notes


def _all_failed(work: Work, why: str) -> list[Note]:
    return [
        Note(trial.test, work.number, trial.variant, singer.name, failure=why)
        for trial in trials(work.case, work.tests)
        for singer in work.singers
    ]


def _notes_of(work: Work) -> int:
    return sum(1 for _ in trials(work.case, work.tests)) * len(work.singers)


def _place(cases: Sequence[Case], number: int) -> int:
    """The place of a case among those of its kind."""
    return sum(isinstance(case, type(cases[number])) for case in cases[:number])


class _Clock:
    """A singer's `sing` that counts calls and seconds."""

    def __init__(self, singer: Singer) -> None:
        self._singer, self._calls, self._seconds = singer, 0, 0.0

    def sing(self, request: RenderRequest, recording: Recording) -> FloatArray:
        began = time.perf_counter()
        try:
            return self._singer.sing(request, recording)
        finally:
            self._calls += 1
            self._seconds += time.perf_counter() - began

    @property
    def seconds_a_note(self) -> float:
        return self._seconds / max(1, self._calls)


def _note(work: Work, trial: Trial, singer: Singer, folder: Path) -> Note:
    clock = _Clock(singer)
    note = partial(Note, trial.test, work.number, trial.variant, singer.name)
    try:
        wave = trial.make(clock.sing, folder)
        if len(wave) < metrics.SHORTEST_SAMPLES:
            raise ValueError(f"the note is only {1000 * len(wave) // SAMPLE_RATE_HZ} ms long")
        found = trial.measure(wave)
    except (PychangError, ValueError) as error:
        return note(failure=" ".join(f"{error}".split()))
    except Exception as error:  # noqa: BLE001 - one bad note must not stop a run
        return note(failure=" ".join(f"{type(error).__name__}: {error}".split()))
    pcm = to_pcm16(np.asarray(wave)) if work.listened else None
    return note(found.figures, clock.seconds_a_note, texture=found.texture, wave=pcm)
