"""Keras -> ONNX: the file that the engine sings with, checked against Keras before it is kept."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pychang import PychangError
from pychang.arrays import FloatArray
from pychang.conditions import CHANNELS, SCALARS
from pychang.files import write_atomically
from pychang.image import BANDS, SPAN_DB
from pychang.model_file import ModelCard, metadata, seal
from voicebank_tools.training.backend import import_keras

if TYPE_CHECKING:
    import keras

MOST_DIFFERENCE_DB = 1e-4 * SPAN_DB
"""Between the gains of Keras and of the exported file: 0.0001 of the picture's range. What is rounded
elsewhere makes up to 0.0002 dB in a long tuned network, a wrong export whole decibels."""

_INPUTS = ("image", "scalars", "code")
_OUTPUT = "gains"
_TRIAL_FRAMES = (1, 50, 333)
_OPSET = 17


def export_generator(network: keras.Model, card: ModelCard, path: Path) -> float:
    """Write a generator as a sealed ONNX file; returns its largest difference from Keras in dB.

    Args:
        network: See `network.build_network`.
        card: What the file says about itself.
        path: Of the file; replaced.

    Raises:
        PychangError: tf2onnx or onnx is missing, Keras does not run on TensorFlow, the file would not sing
            as the network does, or it cannot be written.
    """
    data = onnx_bytes(network, card)
    difference_db = largest_difference_db(network, data, card.code_size)
    if not difference_db <= MOST_DIFFERENCE_DB:
        raise PychangError(f"{path.name}: exported gains differ by {difference_db:.2g} dB; not written")
    write_atomically(path, data)
    return difference_db


def onnx_bytes(network: keras.Model, card: ModelCard) -> bytes:
    """Return a generator as an ONNX file, sealed. Raises PychangError as `export_generator`."""
    keras = import_keras()
    if keras.backend.backend() != "tensorflow":
        raise PychangError("export needs TensorFlow; run the command again without --backend")
    try:
        import onnx
        import tf2onnx  # noqa: F401 (Keras needs it)
    except ImportError as error:
        raise PychangError(
            f'export needs onnx and tf2onnx ({error}); pip install "pychang[train]"'
        ) from error
    shapes = ((1, None, BANDS, len(CHANNELS)), (1, None, len(SCALARS)), (1, card.code_size))
    signature = [
        keras.InputSpec(dtype="float32", shape=shape, name=name)
        for shape, name in zip(shapes, _INPUTS, strict=True)
    ]
    with tempfile.TemporaryDirectory(prefix="pychang-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the converter
        file = Path(folder) / "generator.onnx"
        network.export(
            str(file), format="onnx", verbose=False, input_signature=[signature], opset_version=_OPSET
        )
        model = onnx.load(file)
    _rename_output(model)
    del model.metadata_props[:]
    for key, value in metadata(card).items():
        model.metadata_props.add(key=key, value=value)
    onnx.checker.check_model(model)
    return seal(model.SerializeToString())


def largest_difference_db(network: keras.Model, data: bytes, code_size: int) -> float:
    """Return how far the gains of an ONNX file are from the network's, over notes of several lengths."""
    import onnxruntime

    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    worst = 0.0
    for frames in _TRIAL_FRAMES:
        trial = _trial(rng, frames, code_size)
        wanted = np.asarray(network([trial[name] for name in _INPUTS]))
        (found,) = session.run([_OUTPUT], trial)
        worst = max(worst, float(np.abs(found - wanted).max()))
    return worst


def _trial(rng: np.random.Generator, frames: int, code_size: int) -> dict[str, FloatArray]:
    shapes = ((1, frames, BANDS, len(CHANNELS)), (1, frames, len(SCALARS)), (1, code_size))
    return {
        name: rng.uniform(-1.0, 1.0, shape).astype(np.float32)
        for name, shape in zip(_INPUTS, shapes, strict=True)
    }


def _rename_output(model) -> None:  # type: ignore[no-untyped-def]
    (output,) = model.graph.output
    old = output.name
    output.name = _OUTPUT
    for node in model.graph.node:
        node.output[:] = [_OUTPUT if name == old else name for name in node.output]
        node.input[:] = [_OUTPUT if name == old else name for name in node.input]
