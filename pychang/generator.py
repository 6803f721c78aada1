"""The generator at work: a checked model file, run by ONNX Runtime on this computer's best processor."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from pychang import PychangError
from pychang.arrays import FloatArray
from pychang.conditions import SCALARS, Conditions
from pychang.image import BANDS
from pychang.model_file import ModelCard, ModelFile, read_model

THREADS = 1
"""Notes are rendered side by side in processes of their own; a second thread per note gains them nothing."""

PIECE_FRAMES = 1000
"""Ten seconds: longer notes go through the network in such pieces, so that its memory does not grow."""

PROVIDERS = MappingProxyType(
    {"cuda": "CUDAExecutionProvider", "directml": "DmlExecutionProvider", "coreml": "CoreMLExecutionProvider"}
)
"""Device -> ONNX Runtime's name for what runs on it."""

USUAL_DEVICES = ("cuda", "directml")
"""Tried in this order where the installed ONNX Runtime has them: somebody chose a package that does. CoreML
comes with every Mac, but is slow with notes of all lengths (it compiles for each): only when asked for."""

DEVICE_VARIABLE = "PYCHANG_DEVICE"
"""`cpu` or one of PROVIDERS; every other word counts as none."""

MOST_DIFFERENCE_DB = 0.01
"""A GPU that differs more from the processor on a trial note is not used."""

_TRIAL_FRAMES = 64
_INPUTS = ("image", "scalars", "code")


@dataclass(frozen=True)
class Generator:
    """A network that corrects the classic engine's picture of a note. Safe to share between threads."""

    session: Any
    card: ModelCard
    sha256: str

    @property
    def neutral_code(self) -> FloatArray:
        """The code of a voice of which nothing is known. Float32, shape [code_size]."""
        return np.zeros(self.card.code_size, np.float32)

    def gains(self, conditions: Conditions, code: FloatArray, piece_frames: int = PIECE_FRAMES) -> FloatArray:
        """Return what the network would change: gains in dB, before `Conditions.strength`.

        Args:
            conditions: Of the whole note.
            code: Of the voice. Shape [code_size].
            piece_frames: So many frames go through the network at a time, with as many on both sides as
                it looks at: the result is that of the whole note within 1e-4 dB.

        Returns:
            Of the harmonic and the noise part. Float32, shape [frames, BANDS, 2].

        Raises:
            PychangError: The code is not one of this network's.
        """
        if np.shape(code) != (self.card.code_size,):
            raise PychangError(f"a voice code has {self.card.code_size} numbers here, not {np.shape(code)}")
        frames, around = len(conditions.scalars), self.card.context_frames
        image, scalars = conditions.image, conditions.scalars
        gains = np.empty((frames, BANDS, 2), np.float32)
        for first in range(0, frames, piece_frames):
            last = min(first + piece_frames, frames)
            begin, end = max(first - around, 0), min(last + around, frames)
            piece = run(self.session, image[begin:end], scalars[begin:end], code)
            gains[first:last] = piece[first - begin : last - begin]
        return gains


def run(session: Any, image: FloatArray, scalars: FloatArray, code: FloatArray) -> FloatArray:
    """Return the network's gains for one piece. Shape [frames, BANDS, 2]."""
    values = (np.ascontiguousarray(part[None], np.float32) for part in (image, scalars, code))
    gains: FloatArray = session.run(["gains"], dict(zip(_INPUTS, values, strict=True)))[0][0]
    return gains


def load_generator(path: Path) -> Generator:
    """Return the generator in a file, opened once as long as the file stays the same.

    Raises PychangError in one line that says what to do: see `pychang.model_file.read_model`; also where
    ONNX Runtime is missing or cannot run it.
    """
    try:
        found = path.stat()
    except (OSError, ValueError):
        return open_generator(read_model(path), str(path))
    return _opened(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=4)
def _opened(path: Path, changed_ns: int, size_bytes: int) -> Generator:
    return open_generator(read_model(path), str(path))


def open_generator(model: ModelFile, source: str) -> Generator:
    """Return a generator ready to run; `source` names it in messages. Raises PychangError."""
    try:
        import onnxruntime  # 0.2 s: not before a note needs it
    except ImportError as error:
        raise PychangError(
            f"{source} needs onnxruntime ({error}); install it with `pip install onnxruntime`"
        ) from error
    try:
        session = _session(onnxruntime, model.data, ["CPUExecutionProvider"])
        wanted = run(session, *_trial(model.card))
    except Exception as error:  # the library's own classes share no other base
        told = " ".join(str(error).split())[:200]
        version = onnxruntime.__version__
        raise PychangError(
            f"{source} does not run in onnxruntime {version}: {told}; update onnxruntime"
        ) from error
    if wanted.shape != (_TRIAL_FRAMES, BANDS, 2) or not np.isfinite(wanted).all():
        raise PychangError(f"{source} gives no gains for {BANDS} bands; export it again")
    return Generator(_on_gpu(onnxruntime, model, wanted) or session, model.card, model.sha256)


def _session(onnxruntime: Any, data: bytes, providers: list[str]) -> Any:
    onnxruntime.set_default_logger_severity(4)  # a host logs every line as an error
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = THREADS
    options.log_severity_level = 4
    options.enable_mem_pattern = False  # notes differ in length; DirectML demands it
    options.enable_cpu_mem_arena = False  # would keep the largest note's memory for ever
    return onnxruntime.InferenceSession(data, options, providers=providers)


def _devices() -> tuple[str, ...]:
    """Where to try to run, best first, before this computer's processor."""
    asked = os.environ.get(DEVICE_VARIABLE, "").strip().lower()
    if asked == "cpu":
        return ()
    return (asked,) if asked in PROVIDERS else USUAL_DEVICES


def _on_gpu(onnxruntime: Any, model: ModelFile, wanted: FloatArray) -> Any:
    """Return a session on the first device that is there, works and agrees; None without one."""
    for device in _devices():
        provider = PROVIDERS[device]
        if provider not in onnxruntime.get_available_providers():
            continue
        try:
            session = _session(onnxruntime, model.data, [provider, "CPUExecutionProvider"])
            if provider not in session.get_providers():
                continue
            difference_db = np.abs(run(session, *_trial(model.card)) - wanted).max()
        except Exception:  # noqa: BLE001 - drivers fail in their own ways; the processor does not
            continue
        if difference_db <= MOST_DIFFERENCE_DB:
            return session
    return None


def _trial(card: ModelCard) -> tuple[FloatArray, FloatArray, FloatArray]:
    """A note's worth of input that reaches every part of a network."""
    rng = np.random.default_rng(0)
    image = rng.uniform(-1.0, 1.0, (_TRIAL_FRAMES, BANDS, 3))
    scalars = rng.uniform(-1.0, 1.0, (_TRIAL_FRAMES, len(SCALARS)))
    return image, scalars, rng.uniform(-1.0, 1.0, card.code_size)
