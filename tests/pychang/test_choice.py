"""Who sings: what was asked for, who is known, and what is said where it cannot be had."""

from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from pychang.arrays import FloatArray
from pychang.choice import choose_engine, fitted_engine, generator_path, require_neural
from pychang.generator import load_generator
from pychang.model_file import described
from pychang.neural import NeuralEngine
from pychang.voices import GENERATOR_NAME, VOICE_NAME, Voice, recording_key, write_voice
from tests.pychang.signals import white
from tests.pychang.tiny_generator import weights, write_model

RECORDING, STRANGER = white(4000), white(4000, seed=9)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with nothing: no generator, no voice."""
    monkeypatch.setenv("PYCHANG_DATA", str(tmp_path))
    monkeypatch.setenv("PYCHANG_GENERATOR", str(tmp_path / "generator.onnx"))
    return tmp_path


def fit(data: Path, generator: Path, code: float = 0.25, size: int = 16) -> Path:
    seal = described(generator).sha256
    voice = Voice("rei", (code,) * size, seal, {recording_key(RECORDING): "か.wav"}, (50.0, 2000.0))
    return write_voice(data / "voices" / "rei", voice).parent


def chosen(wish: str, recording: FloatArray = RECORDING) -> tuple[str, str]:
    choice = choose_engine(wish, recording)
    assert "\n" not in choice.remark
    return choice.engine.name, choice.remark


@pytest.mark.parametrize(
    ("default", "wish", "known", "engine"),
    [
        ("all", "", "neural", "neural"),
        ("fitted", "", "neural", "classic"),
        ("all", "classic", "classic", "classic"),
        ("fitted", "neural", "neural", "neural"),
    ],
)
def test_the_policy(default: str, wish: str, known: str, engine: str, data: Path) -> None:
    """`known`: who sings a recording of a fitted voice; `engine`: who sings all others."""
    fit(data, write_model(generator_path(), default=default))
    assert chosen(wish) == (known, "")
    assert chosen(wish, STRANGER) == (engine, "")


def test_a_fitted_voice_sings_with_its_code(data: Path) -> None:
    fit(data, write_model(generator_path(), default="fitted"))
    engine, stranger = (choose_engine("neural", wave).engine for wave in (RECORDING, STRANGER))
    assert isinstance(engine, NeuralEngine)
    assert isinstance(stranger, NeuralEngine)
    np.testing.assert_array_equal(engine.code, np.full(16, 0.25, np.float32))
    assert not stranger.code.any()


def test_a_fitted_voice_can_sing_what_it_does_not_know(data: Path) -> None:
    folder = fit(data, write_model(generator_path(), default="fitted"))
    np.testing.assert_array_equal(fitted_engine("rei").code, np.full(16, 0.25, np.float32))
    with pytest.raises(PychangError, match="voice 'mei': no such voice is fitted; there are rei"):
        fitted_engine("mei")
    write_model(generator_path(), default="all")
    with pytest.raises(PychangError, match="voice rei: fitted to another generator; fit it again"):
        fitted_engine("rei")
    (folder / VOICE_NAME).unlink()
    with pytest.raises(PychangError, match="fit one with `vbtools train BANK`"):
        fitted_engine("rei")


def test_a_voice_may_have_a_generator_of_its_own(data: Path) -> None:
    own = write_model(data / "own.onnx", weights())
    folder = fit(data, own)
    own.rename(folder / GENERATOR_NAME)
    engine = choose_engine("", RECORDING).engine  # there is no shipped one at all
    assert isinstance(engine, NeuralEngine)
    assert engine.generator is load_generator(folder / GENERATOR_NAME)
    assert chosen("classic") == ("classic", "")


@pytest.mark.parametrize("default", ["all", "fitted"])
def test_a_voice_of_another_generator_counts_as_a_stranger(default: str, data: Path) -> None:
    fit(data, write_model(generator_path()))
    write_model(generator_path(), weights(seed=3), default=default)  # an update
    name, remark = chosen("")
    assert name == ("neural" if default == "all" else "classic")
    assert "rei: fitted to another generator; fit it again" in remark
    assert chosen("", STRANGER)[1] == ""


def test_a_code_of_another_length_is_not_used(data: Path) -> None:
    fit(data, write_model(generator_path()), size=3)
    name, remark = chosen("neural")
    assert name == "neural"
    assert "fit it again" in remark


def test_without_a_generator_nobody_expects_one(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYCHANG_GENERATOR")
    monkeypatch.setattr("pychang.choice.__file__", str(data / "choice.py"))
    assert chosen("") == ("classic", "")
    name, remark = chosen("neural")
    assert name == "classic"
    assert remark.startswith("sung by the classic engine: generator ")
    with pytest.raises(PychangError, match="not found"):
        require_neural()


@pytest.mark.parametrize("wish", ["", "neural"])
def test_a_damaged_generator_is_told_and_the_note_sung(wish: str, data: Path) -> None:
    generator_path().write_bytes(write_model(generator_path()).read_bytes()[:-1] + b"x")
    name, remark = chosen(wish)
    assert name == "classic"
    assert "is damaged: its checksum is wrong; install it again" in remark
    assert chosen("classic") == ("classic", "")


def test_a_voice_that_cannot_be_read_is_told_where_it_may_be_meant(data: Path) -> None:
    write_model(generator_path())
    (data / "voices" / "broken").mkdir(parents=True)
    (data / "voices" / "broken" / VOICE_NAME).write_text("{")
    name, remark = chosen("")
    assert name == "neural"
    assert "no voice of PyChang's" in remark
    fit(data, generator_path())
    assert chosen("") == ("neural", "")
    assert chosen("", STRANGER)[1] == remark


@pytest.mark.parametrize("wish", [" neural ", "NEURAL"])
def test_blanks_and_capitals_do_not_matter(wish: str, data: Path) -> None:
    write_model(generator_path(), default="fitted")
    assert chosen(wish) == ("neural", "")


def test_an_unknown_engine_is_told_and_counts_as_none(data: Path) -> None:
    write_model(generator_path(), default="fitted")
    assert chosen("vocoder") == ("classic", "engine 'vocoder': no such engine; write classic or neural")


def test_a_generator_that_was_named_but_is_not_there_is_told(data: Path) -> None:
    name, remark = chosen("")
    assert name == "classic"
    assert "not found" in remark


@pytest.mark.parametrize("wish", ["", "neural"])
def test_a_generator_with_an_impossible_name_is_told(
    wish: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYCHANG_GENERATOR", str(data / ("g" * 300)))
    name, remark = chosen(wish)
    assert name == "classic"
    assert remark.startswith("sung by the classic engine: ")
    assert "cannot be read" in remark


def test_a_good_generator_passes(data: Path) -> None:
    write_model(generator_path())
    require_neural()
