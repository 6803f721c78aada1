"""A labelled clip drawn: its spectrogram, and under it words and phones with their boundaries."""

import importlib
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pychang.arrays import FloatArray
from pychang.units import SAMPLE_RATE_HZ
from voicebank_tools.labels.segment import Labels, Segment

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HIGHEST_HZ = 10_000.0
FLOOR_DB = -70.0
MOST_COLUMNS = 2400

_WINDOW = 512
_INCHES_PER_S = 2.5
_FONTS = (
    *("Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans CJK SC", "Yu Gothic", "MS Gothic", "Malgun Gothic"),
    *("Hiragino Sans", "AppleGothic", "SimHei", "IPAexGothic", "WenQuanYi Micro Hei"),
)
"""The first of these that is installed has most East Asian letters."""


def load_drawing() -> None:
    """Import what draws: whoever stops an import of matplotlib half way gets its traceback."""
    importlib.import_module("matplotlib.backends.backend_agg")


def picture_png(wave: FloatArray, labels: Labels, title: str) -> bytes:
    """Return the picture of a clip ([samples] at 44.1 kHz); boundaries are red where uncertain."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    seconds = max(labels.duration_s, 1e-3)
    width = min(max(8.0, seconds * _INCHES_PER_S), 40.0)
    figure = Figure(figsize=(width, 4.5), dpi=90, layout="constrained")
    FigureCanvasAgg(figure)
    above, words, phones = figure.subplots(3, 1, sharex=True, height_ratios=(6, 1, 1))
    levels_db = spectrogram_db(wave)
    extent = (0.0, seconds, 0.0, HIGHEST_HZ)
    above.imshow(
        levels_db, origin="lower", aspect="auto", extent=extent, cmap="magma", vmin=FLOOR_DB, vmax=0.0
    )
    font = _font()
    above.set(ylabel="frequency (Hz)", xlim=(0.0, seconds), title=font.drawable(title))
    _tier(words, labels.words, (), font)
    _tier(phones, labels.phones, labels.confidence, font)
    sure = labels.confidence or (1.0,) * len(labels.phones)
    for phone, confidence in zip(labels.phones, sure, strict=False):
        above.axvline(phone.begin_s, color=_colour(confidence), linewidth=0.8)
    phones.set(xlabel="time (s)")
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def spectrogram_db(wave: FloatArray) -> FloatArray:
    """Return levels in dB below the loudest, `FLOOR_DB` to 0. Shape [bins up to 10 kHz, columns]."""
    hop = max(_WINDOW // 4, -(-len(wave) // MOST_COLUMNS))
    padded = np.pad(np.asarray(wave, dtype=np.float32), _WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::hop]
    bins = int(HIGHEST_HZ * _WINDOW / SAMPLE_RATE_HZ) + 1
    magnitudes = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW).astype(np.float32), axis=1))[:, :bins].T
    loudest = max(float(magnitudes.max(initial=0.0)), 1e-9)
    return np.asarray(20.0 * np.log10(np.maximum(magnitudes / loudest, 10.0 ** (FLOOR_DB / 20.0))))


class _Font:
    """A font, and which characters it has: what it lacks is drawn as a dot, for boxes help nobody."""

    def __init__(self, properties: Any, has: Any) -> None:
        self.properties, self._has = properties, has

    def drawable(self, text: str) -> str:
        return "".join(letter if self._has(ord(letter)) else "·" for letter in text).replace("$", r"\$")


def _font() -> _Font:
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    name = next((font for font in _FONTS if font in known), "DejaVu Sans")
    properties = font_manager.FontProperties(family=name)
    charmap = font_manager.get_font(font_manager.findfont(properties)).get_charmap()
    return _Font(properties, charmap.__contains__)


def _tier(axes: "Axes", segments: Sequence[Segment], confidence: Sequence[float], font: _Font) -> None:
    axes.set(yticks=[], ylim=(0.0, 1.0))
    sure = confidence or (1.0,) * len(segments)
    for segment, certain in zip(segments, sure, strict=False):
        axes.axvline(segment.begin_s, color=_colour(certain), linewidth=1.0)
        middle_s = (segment.begin_s + segment.end_s) / 2.0
        axes.text(middle_s, 0.5, font.drawable(segment.text), ha="center", va="center", fontsize=9,
                  fontproperties=font.properties, clip_on=True)  # fmt: skip


def _colour(confidence: float) -> tuple[float, float, float]:
    """Red at 0 to blue at 1."""
    share = min(max(confidence, 0.0), 1.0)
    return (1.0 - share, 0.25 + 0.3 * share, 0.2 + 0.7 * share)
