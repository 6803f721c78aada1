import numpy as np
import pytest

from pychang.analysis import analyse
from pychang.units import SAMPLE_RATE_HZ
from tests.pychang.signals import white
from tests.voicebank_tools.training.made import sung
from voicebank_tools.training.corpora import PEAK, Piece
from voicebank_tools.training.other_voice import OtherVoice, altered

NOTHING = OtherVoice(octaves=0.0, colour_db=(), cut_share=0.0)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_nothing_altered_is_the_recording() -> None:
    piece = Piece(sung("a", 220.0), 1.5, 12_000.0)
    found = altered(piece, rng(), NOTHING)
    assert np.abs(found.wave - piece.wave * (PEAK / np.abs(piece.wave).max())).max() < 1e-5
    assert (found.begin_s, found.band_hz) == (1.5, 12_000.0)


def test_another_head_moves_pitch_length_and_what_was_recorded_alike() -> None:
    piece = Piece(sung("a", 220.0), 0.0, 12_000.0)
    found = altered(piece, rng(), OtherVoice(octaves=0.4, colour_db=(), cut_share=0.0))
    ratio = len(piece.wave) / len(found.wave)
    assert 0.03 < abs(np.log2(ratio)) <= 0.4
    assert analyse(found.wave).mean_f0_hz == pytest.approx(220.0 * ratio, rel=0.005)
    assert found.band_hz == pytest.approx(12_000.0 * ratio, rel=0.001)
    assert np.abs(found.wave).max() == pytest.approx(PEAK)


def test_another_microphone_is_what_it_says_at_every_frequency() -> None:
    piece = Piece(white(2**17), 0.0, 20_000.0)
    cut = OtherVoice(octaves=0.0, colour_db=(), cut_share=1.0, cut_hz=(300.0, 300.0), cut_order=(2, 2))
    found = altered(piece, rng(), cut)
    hz = np.fft.rfftfreq(len(piece.wave), 1.0 / SAMPLE_RATE_HZ)
    gain_db = 20.0 * np.log10(np.abs(np.fft.rfft(found.wave)) / np.abs(np.fft.rfft(piece.wave)))
    gain_db -= np.median(gain_db[hz > 3000.0])
    at = [float(np.median(gain_db[np.abs(hz - centre) < 5.0])) for centre in (75.0, 150.0, 300.0, 1200.0)]
    assert at == pytest.approx([-24.1, -12.3, -3.0, 0.0], abs=0.2)  # second order: 12 dB an octave


def test_colours_differ_as_much_as_is_said_and_the_same_chance_is_the_same_microphone() -> None:
    piece = Piece(white(2**15), 0.0, 20_000.0)
    how = OtherVoice(octaves=0.0, colour_db=(4.0,), cut_share=0.0)
    power = np.abs(np.fft.rfft(piece.wave))
    gains_db = np.stack(
        [20.0 * np.log10(np.abs(np.fft.rfft(altered(piece, rng(i), how).wave)) / power) for i in range(60)]
    )
    tilt_db = gains_db[:, 100] - gains_db[:, -100]
    assert 2.0 < tilt_db.std() < 8.0  # a cosine of deviation 4 dB: 4 at the middle phase, 8 at its ends
    again = altered(piece, rng(3), how).wave
    assert np.array_equal(again, altered(piece, rng(3), how).wave)
