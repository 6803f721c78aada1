"""Sing every song of a folder with one voicebank and print how well it went, one row a song.

    python benchmarks/songs.py SONGS BANK [--fallback a] [--jobs N] [--only TEXT] [--keep FOLDER]

Columns: length error against the score (ms), notes, lyrics missing, notes failed, distance of the
sung from the wanted pitch on voiced frames (median and 90th percentile, cents), share of wanted
frames that are voiced, peak, gain (dB), largest sample step at a join as a share of the largest in
the notes that sound there, seconds taken.
The last line says which of the demands on a song (docs: within 10 ms, median below 5 cents, no
clipped sample, no join that clicks) any row failed.
"""

import argparse
import sys
import time
from pathlib import Path

from pychang.audio import write_wav
from voicebank_tools.formats.reader import FORMATS, read_score
from voicebank_tools.song import SingOptions, SongResult, sing_score
from voicebank_tools.song_check import SongFigures, measure_song
from voicebank_tools.voicebank import load_voicebank

HEADER = (
    f"{'song':40s} {'ms off':>7s} {'notes':>5s} {'miss':>4s} {'fail':>4s} {'median':>6s} {'p90':>6s}"
    f" {'voiced':>6s} {'peak':>5s} {'gain':>5s} {'click':>5s} {'s':>5s}"
)


def main() -> int:
    """Sing and measure; exit code 1 if a song misses a demand."""
    options = arguments()
    bank = load_voicebank(options.bank)
    endings = tuple(ending for group in FORMATS.values() for ending in group)
    paths = [path for path in sorted(options.songs.iterdir()) if path.name.lower().endswith(endings)]
    print(HEADER)
    worst: list[str] = []
    for path in (path for path in paths if options.only in path.name):
        began = time.perf_counter()
        score = read_score(path)
        song = sing_score(score, bank, SingOptions(fallback=options.fallback, jobs=options.jobs))
        took_s = time.perf_counter() - began
        off_ms = 1000.0 * song.seconds - score.tempo_map.ms_at(score.length_ticks)
        figures = measure_song(song)
        print(row(path.name, off_ms, song, figures, took_s), flush=True)
        worst += [f"{path.name}: {demand}" for demand in missed(off_ms, song, figures)]
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            write_wav(options.keep / f"{path.name}.wav", song.wave)
    print("\n".join(worst) or "every demand met")
    return 1 if worst else 0


def row(name: str, off_ms: float, song: SongResult, figures: SongFigures, took_s: float) -> str:
    """Return one line of the table."""
    return (
        f"{name:40s} {off_ms:7.2f} {song.notes:5d} {sum(one.count for one in song.missing):4d}"
        f" {len(song.failures):4d} {figures.median_cents:6.2f} {figures.p90_cents:6.1f}"
        f" {figures.voiced_share:6.3f} {figures.peak:5.3f} {song.gain_db:5.1f} {figures.click_ratio:5.3f}"
        f" {took_s:5.1f}"
    )


def missed(off_ms: float, song: SongResult, figures: SongFigures) -> list[str]:
    """Return which demands a song misses."""
    demands = {
        f"{off_ms:.1f} ms off": abs(off_ms) <= 10.0,
        f"{len(song.failures)} notes failed": not song.failures,
        f"median {figures.median_cents:.1f} cents off": figures.median_cents < 5.0,
        f"peak {figures.peak:.3f}": figures.peak < 1.0,
        f"click of {figures.click_ratio:.3f} at a join": figures.click_ratio <= 1.0,
    }
    return [text for text, met in demands.items() if not met]


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Sing every song of a folder and measure it.")
    parser.add_argument("songs", type=Path, help="folder of .ust, .ustx and .mid files")
    parser.add_argument("bank", type=Path, help="voicebank folder")
    parser.add_argument("--fallback", default="", help="sung where the bank lacks a lyric")
    parser.add_argument("--jobs", type=int, default=0, help="processes; 0: one per core")
    parser.add_argument("--only", default="", help="only songs whose name holds this")
    parser.add_argument("--keep", type=Path, help="folder for the wav files")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
