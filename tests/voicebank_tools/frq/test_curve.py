"""Curves of recordings whose pitch is known."""

import numpy as np
import pytest
import soxr

from pychang.units import SAMPLE_RATE_HZ
from tests.pychang.signals import syllable, times_s, vowel, white
from voicebank_tools.frq import curve
from voicebank_tools.frq.curve import frq_of


@pytest.mark.parametrize("rate_hz", [22050, 44100, 48000])
def test_a_glide_is_followed_on_the_recordings_own_samples(rate_hz: int) -> None:
    glide_hz = 160.0 * 2.0 ** times_s(1.0)
    wave = vowel(glide_hz, seconds=1.0)
    if rate_hz != SAMPLE_RATE_HZ:
        wave = np.asarray(soxr.resample(wave, SAMPLE_RATE_HZ, rate_hz), np.float32)
    frq = frq_of(wave, rate_hz)
    assert (frq.hop_samples, len(frq.f0_hz)) == (256, len(wave) // 256 + 1)
    voiced = frq.f0_hz > 0
    assert voiced.mean() > 0.97
    truth_hz = 160.0 * 2.0 ** ((np.arange(len(frq.f0_hz)) + 0.5) * 256 / rate_hz)
    cents = 1200 * np.log2(frq.f0_hz[voiced] / truth_hz[voiced])
    assert np.median(np.abs(cents)) < 3.0
    assert (np.abs(cents) < 50).mean() > 0.97
    assert frq.average_hz == pytest.approx(frq.f0_hz[voiced].mean())


def test_hiss_and_silence_are_unvoiced() -> None:
    frq = frq_of(syllable(), SAMPLE_RATE_HZ)
    voiced_s = np.flatnonzero(frq.f0_hz > 0) * 256 / SAMPLE_RATE_HZ
    assert voiced_s.min() > 0.18
    assert voiced_s.max() < 0.73
    assert not frq_of(np.zeros(5000, np.float32), SAMPLE_RATE_HZ).f0_hz.any()
    assert not frq_of(white(20000), SAMPLE_RATE_HZ).f0_hz.any()


def test_the_amplitude_is_openutaus() -> None:
    wave = np.full(256 + 100, 0.5, np.float32)
    wave[256:] = -0.25
    assert frq_of(wave, SAMPLE_RATE_HZ).amplitude.tolist() == [16384.0, 8192.0]
    assert frq_of(wave[:256], SAMPLE_RATE_HZ).amplitude.tolist() == [16384.0, 0.0]


def test_a_long_recording_is_heard_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    wave = np.concatenate([vowel(220.0, seconds=0.7), np.zeros(4000, np.float32), vowel(440.0, seconds=0.7)])
    whole = frq_of(wave, SAMPLE_RATE_HZ)
    monkeypatch.setattr(curve, "_CHUNK_FRAMES", 100)
    monkeypatch.setattr(curve, "_OVERLAP_FRAMES", 40)
    pieces = frq_of(wave, SAMPLE_RATE_HZ)
    both = (whole.f0_hz > 0) & (pieces.f0_hz > 0)
    assert both.sum() > 0.97 * (whole.f0_hz > 0).sum()
    assert np.abs(1200 * np.log2(whole.f0_hz[both] / pieces.f0_hz[both])).max() < 30
