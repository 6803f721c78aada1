"""The conductor: a request in, a finished note out."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pychang import PychangError
from pychang.analysis import Analysis
from pychang.arrays import FloatArray
from pychang.audio import read_wav, write_wav
from pychang.cache import cached_analysis
from pychang.choice import Choice, choose_engine
from pychang.engine import ClassicEngine, Engine
from pychang.frq import frq_path_of, read_frq
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ, midi_to_hz, ms_to_samples
from resampler.effects import SILENCE_PEAK, limit, low_pass, peak_gain
from resampler.plan import build_plan, output_samples, source_window
from resampler.protocol import RenderRequest, parse_note_name, window_end_ms

ReadSource = Callable[[RenderRequest], tuple[FloatArray, Analysis]]
"""Reads a request's recording: (mono wave at 44.1 kHz [samples], its analysis)."""

MAX_RECORDING_S = 120.0
"""Longest recording that is sung on: its analysis takes half a minute and 1.6 GB, and hosts do not wait."""

SHORTEST_RECORDING_S = 0.03
"""There is nothing to sing on in a shorter one: it is remarked on."""

_EMPTY_MS = 1.0
_NAMED_NOTE = re.compile(r"(?:^|[_ -])([A-G][#♯b♭]?[1-7])(?=$|[_ -])")


class RenderedNote(NamedTuple):
    """`wave`: mono at 44.1 kHz [samples]; `remarks`: what is wrong with the recording, its window or the
    engine though a note was made, a line each."""

    wave: FloatArray
    remarks: tuple[str, ...] = ()


def render(request: RenderRequest, analysis: Analysis, recording: FloatArray, engine: Engine) -> FloatArray:
    """Return the note a request asks for.

    Args:
        request: What the host wants.
        analysis: Of `recording`.
        recording: Mono wave at 44.1 kHz. Shape [source samples].
        engine: Sings the plan.

    Returns:
        Wave at 44.1 kHz, float32, at least `length_ms` long, within [-1, 1].
    """
    if request.flags.raw_sample:
        wave = _raw_sample(request, recording)
    else:
        wave = engine.render(analysis, build_plan(request, analysis))
    if request.flags.low_pass_hz is not None:
        wave = low_pass(wave, request.flags.low_pass_hz)
    window = source_window(request, analysis.duration_s * 1000.0)
    gain = peak_gain(
        float(np.max(np.abs(wave), initial=0.0)), analysis.peak,
        _voiced_share(analysis, window.start_ms, window.end_ms), request.flags.peak_strength,
    )  # fmt: skip
    return limit(wave * np.float32(gain * request.volume_percent / 100.0))


def read_source(request: RenderRequest) -> tuple[FloatArray, Analysis]:
    """Return (mono wave at 44.1 kHz [samples], its analysis), which is kept on disk.

    Raises:
        PychangError: The recording cannot be read, or is longer than `MAX_RECORDING_S`.
    """
    recording = read_wav(request.source_path)
    refuse_long(request.source_path, len(recording) / SAMPLE_RATE_HZ)
    hint = frq_hint(request.source_path, len(recording))
    named = named_hz(request.source_path)
    return recording, cached_analysis(recording, hint, request.flags.force_analysis, named)


def refuse_long(source_path: Path, duration_s: float) -> None:
    """Raise PychangError if a recording is longer than `MAX_RECORDING_S`."""
    if duration_s > MAX_RECORDING_S:
        raise PychangError(
            f"{source_path}: lasts {duration_s:.1f} s, longer than the {MAX_RECORDING_S:.0f} s that can be"
            " sung on; cut it into clips with `vbtools slice`"
        )


def render_request(request: RenderRequest, engine: str = "", read: ReadSource = read_source) -> RenderedNote:
    """Return the note of a request, sung by an engine (see `pychang.choice`); raises as `read` does."""
    recording, analysis = read(request)
    choice = _choose(request, engine, recording)
    remarks = filter(None, (_remark(request, analysis), choice.remark))
    return RenderedNote(render(request, analysis, recording, choice.engine), tuple(remarks))


def render_file(request: RenderRequest, engine: str = "", read: ReadSource = read_source) -> str:
    """Render a request to its output file; `nul` only makes sure that the analysis is kept.

    Args:
        request: What the host wants.
        engine: "classic", "neural" or "" for the default (see `pychang.choice`).
        read: Reads the recording.

    Returns:
        One line on what is wrong with the recording or the engine though a note was made, else "".

    Raises:
        PychangError: The recording cannot be read or the note not be written.
    """
    if request.output_path is None:
        read(request)
        return ""
    source, output = request.source_path, request.output_path
    if _is_same_file(source, output):
        raise PychangError(f"output {request.output_path}: is the recording itself; name another file")
    note = render_request(request, engine, read)
    write_wav(output, note.wave)
    return "; ".join(note.remarks)


def _choose(request: RenderRequest, engine: str, recording: FloatArray) -> Choice:
    if request.flags.raw_sample:  # nobody sings it
        return Choice(ClassicEngine())
    return choose_engine(engine, recording)


def _remark(request: RenderRequest, analysis: Analysis) -> str:
    source, length_ms = request.source_path, 1000.0 * analysis.duration_s
    if analysis.peak < SILENCE_PEAK:
        return f"{source}: holds nothing but silence; record it again, or give its alias another file"
    if analysis.duration_s < SHORTEST_RECORDING_S:
        return f"{source}: lasts only {length_ms:.0f} ms; record it longer to sing on it"
    end_ms = window_end_ms(request.offset_ms, request.cutoff_ms, length_ms)
    if min(end_ms, length_ms) - request.offset_ms < _EMPTY_MS:
        window = f"{request.offset_ms:g} to {end_ms:g} ms"
        return f"{source}: nothing of its {length_ms:.0f} ms lies in the window {window}; mend its oto line"
    return ""


def _is_same_file(source: Path, output: Path) -> bool:
    try:
        return source.samefile(output)
    except (OSError, ValueError):  # one of them is not there, or has no possible name
        return False


def frq_hint(source_path: Path, samples: int) -> FloatArray | None:
    """Return the f0 of the `.frq` file beside a recording on our frames, None where there is no sound one."""
    path = frq_path_of(source_path)
    try:
        if not path.is_file():
            return None
        frq = read_frq(path)
    except (PychangError, OSError):
        return None
    if len(frq.f0_hz) == 0:
        return None
    at = np.arange(samples // HOP_SAMPLES + 1) * HOP_SAMPLES / frq.hop_samples - 0.5
    nearest = np.clip(np.rint(at).astype(int), 0, len(frq.f0_hz) - 1)
    return np.where((at > -1) & (at < len(frq.f0_hz)), frq.f0_hz[nearest], 0.0)


def named_hz(source_path: Path) -> float | None:
    """Return the pitch that a recording's name tells (`_ka_C4.wav`), or else its folder's (`F4/_ka.wav`).

    Several different notes in one name tell nothing: None, as where there is none.
    """
    for name in (source_path.stem, source_path.parent.name):
        notes = {parse_note_name(text) for text in _NAMED_NOTE.findall(name)}
        if notes:
            return midi_to_hz(notes.pop()) if len(notes) == 1 else None
    return None


def _raw_sample(request: RenderRequest, recording: FloatArray) -> FloatArray:
    """The recording from the offset on, padded with silence or cut to the length asked for."""
    window = source_window(request, len(recording) * 1000.0 / SAMPLE_RATE_HZ)
    samples = output_samples(request)
    begin, end = ms_to_samples(window.start_ms), ms_to_samples(window.end_ms)
    piece = recording[begin:end][:samples]
    return np.pad(piece, (0, samples - len(piece)))


def _voiced_share(analysis: Analysis, start_ms: float, end_ms: float) -> float:
    """Return the share of voiced frames in a window of the recording."""
    begin = int(start_ms / 1000 * SAMPLE_RATE_HZ / HOP_SAMPLES)
    frames = analysis.f0_hz[begin : max(begin + 1, int(end_ms / 1000 * SAMPLE_RATE_HZ / HOP_SAMPLES))]
    return float((frames > 0).mean()) if len(frames) else 0.0
