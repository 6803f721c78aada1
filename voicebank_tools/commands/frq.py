"""`vbtools frq`: the pitch curves that UTAU's programs read beside each recording."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicebank_tools.commands.bank_option import BankType
from voicebank_tools.commands.findings_json import findings_json
from voicebank_tools.commands.lines import echo_first
from voicebank_tools.commands.progress import share_progress
from voicebank_tools.finding import counts_text, has_faults

if TYPE_CHECKING:  # numpy and what it brings only when something is heard
    from voicebank_tools.frq.bank import FrqReport

MOST_LINES = 50
"""So many findings are told while writing; `--check` tells all."""


@click.command(short_help="Write and check the .frq files of a voicebank.")
@click.argument("bank", type=BankType())
@click.option("--check", is_flag=True, help="Write nothing; list suspicious recordings and .frq files.")
@click.option("--force", is_flag=True, help="Replace .frq files that are there.")
@click.option(
    "--jobs", "-j", type=click.IntRange(min=0), default=0, help="Recordings at once; 0: one per core."
)
@click.option("--quiet", "-q", is_flag=True, help="No progress and no counts; findings are still told.")
@click.option("--json", "as_json", is_flag=True, help="Print counts and findings as JSON.")
def frq(bank: Path, check: bool, force: bool, jobs: int, quiet: bool, as_json: bool) -> int:
    """Write NAME_wav.frq, the pitch curve that UTAU's resamplers read, beside every recording of BANK.

    The pitch is the one that PyChang sings with. A .frq file that is there is not replaced: it is held
    against what is heard, and told where they differ by octaves, in voicing or in length. Recordings far
    from the note in their name or their folder's, with octave jumps or in another octave than the rest
    are told as well. The exit code is 1 if there are errors or warnings, 0 if there are notes alone, and
    2 if no recording can be read.
    """
    if check and force:
        raise click.UsageError("--check writes nothing, --force replaces; drop one of them")
    from voicebank_tools.frq.bank import frq_bank

    with share_progress("hearing", hidden=quiet) as on_progress:
        report = frq_bank(bank, "check" if check else "replace" if force else "write", jobs, on_progress)
    if as_json:
        click.echo(_json(report))
    elif check:
        for finding in report.findings:
            click.echo(finding)
    else:
        echo_first(report.findings, MOST_LINES, " (--check lists all)")
    if not (quiet or as_json):
        click.echo(_counts(report))
    if all(one.rate_hz == 0 for one in report.heard):
        return 2
    return int(has_faults(report.findings))


def _statuses(report: "FrqReport") -> dict[str, int]:
    return {
        status: report.count_status(status) for status in ("written", "replaced", "kept", "missing", "failed")
    }


def _counts(report: "FrqReport") -> str:
    became = ", ".join(f"{number} {status}" for status, number in _statuses(report).items() if number)
    found = counts_text(report.findings)
    return f"{report.folder}: {len(report.heard)} recordings, .frq files: {became}; {found}"


def _json(report: "FrqReport") -> str:
    fields = {
        "folder": str(report.folder),
        "recordings": len(report.heard),
        **_statuses(report),
    }
    return findings_json(fields, report.findings)
