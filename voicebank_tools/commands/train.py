"""`vbtools train`: a generator from recordings, or a voice of one's own for the one that is there."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from voicebank_tools.training.dataset import Dataset


@click.command(short_help="Train the generator.")
@click.argument(
    "sources", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option(
    "--output", "-o", required=True, metavar="RUN", help="Folder of the training (made if missing).",
    type=click.Path(file_okay=False, path_type=Path),
)  # fmt: skip
@click.option(
    "--stage", type=click.Choice(["a", "b", "ab"]), default="a", help="a: pictures; b: with a critic."
)
@click.option("--steps", type=click.IntRange(min=1), default=8000, help="Of each stage.")
@click.option("--minutes", type=click.FloatRange(min=0.1), help="Instead of --steps: so long for each stage.")
@click.option("--resume", is_flag=True, help="Go on with the training in RUN, as it was begun.")
@click.option(
    "--leave", multiple=True, metavar="VOICE", help="A voice to leave out, for validation. May be repeated."
)
@click.option("--batch", type=click.IntRange(min=1), default=8, help="Examples in each step.")
@click.option("--frames", type=click.IntRange(min=16), default=128, help="Of each example, 10 ms each.")
@click.option("--learning-rate", type=click.FloatRange(min=1e-6), default=1e-3, help="At the beginning.")
@click.option(
    "--epoch", type=click.IntRange(min=1), default=50, help="Steps between reports and checkpoints."
)
@click.option(
    "--patience", type=click.IntRange(min=0), default=0, help="Validations without gain; 0: no end."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, help="All chance follows from it.")
@click.option("--backend", type=click.Choice(["tensorflow", "jax"]), default="tensorflow", help="Of Keras.")
@click.option(
    "--jobs", "-j", type=click.IntRange(min=0), default=0, help="Processes that build; 0: all cores."
)
@click.option("--name", default="PyChang generator", help="Of the model.")
def train(
    sources: tuple[Path, ...], output: Path, stage: str, steps: int, minutes: float | None, resume: bool,
    leave: tuple[str, ...], batch: int, frames: int, learning_rate: float, epoch: int, patience: int,
    seed: int, backend: str, jobs: int, name: str,
) -> None:  # fmt: skip
    """Train the generator on SOURCES: a dataset of `vbtools build`, or folders of recordings.

    Written into RUN are a folder for each stage (checkpoint, curves, weights) and generator.onnx. A
    training that was stopped, even killed, goes on with --resume.
    """
    from voicebank_tools.training.augment import Augmentation
    from voicebank_tools.training.backend import choose_backend
    from voicebank_tools.training.batches import BatchOptions
    from voicebank_tools.training.campaign import Campaign, run_campaign
    from voicebank_tools.training.run_config import RunConfig

    choose_backend(backend)
    dataset = _dataset(sources, output, leave, jobs)
    batches = BatchOptions(
        examples=batch, frames=frames, leave_out=leave, augmentation=Augmentation(), seed=seed
    )
    config = RunConfig(
        steps=-(-steps // epoch) * epoch, learning_rate=learning_rate, steps_per_epoch=epoch,
        patience=patience, batches=batches,
    )  # fmt: skip
    model = run_campaign(dataset, Campaign(output, stage, config, minutes, resume, name), click.echo)
    click.echo(f"{model}: written")


def _dataset(sources: tuple[Path, ...], output: Path, leave: tuple[str, ...], jobs: int) -> "Dataset":
    from voicebank_tools.commands.build import tell_failed
    from voicebank_tools.commands.progress import share_progress
    from voicebank_tools.training.build import BuildOptions, build_dataset
    from voicebank_tools.training.dataset import is_dataset, open_dataset

    if len(sources) == 1 and is_dataset(sources[0]):
        return open_dataset(sources[0])
    with share_progress("examples") as on_progress:
        options = BuildOptions(validate=leave, jobs=jobs)
        dataset = build_dataset(sources, output / "dataset", options, on_progress)
    tell_failed(dataset.failed)
    return dataset
