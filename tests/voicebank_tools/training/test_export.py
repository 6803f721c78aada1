from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from pychang.model_file import ModelCard, read_model
from tests.voicebank_tools.training.made import needs_keras, quiet_libraries
from voicebank_tools.training import export
from voicebank_tools.training.network import NetworkOptions, build_network

pytestmark = [needs_keras, quiet_libraries]

SMALL = NetworkOptions(channels=(4, 6), code_size=3)
CARD = ModelCard("test", "made for a test", "fitted", SMALL.context_frames, SMALL.largest_db, SMALL.code_size)


def stirred():  # type: ignore[no-untyped-def]
    network = build_network(SMALL)
    rng = np.random.default_rng(1)
    for layer in network.layers:
        if layer.trainable:
            layer.set_weights([rng.normal(0.0, 0.1, w.shape) for w in layer.get_weights()])
    return network


def test_the_file_sings_as_keras_does_at_any_length(tmp_path: Path) -> None:
    network, path = stirred(), tmp_path / "generator.onnx"
    difference_db = export.export_generator(network, CARD, path)
    assert difference_db < export.MOST_DIFFERENCE_DB
    found = read_model(path)
    assert found.card == CARD
    # another network is told apart: the comparison itself can fail
    other = build_network(SMALL)
    assert export.largest_difference_db(other, found.data, SMALL.code_size) > 0.1


def test_a_file_that_differs_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "largest_difference_db", lambda *arguments: float("nan"))
    with pytest.raises(PychangError, match="differ by nan dB; not written"):
        export.export_generator(build_network(SMALL), CARD, tmp_path / "generator.onnx")
    assert list(tmp_path.iterdir()) == []
