"""`vbtools compare`: resamplers side by side on the same notes of a voicebank."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pychang import PychangError
from voicebank_tools.commands.bank_option import BankType
from voicebank_tools.commands.lines import echo_first
from voicebank_tools.commands.progress import note_progress

if TYPE_CHECKING:
    from voicebank_tools.comparing.report import Report
    from voicebank_tools.comparing.singers import Singer

FILES = ("compare.html", "compare.json", "compare.md")
MOST_LINES = 50
"""So many problems are listed on stderr; the files have all."""

_BANK = BankType()
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(short_help="Measure resamplers side by side on a voicebank.")
@click.argument("bank", required=False, type=_BANK)
@click.option(
    "--resampler", "-r", "programs", multiple=True, metavar="NAME=COMMAND",
    help="A resampler program; the 13 arguments are put behind COMMAND. May be given again.",
)  # fmt: skip
@click.option("--world", is_flag=True, help="Also WORLD (pyworld), the usual baseline.")
@click.option("--voice", default="", metavar="NAME", help="Sing all with this fitted voice, known or not.")
@click.option("--samples", "-n", type=click.IntRange(1), default=12, help="Samples of the voicebank.")
@click.option("--seed", type=click.IntRange(0), default=1, help="Of what is drawn by chance.")
@click.option("--tests", metavar="TEST,TEST", help="Which tests; without: all that are possible.")
@click.option("--to", type=_BANK, metavar="BANK", help="For transfer: the same aliases at another pitch.")
@click.option("--notes", type=_FOLDER, metavar="FOLDER", help="For transfer: single sung notes of one voice.")
@click.option(
    "--output", "-o", metavar="FOLDER", help="Write compare.html, compare.json and compare.md here.",
    type=click.Path(file_okay=False, path_type=Path),
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace an earlier comparison in FOLDER.")
@click.option("--listen", type=click.IntRange(0), default=2, help="Samples to hear and see in the page.")
@click.option("--timeout", type=click.FloatRange(0.1), default=90.0, help="Seconds a program has for a note.")
@click.option("--jobs", "-j", type=click.IntRange(0), default=0, help="Samples at once; 0: one per core.")
@click.option("--quiet", "-q", is_flag=True, help="No progress and no tables; failures are still told.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def compare(
    bank: Path | None, programs: tuple[str, ...], world: bool, voice: str, samples: int, seed: int,
    tests: str | None, to: Path | None, notes: Path | None, output: Path | None, force: bool, listen: int,
    timeout: float, jobs: int, quiet: bool, as_json: bool,
) -> int:  # fmt: skip
    """Measure resamplers side by side: all sing the same notes of the voicebank BANK.

    PyChang's own engines always take part. Tests: copy, shift, hold, stretch, round-trip, starved,
    starved-shift, transfer. How to read the tables: docs/compare.md. Notes that fail are counted and
    listed, as is what is amiss with the voicebank; the exit code is then 1, and 2 if nothing could be
    compared.
    """
    if bank is None and (notes is None or to is not None):
        raise click.UsageError("there is nothing to sing; give a voicebank, or --notes FOLDER")
    if find_spec("librosa") is None:
        raise PychangError('measuring needs librosa; install it with: pip install "pychang[measure]"')
    from tempfile import TemporaryDirectory

    from voicebank_tools.comparing.report import Plan, compare_singers

    _check_output(output, force)
    with TemporaryDirectory(prefix="pychang-", ignore_cleanup_errors=True) as folder:
        singers = _singers(programs, world, voice, timeout, Path(folder))
        plan = Plan(
            bank, singers, samples, seed, _tests(tests), to, notes, jobs, listen if output is not None else 0
        )  # fmt: skip
        with note_progress(hidden=quiet) as on_progress:
            report = compare_singers(plan, on_progress)
    _show(report, quiet, as_json)
    _report_problems(report)
    if output is not None:
        _write(report, output)
    return 1 if report.failures or report.findings else 0


def _singers(
    programs: tuple[str, ...], world: bool, voice: str, timeout_s: float, folder: Path
) -> "list[Singer]":
    from voicebank_tools.comparing.singers import RECORDING, WorldSinger, own_singers, program_singer

    found = [*own_singers(voice), *([WorldSinger()] if world else [])]
    taken = {singer.name for singer in found} | {RECORDING}
    for text in programs:
        singer = program_singer(text, timeout_s, folder)
        if singer.name in taken:
            raise PychangError(
                f"resampler {singer.name}: there is another one of that name; name it otherwise"
            )
        taken.add(singer.name)
        found.append(singer)
    return found


def _tests(text: str | None) -> tuple[str, ...]:
    from voicebank_tools.comparing.trials import TESTS

    names = tuple(name.strip() for name in (text or "").split(",") if name.strip())
    for name in names:
        if name not in TESTS:
            raise click.UsageError(f"--tests: no test is called {name!r}; choose from {', '.join(TESTS)}")
    return names


def _check_output(output: Path | None, force: bool) -> None:
    from voicebank_tools.files import check_folder

    if output is not None:
        check_folder(output)
    there = [name for name in FILES if output is not None and (output / name).exists()]
    if there and not force:
        raise PychangError(f"{', '.join(there)} in {output}: already there; give --force or another folder")


def _write(report: "Report", output: Path) -> None:
    from pychang.files import write_atomically
    from voicebank_tools.comparing.page import page
    from voicebank_tools.comparing.tables import json_text, markdown

    output.mkdir(parents=True, exist_ok=True)
    for name, text in zip(FILES, (page(report), json_text(report), markdown(report)), strict=True):
        write_atomically(output / name, text.encode("utf-8", "replace"))


def _show(report: "Report", quiet: bool, as_json: bool) -> None:
    from rich.console import Console

    from voicebank_tools.comparing.tables import json_text, legend, markdown, median_tables, rich_table

    if as_json:
        click.echo(json_text(report))
    elif not quiet and (console := Console()).is_terminal:
        for table in median_tables(report):
            console.print(rich_table(table))
        console.print(legend(report), highlight=False)
    elif not quiet:
        click.echo(markdown(report))


def _report_problems(report: "Report") -> None:
    from voicebank_tools.comparing.tables import problem_lines

    for remark in report.remarks:
        click.echo(remark, err=True)
    echo_first(problem_lines(report), MOST_LINES)
