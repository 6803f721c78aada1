"""Which engine sings a recording: the one asked for, else the one that is known to do it better.

Never another one because of time: hosts keep what they get for ever. Another one only where no generator
can be had, and then with a line that says so.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pychang import PychangError
from pychang.arrays import FloatArray
from pychang.engine import ClassicEngine, Engine
from pychang.generator import load_generator
from pychang.model_file import described
from pychang.neural import NeuralEngine
from pychang.voices import Voice, find_voice, recording_key, registry

ENGINES = ("classic", "neural")

GENERATOR_VARIABLE = "PYCHANG_GENERATOR"
"""Names another generator than the shipped one."""


@dataclass(frozen=True)
class Choice:
    """An engine, and one line if it is not the one that should have sung (else "")."""

    engine: Engine
    remark: str = ""


def generator_path() -> Path:
    """Return where the generator is: the shipped file, or the one that `PYCHANG_GENERATOR` names."""
    override = os.environ.get(GENERATOR_VARIABLE)
    return Path(override) if override else Path(__file__).parent / "models" / "generator.onnx"


def choose_engine(wish: str, recording: FloatArray) -> Choice:
    """Return the engine for one recording.

    Args:
        wish: One of ENGINES; "" for the default, see `is_neural_by_default`; another word counts as
            "" and is told.
        recording: As `pychang.audio` reads it. Shape [samples].
    """
    wish = wish.strip().lower()
    if wish == "classic":
        return Choice(ClassicEngine())
    remarks = []
    if wish not in ("", *ENGINES):
        remarks.append(f"engine {wish[:40]!r}: no such engine; write {' or '.join(ENGINES)}")
    try:
        voice, doubt = _voice_of(recording)
        remarks += [doubt] if doubt else []
        neural = wish == "neural" or is_neural_by_default(voice)
        engine: Engine = _neural(voice) if neural else ClassicEngine()
    except PychangError as error:
        engine = ClassicEngine()
        remarks.append(f"sung by the classic engine: {error}")
    return Choice(engine, "; ".join(remarks))


def is_neural_by_default(voice: Voice | None) -> bool:
    """Say whether the neural engine sings where none is asked for.

    It does for the recordings of a fitted voice, and for all others if the generator says of itself that
    it is better on voices it has never met (`pychang.default` in its file, set by what was measured).
    Without a generator nobody expects it. Raises PychangError where there is one that cannot be used.
    """
    if voice is not None:
        return True
    path = generator_path()
    # A path that was named may be too long, or in a folder that nobody may enter: `described` tells.
    if not os.environ.get(GENERATOR_VARIABLE) and not path.exists():
        return False
    return described(path).card.default == "all"


def require_neural() -> None:
    """Raise PychangError, in one line that says what to do, if no generator can be had."""
    load_generator(generator_path())


def fitted_engine(name: str) -> NeuralEngine:
    """Return the engine of a fitted voice, to sing any recording with it: so it is measured on recordings
    that it was not fitted to. Raises PychangError where there is none, or its generator is gone."""
    voice = find_voice(name)
    if not _is_current(voice):
        raise PychangError(_outdated(voice))
    return _neural(voice)


def _voice_of(recording: FloatArray) -> tuple[Voice | None, str]:
    """The fitted voice that a recording belongs to, if its generator is still there; else what is amiss."""
    known = registry()
    if not known.by_recording:
        return None, known.problem
    voice = known.by_recording.get(recording_key(recording))
    if voice is None:
        return None, known.problem
    return (voice, "") if _is_current(voice) else (None, _outdated(voice))


def _is_current(voice: Voice) -> bool:
    model = described(voice.generator or generator_path())
    return voice.generator_sha256 == model.sha256 and len(voice.code) == model.card.code_size


def _outdated(voice: Voice) -> str:
    return f"voice {voice.name}: fitted to another generator; fit it again with `vbtools train`"


def _neural(voice: Voice | None) -> NeuralEngine:
    if voice is None:
        generator = load_generator(generator_path())
        return NeuralEngine(generator, generator.neutral_code)
    generator = load_generator(voice.generator or generator_path())
    return NeuralEngine(generator, np.array(voice.code, np.float32), voice.pitch_hz)
