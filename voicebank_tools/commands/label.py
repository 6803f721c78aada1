"""`vbtools label`: when each phone of a clip is sung, learnt from the clips themselves."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicebank_tools.commands.lines import echo_first
from voicebank_tools.commands.progress import stage_progress
from voicebank_tools.finding import has_faults

if TYPE_CHECKING:  # numpy and what it brings only when something is labelled
    from voicebank_tools.labelling.run import LabelReport

MOST_LINES = 100
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_ANY = click.Path(exists=True, path_type=Path)


@click.command(short_help="Find when each phone of a folder of clips is sung.")
@click.argument("clips", type=_FOLDER)
@click.option(
    "--output", "-o", "out", required=True, metavar="OUT", help="Folder of the labels (made if missing).",
    type=click.Path(file_okay=False, path_type=Path),
)  # fmt: skip
@click.option(
    "--lang", "language", required=True, type=click.Choice(["ja", "ko", "zh", "en", "phones"]),
    help="Language of the texts; phones: they are phone symbols with blanks between.",
)  # fmt: skip
@click.option(
    "--dictionary", "dictionaries", multiple=True, type=_FILE, metavar="FILE",
    help="Words and their phones (word, tab, phones; or CMUdict); may be given again, the first counts.",
)  # fmt: skip
@click.option("--oto", type=_ANY, metavar="PATH", help="oto.ini of the clips, if it is not beside them.")
@click.option(
    "--reclist", type=_FILE, metavar="FILE", help="Recording list: clips are sung as they are named."
)
@click.option("--names", is_flag=True, help="Clips are sung as they are named; there is no list.")
@click.option(
    "--score", type=_ANY, metavar="PATH", help="Song of the clip, or folder of songs named as clips."
)
@click.option(
    "--bpm", type=click.FloatRange(20.0, 400.0), default=None, metavar="N",
    help="Tempo of the guide track: one mora on every beat.",
)  # fmt: skip
@click.option(
    "--corrected", type=_FOLDER, metavar="DIR", help="TextGrids put right by hand: kept, and learnt from."
)
@click.option(
    "--pictures", type=click.IntRange(min=0), default=20, help="Draw so many of the clips to look at first."
)
@click.option(
    "--jobs", "-j", type=click.IntRange(min=0), default=0, help="Clips read at once; 0: one per core."
)
@click.option("--dry-run", is_flag=True, help="Only read and check clips and texts; write nothing.")
@click.option("--force", is_flag=True, help="Label anew even if nothing changed (corrections stay).")
@click.option(
    "--json", "json_path", metavar="FILE", help="Also write the report as JSON.",
    type=click.Path(dir_okay=False, path_type=Path),
)  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="No progress and no summary; problems are still told.")
def label(
    clips: Path, out: Path, language: str, dictionaries: tuple[Path, ...], oto: Path | None,
    reclist: Path | None, names: bool, score: Path | None, bpm: float | None, corrected: Path | None,
    pictures: int, jobs: int, dry_run: bool, force: bool, json_path: Path | None, quiet: bool,
) -> int:  # fmt: skip
    """Label the phones of CLIPS, a folder of recordings, by models learnt from these clips alone.

    The text of a clip is NAME.lab or NAME.txt beside it, else what oto.ini, the recording list, its own name
    or a score say. Written are OUT/TextGrid, OUT/htk, OUT/transcriptions.csv and OUT/review.html, which
    shows what to look at first. TextGrids in OUT that you correct stay, and the next run learns from them.

    Clips that cannot be labelled are listed with the reason; the exit code is then 1, and 2 if none can.
    """
    from voicebank_tools.files import existing_part
    from voicebank_tools.labelling.run import LabelOptions, label_folder
    from voicebank_tools.process_pool import available_cores
    from voicebank_tools.transcripts.sources import TextOptions

    if json_path is not None and not existing_part(json_path.parent).is_dir():
        raise click.UsageError(f"--json {json_path}: a part of the path is a file; name another place")
    text = TextOptions(language, dictionaries, oto, reclist, names, score)
    options = LabelOptions(
        clips, out, text, bpm, corrected, pictures, jobs or available_cores(), dry_run, force
    )
    with stage_progress(hidden=quiet) as on_progress:
        report = label_folder(options, on_progress)
    echo_first(report.findings, MOST_LINES, " (--json lists all)")
    if json_path is not None:
        _write_json(json_path, report, out)
    if not quiet:
        click.echo(_summary(report, out, dry_run))
    if not report.labelled and not report.by_hand:
        return 2
    return int(has_faults(report.findings))


def _summary(report: "LabelReport", out: Path, dry_run: bool) -> str:
    by_hand = f", {len(report.by_hand)} kept as corrected by hand" if report.by_hand else ""
    left_out = sum(finding.kind == "error" for finding in report.findings)
    counts = f"{len(report.labelled)} clip{'s' * (len(report.labelled) != 1)}{by_hand}" + (
        f", {left_out} left out" if left_out else ""
    )
    if dry_run:
        return f"{out}: would label {counts}; nothing is written"
    if report.unchanged:
        return f"{out}: {counts}; all as at the last run, nothing done"
    if not report.reviewed:
        return f"{out}: no clip could be labelled"
    first = ", ".join(f"{one.name} ({one.confidence:.2f})" for one in report.reviewed[:3])
    return f"{out}: labelled {counts} in {report.seconds:.0f} s\nlook first at {first}: {out / 'review.html'}"


def _write_json(path: Path, report: "LabelReport", out: Path) -> None:
    import json
    from dataclasses import asdict

    from pychang.files import write_atomically

    content = {"output": str(out), **asdict(report)}
    text = json.dumps(content, ensure_ascii=False, indent=1, default=str)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text.encode("utf-8", "replace"))
