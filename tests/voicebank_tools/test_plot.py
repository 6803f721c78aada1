from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from voicebank_tools import plot


def tone(frequency_hz: float = 440.0, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * frequency_hz * np.arange(round(seconds * 44100)) / 44100).astype(np.float32)


def test_spectrogram_is_loudest_at_the_tone() -> None:
    levels_db = plot.spectrogram_db(tone(1000.0))
    column = levels_db[:, levels_db.shape[1] // 2]
    assert np.argmax(column) * 44100 / 2048 == pytest.approx(1000.0, abs=11.0)
    assert levels_db.max() == pytest.approx(0.0)
    assert levels_db.min() >= plot.FLOOR_DB
    assert column[-1] < -60.0


def test_a_long_song_has_no_more_columns_than_a_screen() -> None:
    assert plot.spectrogram_db(np.zeros(44100 * 60, dtype=np.float32)).shape[1] <= plot.MAX_COLUMNS + 1


@pytest.mark.parametrize("name", ["song.png", "song.svg"])
def test_picture(tmp_path: Path, name: str) -> None:
    times_s = np.arange(0.0, 1.0, 0.005)
    wanted = np.where(times_s < 0.5, 440.0, 0.0)
    plot.plot_song(tmp_path / name, tone(), times_s, wanted, wanted, title="歌 $x$")
    head = (tmp_path / name).read_bytes()[:200]
    assert head.startswith(b"\x89PNG") or b"<?xml" in head
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_silent_moment_can_be_drawn(tmp_path: Path) -> None:
    plot.plot_song(tmp_path / "a.png", np.zeros(1, dtype=np.float32), np.zeros(1), np.zeros(1), np.zeros(1))
    assert (tmp_path / "a.png").stat().st_size > 1000


def test_an_unknown_kind_of_picture_is_told(tmp_path: Path) -> None:
    with pytest.raises(PychangError, match="no kind of picture"):
        plot.plot_song(tmp_path / "a.wav", tone(), np.zeros(1), np.zeros(1), np.zeros(1))
    assert not list(tmp_path.iterdir())
