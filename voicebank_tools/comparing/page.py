"""A report as one HTML file: tables, and notes to look at and to listen to. It loads nothing from anywhere.

Well-formed as XML, too. Sounds are FLAC, which browsers play and which loses nothing.
"""

import base64
import html
import io
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from pychang.units import SAMPLE_RATE_HZ
from voicebank_tools.comparing.measures import MEASURES, TITLES
from voicebank_tools.comparing.notes import Note
from voicebank_tools.comparing.report import Report
from voicebank_tools.comparing.singers import RECORDING
from voicebank_tools.comparing.spectrogram import spectrogram_png
from voicebank_tools.comparing.statistics import Cell, Row
from voicebank_tools.comparing.tables import BETTER, WORSE, columns, legend, mark, problem_lines

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 80em; padding: 0 1em; }
table { border-collapse: collapse; margin: .5em 0 1.5em; }
th, td { padding: .2em .7em; text-align: right; border-bottom: 1px solid #8886; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
th[title] { text-decoration: underline dotted; }
.scroll { overflow-x: auto; }
.better { color: #17803d; font-weight: 600; }
.worse { color: #c22f2f; font-weight: 600; }
.p90 { opacity: .6; font-size: .85em; }
figure { display: inline-block; margin: .4em; vertical-align: top; }
figure img { display: block; height: 160px; border-radius: 4px; }
audio { display: block; width: 100%; min-width: 9em; height: 2.2em; }
figcaption { font-size: .85em; }
"""

_HOW_TO_READ = "Small: 90th percentile. Point at a figure for its interval, at a heading for its meaning."
_CLASSES = {BETTER: "better", WORSE: "worse", "": "same"}


def page(report: Report) -> str:
    """Return the whole page."""
    parts = [
        f"<h1>{_text(report.title)}</h1>",
        f"<p>{_text(', '.join(report.cases))}</p>",
        f"<p>{_text(f'{legend(report)} {_HOW_TO_READ}')}</p>",
        *(_table(test, rows) for test, rows in report.tables.items()),
        *_listening(report),
        *_list((*report.remarks, *problem_lines(report))),
    ]
    body = "\n".join(parts)
    return (
        '<!DOCTYPE html>\n<html lang="en" xmlns="http://www.w3.org/1999/xhtml">\n<head>'
        f'<meta charset="utf-8"/><title>{_text(report.title)}: resamplers compared</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _table(test: str, rows: Mapping[str, Row]) -> str:
    keys = columns(rows.values())
    heads = "".join(
        f'<th title="{_text(MEASURES[key].meaning)}">{_text(MEASURES[key].title)}</th>' for key in keys
    )
    lines = "".join(
        f"<tr><td>{_text(name)}</td>{''.join(_cell(row.cells.get(key)) for key in keys)}"
        f"<td>{row.notes}</td><td>{'' if name == RECORDING else row.failed}</td>"
        f"<td>{f'{row.seconds:.2f}' if row.notes and name != RECORDING else ''}</td></tr>\n"
        for name, row in rows.items()
    )
    return (
        f"<h2>{_text(test)}: {_text(TITLES[test])}</h2>\n"
        f'<div class="scroll"><table><tr><th></th>{heads}<th>notes</th><th>failed</th>'
        f"<th>s a note</th></tr>\n{lines}</table></div>"
    )


def _cell(cell: Cell | None) -> str:
    if cell is None or not cell.count:
        return "<td></td>"
    off = cell.difference
    tip = f' title="{off.value:+.2f}, 95 %: {off.low:+.2f} to {off.high:+.2f}"' if off else ""
    p90 = f'<span class="p90">{cell.p90:.2f}</span>'
    return f'<td class="{_CLASSES[mark(cell)]}"{tip}>{cell.median:.2f} {p90}</td>'


def _listening(report: Report) -> Iterator[str]:
    """Every case that somebody listens to: its recording, and below each test its notes side by side."""
    heard: dict[int, dict[tuple[str, str], list[Note]]] = {}
    for note in report.notes:
        if note.wave is not None:
            heard.setdefault(note.case, {}).setdefault((note.test, note.variant), []).append(note)
    for case, groups in sorted(heard.items()):
        yield f"<h2>{_text(report.cases[case])}</h2>"
        yield _figure(RECORDING, report.recordings[case])
        for (test, variant), notes in groups.items():
            yield f"<h3>{_text(f'{test} {variant}'.strip())}</h3>"
            yield "".join(_figure(note.singer, note.wave) for note in notes if note.wave is not None)


def _figure(name: str, wave: NDArray[np.int16]) -> str:
    seconds = len(wave) / SAMPLE_RATE_HZ
    return (
        f'<figure><img alt="spectrogram, {_text(name)}" src="{_data("image/png", spectrogram_png(wave))}"/>'
        f'<audio controls="controls" preload="none" src="{_data("audio/flac", flac_bytes(wave))}"></audio>'
        f"<figcaption>{_text(name)}, {seconds:.2f} s</figcaption></figure>"
    )


def flac_bytes(wave: NDArray[np.int16]) -> bytes:
    """Return a FLAC file of a wave at 44.1 kHz. Shape [samples]."""
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, wave, SAMPLE_RATE_HZ, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _list(lines: Iterable[str]) -> list[str]:
    items = "".join(f"<li>{_text(line)}</li>" for line in lines)
    return [f"<h2>Not done</h2><ul>{items}</ul>"] if items else []


def _text(text: str) -> str:
    """Escape; what cannot be printed (half a surrogate, a control character) cannot be in XML either."""
    return html.escape("".join(letter if letter.isprintable() else "?" for letter in text))
