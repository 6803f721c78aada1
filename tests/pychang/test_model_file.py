"""The generator's file: what is read back, and what is refused with which cure."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pychang import PychangError
from pychang.model_file import ModelCard, described, metadata, read_model, seal
from tests.pychang.tiny_generator import CARD, model_bytes, write_model


def refusal(path: Path) -> str:
    with pytest.raises(PychangError) as refused:
        read_model(path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "; " in str(refused.value)  # what to do
    return str(refused.value)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = write_model(tmp_path / "生成.onnx")
    model = read_model(path)
    assert model.card == CARD
    assert model.data == path.read_bytes()
    assert len(model.sha256) == 64
    assert described(path) == replace(model, data=b"")


def test_long_and_foreign_texts_come_back(tmp_path: Path) -> None:
    card = ModelCard("声", "voices: ünïcode, " * 3000, "fitted", 24, (12.0, 6.0))
    path = tmp_path / "g.onnx"
    path.write_bytes(model_bytes(card=card))
    assert read_model(path).card == card


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    path = write_model(tmp_path / "g.onnx")
    first = described(path)
    assert described(path) is first
    write_model(path, default="fitted")
    assert described(path).card.default == "fitted"


def test_every_flipped_byte_is_seen(tmp_path: Path) -> None:
    data = model_bytes()
    path = tmp_path / "g.onnx"
    for at in np.random.default_rng(0).integers(0, len(data), 200):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1 :])
        refusal(path)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.binary(max_size=400))
def test_any_rubbish_is_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("rubbish") / "g.onnx"
    path.write_bytes(data)
    assert "no generator of PyChang's" in refusal(path)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_half_a_file_is_refused(share: float, tmp_path: Path) -> None:
    data = model_bytes()
    path = tmp_path / "g.onnx"
    path.write_bytes(data[: int(share * len(data))])
    refusal(path)


@pytest.mark.parametrize(
    ("props", "cure"),
    [
        ({"format": "2"}, "format 2, this PyChang reads format 1; update PyChang"),
        ({"format": "99999999999999999999"}, "update PyChang"),
        ({"format": "0"}, "format 0, this PyChang reads format 1; make it anew"),
        ({"format": "x"}, "make it anew"),
        ({"format": ""}, "no generator of PyChang's"),
        ({"features": "{"}, "cannot be read; export it again"),
        ({"features": "[1]"}, "cannot be read; export it again"),
        ({"features": "{}"}, "cannot be read; export it again"),
        ({"default": "always"}, "makes no sense; export it again"),
    ],
)
def test_what_is_refused_and_what_to_do(props: dict[str, str], cure: str, tmp_path: Path) -> None:
    path = tmp_path / "g.onnx"
    path.write_bytes(model_bytes(**props))
    assert cure in refusal(path)


@pytest.mark.parametrize(("name", "value"), [("bands", 64), ("hop_samples", 441), ("scalars", ["f0"])])
def test_a_generator_for_other_images_is_refused(name: str, value: object, tmp_path: Path) -> None:
    features = {**json.loads(metadata(CARD)["pychang.features"]), name: value}
    told = refusal(write_model(tmp_path / "g.onnx", features=json.dumps(features)))
    assert f"made for {name} {value} instead of" in told


def test_no_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(PychangError, match=r"generator .*not found"):
        read_model(tmp_path / "none.onnx")
    with pytest.raises(PychangError, match="is a folder"):
        described(tmp_path)


def test_only_a_model_with_a_place_for_it_is_sealed() -> None:
    for data in (b"", b"\x0a\x0epychang.sha256\x12\x40" + b"1" * 64, model_bytes()):
        with pytest.raises(PychangError, match="no place for its seal"):
            seal(data)


@pytest.mark.parametrize("card", [replace(CARD, default="x"), replace(CARD, context_frames=-1)])
def test_no_card_is_written_that_would_not_be_read(card: ModelCard) -> None:
    with pytest.raises(PychangError):
        metadata(card)
