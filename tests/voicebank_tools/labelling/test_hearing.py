from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from pychang.audio import read_native, read_wav
from tests.voicebank_tools.labelling.material import RATE_HZ, sung
from voicebank_tools.labelling.hearing import (
    clipped_share,
    doubts,
    first_sound_s,
    levels_db,
    refuse_long,
    refuse_unusable,
    voiced_share,
)
from voicebank_tools.labels.segment import Transcript, Word


def text(phones: int) -> Transcript:
    return Transcript((Word("x", ("a",) * phones),), (None,))


@pytest.mark.parametrize("silence_s", [0.1, 0.5, 1.0])
def test_where_the_sound_begins(silence_s: float) -> None:
    noise = 1e-4 * np.random.default_rng(1).standard_normal(RATE_HZ * 4)
    wave = sung(1.0, silence_s=silence_s)
    assert first_sound_s(wave + noise[: len(wave)]) == pytest.approx(silence_s, abs=0.02)


def test_levels_of_a_full_scale_square() -> None:
    assert levels_db(np.ones(1000)) == pytest.approx([0.0, 0.0, 10 * np.log10(118 / 441)])
    assert levels_db(np.zeros(0)) == pytest.approx([-120.0])
    assert first_sound_s(np.zeros(RATE_HZ)) == 0.0


@pytest.mark.parametrize(
    ("wave", "phones", "message"),
    [
        (np.zeros(RATE_HZ), 1, "is silent"),
        (1e-5 * np.ones(RATE_HZ), 1, "is silent"),
        (sung(0.1, silence_s=0.0), 6, "0.10 s are too short for 6 phones"),
    ],
)
def test_unusable_clips(wave: np.ndarray, phones: int, message: str) -> None:
    with pytest.raises(PychangError, match=message):
        refuse_unusable(wave, text(phones))


def test_whole_recordings() -> None:
    refuse_long(600.0)
    with pytest.raises(PychangError, match="11 minutes are too long for a clip; cut it"):
        refuse_long(655.0)


def test_usable_clips() -> None:
    refuse_unusable(sung(0.2, silence_s=0.0), text(6))


def found(wave: np.ndarray, rate_hz: int = RATE_HZ) -> list[str]:
    return [why for why, _ in doubts(wave[:, None], rate_hz, wave)]


def test_doubts() -> None:
    loud = np.clip(8.0 * sung(), -1.0, 1.0)
    noise = 0.1 * np.random.default_rng(2).standard_normal(RATE_HZ)
    assert found(sung()) == []
    assert found(sung(), 8000) == ["was recorded at 8000 Hz: consonants are missing above 4000 Hz"]
    assert found(loud) == ["is clipped"]
    assert [why[:28] for why in found(noise)] == ["hardly any voiced sound is h"]


def test_flat_tops_are_counted() -> None:
    wave = np.array([0.0, 0.5, 0.5, 0.5, 0.5, 0.0, -0.5, -0.5, 0.1, 0.2])
    assert clipped_share(wave[:, None]) == pytest.approx(0.2)
    assert clipped_share(0.1 * wave[:, None]) == 0.0
    sine = np.round(3000 * np.sin(2 * np.pi * 110 * np.arange(RATE_HZ) / RATE_HZ)) / 32768
    assert clipped_share(sine[:, None]) < 0.1


@pytest.mark.parametrize(("f0_hz", "voiced"), [(80.0, True), (220.0, True), (900.0, True), (2500.0, False)])
def test_voice_is_heard_in_its_range(f0_hz: float, voiced: bool) -> None:
    noise = np.random.default_rng(3).standard_normal(RATE_HZ)
    wave = sung(1.0, f0_hz)[:RATE_HZ] if voiced else noise * np.sin(np.arange(RATE_HZ) * f0_hz)
    assert (voiced_share(wave) > 0.9) is voiced
    assert voiced_share(wave[:100]) == 1.0


def test_real_voices_raise_no_doubt(shared_data: Path) -> None:
    for folder in ("utau-yuki-mini", "labelled-promo"):
        for path in sorted((shared_data / folder).glob("*.wav")):
            recorded, rate_hz = read_native(path)
            assert list(doubts(recorded, rate_hz, read_wav(path))) == [], path.name
