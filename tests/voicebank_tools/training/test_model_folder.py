import json
from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from pychang.model_file import read_model
from tests.voicebank_tools.training.made import needs_keras, quiet_libraries
from voicebank_tools.training.model_folder import MODEL, SHAPE, WEIGHTS, open_trained, write_model
from voicebank_tools.training.network import NetworkOptions, build_network

pytestmark = [needs_keras, quiet_libraries]

SMALL = NetworkOptions(channels=(4,), code_size=3)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a small generator that does something, by name."""
    folder = tmp_path_factory.mktemp("model")
    network = build_network(SMALL)
    rng = np.random.default_rng(0)
    for layer in network.layers:
        if layer.trainable:
            layer.set_weights([rng.normal(0.0, 0.2, w.shape) for w in layer.get_weights()])
    write_model(folder, network, SMALL, "small", "made for a test", "all")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def folder(written: dict[str, bytes], tmp_path: Path) -> Path:
    for name, data in written.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_three_files_are_all_that_is_needed(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {MODEL, WEIGHTS, SHAPE}
    found = open_trained(folder / MODEL)
    assert found.options == SMALL
    assert found.sha256 == read_model(folder / MODEL).sha256
    assert (found.card.name, found.card.default) == ("small", "all")


def test_weights_of_another_model_are_refused(folder: Path) -> None:
    build_network(SMALL).save_weights(folder / WEIGHTS)
    with pytest.raises(PychangError, match=r"does not belong to generator\.onnx"):
        open_trained(folder / MODEL)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (WEIGHTS, None, "cannot be fitted; install it again"),
        (WEIGHTS, b"no weights", "cannot be read"),
        (SHAPE, None, "network shape .* not found"),
        (SHAPE, b"{", "cannot be read"),
        (SHAPE, json.dumps({"depth": 3}).encode(), "cannot be read"),
        (MODEL, b"no model", "no generator of PyChang's"),
    ],
)
def test_what_is_missing_or_damaged_is_told(
    name: str, content: bytes | None, told: str, folder: Path
) -> None:
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(PychangError, match=told):
        open_trained(folder / MODEL)
