"""`vbtools check`: what is wrong with a voicebank, before anybody sings with it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicebank_tools.commands.bank_option import BankType
from voicebank_tools.commands.findings_json import findings_json
from voicebank_tools.commands.progress import share_progress
from voicebank_tools.finding import counts_text

if TYPE_CHECKING:
    from voicebank_tools.bank_check import BankReport


@click.command(short_help="Look for faults in a voicebank.")
@click.argument("bank", type=BankType())
@click.option("--quiet", "-q", is_flag=True, help="No progress and no counts; findings are still told.")
@click.option("--json", "as_json", is_flag=True, help="Print counts and findings as JSON.")
def check(bank: Path, quiet: bool, as_json: bool) -> int:
    """Look for faults in the voicebank BANK, without changing it.

    Every recording is read: those that cannot be, break off, are silent, too short, too long or clipped,
    lines of oto.ini that do not fit their recording, name none or lose their alias to another line,
    prefixes that no alias has, and files that cannot be read are listed, each with a cure. The exit code
    is 1 if there are errors or warnings, 0 if there are notes alone, and 2 if there is no voicebank.
    """
    from voicebank_tools.bank_check import check_bank

    with share_progress("reading", hidden=quiet) as on_progress:
        report = check_bank(bank, on_progress)
    if as_json:
        click.echo(_json(report))
    else:
        for finding in report.findings:
            click.echo(finding)
    if not (quiet or as_json):
        click.echo(_counts(report))
    return 0 if report.is_sound else 1


def _counts(report: "BankReport") -> str:
    looked_at = f"{report.recordings} recordings, {len(report.bank.aliases)} aliases"
    return f"{report.bank.name}: {looked_at}: {counts_text(report.findings)}"


def _json(report: "BankReport") -> str:
    fields = {
        "bank": report.bank.name,
        "folder": str(report.bank.folder),
        "recordings": report.recordings,
        "aliases": len(report.bank.aliases),
    }
    return findings_json(fields, report.findings)
