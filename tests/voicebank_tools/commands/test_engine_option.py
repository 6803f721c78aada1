"""`--engine` on the commands that sing: what is chosen, and what is said where it cannot be had."""

from pathlib import Path

import click
import numpy as np
import pytest

from pychang.audio import read_wav
from pychang.choice import ENGINES
from tests.pychang.tiny_generator import NOTHING, Weights, write_model
from voicebank_tools.cli import main
from voicebank_tools.commands.engine_option import ENGINE_TYPE, checked_engine, engine_option
from voicebank_tools.demo import DemoFiles, make_bank_and_song

LOUD = Weights(NOTHING.kernel, np.full_like(NOTHING.by_scalars, 2.0), NOTHING.by_code)


@pytest.fixture
def generator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = write_model(tmp_path / "g.onnx", LOUD, default="fitted")
    monkeypatch.setenv("PYCHANG_GENERATOR", str(path))
    return path


@click.command()
@engine_option
def show(engine: str) -> None:
    click.echo(f"<{engine}>")


def shown(*words: str, capsys: pytest.CaptureFixture[str]) -> str:
    show.main(words, standalone_mode=False)
    return capsys.readouterr().out.strip()


def test_the_choice_is_the_engines() -> None:
    assert tuple(ENGINE_TYPE.choices) == ENGINES


def test_the_option_wins_over_the_environment(
    generator: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(capsys=capsys) == "<>"
    monkeypatch.setenv("PYCHANG_ENGINE", "neural")
    assert shown(capsys=capsys) == "<neural>"
    assert shown("--engine", "classic", capsys=capsys) == "<classic>"


def test_another_word_is_a_wrong_use() -> None:
    with pytest.raises(click.BadParameter, match="vocoder"):
        show.main(["--engine", "vocoder"], standalone_mode=False)


def test_help_needs_no_generator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYCHANG_GENERATOR", str(tmp_path / "none"))
    context = click.Context(show, resilient_parsing=True)
    assert checked_engine(context, show.params[0], "neural") == "neural"


@pytest.fixture
def song(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The words that sing one bar of the demo."""
    monkeypatch.setenv("PYCHANG_CACHE", str(tmp_path / "cache"))
    files = DemoFiles(tmp_path)
    make_bank_and_song(files, bars=1)
    return ["sing", str(files.song), "-v", str(files.bank), "-q", "-j", "1", "-o"]


def test_a_song_is_sung_by_the_engine_that_is_asked_for(
    generator: Path, song: list[str], tmp_path: Path
) -> None:
    outputs = [tmp_path / f"{name}.wav" for name in ("default", *ENGINES)]
    for output, name in zip(outputs, ("", *ENGINES), strict=True):
        assert main([*song, str(output), *(["--engine", name] if name else [])]) == 0
    default, classic, neural = map(read_wav, outputs)
    np.testing.assert_array_equal(default, classic)  # "fitted": this voice is not
    assert np.abs(neural - classic).max() > 0.01


def test_who_asks_for_what_cannot_be_had_is_told_before_the_work(
    generator: Path, song: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generator.write_bytes(generator.read_bytes()[:-1] + b"x")
    output = tmp_path / "out.wav"
    assert main([*song, str(output), "--engine", "neural"]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert "damaged: its checksum is wrong; install it again" in captured.err
    assert len(captured.err.splitlines()) == 1
    assert not output.exists()


def test_a_song_that_falls_back_says_so_once(
    generator: Path, song: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generator.write_bytes(generator.read_bytes()[:-1] + b"x")
    assert main([*song, str(tmp_path / "out.wav")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("warning: sung by the classic engine: ")


def test_the_demo_passes_it_to_the_installed_program(
    generator: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYCHANG_CACHE", str(tmp_path / "cache"))
    waves = []
    for name in ENGINES:
        assert main(["demo", "-o", str(tmp_path / name), "--bars", "1", "--engine", name]) == 0
        waves.append(read_wav(tmp_path / name / "demo.wav"))
    assert np.abs(waves[0] - waves[1]).max() > 0.01


def test_installing_knows_no_engine(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", "utau", "--engine", "classic"]) == 2
    assert "--check" in capsys.readouterr().err
