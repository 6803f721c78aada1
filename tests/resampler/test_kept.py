import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pychang import PychangError
from pychang.arrays import FloatArray
from resampler import kept
from resampler.kept import KeptRecordings
from resampler.protocol import RenderRequest, parse_arguments
from resampler.render import render_file


class Reads:
    """Counts how often a recording was really read."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, request: RenderRequest) -> kept.Kept:
        self.count += 1
        return self.read(request)

    read = staticmethod(kept.read_source)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Reads:
    monkeypatch.setenv("PYCHANG_CACHE", str(tmp_path / "cache"))
    counter = Reads()
    monkeypatch.setattr(kept, "read_source", counter)
    return counter


def tone(f0_hz: float, samples: int = 8820) -> FloatArray:
    return 0.3 * np.sin(2 * np.pi * f0_hz * np.arange(samples) / 44100)


def request_for(folder: Path, name: str = "a.wav", flags: str = "") -> RenderRequest:
    path = folder / name
    if not path.exists():
        soundfile.write(path, tone(220), 44100)
    return parse_arguments([str(path), str(folder / "out.wav"), "A3", "100", flags, "0", "150", "20"])


def test_a_recording_is_read_once(tmp_path: Path, reads: Reads) -> None:
    recordings, request = KeptRecordings(), request_for(tmp_path)
    first, again = recordings.read(request), recordings.read(replace(request, tone_midi=70))
    assert first is again
    assert reads.count == 1


def test_the_note_is_the_one_that_is_rendered_without(tmp_path: Path, reads: Reads) -> None:
    recordings, request = KeptRecordings(), request_for(tmp_path)
    render_file(request)
    wanted = (tmp_path / "out.wav").read_bytes()
    for _ in range(2):
        (tmp_path / "out.wav").unlink()
        recordings.render_file(request)
        assert (tmp_path / "out.wav").read_bytes() == wanted
    assert reads.count == 1


def test_an_analysis_call_writes_nothing(tmp_path: Path, reads: Reads) -> None:
    KeptRecordings().render_file(replace(request_for(tmp_path), output_path=None))
    assert reads.count == 1
    assert not (tmp_path / "out.wav").exists()


def test_a_changed_recording_is_read_anew(tmp_path: Path, reads: Reads) -> None:
    recordings, request = KeptRecordings(), request_for(tmp_path)
    before = request.source_path.stat()
    recordings.read(request)
    soundfile.write(tmp_path / "other.wav", tone(300), 44100)
    os.utime(tmp_path / "other.wav", ns=(before.st_atime_ns, before.st_mtime_ns))
    (tmp_path / "other.wav").replace(request.source_path)
    assert request.source_path.stat().st_size == before.st_size
    recording, analysis = recordings.read(request)
    assert reads.count == 2
    assert analysis.mean_f0_hz == pytest.approx(300, rel=0.01)
    assert recording[:100] == pytest.approx(tone(300)[:100], abs=1e-4)


def test_a_new_frq_file_is_seen(tmp_path: Path, reads: Reads) -> None:
    recordings, request = KeptRecordings(), request_for(tmp_path)
    recordings.read(request)
    (tmp_path / "a_wav.frq").write_bytes(b"no frq file, but a hint all the same")
    recordings.read(request)
    assert reads.count == 2


def test_flag_g_reads_anew_and_is_kept(tmp_path: Path, reads: Reads) -> None:
    recordings, request = KeptRecordings(), request_for(tmp_path)
    recordings.read(request)
    forced = recordings.read(request_for(tmp_path, flags="G"))
    assert reads.count == 2
    assert recordings.read(request) is forced


def test_room_is_bounded_and_the_oldest_go(tmp_path: Path, reads: Reads) -> None:
    requests = [request_for(tmp_path, f"{name}.wav") for name in "abc"]
    size = kept._size_bytes(kept.read_source(requests[0]))
    recordings = KeptRecordings(most_bytes=int(2.5 * size))
    reads.count = 0
    for index in (0, 1, 0, 2):  # b was asked for longest ago when c comes
        recordings.read(requests[index])
    assert reads.count == 3
    recordings.read(requests[0])
    assert reads.count == 3
    recordings.read(requests[1])
    assert reads.count == 4


def test_what_is_larger_than_all_room_is_not_kept(tmp_path: Path, reads: Reads) -> None:
    recordings, request = KeptRecordings(most_bytes=1000), request_for(tmp_path)
    recordings.read(request)
    recordings.read(request)
    assert reads.count == 2


def test_a_missing_recording_is_told_each_time(tmp_path: Path, reads: Reads) -> None:
    recordings, request = KeptRecordings(), request_for(tmp_path)
    request.source_path.unlink()
    for _ in range(2):
        with pytest.raises(PychangError, match="not found"):
            recordings.read(request)
    assert reads.count == 2
