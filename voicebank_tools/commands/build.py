"""`vbtools build`: recordings -> a dataset to train the generator on."""

from collections.abc import Mapping
from pathlib import Path

import click

from voicebank_tools.commands.lines import echo_first
from voicebank_tools.commands.progress import share_progress

MOST_LINES = 20


@click.command(short_help="Make a dataset for training from recordings.")
@click.argument(
    "folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option(
    "--output", "-o", required=True, metavar="DATASET", help="Folder of the dataset (made if missing).",
    type=click.Path(file_okay=False, path_type=Path),
)  # fmt: skip
@click.option(
    "--validate", "-v", multiple=True, metavar="VOICE",
    help="A voice to measure with and never train on. May be repeated.",
)  # fmt: skip
@click.option("--shifts", type=click.IntRange(0, 16), default=1, help="Examples of pitch round trips each.")
@click.option("--starved", type=click.IntRange(0, 16), default=1, help="Examples with other times each.")
@click.option("--moved", type=click.IntRange(0, 16), default=1, help="Examples drawn as if moved, each.")
@click.option(
    "--altered", type=click.FloatRange(0.0, 1.0), default=0.0,
    help="How often a recording is first given another head and microphone.",
)  # fmt: skip
@click.option("--pairs/--no-pairs", default=True, help="Whether to look for true pairs.")
@click.option(
    "--minutes", "most_minutes", type=click.FloatRange(min=0.01),
    help="At most so much of each voice, evenly over its recordings; all if not given.",
)  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=0, help="All chance follows from it.")
@click.option("--jobs", "-j", type=click.IntRange(min=0), default=0, help="Processes; 0: one for each core.")
@click.option("--quiet", "-q", is_flag=True, help="No progress and no summary; problems are still told.")
def build(
    folders: tuple[Path, ...], output: Path, validate: tuple[str, ...], shifts: int, starved: int, moved: int,
    altered: float, pairs: bool, most_minutes: float | None, seed: int, jobs: int, quiet: bool,
) -> int:  # fmt: skip
    """Make a dataset for training from FOLDERS of recordings, one for each voice.

    A folder that holds the shipped corpora by their names counts as all of them. Of a dataset that is there
    only what has changed is made anew. Recordings that cannot be used are listed; the exit code is then 1.
    """
    from voicebank_tools.training.build import BuildOptions, build_dataset
    from voicebank_tools.training.examples import Recipe
    from voicebank_tools.training.summary import dataset_summary

    recipe = Recipe(shifts, starved, moved, altered)
    options = BuildOptions(
        recipe, pairs, validate=validate, most_minutes=most_minutes, jobs=jobs, seed=seed
    )  # fmt: skip
    with share_progress("examples", hidden=quiet) as on_progress:
        dataset = build_dataset(folders, output, options, on_progress)
    tell_failed(dataset.failed)
    if not quiet:
        click.echo(dataset_summary(dataset))
    return 1 if dataset.failed else 0


def tell_failed(failed: Mapping[str, str]) -> None:
    """List recordings that are left out, on stderr."""
    lines = [f"left out: {path}: {why.removeprefix(f'{path} ')}" for path, why in failed.items()]
    echo_first(lines, MOST_LINES)
