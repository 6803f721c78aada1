"""`vbtools pack`: a voicebank as the zip file that users install."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicebank_tools.commands.bank_option import BankType
from voicebank_tools.commands.findings_json import findings_json
from voicebank_tools.commands.lines import echo_first
from voicebank_tools.commands.progress import stage_progress
from voicebank_tools.finding import counts_text, has_faults

if TYPE_CHECKING:  # numpy and what it brings only when something is packed
    from voicebank_tools.packing.pack import PackReport

MOST_LINES = 50
"""So many findings are told; `vbtools check` and `--json` tell all."""


@click.command(short_help="Pack a voicebank for others to install.")
@click.argument("bank", type=BankType())
@click.option(
    "--output", "-o", metavar="NAME.zip", type=click.Path(path_type=Path),
    help="The zip file, or a folder for it; without: beside the bank, named as its folder.",
)  # fmt: skip
@click.option(
    "--exclude", "-x", multiple=True, metavar="PATTERN",
    help="Leave out also files and folders so named (*.txt, raw/*). May be given again.",
)  # fmt: skip
@click.option("--without-frq", is_flag=True, help="Leave out the .frq files.")
@click.option("--force", is_flag=True, help="Replace a zip file that is there.")
@click.option("--quiet", "-q", is_flag=True, help="No progress and no summary; findings are still told.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def pack(
    bank: Path, output: Path | None, exclude: tuple[str, ...], without_frq: bool, force: bool, quiet: bool,
    as_json: bool,
) -> int:  # fmt: skip
    """Check the voicebank BANK and pack it into a zip file for others to install.

    The zip file holds one folder, named as the bank's. Caches of resamplers and editors and what systems
    leave behind are left out, .frq files are kept. What `vbtools check` finds and names that Windows or
    macOS cannot take are told; it is packed all the same, and the exit code is 1 if there are errors or
    warnings. It is 2 if nothing of the bank can be sung. Of the same files the same zip file is made.
    """
    from voicebank_tools.packing.pack import PackOptions, pack_bank

    with stage_progress(hidden=quiet) as progress:
        report = pack_bank(PackOptions(bank, output, exclude, without_frq, force), progress)
    if as_json:
        click.echo(_json(report))
    else:
        echo_first(report.findings, MOST_LINES, " (--json lists all)")
    if not (quiet or as_json):
        click.echo(_summary(report))
    return int(has_faults(report.findings))


def _summary(report: "PackReport") -> str:
    archive = report.archive
    content, packed = (f"{size / 1e6:.1f} MB" for size in (archive.content_bytes, archive.packed_bytes))
    left_out = ", ".join(f"{number} {pattern}" for pattern, number in sorted(report.left_out.items()))
    what = f"{archive.files} files, {content}, {packed} packed" + (left_out and f"; left out: {left_out}")
    return f"{report.output}: {what}; {counts_text(report.findings)}"


def _json(report: "PackReport") -> str:
    fields = {
        "output": str(report.output),
        "bank": report.bank.name,
        "folder": str(report.bank.folder),
        "files": report.archive.files,
        "bytes": report.archive.content_bytes,
        "packed_bytes": report.archive.packed_bytes,
        "left_out": dict(sorted(report.left_out.items())),
    }
    return findings_json(fields, report.findings)
