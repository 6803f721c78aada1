"""A generator of one convolution, small enough to be computed by hand, in a file as training writes it."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from pychang.arrays import FloatArray
from pychang.conditions import CHANNELS, SCALARS
from pychang.image import BANDS
from pychang.model_file import CODE_SIZE, ModelCard, metadata, seal

CARD = ModelCard("tiny", "a test's own", "all", context_frames=2, bounds_db=(12.0, 6.0))


@dataclass(frozen=True)
class Weights:
    """The image through `kernel` [5 frames, 3, 2], and scalars and code through [6, 2] and [16, 2], added."""

    kernel: FloatArray
    by_scalars: FloatArray
    by_code: FloatArray

    def gains(self, image: FloatArray, scalars: FloatArray, code: FloatArray) -> FloatArray:
        """What the file's network gives, by numpy. Shape [frames, BANDS, 2]."""
        padded = np.pad(image, ((2, 2), (0, 0), (0, 0)))
        moved = [padded[i : i + len(image)] @ self.kernel[i] for i in range(5)]
        return np.asarray(sum(moved) + (scalars @ self.by_scalars + code @ self.by_code)[:, None])


def weights(scale_db: float = 1.0, seed: int = 0) -> Weights:
    rng = np.random.default_rng(seed)
    shapes = (5, len(CHANNELS), 2), (len(SCALARS), 2), (CODE_SIZE, 2)
    return Weights(*(rng.normal(0.0, scale_db, shape).astype(np.float32) for shape in shapes))


NOTHING = weights(0.0)


def model_bytes(w: Weights = NOTHING, card: ModelCard = CARD, **props: str) -> bytes:
    """A sealed file; `props`: metadata to be other than they should, by their names without `pychang.`."""
    pytest.importorskip("onnx", reason="onnx comes with the train and test extras")
    from onnx import TensorProto, helper, numpy_helper

    kernel = w.kernel.transpose(2, 1, 0)[..., None]  # [out, in, time, band]
    constants = {"kernel": kernel, "by_scalars": w.by_scalars, "by_code": w.by_code, "axes": np.array([2])}
    nodes = [
        helper.make_node("Transpose", ["image"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["planes", "kernel"], ["moved"], pads=[2, 0, 2, 0]),
        helper.make_node("Transpose", ["moved"], ["picture"], perm=[0, 2, 3, 1]),
        helper.make_node("MatMul", ["scalars", "by_scalars"], ["told"]),
        helper.make_node("MatMul", ["code", "by_code"], ["voice"]),
        helper.make_node("Add", ["told", "voice"], ["both"]),
        helper.make_node("Unsqueeze", ["both", "axes"], ["wide"]),
        helper.make_node("Add", ["picture", "wide"], ["gains"]),
    ]
    float_, code_size = TensorProto.FLOAT, len(w.by_code)
    graph = helper.make_graph(
        nodes, "tiny",
        [
            helper.make_tensor_value_info("image", float_, [1, "frames", BANDS, len(CHANNELS)]),
            helper.make_tensor_value_info("scalars", float_, [1, "frames", len(SCALARS)]),
            helper.make_tensor_value_info("code", float_, [1, code_size]),
        ],
        [helper.make_tensor_value_info("gains", float_, [1, "frames", BANDS, 2])],
        [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in constants.items()],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    for key, value in {**metadata(card), **{f"pychang.{key}": value for key, value in props.items()}}.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    return seal(model.SerializeToString())


def write_model(path: Path, w: Weights = NOTHING, default: str = "all", **props: str) -> Path:
    """Write a generator's file and return its path."""
    path.write_bytes(model_bytes(w, replace(CARD, default=default), **props))
    return path
