"""Morae must have their parts where they say, since the demo's oto.ini is written from that."""

import numpy as np
import pytest

from pychang import PychangError
from pychang.units import ms_to_samples
from voicebank_tools.demo_bank import demo_morae
from voicebank_tools.demo_phonemes import CONSONANTS, LEAD_MS, Mora, synthesise_mora

RATE_HZ = 44100


def part(mora: Mora, start_ms: float, end_ms: float) -> np.ndarray:
    return mora.wave[ms_to_samples(start_ms) : ms_to_samples(end_ms)]


def rms(wave: np.ndarray) -> float:
    return float(np.sqrt(np.mean(wave**2)))


def voice_level(wave: np.ndarray, f0_hz: float) -> float:
    """RMS of the harmonics of a known pitch in a stretch of sound."""
    time_s = np.arange(wave.size) / RATE_HZ
    window = np.hanning(wave.size) * 2.0 / wave.size
    lines = [np.sum(wave * window * np.exp(-2j * np.pi * k * f0_hz * time_s)) for k in range(1, 12)]
    return float(np.linalg.norm(lines) * np.sqrt(2.0))


def test_every_mora_of_the_bank_can_be_said() -> None:
    for kana in demo_morae():
        mora = synthesise_mora(kana, 300.0, vowel_ms=120.0)
        assert np.isfinite(mora.wave).all()
        assert np.abs(mora.wave).max() < 0.9, kana
        held = part(mora, mora.vowel_start_ms + 50, mora.vowel_end_ms - 20)
        level_db = -22.0 if kana == "ん" else -18.0
        assert 20 * np.log10(rms(held)) == pytest.approx(level_db, abs=0.5), kana


@pytest.mark.parametrize("kana", ["か", "さ", "た", "つ", "ち", "し", "は", "ふ", "ぱ"])
def test_the_voice_begins_at_the_vowel_of_an_unvoiced_consonant(kana: str) -> None:
    mora = synthesise_mora(kana, 250.0)
    assert mora.vowel_start_ms > mora.consonant_start_ms + 40
    before = voice_level(part(mora, mora.vowel_start_ms - 50, mora.vowel_start_ms - 10), 250.0)
    after = voice_level(part(mora, mora.vowel_start_ms + 10, mora.vowel_start_ms + 50), 250.0)
    assert before < 0.15 * after


@pytest.mark.parametrize("kana", ["な", "ま", "や", "わ", "ら", "が", "ざ", "ん", "あ"])
def test_voiced_morae_are_voiced_from_their_start(kana: str) -> None:
    mora = synthesise_mora(kana, 250.0)
    assert voice_level(part(mora, LEAD_MS + 10, LEAD_MS + 40), 250.0) > 0.01


def test_silence_before_and_after() -> None:
    mora = synthesise_mora("さ", 250.0)
    assert rms(part(mora, 0, mora.consonant_start_ms - 12)) < 1e-6
    assert rms(part(mora, mora.vowel_end_ms + 15, mora.vowel_end_ms + 100)) < 1e-6


def test_consonants_differ_from_each_other() -> None:
    heads = {
        name: synthesise_mora(kana, 250.0)
        for name, kana in zip("kstnmhrwg", "かさたなまはらわが", strict=True)
    }
    looks = {}
    for name, mora in heads.items():
        power = np.abs(np.fft.rfft(part(mora, LEAD_MS, mora.vowel_start_ms), 8192)) ** 2
        looks[name] = np.log10([band.sum() + 1e-9 for band in np.array_split(power[:1850], 30)])
    names = list(looks)
    distances = [np.abs(looks[a] - looks[b]).max() for a in names for b in names if a < b]
    assert min(distances) > 0.3  # 3 dB in a band of 330 Hz
    assert set(names) <= set(CONSONANTS)


def test_pitch_is_exact_and_flutter_is_reported() -> None:
    still = synthesise_mora("あ", 261.6)
    assert np.all(still.f0_hz == 261.6)
    moving = synthesise_mora("あ", 261.6, flutter_depth_cents=6.0)
    cents = 1200 * np.log2(moving.f0_hz / 261.6)
    assert 2.0 < np.abs(cents).max() <= 6.0


@pytest.mark.parametrize("kana", ["ヴ", "ka", "", "かか", "っ", "漢"])
def test_what_the_voice_cannot_say_is_named(kana: str) -> None:
    with pytest.raises(PychangError, match="the demo voice cannot say it"):
        synthesise_mora(kana, 250.0)
