"""`vbtools slice`: recordings in, clips of one length out, and back."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import click

from voicebank_tools.commands.lines import echo_first
from voicebank_tools.commands.progress import share_progress

if TYPE_CHECKING:  # numpy and what it brings only when something is really sliced
    from voicebank_tools.slicer.options import SliceOptions
    from voicebank_tools.slicer.slicing import Outcome

MOST_LINES = 50
"""So many warnings or failed files are listed; nobody reads more."""

_DURATION = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*(ms|s|)")


class DurationType(click.ParamType):
    """A duration: 10, 10s or 300ms -> seconds."""

    def __init__(self, unit: str = "s") -> None:
        self.name = "seconds" if unit == "s" else "ms"
        self._unit = unit

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds; a bare number is in the unit of the option."""
        match = _DURATION.fullmatch(str(value).strip())
        if match is None:
            self.fail(f"{value!r} is no duration; write 10, 10s or 300ms", param, ctx)
        return float(match[1]) / (1000.0 if (match[2] or self._unit) == "ms" else 1.0)


SECONDS, MS = DurationType("s"), DurationType("ms")


@click.command("slice", short_help="Cut long recordings into clips of about 10 s.")
@click.argument("inputs", nargs=-1, metavar="IN...", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--output", "-o", "--out", required=True, metavar="OUT", help="Folder for the clips (made if missing).",
    type=click.Path(path_type=Path),
)  # fmt: skip
@click.option("--target", "target_s", type=SECONDS, help="Wanted length of a clip; without: 10.")
@click.option(
    "--min-length", "min_s", type=SECONDS, help="No clip is shorter; without: 2, a fifth of the target."
)
@click.option(
    "--max-length", "max_s", type=SECONDS, help="No clip is longer; without: 15, one and a half of it."
)
@click.option(
    "--threshold-db", "--db_thresh", type=float, metavar="DB",
    help="Below this level it is silent; without: from the noise floor of each recording.",
)  # fmt: skip
@click.option("--min-silence", "min_silence_s", type=SECONDS, help="Shortest pause; without: 0.2.")
@click.option("--hop-size", "hop_s", type=SECONDS, help="Step of the measurement; without: 0.01.")
@click.option(
    "--keep-silence", "keep_silence_s", type=SECONDS,
    help="Leave so much silence at the ends of clips and put the rest aside; without: leave all.",
)  # fmt: skip
@click.option("--pad-to", "pad_to_s", type=SECONDS, help="Fill every clip up to exactly this length.")
@click.option("--by-note", is_flag=True, help="One clip for each note, for scales and single sounds.")
@click.option("--min_length", "min_length_s", type=MS, help="As --min-length (audio-slicer).")
@click.option("--min_interval", "min_interval_s", type=MS, help="As --min-silence (audio-slicer).")
@click.option("--hop_size", "hop_size_s", type=MS, help="As --hop-size (audio-slicer).")
@click.option("--max_sil_kept", "max_sil_kept_s", type=MS, help="As --keep-silence (audio-slicer).")
@click.option(
    "--join", "manifest", metavar="MANIFEST",
    help="Join the clips of a manifest (or of all in a folder) instead; OUT is a file or a folder.",
    type=click.Path(exists=True, path_type=Path),
)  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace clips made earlier of other sounds or options.")
@click.option("--dry-run", is_flag=True, help="Tell what would be done; write nothing.")
@click.option(
    "--jobs", "-j", type=click.IntRange(min=0), default=0, help="Recordings at once; 0: one per core."
)
@click.option("--quiet", "-q", is_flag=True, help="No progress and no summary; problems are still told.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def slice_(
    inputs: tuple[Path, ...], output: Path, manifest: Path | None, overwrite: bool, dry_run: bool, jobs: int,
    quiet: bool, as_json: bool, **values: Any,
) -> int:  # fmt: skip
    """Cut recordings (files, or folders with all below them) into clips of about 10 s.

    Cuts lie in pauses, chosen for the whole recording at once; where there is no pause within reach, at
    the weakest moment without voice, and only where even that is missing through a note. Clips are wav
    files of the same rate, depth and channels. A manifest NAME.slices.json beside them says where each
    came from and why it ends there; --join puts the recording together again, sample for sample.

    A second run does only what is not done yet. Files that cannot be read are listed at the end; the
    exit code is then 1.
    """
    if manifest is not None:
        if inputs:
            raise click.UsageError(f"--join {manifest}: takes no other input ({inputs[0]}); drop one of them")
        return _join(manifest, output, overwrite, dry_run, quiet, as_json)
    if not inputs:
        raise click.UsageError("IN is missing; name recordings or folders")
    from voicebank_tools.slicer.batch import slice_all
    from voicebank_tools.slicer.inputs import find_sources
    from voicebank_tools.slicer.slicing import Task

    if output.exists() and not output.is_dir():
        raise click.UsageError(f"--output {output}: is a file; name a folder")
    options = slice_options(values)
    sources = find_sources(inputs, output)
    tasks = [Task(source, options, overwrite, dry_run) for source in sources]
    with share_progress("slicing", hidden=quiet) as on_progress:
        outcomes = slice_all(tasks, jobs, on_progress)
    warnings = [line for one in outcomes for line in one.warnings]
    failures = [one.message for one in outcomes if one.status == "failed"]
    _tell(warnings, failures)
    if as_json:
        click.echo(_json(outcomes))
    elif not quiet:
        click.echo(_summary(outcomes, output))
    return 1 if warnings or failures else 0


def slice_options(values: Mapping[str, Any]) -> "SliceOptions":
    """Return the options; audio-slicer's names stand for ours.

    Raises click.UsageError for one thing said twice, PychangError for what cannot be.
    """
    from voicebank_tools.slicer.options import SliceOptions, lengths_s

    min_s = _said_once(values, "--min-length", "min_s", "min_length_s")
    target_s, min_s, max_s = lengths_s(values["target_s"], min_s, values["max_s"], values["pad_to_s"])
    more = {
        "threshold_db": values["threshold_db"],
        "min_silence_s": _said_once(values, "--min-silence", "min_silence_s", "min_interval_s"),
        "hop_s": _said_once(values, "--hop-size", "hop_s", "hop_size_s"),
        "kept_silence_s": _said_once(values, "--keep-silence", "keep_silence_s", "max_sil_kept_s"),
        "pad_to_s": values["pad_to_s"],
        "by_note": values["by_note"],
    }
    said = {name: value for name, value in more.items() if value is not None}
    return SliceOptions(target_s, min_s, max_s, **said)


def _said_once(values: Mapping[str, Any], option: str, name: str, alias: str) -> float | None:
    ours, theirs = values[name], values[alias]
    if ours is not None and theirs is not None:
        raise click.UsageError(f"{option} is said twice ({ours:g} s and {theirs:g} s); drop one of them")
    return theirs if ours is None else ours


def _join(manifest: Path, output: Path, overwrite: bool, dry_run: bool, quiet: bool, as_json: bool) -> int:
    from pychang import PychangError
    from voicebank_tools.slicer.join import find_joinings, join

    joinings = find_joinings(manifest, output)
    failures = []
    for joining in joinings:
        try:
            with share_progress("joining", hidden=quiet) as on_progress:
                samples = join(joining, overwrite, dry_run, on_progress)
        except PychangError as error:
            if len(joinings) == 1:
                raise
            failures.append(str(error))
            continue
        if as_json:
            click.echo(json.dumps({"output": str(joining.output), "samples": samples}, ensure_ascii=False))
        elif not quiet:
            click.echo(f"{joining.output}: {samples} samples")
    _tell([], failures)
    return 1 if failures else 0


def _tell(warnings: Sequence[str], failures: Sequence[str]) -> None:
    for kind, lines in (("warning", warnings), ("failed", failures)):
        echo_first([f"{kind}: {line}" for line in lines], MOST_LINES)


def _summary(outcomes: Sequence["Outcome"], output: Path) -> str:
    figures = _figures(outcomes)
    counts = ", ".join(f"{number} {status}" for status, number in figures["recordings"].items() if number)
    lines = [f"{output}: {counts}; {figures['clips']} clips"]
    if figures["clips"]:
        shortest, median, longest = figures["shortest_s"], figures["median_s"], figures["longest_s"]
        lines[0] += f" of {shortest:.2f} to {longest:.2f} s (median {median:.2f})"
    if figures["forced"]:
        told = ", ".join(f"{number} {reason}" for reason, number in figures["forced"].items())
        lines.append(f"cut where there was no pause: {told}")
    if figures["short"]:
        lines.append(f"shorter than --min-length and kept whole: {figures['short']} recordings")
    return "\n".join(lines)


def _json(outcomes: Sequence["Outcome"]) -> str:
    recordings = [
        {
            "source": str(one.source.path),
            "manifest": str(one.source.manifest_path),
            "status": one.status,
            "clips": _clip_count(one),
            "warnings": list(one.warnings),
            **({"error": one.message} if one.message else {}),
        }
        for one in outcomes
    ]
    return json.dumps({**_figures(outcomes), "sources": recordings}, ensure_ascii=False)


def _clip_count(outcome: "Outcome") -> int:
    clips = outcome.manifest.clips if outcome.manifest is not None else ()
    return sum(clip.kind == "clip" for clip in clips)


def _figures(outcomes: Sequence["Outcome"]) -> dict[str, Any]:
    manifests = [one.manifest for one in outcomes if one.manifest is not None]
    clips = [(clip, one.format.rate_hz) for one in manifests for clip in one.clips if clip.kind == "clip"]
    lengths = sorted(clip.length_samples / rate_hz for clip, rate_hz in clips)
    shortest, middle, longest = (lengths[0], median(lengths), lengths[-1]) if lengths else (0.0, 0.0, 0.0)
    return {
        "recordings": dict(Counter(one.status for one in outcomes)),
        "clips": len(clips),
        "shortest_s": round(shortest, 3),
        "median_s": round(middle, 3),
        "longest_s": round(longest, 3),
        "forced": dict(Counter(clip.end for clip, _ in clips if clip.forced)),
        "short": sum(one.is_short for one in manifests),
    }
