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
    "--output", "-o", metavar="RUN", help="Folder of a training (made if missing); without: fit a voice.",
    type=click.Path(file_okay=False, path_type=Path),
)  # fmt: skip
@click.option(
    "--stage", type=click.Choice(["a", "b", "ab"]), default="a", help="a: pictures; b: with a critic."
)
@click.option("--steps", type=click.IntRange(min=1), default=8000, help="Of each stage.")
@click.option(
    "--minutes",
    type=click.FloatRange(min=0.1),
    help="Instead of --steps: so long for each stage. Of a voice: for all weights, after the code.",
)
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
@click.option("--name", default="", help="Of the model, or of the voice.")
@click.option(
    "--default",
    type=click.Choice(["all", "fitted"]),
    default="fitted",
    help="Whose recordings the model sings where no engine is asked for.",
)
def train(
    sources: tuple[Path, ...], output: Path | None, stage: str, steps: int, minutes: float | None,
    resume: bool, leave: tuple[str, ...], batch: int, frames: int, learning_rate: float, epoch: int,
    patience: int, seed: int, backend: str, jobs: int, name: str, default: str,
) -> int:  # fmt: skip
    """Fit a voice to the voicebank SOURCES, or with --output train a generator on all SOURCES.

    Without --output, SOURCES is one folder of recordings: in about a minute the generator learns whose
    voice it is (--minutes lets it learn more), and from then on these recordings are sung so.

    With --output, SOURCES are a dataset of `vbtools build` or a folder for each voice. Written into RUN are
    a folder for each stage (checkpoint, curves, weights) and generator.onnx. A training that was stopped,
    even killed, goes on with --resume.
    """
    from voicebank_tools.training.augment import Augmentation
    from voicebank_tools.training.backend import choose_backend
    from voicebank_tools.training.batches import BatchOptions
    from voicebank_tools.training.campaign import Campaign, run_campaign
    from voicebank_tools.training.run_config import RunConfig

    choose_backend(backend)
    if output is None:
        if len(sources) != 1:
            raise click.UsageError("a voice is fitted to one folder; give --output to train on several")
        return _fit(sources[0], name, minutes, jobs, seed)
    dataset = _dataset(sources, output, leave, jobs)
    batches = BatchOptions(
        examples=batch, frames=frames, leave_out=leave, augmentation=Augmentation(), seed=seed
    )
    config = RunConfig(
        steps=-(-steps // epoch) * epoch, learning_rate=learning_rate, steps_per_epoch=epoch,
        patience=patience, batches=batches,
    )  # fmt: skip
    campaign = Campaign(output, stage, config, minutes, resume, name or "PyChang generator", default)
    model = run_campaign(dataset, campaign, click.echo)
    click.echo(f"{model}: written")
    return 1 if dataset.failed else 0


def _fit(bank: Path, name: str, minutes: float | None, jobs: int, seed: int) -> int:
    from voicebank_tools.commands.build import tell_failed
    from voicebank_tools.commands.progress import share_progress
    from voicebank_tools.training.voice_code import FitOptions, fit_voice

    with share_progress("examples") as on_progress:
        fitted = fit_voice(bank, FitOptions(name, minutes, jobs, seed), click.echo, on_progress)
    tell_failed(fitted.failed)
    change = f"{fitted.prior_db:.2f} dB from held-out recordings before, {fitted.fitted_db:.2f} dB now"
    click.echo(
        f"{fitted.folder}: {len(fitted.voice.recordings)} recordings, {fitted.seconds:.0f} s; {change}"
    )
    return 1 if fitted.failed else 0


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
