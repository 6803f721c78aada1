"""How much of what a shift destroys the generator gives back: both engines on the way back of a round trip.

    python benchmarks/undo.py BANK [--voice NAME] [--samples N]

The classic engine moves each sample by -7 and +5 semitones at its own length (`shifted`) and stretched to
1.8 times (`starved`); what it sang is then asked back by both engines and compared with the recording. So
both are shown the same, unlike in the round trips of `vbtools compare`, which each sings both ways.
`--voice`: a fitted voice, sensibly one fitted to other recordings of BANK's singer; else the neutral code.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pychang import metrics
from voicebank_tools.comparing.recordings import Recording, Sample, bank_samples
from voicebank_tools.comparing.requests import own_f0_hz, request, velocity_percent, wholly_stretched
from voicebank_tools.comparing.singers import EngineSinger, Singer, own_singers
from voicebank_tools.comparing.trials import ROUND_TRIPS, STARVED_RATIO

RATIOS = {"shifted": 1.0, "starved": STARVED_RATIO}
FIGURES = {"mel_db": "mel dB", "cepstral_db": "cepstral dB", "aperiodicity_db": "aperiodicity dB"}

Rows = dict[str, dict[str, list[metrics.Comparison]]]


def pairs(sample: Sample, singers: list[Singer]) -> Iterator[tuple[str, str, metrics.Comparison]]:
    """Yield (kind, engine, comparison with the recording) of every way back."""
    for kind, ratio in RATIOS.items():
        for semitones in ROUND_TRIPS:
            there = EngineSinger().sing(wholly_stretched(sample, ratio, semitones), sample.recording)
            moved = Recording(Path("moved.wav"), there.astype(np.float32))
            length_ms = sample.length_ms * ratio
            again = Sample(moved, sample.alias, 0.0, length_ms, -moved.length_ms, moved.length_ms)
            velocity = velocity_percent(1.0 / ratio)
            back = request(again, own_f0_hz(sample), sample.length_ms, velocity=velocity)
            for singer in singers:
                yield kind, singer.name, metrics.compare(sample.wave, singer.sing(back, moved))


def table(rows: Rows) -> Iterator[str]:
    """Yield the lines of the medians and their change."""
    yield f"| | | {' | '.join(FIGURES.values())} |"
    yield "|---" * (2 + len(FIGURES)) + "|"
    for kind, by_singer in rows.items():
        medians = {
            name: [float(np.median([getattr(one, key) for one in found])) for key in FIGURES]
            for name, found in by_singer.items()
        }
        for name, values in medians.items():
            yield f"| {kind} | {name} | {' | '.join(f'{value:.2f}' for value in values)} |"
        changes = zip(medians["neural"], medians["classic"], strict=True)
        yield f"| {kind} | change | {' | '.join(f'{100 * (new / old - 1):+.0f} %' for new, old in changes)} |"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What the generator gives back of what a shift destroys.")
    parser.add_argument("bank", type=Path)
    parser.add_argument("--voice", default="", help="a fitted voice")
    parser.add_argument("--samples", type=int, default=12)
    options = parser.parse_args()
    singers = own_singers(options.voice)
    rows: Rows = {kind: {singer.name: [] for singer in singers} for kind in RATIOS}
    for sample in bank_samples(options.bank, options.samples, seed=1).cases:
        for kind, name, found in pairs(sample, singers):
            rows[kind][name].append(found)
    print("\n".join(table(rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
