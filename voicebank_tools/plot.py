"""A picture of a sung song: its spectrogram with the wanted and the sung pitch over it."""

import io
from pathlib import Path

import numpy as np

from pychang import PychangError
from pychang.files import write_atomically
from pychang.units import SAMPLE_RATE_HZ
from resampler.wavtool import Wave
from voicebank_tools.pitch_curve import FloatArray

HIGHEST_HZ = 5000.0
"""Upper edge of the picture: the voice's strong formants; its pitch stays readable below them."""

FLOOR_DB = -80.0
MAX_COLUMNS = 4000
"""A picture has no more columns than that, however long the song."""

_FFT_SAMPLES = 2048
_BIN_HZ = SAMPLE_RATE_HZ / _FFT_SAMPLES


def plot_song(
    path: Path,
    wave: Wave,
    times_s: FloatArray,
    wanted_f0_hz: FloatArray,
    sung_f0_hz: FloatArray,
    title: str = "",
) -> None:
    """Write the picture (png, or what the name's ending says: svg, pdf).

    Args:
        path: The file; replaced whole or left as it is.
        wave: 44.1 kHz. Shape [samples].
        times_s: Times of both curves. Shape [frames].
        wanted_f0_hz: What the score asks for, 0 where it is silent. Shape [frames].
        sung_f0_hz: What was measured, 0 where it is unvoiced. Shape [frames].
        title: Printed above.

    Raises:
        PychangError: The file cannot be written or its ending names no kind of picture.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    kind = picture_kind(path)
    seconds = len(wave) / SAMPLE_RATE_HZ
    figure = Figure(figsize=(min(max(8.0, seconds * 1.2), 40.0), 5.0), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    levels_db = spectrogram_db(wave)
    axes.imshow(
        levels_db,
        origin="lower",
        aspect="auto",
        # Half a bin: rows are centred on their frequencies.
        extent=(0.0, max(seconds, 1e-3), -0.5 * _BIN_HZ, (len(levels_db) - 0.5) * _BIN_HZ),
        cmap="magma",
        vmin=FLOOR_DB,
        vmax=0.0,
    )
    axes.plot(times_s, _gaps(sung_f0_hz), color="white", linewidth=2.0, label="sung")
    axes.plot(times_s, _gaps(wanted_f0_hz), color="deepskyblue", linewidth=1.0, label="wanted")
    axes.set_yscale("symlog", linthresh=1000.0, linscale=1.5)
    axes.set_ylim(50.0, HIGHEST_HZ)
    ticks_hz = [100, 200, 300, 400, 500, 600, 800, 1000, 2000, 5000]
    axes.set_yticks(ticks_hz, labels=[str(tick) for tick in ticks_hz])
    axes.set(xlabel="time (s)", ylabel="frequency (Hz)", title=_printable(title))
    axes.legend(loc="upper right")
    picture = io.BytesIO()
    figure.savefig(picture, format=kind)
    write_atomically(path, picture.getvalue())


def picture_kind(path: Path) -> str:
    """Return the kind of picture that a name's ending says ("png" without one).

    Raises PychangError if it names none.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    kind = path.suffix.lower().lstrip(".") or "png"
    if kind not in FigureCanvasAgg.get_supported_filetypes():
        raise PychangError(f"{path}: no kind of picture is called .{kind}; name it .png, .svg or .pdf")
    return kind


def spectrogram_db(wave: Wave) -> FloatArray:
    """Return levels in dB below the loudest, `FLOOR_DB` to 0. Shape [bins up to 5 kHz, columns]."""
    hop = max(256, -(-len(wave) // MAX_COLUMNS))
    padded = np.pad(np.asarray(wave, dtype=np.float32), _FFT_SAMPLES // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT_SAMPLES)[::hop]
    bins = int(HIGHEST_HZ / _BIN_HZ) + 1
    window = np.hanning(_FFT_SAMPLES).astype(np.float32)
    magnitudes = np.array([np.abs(np.fft.rfft(frame * window))[:bins] for frame in frames]).T
    loudest = max(float(magnitudes.max(initial=0.0)), 1e-9)
    return np.asarray(20.0 * np.log10(np.maximum(magnitudes / loudest, 10.0 ** (FLOOR_DB / 20.0))))


def _gaps(f0_hz: FloatArray) -> FloatArray:
    """0 as not a number, so that no line is drawn."""
    return np.where(f0_hz > 0.0, f0_hz, np.nan)


def _printable(title: str) -> str:
    """The title without letters the built-in font lacks: a warning or boxes help nobody."""
    return "".join(letter if ord(letter) < 0x250 else "·" for letter in title).replace("$", "")
