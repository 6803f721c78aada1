"""What each part of the generator's training is worth, on a voice that was never trained.

Trains the same network from the same start on a dataset of `vbtools build --validate VOICE`, each time
without one thing, and prints how far its pictures are from the recordings of VOICE, kind by kind, beside the
prior's.

    python benchmarks/ablation.py DATASET RUNS --steps 1000
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from voicebank_tools.training.augment import Augmentation
from voicebank_tools.training.batches import BatchOptions
from voicebank_tools.training.dataset import Dataset, open_dataset
from voicebank_tools.training.examples import KINDS, MOVED, PAIR, SHIFTED, STARVED
from voicebank_tools.training.history import read_history
from voicebank_tools.training.run_config import RunConfig
from voicebank_tools.training.session import WEIGHTS
from voicebank_tools.training.trainer import train


def variants(whole: RunConfig, critic_steps: int, runs: Path) -> Iterator[tuple[str, RunConfig]]:
    """Yield (name, what is trained); stage B goes on from the weights of the first."""
    yield "stage A", whole
    begun = str(runs / _folder("stage A") / WEIGHTS)
    yield (
        "A and B (critic)",
        replace(whole, stage="b", steps=critic_steps, learning_rate=2e-4, begin_with=begun),
    )
    for name, kind in (("shifted", SHIFTED), ("starved", STARVED)):
        yield f"A without {name} examples", _without(whole, kind)
    plain = Augmentation(colour_share=0.0, formant_share=0.0, noise_share=0.0)
    yield "A without augmentation", replace(whole, batches=replace(whole.batches, augmentation=plain))
    for name, kind in (("moved", MOVED), ("true pairs", PAIR)):
        yield f"A without {name} examples", _without(whole, kind)


def _without(whole: RunConfig, left_out: int) -> RunConfig:
    shares = tuple(0.0 if kind == left_out else share for kind, share in enumerate(whole.batches.shares))
    return replace(whole, batches=replace(whole.batches, shares=shares))


def _folder(name: str) -> str:
    return name.replace(" ", "-").lower()


def measured(dataset: Dataset, folder: Path, config: RunConfig) -> dict[str, float]:
    """Train (or resume) a variant; return its last figures on the voices left out, in dB of each kind."""
    train(dataset, folder, config, report=lambda line: print(f"  {line}", file=sys.stderr))
    row = read_history(folder, config.steps)[-1]
    return {key: float(value) for key, value in row.items() if key.startswith("validation_")}


def table(rows: dict[str, dict[str, float]]) -> Iterator[str]:
    """Yield the Markdown lines of the figures; kinds that a variant was not validated on stay empty."""
    yield f"| | {' | '.join(KINDS)} |"
    yield f"|---{'|---' * len(KINDS)}|"
    first = next(iter(rows.values()))
    yield "| prior | " + " | ".join(f"{first[f'validation_{kind}_prior_db']:.2f}" for kind in KINDS) + " |"
    for name, row in rows.items():
        cells = (row.get(f"validation_{kind}_db") for kind in KINDS)
        yield f"| {name} | " + " | ".join("" if cell is None else f"{cell:.2f}" for cell in cells) + " |"


def main() -> int:
    """Train all variants and print the table."""
    parser = argparse.ArgumentParser(description="What each part of the training is worth.")
    parser.add_argument("dataset", type=Path)
    parser.add_argument("runs", type=Path, help="folder of the trainings; those that are done are kept")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--critic-steps", type=int, default=300, help="of stage B, which goes on from A")
    options = parser.parse_args()
    dataset = open_dataset(options.dataset)
    if not dataset.validate:
        parser.error(f"{options.dataset} keeps no voice for validation: vbtools build --validate VOICE")
    whole = RunConfig(
        steps=options.steps, voices=dataset.voices, batches=BatchOptions(leave_out=dataset.validate)
    )
    rows = {}
    for name, config in variants(whole, options.critic_steps, options.runs):
        rows[name] = measured(dataset, options.runs / _folder(name), config)
        print("\n".join(table(rows)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
