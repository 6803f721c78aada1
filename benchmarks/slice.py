"""Slice long recordings made of short ones and print how well it went.

    python benchmarks/slice.py RECORDINGS [--minutes 60] [--hours 10] [--seed 0]

RECORDINGS holds one folder for each voice. Half of the long recording is speech (folders `speech-*`)
with pauses of random length, half is singing (`utau-torone_rei` and `singing-*`) whose silences are cut
away, so that note follows note without a pause; the noise of one room lies under all of it. Rows: each
half, then the whole. Columns: clips, shortest, median and longest (s), whether joining gives the same
samples, how many times faster than real time on one core (processor time of the whole program), largest
memory (MB, Linux only), cuts by reason. For the unpaused half also the share of cuts within 60 ms of a
border between two recordings: the others lie in consonants inside one.
With `--hours`, a generated recording of that length is sliced as well, for its memory and speed.
The last line says which demand was missed: clips within 2 to 15 s, median within 1 s of 10, exact
joining, 400 times faster than real time, 500 MB.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from pychang.arrays import FloatArray
from pychang.audio import read_wav
from pychang.units import SAMPLE_RATE_HZ
from voicebank_tools.slicer.join import Joining, join
from voicebank_tools.slicer.manifest import Manifest, read_manifest

ROOM_DB = -62.0
ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
SLICE = """
import json, pathlib, re, sys, time
from voicebank_tools.cli import main
code = main(["slice", sys.argv[1], "-o", sys.argv[2], "--jobs", "1", "--quiet"])
cpu_s = time.process_time()
# Not getrusage: its peak begins with the parent's, whose memory the child shares for a moment.
peak_kb = re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]
print(json.dumps([code, cpu_s, int(peak_kb) / 1024]))
"""


@dataclass(frozen=True)
class Row:
    """The figures of one recording."""

    name: str
    manifest: Manifest
    cpu_s: float
    peak_mb: float
    is_exact: bool

    @property
    def lengths_s(self) -> FloatArray:
        """Lengths of its clips in seconds."""
        return np.array([clip.length_samples for clip in self.manifest.clips]) / self.manifest.format.rate_hz

    @property
    def speed(self) -> float:
        """Times faster than real time."""
        return self.manifest.samples / self.manifest.format.rate_hz / self.cpu_s

    def missed(self) -> list[str]:
        """Which demands it misses."""
        lengths_s = self.lengths_s
        demands = {
            f"clips of {lengths_s.min():.2f} to {lengths_s.max():.2f} s": lengths_s.min() >= 2.0
            and lengths_s.max() <= 15.0,
            f"median {np.median(lengths_s):.2f} s": abs(np.median(lengths_s) - 10.0) <= 1.0,
            "joined otherwise": self.is_exact,
            f"{self.speed:.0f} times real time": self.speed >= 400.0,
            f"{self.peak_mb:.0f} MB": self.peak_mb <= 500.0,
        }
        return [f"{self.name}: {text}" for text, met in demands.items() if not met]


def main() -> int:
    """Make, slice, join, measure; exit code 1 if a demand is missed."""
    options = arguments()
    rng = np.random.default_rng(options.seed)
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        half_s = options.minutes * 30.0
        spoken, _ = long_recording(options.recordings, ("speech-*",), half_s, True, rng)
        sung, borders = long_recording(
            options.recordings, ("utau-torone_rei", "singing-*"), half_s, False, rng
        )
        for name, wave in (("spoken", spoken), ("sung", sung), ("both", np.concatenate([spoken, sung]))):
            path = room / f"{name}.wav"
            soundfile.write(path, wave, SAMPLE_RATE_HZ, subtype="PCM_16")
            row = measure(path, room / f"{name}-clips")
            print(text(row), flush=True)
            if name == "sung":
                share = between_notes(row.manifest, borders)
                print(f"{'':8s} {share:.3f} of the cuts lie between two recordings")
            missed += row.missed()
        if options.hours:
            path = room / "long.wav"
            generate(path, options.hours, rng)
            row = measure(path, room / "long-clips")
            print(text(row), flush=True)
            missed += row.missed()
    print("\n".join(missed) or "every demand met")
    return 1 if missed else 0


def long_recording(
    folder: Path, patterns: tuple[str, ...], duration_s: float, has_pauses: bool, rng: np.random.Generator
) -> tuple[FloatArray, list[int]]:
    """Return recordings in random order, one after another, and the sample at which each begins."""
    paths = sorted(path for pattern in patterns for path in folder.glob(f"{pattern}/*.flac"))
    room = 10.0 ** (ROOM_DB / 20.0)
    parts: list[FloatArray] = []
    borders: list[int] = []
    count = 0
    while count < duration_s * SAMPLE_RATE_HZ:
        wave = without_silent_ends(read_wav(paths[rng.integers(len(paths))]))
        pause_s = rng.choice([rng.uniform(0.2, 0.5), rng.uniform(0.5, 2.0), rng.uniform(2.0, 8.0)])
        pause = np.zeros(int(pause_s * SAMPLE_RATE_HZ) if has_pauses else 0, np.float32)
        borders.append(count)
        parts += [0.5 * wave / np.abs(wave).max(), pause]
        count += len(wave) + len(pause)
    wave = np.concatenate(parts)
    return wave + room * rng.standard_normal(len(wave), np.float32), borders


def without_silent_ends(wave: FloatArray) -> FloatArray:
    """Return the wave from its first to its last moment above a fiftieth of its loudest, faded 10 ms."""
    level = np.sqrt(np.convolve(wave**2, np.full(441, 1.0 / 441), "same"))
    loud = np.flatnonzero(level > 0.02 * level.max())
    kept = wave[loud[0] : loud[-1] + 1].copy()
    fade = np.linspace(0.0, 1.0, 441, dtype=np.float32)
    kept[:441] *= fade
    kept[-441:] *= fade[::-1]
    return kept


def generate(path: Path, hours: float, rng: np.random.Generator) -> None:
    """Write a voice-like buzz with pauses now and then, minute by minute."""
    times_s = np.arange(60 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    buzz = sum(np.sin(2.0 * np.pi * 200.0 * k * times_s) / k for k in range(1, 8)) / 10.0
    with soundfile.SoundFile(path, "w", SAMPLE_RATE_HZ, 1, "PCM_16") as file:
        for _ in range(round(hours * 60)):
            minute = buzz * (np.sin(2.0 * np.pi * times_s / rng.uniform(3.0, 20.0)) > -0.9)
            file.write(minute + 1e-3 * rng.standard_normal(len(minute)))


def measure(path: Path, output: Path) -> Row:
    """Slice in a process of its own, join, compare."""
    command = [sys.executable, "-c", SLICE, str(path), str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=ONE_THREAD)
    code, cpu_s, peak_mb = json.loads(done.stdout)
    assert code == 0, done.stderr
    manifest = read_manifest(output / f"{path.stem}.slices.json")
    joined = path.with_name("joined.wav")
    join(Joining(output / f"{path.stem}.slices.json", joined), overwrite=True)
    is_exact = same_samples(path, joined)
    joined.unlink()
    return Row(path.stem, manifest, cpu_s, peak_mb, is_exact)


def same_samples(path: Path, other: Path) -> bool:
    """Whether two sound files hold the same samples, looked at block by block."""
    with soundfile.SoundFile(path) as one, soundfile.SoundFile(other) as two:
        if one.frames != two.frames:
            return False
        blocks = zip(one.blocks(2**20, dtype="int16"), two.blocks(2**20, dtype="int16"), strict=True)
        return all(np.array_equal(a, b) for a, b in blocks)


def between_notes(manifest: Manifest, borders: list[int]) -> float:
    """Return the share of cuts within 60 ms of a border between two recordings."""
    cuts = np.array([clip.offset_samples for clip in manifest.clips[1:]])
    distance = np.abs(cuts[:, None] - np.array(borders)).min(axis=1)
    return float(np.mean(distance <= 0.06 * manifest.format.rate_hz))


def text(row: Row) -> str:
    """Return one line of the table."""
    lengths_s = row.lengths_s
    reasons = Counter(clip.end for clip in row.manifest.clips[:-1])
    told = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
    exact = "exact" if row.is_exact else "NOT exact"
    return (
        f"{row.name:8s} {len(lengths_s):5d} clips {lengths_s.min():6.2f} {np.median(lengths_s):6.2f}"
        f" {lengths_s.max():6.2f} s  {exact} {row.speed:5.0f} x {row.peak_mb:4.0f} MB  {told}"
    )


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Slice long recordings and measure it.")
    parser.add_argument("recordings", type=Path, help="folder with a folder of recordings for each voice")
    parser.add_argument("--minutes", type=float, default=60.0, help="length of the recording of both halves")
    parser.add_argument("--hours", type=float, default=0.0, help="length of a generated one; 0: none")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
