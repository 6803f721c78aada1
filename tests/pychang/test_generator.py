"""The generator at work, against a network computed by hand."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from pychang import PychangError, generator
from pychang.arrays import FloatArray
from pychang.conditions import SCALARS, Conditions
from pychang.generator import PROVIDERS, Generator, load_generator, open_generator
from pychang.image import BANDS
from pychang.model_file import read_model
from tests.pychang.tiny_generator import CARD, NOTHING, Weights, model_bytes, weights, write_model


def some(frames: int, seed: int = 0) -> Conditions:
    rng = np.random.default_rng(seed)
    levels = rng.uniform(-90.0, -20.0, (frames, BANDS, 3)).astype(np.float32)
    scalars = rng.uniform(-1.0, 1.0, (frames, len(SCALARS))).astype(np.float32)
    return Conditions(levels, scalars, np.ones(frames, np.float32))


def opened(tmp_path: Path, w: Weights) -> Generator:
    return load_generator(write_model(tmp_path / "g.onnx", w))


def code(seed: int = 1) -> FloatArray:
    return np.random.default_rng(seed).normal(size=CARD.code_size).astype(np.float32)


@pytest.mark.parametrize("frames", [1, 2, 7, 300])
def test_it_gives_what_the_network_says(frames: int, tmp_path: Path) -> None:
    w, told = weights(), some(frames)
    gains = opened(tmp_path, w).gains(told, code())
    assert gains.dtype == np.float32
    np.testing.assert_allclose(gains, w.gains(told.image, told.scalars, code()), atol=1e-4)


def test_a_network_of_noughts_changes_nothing(tmp_path: Path) -> None:
    made = opened(tmp_path, NOTHING)
    assert not made.gains(some(100), code()).any()
    assert not made.neutral_code.any()


@pytest.mark.parametrize("piece_frames", [1, 50, 299, 300, 301])
def test_pieces_join_without_seams(piece_frames: int, tmp_path: Path) -> None:
    made = opened(tmp_path, weights())
    whole = made.gains(some(300), code(), piece_frames=300)
    np.testing.assert_allclose(made.gains(some(300), code(), piece_frames), whole, atol=1e-4)


def test_too_little_around_a_piece_would_be_seen(tmp_path: Path) -> None:
    """The test above can fail: the context in the file is what keeps the seams away."""
    made = opened(tmp_path, weights())
    blind = replace(made, card=replace(made.card, context_frames=1))
    whole = made.gains(some(300), code())
    assert np.abs(blind.gains(some(300), code(), 50) - whole).max() > 0.1


def test_the_same_note_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_model(tmp_path / "g.onnx", weights())
    first = load_generator(path).gains(some(500), code()).tobytes()
    assert load_generator(path).gains(some(500), code()).tobytes() == first
    monkeypatch.setattr(generator, "THREADS", 2)
    assert open_generator(read_model(path), "g").gains(some(500), code()).tobytes() == first


def test_a_file_is_opened_once_until_it_changes(tmp_path: Path) -> None:
    path = write_model(tmp_path / "g.onnx", weights())
    first = load_generator(path)
    assert load_generator(path) is first
    write_model(path, weights(2.0, seed=8), default="fitted")
    assert load_generator(path) is not first
    assert load_generator(path).card.default == "fitted"


def test_a_code_of_another_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PychangError, match="16 numbers"):
        opened(tmp_path, NOTHING).gains(some(3), np.zeros(7, np.float32))


def test_threads_are_bounded(tmp_path: Path) -> None:
    options = opened(tmp_path, NOTHING).session.get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)


def test_a_sound_file_that_the_runtime_cannot_run_is_told(tmp_path: Path) -> None:
    # sealed as it should be, but of a network with another code: found by the trial
    path = tmp_path / "g.onnx"
    path.write_bytes(model_bytes(replace(NOTHING, by_code=np.zeros((9, 2), np.float32))))
    with pytest.raises(PychangError, match="does not run in onnxruntime") as refused:
        load_generator(path)
    assert "\n" not in str(refused.value)


def test_without_onnxruntime_the_cure_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = read_model(write_model(tmp_path / "g.onnx"))
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(PychangError, match="pip install onnxruntime"):
        open_generator(model, "g.onnx")


class Gpu:
    """Stands in for a session on another provider: the processor's gains and a constant error."""

    def __init__(self, session: Any, error_db: float, providers: list[str]) -> None:
        self.session, self.error_db, self.providers = session, error_db, providers

    def get_providers(self) -> list[str]:
        return self.providers

    def run(self, names: list[str], values: dict[str, FloatArray]) -> list[FloatArray]:
        return [self.session.run(names, values)[0] + np.float32(self.error_db)]


@pytest.mark.parametrize(
    ("there", "asked", "tried"),
    [
        (["cuda", "directml", "coreml"], "", ["cuda"]),
        (["coreml", "directml"], "nonsense", ["directml"]),
        (["coreml"], "", []),
        (["coreml", "cuda"], " CoreML ", ["coreml"]),
        (["cuda"], "coreml", []),
        (["cuda"], "cpu", []),
    ],
)
def test_which_device_is_tried(
    there: list[str], asked: str, tried: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, seen = onnxruntime.InferenceSession, []

    def session(data: bytes, options: Any, providers: list[str]) -> Any:
        seen.append(providers[0])
        made = real(data, options, providers=["CPUExecutionProvider"])
        return made if providers[0] == "CPUExecutionProvider" else Gpu(made, 0.0, providers)

    monkeypatch.setenv("PYCHANG_DEVICE", asked)
    monkeypatch.setattr(onnxruntime, "InferenceSession", session)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [PROVIDERS[name] for name in there])
    open_generator(read_model(write_model(tmp_path / "g.onnx")), "g")
    assert seen == ["CPUExecutionProvider", *(PROVIDERS[name] for name in tried)]


@pytest.mark.parametrize(("error_db", "used"), [(0.001, True), (0.5, False), (np.nan, False), (None, False)])
def test_a_gpu_is_used_where_it_works_and_agrees(
    error_db: float | None, used: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = onnxruntime.InferenceSession

    def session(data: bytes, options: Any, providers: list[str]) -> Any:
        if providers[0] == "CPUExecutionProvider":
            return real(data, options, providers=providers)
        if error_db is None:
            raise RuntimeError("no driver")
        return Gpu(real(data, options, providers=["CPUExecutionProvider"]), error_db, providers)

    monkeypatch.setattr(onnxruntime, "InferenceSession", session)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider"])
    made = open_generator(read_model(write_model(tmp_path / "g.onnx", weights())), "g")
    assert isinstance(made.session, Gpu) == used
    np.testing.assert_allclose(
        made.gains(some(20), code()), weights().gains(some(20).image, some(20).scalars, code()), atol=2e-3
    )


def test_the_runtime_is_loaded_by_the_first_note_alone() -> None:
    statement = "import pychang.choice, sys; assert 'onnxruntime' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", statement], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
