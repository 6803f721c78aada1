"""Put a run's figures into the documentation: the tables of docs/sound.md and the curves beside them.

    python benchmarks/prior_tables.py FIGURES.json [--docs docs]

FIGURES.json comes from `prior.py --json`.
"""

import argparse
import json
import re
import sys
from pathlib import Path

Results = dict[str, dict[str, dict[str, dict[str, float]]]]

TITLES = {
    "copy": "As recorded",
    "shift": "Shifted by -12, -7, +5, +12 semitones",
    "hold": "Held for 4 s",
    "cliff": "A little further away at each step (mel dB)",
    "stretch": "Whole samples quicker and slower (mel dB)",
    "hiss": "Above 6 kHz in unvoiced frames, note less recording",
    "transfer": "One sung note from another",
}
MARKED = re.compile(r"(<!-- measured -->\n).*?(<!-- end measured -->)", re.DOTALL)


def main() -> int:
    """Write the tables and draw the curves."""
    parser = argparse.ArgumentParser(description="Put the benchmark's figures into the documentation.")
    parser.add_argument("figures", type=Path)
    parser.add_argument("--docs", type=Path, default=Path(__file__).parents[1] / "docs")
    options = parser.parse_args()
    results: Results = json.loads(options.figures.read_text("utf-8"))
    page = options.docs / "sound.md"
    text = MARKED.sub(lambda part: part[1] + tables(results) + part[2], page.read_text("utf-8"))
    page.write_text(text, "utf-8", newline="\n")
    draw_curves(results, options.docs / "images" / "sound-curves.png")
    return 0


def tables(results: Results) -> str:
    """Return all tables as Markdown, one heading a test, the places below each other."""
    parts = []
    for test, title in TITLES.items():
        found = {place: tests[test] for place, tests in results.items() if test in tests}
        if found:
            parts.append(f"### {title}\n\n{_table(found)}")
    return "\n".join(parts)


def _table(found: dict[str, dict[str, dict[str, float]]]) -> str:
    columns = list(dict.fromkeys(key for rows in found.values() for row in rows.values() for key in row))
    lines = [f"| | | {' | '.join(columns)} |", f"|---|---{'|---' * len(columns)}|"]
    for place, rows in found.items():
        for name, row in rows.items():
            cells = (f"{row[key]:.2f}" if key in row else "" for key in columns)
            lines.append(f"| {place} | {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def draw_curves(results: Results, path: Path) -> None:
    """Draw how the distance to the recording grows with the shift and with the stretch."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    banks = [place for place, tests in results.items() if "cliff" in tests]
    figure, axes = plt.subplots(1, 2, figsize=(8, 3), layout="constrained", sharey=True)
    for bank, style in zip(banks, ("-", "--", ":", "-.") * len(banks), strict=False):
        for (name, row), colour in zip(results[bank]["cliff"].items(), ("tab:red", "tab:grey"), strict=True):
            for axis, mark in zip(axes, ("+", "x"), strict=True):
                points = {
                    float(key.strip("+x st")): value for key, value in row.items() if key.startswith(mark)
                }
                axis.plot(*zip(*points.items(), strict=True), style, color=colour, marker=".",
                          label=f"{name}, {bank}")  # fmt: skip
    axes[0].set(xlabel="semitones above the recording", ylabel="mel distance, dB", ylim=(0, None))
    axes[1].set(xlabel="length of the vowel, times its own")
    axes[0].legend(fontsize=7)
    figure.savefig(path, dpi=90)


if __name__ == "__main__":
    sys.exit(main())
