"""Draw what the classic engine makes of a sample, beside the recording and WORLD.

    python benchmarks/spectrograms.py SAMPLE ... [--folder docs/images]

SAMPLE: `NAME=BANK:ALIAS`, a picture sound-NAME.png each. Rows: at the recording's own pitch, seven
semitones higher, and held for two and a half seconds; columns: recording, ours, pyworld, as the benchmark
renders them. Colours span 80 dB below the picture's loudest point.
"""

import argparse
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from prior import SINGERS

from pychang import PychangError
from pychang.arrays import FloatArray
from pychang.units import SAMPLE_RATE_HZ
from voicebank_tools.comparing.recordings import Sample, bank_lines, open_recording, usable_sample
from voicebank_tools.comparing.requests import as_recorded, flat
from voicebank_tools.voicebank import load_voicebank

HOLD_MS = 2500.0
SEMITONES = 7
HIGHEST_KHZ = 12.0
RANGE_DB = 80.0
COLOURS = 32


def main() -> int:
    """Draw every sample named."""
    parser = argparse.ArgumentParser(description="Draw notes beside their recordings.")
    parser.add_argument("samples", nargs="+", metavar="NAME=BANK:ALIAS")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parents[1] / "docs" / "images")
    options = parser.parse_args()
    mpl.use("agg")
    for text in options.samples:
        name, _, place = text.partition("=")
        bank, _, alias = place.rpartition(":")
        path = options.folder / f"sound-{name}.png"
        draw(find_sample(Path(bank), alias), path)
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")
    return 0


def find_sample(bank: Path, alias: str) -> Sample:
    """Return the sample of an alias; raises PychangError where the bank has none such."""
    for entry in bank_lines(load_voicebank(bank)):
        if entry.alias == alias:
            sample = usable_sample(entry, open_recording(entry.wav_path))
            if sample is not None:
                return sample
    raise PychangError(f"{bank} has no alias {alias!r} that is long enough and voiced; name another")


def draw(sample: Sample, path: Path) -> None:
    """Draw one sample's picture and make it small."""
    import matplotlib.pyplot as plt
    from PIL import Image

    rows = {
        "own pitch": as_recorded(sample),
        f"+{SEMITONES} semitones": as_recorded(sample, SEMITONES),
        f"held {HOLD_MS / 1000:g} s": flat(sample, 0, HOLD_MS),
    }
    figure, axes = plt.subplots(3, 3, figsize=(8.2, 6.4), sharey=True, sharex="row", layout="constrained")
    for row, (title, asked) in zip(axes, rows.items(), strict=True):
        waves = {"recording": sample.wave} | {
            name: sing(asked, sample.recording) for name, sing in SINGERS.items()
        }
        for axis, (name, wave) in zip(row, waves.items(), strict=True):
            show(axis, wave)
            axis.set_title(name if name == "recording" else f"{name}, {title}", fontsize=9)
        row[0].set_ylabel("kHz", fontsize=9)
        row[0].set_xlim(0, asked.length_ms / 1000.0)
    for axis in axes[-1]:
        axis.set_xlabel("seconds", fontsize=9)
    figure.savefig(path, dpi=100)
    plt.close(figure)
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def show(axis, wave: FloatArray) -> None:
    """Draw one spectrogram: windows of 23 ms, so that partials of a low voice are apart."""
    import librosa

    power = np.abs(librosa.stft(np.asarray(wave, np.float64), n_fft=2048, win_length=1024, hop_length=128))
    level = 20.0 * np.log10(power + 1e-6)
    highest = int(HIGHEST_KHZ * 1000 * 2048 / SAMPLE_RATE_HZ)
    seconds = len(wave) / SAMPLE_RATE_HZ
    axis.imshow(
        level[:highest], origin="lower", aspect="auto", cmap="magma", extent=(0, seconds, 0, HIGHEST_KHZ),
        vmin=level.max() - RANGE_DB, vmax=level.max(), interpolation="bilinear",
    )  # fmt: skip
    axis.set_facecolor("black")
    axis.tick_params(labelsize=8)


if __name__ == "__main__":
    sys.exit(main())
