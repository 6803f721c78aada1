"""`vbtools oto`: the oto.ini of a voicebank, from the labels of its recordings."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicebank_tools.commands.lines import echo_first
from voicebank_tools.commands.progress import stage_progress
from voicebank_tools.finding import has_faults

if TYPE_CHECKING:  # numpy and what it brings only when something is made
    from voicebank_tools.oto_making.run import OtoReport

MOST_LINES = 100
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(short_help="Make a voicebank's oto.ini from labels.")
@click.argument("bank", type=_FOLDER)
@click.option(
    "--labels", "-l", required=True, type=_FOLDER, metavar="LABELS",
    help="What vbtools label wrote for the bank, or a folder of TextGrids.",
)  # fmt: skip
@click.option(
    "--style", type=click.Choice(["cv", "vcv", "cvvc"]), default="cv",
    help="Aliases: か; a か and - か; か, - か and a k.",
)  # fmt: skip
@click.option(
    "--lang", "language", type=click.Choice(["ja", "ko", "zh", "en", "phones"]), default="ja",
    help="Language of the labels; of others than ja the aliases are the labels' own words.",
)  # fmt: skip
@click.option("--romaji", is_flag=True, help="Japanese aliases in romaji.")
@click.option("--heads", is_flag=True, help="Aliases of phrase beginnings (- か) in a CV bank, too.")
@click.option("--endings", is_flag=True, help="Also aliases of phrase endings (a R).")
@click.option(
    "--suffix", default="", metavar="TEXT",
    help="Behind every alias (_C4); {folder} in it is the name of the recording's folder.",
)  # fmt: skip
@click.option(
    "--repeats", type=click.IntRange(min=0), default=3, metavar="N",
    help="At most N lines of an alias: the best, then か2, か3; 0: all.",
)  # fmt: skip
@click.option(
    "--bpm", type=click.FloatRange(20.0, 400.0), default=None, metavar="N",
    help="Tempo of the guide track, for VCV; without: as the sounds follow one another.",
)  # fmt: skip
@click.option(
    "--output", "-o", "out", metavar="DIR", help="Write DIR/oto.ini (and one for each folder in the bank).",
    type=click.Path(file_okay=False, path_type=Path),
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace an oto.ini that is there; all its lines are lost.")
@click.option("--dry-run", is_flag=True, help="Tell what would be done; write nothing.")
@click.option("--quiet", "-q", is_flag=True, help="No progress and no summary; problems are still told.")
def oto(
    bank: Path, labels: Path, style: str, language: str, romaji: bool, heads: bool, endings: bool,
    suffix: str, repeats: int, bpm: float | None, out: Path | None, force: bool, dry_run: bool, quiet: bool,
) -> int:  # fmt: skip
    """Write the oto.ini of BANK, a folder of recordings labelled with vbtools label, or with other tools as
    TextGrids with the tiers words and phones.

    Lines that are there stay as they are, and only aliases that are missing are added. Where labels are
    missing, do not fit or are unsure, the recordings are listed, as is an oto.ini that cannot be read or
    written; the exit code is then 1, and 2 if no line could be made and none was there.
    """
    from voicebank_tools.aliases import BankKind
    from voicebank_tools.oto_making.naming import Naming
    from voicebank_tools.oto_making.run import OtoOptions, make_oto

    naming = Naming(BankKind(style.upper()), language, romaji, heads, endings)
    options = OtoOptions(bank, labels, naming, suffix, repeats, bpm, out, force, dry_run)
    with stage_progress(hidden=quiet) as on_progress:
        report = make_oto(options, on_progress)
    echo_first(report.findings, MOST_LINES)
    if not quiet:
        click.echo(_summary(report, bank, dry_run))
    if not report.added and not report.kept:
        return 2
    return int(has_faults(report.findings))


def _summary(report: "OtoReport", bank: Path, dry_run: bool) -> str:
    if not report.added:
        lost = any(finding.kind == "error" for finding in report.findings)
        made = "nothing is missing" if report.kept and not lost else "no line could be made"
    else:
        lines, recordings = len(report.added), report.recordings
        made = (
            f"{'would add ' if dry_run else ''}{lines} line{'s' * (lines != 1)} from {recordings} "
            f"recording{'s' * (recordings != 1)}"
        )
    stay = f"; {report.kept} that were there stay" if report.kept else ""
    files = "".join(f"\n{path}" for path in report.written)
    return f"{bank}: {made}{stay}{files}"
