"""`vbtools sing`: a song file and a voicebank in, a wav file out."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voicebank_tools.commands.bank_option import BankType
from voicebank_tools.commands.engine_option import engine_option
from voicebank_tools.commands.lines import echo_first
from voicebank_tools.commands.progress import note_progress

if TYPE_CHECKING:  # numpy and what it brings only when a song is really sung
    from voicebank_tools.song import SongResult

MOST_LINES = 50
"""So many missing aliases or failed notes are listed; nobody reads more."""

_TIME = re.compile(r"(?:(?P<hours>\d+):)?(?:(?P<minutes>\d+):)?(?P<seconds>\d+(?:\.\d+)?)")


class TimeType(click.ParamType):
    """Seconds, or minutes:seconds."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds of `12.5`, `1:02.5` or `1:00:00`."""
        if isinstance(value, float | int):
            return float(value)
        match = _TIME.fullmatch(str(value).strip())
        if match is None:
            self.fail(f"{value!r} is no time; write seconds (12.5) or minutes:seconds (1:02.5)", param, ctx)
        parts = [float(part) for part in match.groups() if part is not None]
        return sum(part * 60.0**power for power, part in enumerate(reversed(parts)))


@click.command(short_help="Sing a song file with a voicebank.")
@click.argument("song", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--voice", "-v", required=True, metavar="FOLDER", help="The voicebank's folder.",
    type=BankType(),
)  # fmt: skip
@click.option(
    "--output", "-o", required=True, metavar="OUT.wav", help="The wav file to write (replaced if there).",
    type=click.Path(dir_okay=False, path_type=Path),
)  # fmt: skip
@click.option("--fallback", default="", metavar="ALIAS", help="Sung where the voicebank lacks a lyric.")
@click.option("--flags", default="", metavar="FLAGS", help="Resampler flags; they win over the song's own.")
@click.option(
    "--track", "tracks", multiple=True, metavar="N|NAME",
    help="A track to sing, by number or name; may be given again. Without: all that are not muted.",
)  # fmt: skip
@click.option("--from", "from_s", type=TimeType(), default=0.0, help="Begin here (seconds or m:ss).")
@click.option("--to", "to_s", type=TimeType(), default=None, help="End here (seconds or m:ss).")
@click.option(
    "--jobs", "-j", type=click.IntRange(min=0), default=0, help="Notes rendered at once; 0: one per core."
)
@engine_option
@click.option(
    "--plot", metavar="OUT.png", help="Also draw the spectrogram with the wanted and the sung pitch.",
    type=click.Path(dir_okay=False, path_type=Path),
)  # fmt: skip
@click.option("--quiet", "-q", is_flag=True, help="No progress and no summary; problems are still told.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def sing(
    song: Path, voice: Path, output: Path, fallback: str, flags: str, tracks: tuple[str, ...], from_s: float,
    to_s: float | None, jobs: int, engine: str, plot: Path | None, quiet: bool, as_json: bool,
) -> int:  # fmt: skip
    """Sing SONG (.ust, .ustx or .mid) with a voicebank.

    What the voicebank lacks and notes that fail are listed once each and stay silent (or sing
    --fallback); what is amiss with the song, or with the voicebank as far as the song needs it, is told
    as well. The exit code is then 1, and 2 if there is no song at all.
    """
    from voicebank_tools.song import SingOptions, sing_file, write_song

    _check_outputs(output, plot, song, voice)
    options = SingOptions(fallback, flags, tracks, from_s, to_s, jobs, engine)
    with note_progress(hidden=quiet) as on_progress:
        result = sing_file(song, voice, options, on_progress)
    _tell_flags(flags)
    problems = _tell_problems(result, fallback)
    write_song(output, result)
    if as_json:
        click.echo(_json(result, output))
    elif not quiet:
        click.echo(_summary(result, output))
    if plot is not None:
        _draw(result, plot, song.stem)
    return 1 if problems else 0


def _check_outputs(output: Path, plot: Path | None, song: Path, voice: Path) -> None:
    from voicebank_tools.plot import picture_kind
    from voicebank_tools.song import check_output

    check_output(output, song, voice)
    if output.suffix.lower() != ".wav":
        raise click.UsageError(f"--output {output}: only wav is written; name it .wav")
    if plot is not None:
        check_output(plot, song, voice)
        picture_kind(plot)


def _tell_flags(flags: str) -> None:
    from resampler.flags import format_flags, parse_flags
    from voicebank_tools.song_flags import unknown_flags

    if skipped := unknown_flags(flags):
        understood = format_flags(parse_flags(flags)) or "nothing"
        click.echo(f"note: --flags: skipped {' '.join(skipped)}; understood {understood}", err=True)


def _tell_problems(result: "SongResult", fallback: str) -> bool:
    """Say on stderr what was found; returns whether anything was."""
    instead = f"sang {fallback}" if fallback else "silent"
    findings = [str(finding) for finding in result.findings]
    warnings = [f"warning: {warning}" for warning in result.warnings]
    missing = [f"missing: {one.lyric} ({one.count} x, {instead})" for one in result.missing]
    failed = [f"failed: {one.alias} at {one.time_s:.2f} s: {one.message}" for one in result.failures]
    groups = (findings, warnings, missing, failed)
    for group in groups:
        echo_first(group, MOST_LINES)
    return any(groups)


def _summary(result: "SongResult", output: Path) -> str:
    gain = f", turned down by {-result.gain_db:.1f} dB" if result.gain_db < 0.0 else ""
    return f"{output}: {result.seconds:.2f} s, {result.notes} notes{gain}"


def _json(result: "SongResult", output: Path) -> str:
    import json

    return json.dumps(
        {
            "output": str(output),
            "seconds": round(result.seconds, 3),
            "notes": result.notes,
            "gain_db": round(result.gain_db, 3),
            "missing": {one.lyric: one.count for one in result.missing},
            "failures": [
                {"time_s": round(one.time_s, 3), "alias": one.alias, "message": one.message}
                for one in result.failures
            ],
            "warnings": list(result.warnings),
            "findings": [str(finding) for finding in result.findings],
        },
        ensure_ascii=False,
    )


def _draw(result: "SongResult", path: Path, title: str) -> None:
    from voicebank_tools.plot import plot_song
    from voicebank_tools.song_check import measure_f0, wanted_at

    times_s, sung_hz = measure_f0(result.wave)
    plot_song(path, result.wave, times_s, wanted_at(result, times_s), sung_hz, title)
