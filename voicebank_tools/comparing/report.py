"""A whole comparison: cases drawn, notes sung and measured, tables."""

import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pychang import PychangError
from pychang.audio import to_pcm16
from pychang.units import ms_to_samples
from voicebank_tools.comparing.notes import Note
from voicebank_tools.comparing.pairs import Pair, bank_pairs, note_pairs, pairs_within
from voicebank_tools.comparing.recordings import SHORTEST_MS, Drawn, Sample, bank_samples
from voicebank_tools.comparing.run import Case, sing_and_measure
from voicebank_tools.comparing.singers import Singer
from voicebank_tools.comparing.statistics import Row, summarise
from voicebank_tools.comparing.trials import SAMPLE_TESTS, TESTS
from voicebank_tools.finding import Finding


@dataclass(frozen=True)
class Plan:
    """What is compared.

    Attributes:
        bank: A voicebank; None where `notes` is all there is.
        singers: Resamplers; the others are compared with the first.
        samples: Of the bank; as many pairs for `transfer`.
        seed: Of what is drawn by chance.
        tests: Which of `trials.TESTS`; empty: all that are possible.
        to: A bank with the same aliases at another pitch, for `transfer`.
        notes: A folder of single sung notes, for `transfer`.
        jobs: Processes; 0: one per core.
        listened: Of so many samples and pairs the waves are kept.
    """

    bank: Path | None
    singers: Sequence[Singer]
    samples: int = 12
    seed: int = 1
    tests: tuple[str, ...] = ()
    to: Path | None = None
    notes: Path | None = None
    jobs: int = 1
    listened: int = 0


@dataclass(frozen=True)
class Report:
    """What was found.

    Attributes:
        title: What the cases come from.
        singers: Names, the one that the others are compared with first.
        cases: What every case is called.
        notes: All notes, failed ones too.
        tables: Test -> resampler (or recording) -> row.
        settings: What somebody needs to do it again.
        recordings: Number of a case -> its recording, 16 bit, where somebody listens. Shape [samples].
        remarks: What could not be done.
        findings: What is amiss with the voicebanks, as far as they were needed.
    """

    title: str
    singers: tuple[str, ...]
    cases: tuple[str, ...]
    notes: tuple[Note, ...]
    tables: Mapping[str, Mapping[str, Row]]
    settings: Mapping[str, object]
    recordings: Mapping[int, NDArray[np.int16]] = field(default_factory=dict, repr=False)
    remarks: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def failures(self) -> tuple[Note, ...]:
        """The notes that are not there."""
        return tuple(note for note in self.notes if note.failure)


def compare_singers(plan: Plan, on_progress: Callable[[int, int], None] | None = None) -> Report:
    """Sing, measure and sum up.

    Raises PychangError where nothing can be compared: no bank, no usable sample, or no pairs for a test that
    was asked for.
    """
    drawn, remarks = _cases(plan)
    cases = drawn.cases
    tests = tuple(test for test in TESTS if test in (plan.tests or TESTS))
    notes = sing_and_measure(cases, plan.singers, tests, plan.jobs, plan.listened, on_progress)
    names = tuple(singer.name for singer in plan.singers)
    listened = {note.case for note in notes if note.wave is not None}
    order = {test: place for place, test in enumerate(TESTS)}
    in_order = sorted(notes, key=lambda note: order[note.test])
    return Report(
        title=(plan.bank or plan.notes or Path()).resolve().name,
        singers=names,
        cases=tuple(map(_label, cases)),
        notes=tuple(in_order),
        tables=summarise(in_order, names[0], plan.seed),
        settings={
            "bank": _text(plan.bank), "to": _text(plan.to), "notes": _text(plan.notes),
            "samples": plan.samples, "seed": plan.seed, "tests": list(tests),
        },
        recordings={number: to_pcm16(_recorded(cases[number])) for number in sorted(listened)},
        remarks=remarks,
        findings=drawn.findings,
    )  # fmt: skip


def _cases(plan: Plan) -> tuple[Drawn[Case], tuple[str, ...]]:
    """What is sung, and what could not be done."""
    wanted = plan.tests or TESTS
    samples: Drawn[Sample] = Drawn([], ())
    if plan.bank is not None and set(SAMPLE_TESTS) & set(wanted):
        samples = bank_samples(plan.bank, plan.samples, plan.seed)
        if not samples.cases:
            raise PychangError(
                f"{plan.bank}: no recording has a window of {SHORTEST_MS:g} ms that is mostly voiced"
                f"{_unread(samples.findings)}; give another voicebank"
            )
    pairs = _pairs(plan) if "transfer" in wanted else Drawn([], ())
    findings = dict.fromkeys((*samples.findings, *pairs.findings))
    drawn: Drawn[Case] = Drawn([*samples.cases, *pairs.cases], tuple(findings))
    if pairs.cases or "transfer" not in wanted:
        return drawn, ()
    remark = "transfer: no sound is there at two pitches; give --to BANK or --notes FOLDER"
    if "transfer" in plan.tests or not drawn.cases:
        raise PychangError(remark)
    return drawn, (remark,)


def _unread(findings: Sequence[Finding]) -> str:
    lost = [finding for finding in findings if finding.kind == "error"]
    return f" ({len(lost)} errors, the first: {lost[0].path.name}: {lost[0].why})" if lost else ""


def _pairs(plan: Plan) -> Drawn[Pair]:
    if plan.notes is not None:
        found = list(note_pairs(plan.notes))
        random.Random(plan.seed).shuffle(found)
        return Drawn(list(itertools.islice(found, plan.samples)), ())
    if plan.bank is None:
        return Drawn([], ())
    if plan.to is not None:
        return bank_pairs(plan.bank, plan.to, plan.samples, plan.seed)
    return pairs_within(plan.bank, plan.samples, plan.seed)


def _label(case: Case) -> str:
    return f"{case.source.alias} -> {case.target.alias}" if isinstance(case, Pair) else case.alias


def _recorded(case: Case) -> NDArray[np.floating]:
    if isinstance(case, Pair):
        return case.target.wave[: ms_to_samples(case.length_ms)]
    return case.wave


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
