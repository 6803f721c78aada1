from pathlib import Path

import numpy as np
import pytest
import soundfile

from pychang import PychangError
from pychang.units import SAMPLE_RATE_HZ
from tests.voicebank_tools.training.made import recordings
from voicebank_tools.training.corpora import (
    PEAK,
    SHIPPED,
    CorpusFacts,
    Piece,
    cut,
    open_corpora,
    read_recording,
)

FACTS = CorpusFacts("test", "CC0")


def test_each_folder_is_a_voice_with_its_recordings_in_order(tmp_path: Path) -> None:
    folder = recordings(tmp_path / "alice", {"b": ("a", 200.0), "sub/a": ("a", 220.0)})
    recordings(folder, {"_silence/b_000": ("a", 200.0), "._b": ("a", 200.0)})
    (folder / "notes.txt").write_text("no recording", "utf-8")
    (corpus,) = open_corpora([folder])
    assert corpus.voice == "alice"
    assert [path.relative_to(folder).as_posix() for path in corpus.recordings] == ["b.wav", "sub/a.wav"]


def test_a_folder_of_shipped_corpora_is_all_of_them(tmp_path: Path) -> None:
    for name in ("utau-yuki", "speech-kathleen"):
        recordings(tmp_path / name, {"a": ("a", 200.0)})
    corpora = open_corpora([tmp_path])
    assert {corpus.voice for corpus in corpora} == {"utau-yuki", "speech-kathleen"}
    assert all(corpus.facts == SHIPPED[corpus.voice] for corpus in corpora)


def test_what_cannot_be_a_corpus_is_told(tmp_path: Path) -> None:
    with pytest.raises(PychangError, match="not found"):
        open_corpora([tmp_path / "absent"])
    with pytest.raises(PychangError, match="holds no recordings"):
        open_corpora([tmp_path])
    twice = [recordings(tmp_path / place / "alice", {"a": ("a", 200.0)}) for place in ("x", "y")]
    with pytest.raises(PychangError, match="two training folders are named alice"):
        open_corpora(twice)


def test_a_recording_is_brought_to_one_rate_and_peak_and_keeps_its_band(tmp_path: Path) -> None:
    path = tmp_path / "quiet.wav"
    wave = 0.01 * np.sin(2 * np.pi * 440.0 * np.arange(24_000) / 24_000)
    soundfile.write(path, np.stack([wave, wave], axis=1), 24_000)
    piece = read_recording(path, FACTS)
    assert len(piece.wave) == pytest.approx(SAMPLE_RATE_HZ, abs=2)
    assert np.max(np.abs(piece.wave)) == pytest.approx(PEAK, rel=1e-6)
    assert piece.band_hz == pytest.approx(11_400.0)
    assert read_recording(path, CorpusFacts("test", "CC0", band_hz=8000.0)).band_hz == 8000.0


def test_channels_that_extinguish_each_other_are_not_silence(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    wave = 0.1 * np.sin(2 * np.pi * 440.0 * np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ)
    soundfile.write(path, np.stack([wave, -wave], axis=1), SAMPLE_RATE_HZ)
    assert np.max(np.abs(read_recording(path, FACTS).wave)) == pytest.approx(PEAK, rel=1e-6)


def test_silence_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "silent.wav"
    soundfile.write(path, np.zeros(1000), 44_100)
    with pytest.raises(PychangError, match="silent"):
        read_recording(path, FACTS)


def test_a_long_recording_is_cut_where_it_is_quietest_and_nothing_is_lost() -> None:
    rng = np.random.default_rng(0)
    wave = rng.standard_normal(round(3.2 * SAMPLE_RATE_HZ)).astype(np.float32)
    pause = round(0.8 * SAMPLE_RATE_HZ)
    wave[pause : pause + 2000] = 0.0
    pieces = cut(Piece(wave, 0.0, 20_000.0), longest_s=1.0)
    assert np.array_equal(np.concatenate([piece.wave for piece in pieces]), wave)
    assert max(len(piece.wave) for piece in pieces) <= SAMPLE_RATE_HZ
    assert pause < len(pieces[0].wave) < pause + 2000
    assert pieces[1].begin_s == pytest.approx(len(pieces[0].wave) / SAMPLE_RATE_HZ)


def test_what_is_too_short_gives_no_piece() -> None:
    assert cut(Piece(np.ones(1000, np.float32), 0.0, 20_000.0)) == ()
