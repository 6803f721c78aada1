"""Datasets and recordings made for the tests of training."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from pychang.arrays import FloatArray
from pychang.audio import write_wav
from pychang.conditions import SCALARS
from pychang.image import BANDS
from tests.pychang.signals import vowel
from voicebank_tools.training.dataset import Dataset, Shard, VoiceFacts, write_dataset
from voicebank_tools.training.examples import PAIR, SHIFTED, STARVED, Example
from voicebank_tools.training.shards import write_shard

FRAMES = 40

needs_keras = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("keras", "tensorflow", "tf2onnx")),
    reason="TensorFlow, Keras and tf2onnx come with the train extra",
)
quiet_libraries = pytest.mark.filterwarnings("ignore")


def example(seed: int, kind: int = SHIFTED, frames: int = FRAMES, band_hz: float = 20_000.0) -> Example:
    """An example whose target is the prior 3 dB louder in its upper half: something that can be learnt."""
    rng = np.random.default_rng(seed)
    harmonic = rng.uniform(-70.0, -20.0, (frames, BANDS)).astype(np.float32)
    noise = harmonic - 30.0
    louder = np.where(np.arange(BANDS) >= BANDS // 2, 3.0, 0.0).astype(np.float32)
    target = np.stack([harmonic + louder, noise + louder], axis=2)
    return Example(
        levels_db=np.stack([harmonic, noise, harmonic], axis=2),
        scalars=rng.uniform(-1.0, 1.0, (frames, len(SCALARS))).astype(np.float32),
        strength=np.ones(frames, np.float32), target_db=target, weights=np.ones(frames, np.float32),
        kind=kind, band_hz=band_hz,
    )  # fmt: skip


def dataset(folder: Path, validate: tuple[str, ...] = ("carol",), shards: int = 4) -> Dataset:
    """Three voices with a few shards of each kind."""
    (folder / "shards").mkdir(parents=True)
    made = []
    for number, voice in enumerate(("alice", "bob", "carol")):
        for index in range(shards):
            seed = 100 * number + 10 * index
            examples = [example(seed + kind, kind) for kind in (SHIFTED, STARVED, PAIR)]
            key = f"{seed + 1:032x}"
            made.append(
                Shard(key, voice, (f"{voice}-{index}.wav",), write_shard(folder / "shards", key, examples))
            )
    voices = tuple(VoiceFacts(name, "made", "CC0", 1.0) for name in ("alice", "bob", "carol"))
    found = Dataset(folder, voices, validate, tuple(made), {}, "engine")
    write_dataset(found)
    return found


def recordings(folder: Path, tones: Mapping[str, tuple[str, float]]) -> Path:
    """Write vowels: file name (without .wav) -> (vowel, f0 in hertz)."""
    for name, (letter, f0_hz) in tones.items():
        path = folder / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_wav(path, sung(letter, f0_hz))
    return folder


def sung(letter: str, f0_hz: float, seconds: float = 0.4) -> FloatArray:
    return 0.3 * vowel(f0_hz, letter, seconds, breath_db=-40.0)
