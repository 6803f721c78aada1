import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from pychang.audio import read_wav
from pychang.generator import load_generator
from pychang.voices import Voice, recording_key, registry, write_voice
from tests.voicebank_tools.training.made import needs_keras, quiet_libraries, recordings
from voicebank_tools.training import voice_code
from voicebank_tools.training.checkpoint import Progress
from voicebank_tools.training.dataset import Dataset
from voicebank_tools.training.model_folder import write_model
from voicebank_tools.training.network import NetworkOptions, build_network
from voicebank_tools.training.run_config import RunConfig
from voicebank_tools.training.session import CODES, WEIGHTS, Outcome
from voicebank_tools.training.voice_code import (
    HEAD_OCTAVES,
    HEAD_SHARE,
    FitOptions,
    batches_of_voice,
    fit_voice,
    folder_name,
)

SMALL = NetworkOptions(channels=(4, 6), code_size=3)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("Yuki", "Yuki"), ("a/b:c", "a_b_c"), ("..", "voice"), ("ゆき ", "ゆき"), ("x" * 99, "x" * 80)],
)
def test_a_voices_folder_has_a_name_that_every_system_takes(name: str, wanted: str) -> None:
    assert folder_name(name) == wanted


def test_a_voice_of_one_pitch_is_moved_to_others_and_one_of_many_is_not() -> None:
    one = batches_of_voice((349.2, 349.2), 0).augmentation
    assert (one.formant_share, one.formant_octaves) == (HEAD_SHARE, HEAD_OCTAVES)
    fourth = batches_of_voice((300.0, 400.0), 0).augmentation
    assert fourth.formant_octaves == pytest.approx(HEAD_OCTAVES - np.log2(4.0 / 3.0) / 2.0)
    many = batches_of_voice((100.0, 400.0), 0).augmentation
    assert (many.formant_share, many.formant_octaves) == (0.0, 0.0)
    assert one.colour_share == many.colour_share == 0.0


@needs_keras
@quiet_libraries
def test_a_voice_is_fitted_and_then_tuned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYCHANG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PYCHANG_GENERATOR", str(tmp_path / "model" / "generator.onnx"))
    monkeypatch.setattr(voice_code, "CODE_STEPS", 4)
    monkeypatch.setattr(voice_code, "_CODE_EPOCH", 2)
    bank = recordings(
        tmp_path / "Mio", {"a": ("a", 220.0), "i": ("i", 233.0), "_silence/a_000": ("a", 230.0)}
    )
    with pytest.raises(PychangError, match=r"generator .* not found"):
        fit_voice(bank, FitOptions(), print)

    network = build_network(SMALL)
    rng = np.random.default_rng(0)  # a network by chance to which it does good to know this voice
    for layer in network.layers:
        if layer.trainable:
            layer.set_weights([rng.normal(0.0, 0.1, w.shape) for w in layer.get_weights()])
    write_model(tmp_path / "model", network, SMALL, "base", "made", "fitted")
    base = load_generator(tmp_path / "model" / "generator.onnx")

    fitted = fit_voice(bank, FitOptions(jobs=1), print)
    assert fitted.folder == tmp_path / "data" / "voices" / "Mio"
    assert (fitted.voice.generator, fitted.voice.generator_sha256) == (None, base.sha256)
    assert set(fitted.voice.recordings.values()) == {"a.wav", "i.wav"}
    assert np.abs(fitted.voice.code).max() > 0.01
    assert fitted.fitted_db < fitted.prior_db + 5.0
    assert fitted.voice.pitch_hz == pytest.approx((220.0, 233.0), rel=0.01)
    voice = registry().by_recording[recording_key(read_wav(bank / "a.wav"))]
    assert (voice.name, voice.code) == ("Mio", fitted.voice.code)

    # tuning is the same training with all weights free: here it only hands on what it began with
    runs: list[RunConfig] = []

    def train(dataset: Dataset, folder: Path, config: RunConfig, report: object) -> Outcome:
        runs.append(config)
        return untrained(folder, config)

    monkeypatch.setattr(voice_code, "train", train)
    monkeypatch.setattr(voice_code, "for_minutes", ten_steps_a_second)
    tuned = fit_voice(bank, FitOptions(name="Mio", minutes=0.1, jobs=1), print)
    assert [(run.steps, run.frozen) for run in runs] == [(4, True), (60, False)]
    assert tuned.voice.generator is not None
    assert (tuned.prior_db, tuned.fitted_db) == (2.0, 1.0)
    own = load_generator(tuned.voice.generator)
    assert own.sha256 == tuned.voice.generator_sha256 != base.sha256
    assert "Tuned to the voice Mio" in own.card.card
    assert registry().by_recording.keys() == tuned.voice.recordings.keys()


class Begun(Exception):
    """All that is checked before the work was as it should be."""


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bank whose fit ends where its work begins."""

    def begin(*_: object) -> None:
        raise Begun

    monkeypatch.setenv("PYCHANG_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(voice_code, "open_trained", lambda path: None)
    monkeypatch.setattr(voice_code, "build_dataset", begin)
    return recordings(tmp_path / "C4", {"a": ("a", 220.0), "i": ("i", 220.0)})


def fitted_before(bank: Path, key: str) -> Path:
    folder = bank.parent / "data" / "voices" / bank.name
    write_voice(folder, Voice(bank.name, (0.5,), "0" * 64, {key: "a.wav"}, (200.0, 300.0)))
    return folder


def test_a_voice_of_other_recordings_is_not_replaced(bank: Path) -> None:
    fitted_before(bank, "f" * 32)
    refusal = r"C4 holds a voice fitted to other recordings; choose another --name, or remove that folder"
    for minutes in (None, 0.1):
        with pytest.raises(PychangError, match=refusal):
            fit_voice(bank, FitOptions(minutes=minutes), print)
    with pytest.raises(Begun):
        fit_voice(bank, FitOptions(name="C4 of Mio"), print)
    fitted_before(bank, recording_key(read_wav(bank / "a.wav")))
    with pytest.raises(Begun):
        fit_voice(bank, FitOptions(), print)


def test_tuned_weights_are_not_lost_for_a_code(bank: Path) -> None:
    folder = fitted_before(bank, recording_key(read_wav(bank / "a.wav")))
    (folder / "generator.onnx").write_bytes(b"half an hour")
    with pytest.raises(PychangError, match=r"C4 holds a voice with a generator of its own.* tune it again"):
        fit_voice(bank, FitOptions(), print)
    with pytest.raises(Begun):
        fit_voice(bank, FitOptions(minutes=0.1), print)


@needs_keras
@quiet_libraries
@pytest.mark.parametrize("known", [False, True])
def test_it_is_told_when_nothing_was_learnt_of_a_voice(
    known: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYCHANG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PYCHANG_GENERATOR", str(tmp_path / "model" / "generator.onnx"))
    write_model(tmp_path / "model", build_network(SMALL), SMALL, "base", "made", "fitted")

    def train(dataset: Dataset, folder: Path, config: RunConfig, report: object) -> Outcome:
        outcome = untrained(folder, config)
        np.save(folder / CODES, np.full((1, SMALL.code_size), float(known), np.float32))
        return outcome

    monkeypatch.setattr(voice_code, "train", train)
    told: list[str] = []
    fit_voice(recordings(tmp_path / "Mio", {"a": ("a", 220.0)}), FitOptions(jobs=1), told.append)
    assert [line for line in told if "unknown voice" in line] == (
        []
        if known
        else ["Mio: nothing was found that sets it apart, so it is sung as an unknown voice; record more"]
    )


def ten_steps_a_second(dataset: Dataset, config: RunConfig, minutes: float) -> RunConfig:
    return replace(config, steps=round(600 * minutes))


def untrained(folder: Path, config: RunConfig) -> Outcome:
    """Leaves what training would, as it was begun; half as far from the recordings as the prior."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(config.begin_with, folder / WEIGHTS)
    np.save(folder / CODES, np.ones((1, SMALL.code_size), np.float32))
    return Outcome(Progress(), {"loss": 1.0, "shifted_db": 1.0, "shifted_prior_db": 2.0}, 1.0, 13.0, 0.0)
