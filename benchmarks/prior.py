"""How good the classic engine is: notes beside the recordings they are made from, and beside WORLD's.

    python benchmarks/prior.py --bank DIR [--bank DIR] [--notes DIR] [-n 12] [--seed 1]
                               [--only copy,shift,hold,cliff,stretch,hiss,transfer] [--json FILE]

Both sing the same plans in the same run, as hosts ask for them (note name, bends of whole cents, flag P0);
ours is read back from 16 bits. `--notes`: recordings of single sung notes of one singer. Medians over the
samples unless said otherwise; the measures are `pychang.metrics`' and lower is better. Needs the `measure`
extra. Minutes on two cores.
"""

import argparse
import itertools
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from pychang import metrics
from pychang.arrays import FloatArray
from pychang.metrics import FRAME_MS
from pychang.units import SAMPLE_RATE_HZ, midi_to_hz, ms_to_samples
from voicebank_tools.comparing.pairs import note_pairs
from voicebank_tools.comparing.recordings import Sample, bank_samples
from voicebank_tools.comparing.requests import as_recorded, flat, stretched, wholly_stretched
from voicebank_tools.comparing.singers import EngineSinger, Sing, WorldSinger
from voicebank_tools.comparing.trials import HOLD_MS, SHIFT_MS, SHIFTS, SPEEDS, warped_frames
from voicebank_tools.comparing.trials import steadiness as wave_steadiness

Figures = dict[str, float]

SINGERS: Mapping[str, Sing] = MappingProxyType({"ours": EngineSinger().sing, "pyworld": WorldSinger().sing})
"""Who is compared."""

SETTLED_MS = 40.0
CLIFF_SHIFTS = (0.0, 0.1, 0.5, 1.0, 2.0, 3.0)
CLIFF_STRETCHES = (1.0, 1.1, 1.5, 3.0)
HISS_SHIFTS = (-7, 5)
HISS_HZ, HISS_DB, HISS_FRAMES = 6000.0, 1.5, 4


def copy(samples: Sequence[Sample]) -> dict[str, Figures]:
    """Each sample at its own pitch and length."""
    table = {}
    for name, sing in SINGERS.items():
        found = [metrics.compare(s.wave, sing(as_recorded(s), s.recording)) for s in samples]
        table[name] = {
            "mel dB": _median(x.mel_db for x in found),
            "cepstral dB": _median(x.cepstral_db for x in found),
            "cepstral p90": _p90(x.cepstral_db for x in found),
            "f0 cents": _median(x.pitch_cents for x in found),
            "voicing %": _median(x.voicing_percent for x in found),
            "aperiodicity dB": _median(x.aperiodicity_db for x in found),
        }
    return table


def shift(samples: Sequence[Sample]) -> dict[str, Figures]:
    """Each sample flat at four distances from its own pitch; the vowel alone begins 40 ms after oto.ini
    says so, while 30-90 % of the note may hold a voiceless consonant."""
    table = {}
    for name, sing in SINGERS.items():
        rows = []
        for s, semitones in itertools.product(samples, SHIFTS):
            wave, wanted_hz = sing(flat(s, semitones, SHIFT_MS), s.recording), midi_to_hz(s.tone + semitones)
            vowel = min(0.8, max(0.3, (s.consonant_ms + SETTLED_MS) / SHIFT_MS))
            late_ms = abs(len(wave) * 1000.0 / SAMPLE_RATE_HZ - SHIFT_MS)
            rows.append([
                *metrics.steady_pitch(wave, wanted_hz), *metrics.steady_pitch(wave, wanted_hz, vowel), late_ms
            ])  # fmt: skip
        cents, unvoiced, vowel_cents, vowel_unvoiced, late = np.array(rows).T
        table[name] = {
            "f0 cents": _median(cents), "f0 p90": _p90(cents), "unvoiced %": float(np.mean(unvoiced)),
            "vowel f0": _median(vowel_cents), "vowel f0 p90": _p90(vowel_cents),
            "vowel unvoiced %": float(np.mean(vowel_unvoiced)), "length off ms": float(late.max()),
        }  # fmt: skip
    return table


def hold(samples: Sequence[Sample]) -> dict[str, Figures]:
    """Each sample held for four seconds, stretched and looped, beside the vowels as recorded."""
    table = {}
    held = {"ours": "", "ours, loop": "l", "pyworld": "", "pyworld, loop": "l"}
    for name, flags in held.items():
        sing = SINGERS[name.partition(",")[0]]
        waves = [sing(flat(s, 0, HOLD_MS, flags), s.recording) for s in samples]
        pitch = [metrics.steady_pitch(w, midi_to_hz(s.tone)) for w, s in zip(waves, samples, strict=True)]
        table[name] = _steadiness(waves, 0.3, 0.9) | {
            "f0 cents": _median(cents for cents, _ in pitch),
            "unvoiced %": _median(unvoiced for _, unvoiced in pitch),
        }
    table["recorded vowels"] = _steadiness([s.vowel for s in samples], 0.1, 0.9)
    return table


def cliff(samples: Sequence[Sample]) -> dict[str, Figures]:
    """Mel distance to the recording, a little further from it at every step."""
    table: dict[str, Figures] = {name: {} for name in SINGERS}
    for name, sing in SINGERS.items():
        for semitones in CLIFF_SHIFTS:
            table[name][f"+{semitones:g} st"] = _median(
                metrics.mel_distance_db(s.wave, sing(as_recorded(s, semitones), s.recording)) for s in samples
            )
        for ratio in CLIFF_STRETCHES:
            table[name][f"x{ratio:g}"] = _median(
                metrics.warped_mel_distance_db(
                    s.wave, sing(stretched(s, ratio), s.recording), _vowel_map(s, ratio)
                )
                for s in samples
            )
    return table


def stretch(samples: Sequence[Sample]) -> dict[str, Figures]:
    """Whole samples quicker and slower, compared on the warped time axis."""
    table: dict[str, Figures] = {name: {} for name in SINGERS}
    for name, sing in SINGERS.items():
        for ratio in SPEEDS:
            distances = []
            for s in samples:
                frames = warped_frames(s, ratio)
                wave = sing(wholly_stretched(s, ratio), s.recording)
                distances.append(metrics.warped_mel_distance_db(s.wave, wave, frames))
            table[name] |= {
                f"x{ratio:g} dB": _median(distances),
                f"x{ratio:g} mean": float(np.mean(distances)),
            }
    table["ours / pyworld"] = {key: table["ours"][key] / table["pyworld"][key] for key in table["ours"]}
    return table


def hiss(samples: Sequence[Sample]) -> dict[str, Figures]:
    """Level above 6 kHz in unvoiced frames of shifted notes, less that of the recording."""
    table = {}
    for name, sing in SINGERS.items():
        differences = []
        for s, semitones in itertools.product(samples, HISS_SHIFTS):
            frames = _unvoiced_frames(s)
            if frames.sum() < HISS_FRAMES:
                continue
            wave = sing(flat(s, semitones, s.length_ms), s.recording)
            differences.append(metrics.high_band_db(s.wave, wave, frames, HISS_HZ))
        off = np.abs(differences)
        table[name] = {
            "median dB": _median(differences), "largest dB": float(off.max(initial=0.0)),
            "within 1.5 dB %": 100.0 * float((off <= HISS_DB).mean()), "notes": float(len(off)),
        }  # fmt: skip
    return table


def transfer(folder: Path) -> dict[str, Figures]:
    """Every note of one singer sung from every other at least three semitones away."""
    rows = []
    for pair in note_pairs(folder):
        waves = (pair.part(sing(pair.request, pair.source.recording)) for sing in SINGERS.values())
        distances = [metrics.vowel_distance_db(pair.vowel, wave) for wave in waves]
        rows.append([*distances, pair.semitones])
    return _transfer_table(np.array(rows))


def _transfer_table(rows: FloatArray) -> dict[str, Figures]:
    ours, world, apart = rows.T
    ratio = ours / world
    table = {
        name: {"mean dB": float(x.mean()), "median dB": _median(x)}
        for name, x in zip(SINGERS, (ours, world), strict=True)
    }
    table["ours / pyworld"] = {
        "mean dB": float(ours.mean() / world.mean()), "median dB": _median(ratio),
        "up": float(ours[apart > 0].mean() / world[apart > 0].mean()),
        "down": float(ours[apart < 0].mean() / world[apart < 0].mean()),
        "better %": 100.0 * float((ratio < 1.0).mean()), "pairs": float(len(rows)),
    }  # fmt: skip
    return table


def _vowel_map(sample: Sample, ratio: float) -> FloatArray:
    """Where each frame of a sample is in the note whose vowel lasts `ratio` times as long. [frames]."""
    at_ms = np.arange(len(metrics.log_mel_db(sample.wave)[0])) * FRAME_MS
    past = np.maximum(at_ms - sample.consonant_ms, 0.0)
    return np.asarray((np.minimum(at_ms, sample.consonant_ms) + past * ratio) / FRAME_MS)


def _unvoiced_frames(sample: Sample) -> NDArray[np.bool_]:
    """Frames that D4C calls unvoiced, as their neighbours are, and that are not silent. [frames]."""
    frames = len(sample.wave) // ms_to_samples(FRAME_MS) + 1
    at = (sample.begin_ms + np.arange(frames) * FRAME_MS) / metrics.PITCH_FRAME_MS
    voiced = np.convolve(sample.recording.world.aperiodicity.min(axis=1) < 0.99, np.ones(5), "same") > 0
    unvoiced = ~voiced[np.minimum(np.rint(at).astype(int), len(voiced) - 1)]
    high = metrics.log_mel_db(sample.wave)[70:].max(axis=0)[:frames]
    return unvoiced[: len(high)] & (high > high.max() - 30.0)


def _steadiness(waves: Sequence[FloatArray], begin: float, end: float) -> Figures:
    found = [wave_steadiness(wave, begin, end) for wave in waves]
    clicks, warbles = ([one[key] for one in found] for key in ("click_db", "warble_db"))
    return {"click": _median(clicks), "click p90": _p90(clicks), "warble dB": _median(warbles)}


def _median(values: Iterable[float]) -> float:
    return float(np.nanmedian(list(values)))


def _p90(values: Iterable[float]) -> float:
    return float(np.nanpercentile(list(values), 90))


BANK_TESTS: Mapping[str, Callable[[Sequence[Sample]], dict[str, Figures]]] = MappingProxyType(
    {"copy": copy, "shift": shift, "hold": hold, "cliff": cliff, "stretch": stretch, "hiss": hiss}
)


def show(title: str, table: dict[str, Figures]) -> None:
    """Print one test's table as Markdown."""
    columns = list(dict.fromkeys(key for row in table.values() for key in row))
    print(f"\n### {title}\n\n| | {' | '.join(columns)} |\n|---{'|---' * len(columns)}|")
    for name, row in table.items():
        cells = (f"{row[key]:.2f}" if key in row else "" for key in columns)
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def average_ratio(results: dict[str, dict[str, dict[str, Figures]]], banks: Sequence[str]) -> None:
    """Print how much nearer than WORLD stretched samples are on average of the banks."""
    ratios = [
        results[bank]["stretch"]["ours / pyworld"][f"x{ratio:g} mean"] for bank in banks for ratio in SPEEDS
    ]
    print(f"\nstretch, average of banks and speeds: {np.mean(ratios):.3f} of pyworld's distance")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the classic engine beside WORLD.")
    parser.add_argument("--bank", type=Path, action="append", default=[], help="voicebank folder")
    parser.add_argument("--notes", type=Path, help="folder of single sung notes of one singer")
    parser.add_argument("-n", type=int, default=12, help="samples of each bank")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default=",".join([*BANK_TESTS, "transfer"]), help="tests to run")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    options = parser.parse_args()
    tests = options.only.split(",")
    results: dict[str, dict[str, dict[str, Figures]]] = {}
    for bank in options.bank:
        samples = bank_samples(bank, options.n, options.seed).cases
        print(f"\n## {bank.name}: {len(samples)} samples: {', '.join(s.alias for s in samples)}")
        found = results.setdefault(bank.name, {})
        for test in (test for test in BANK_TESTS if test in tests):
            found[test] = BANK_TESTS[test](samples)
            show(test, found[test])
    if options.bank and "stretch" in tests:
        average_ratio(results, [bank.name for bank in options.bank])
    if options.notes and "transfer" in tests:
        results[options.notes.name] = {"transfer": transfer(options.notes)}
        show(f"transfer ({options.notes.name})", results[options.notes.name]["transfer"])
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
