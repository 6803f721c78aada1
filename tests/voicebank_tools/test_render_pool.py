"""Functions for other processes stand at module level of a module they can import."""

import os
from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from resampler.protocol import RenderRequest
from resampler.render import RenderedNote
from tests.voicebank_tools.fake_bank import flaky_note, marking_note
from voicebank_tools import render_pool
from voicebank_tools.render_pool import render_all


def request(name: str, tone: float = 60.0) -> RenderRequest:
    return RenderRequest(Path(name), None, tone, length_ms=10.0)


def test_each_different_request_once_and_progress() -> None:
    asked: list[RenderRequest] = []
    seen: list[tuple[int, int]] = []

    def render(one: RenderRequest) -> RenderedNote:
        asked.append(one)
        return RenderedNote(np.full(3, one.tone_midi, dtype=np.float32), (one.source_path.name,))

    requests = [request("b"), request("a"), request("b"), request("b", 61.0)]
    rendered = render_all(requests, render, on_progress=lambda done, total: seen.append((done, total)))
    assert [one.source_path.name for one in asked] == ["a", "b", "b"]
    assert seen == [(1, 3), (2, 3), (3, 3)]
    notes = [note for note in rendered.values() if not isinstance(note, str)]
    assert [float(note.wave[0]) for note in notes] == [60.0, 60.0, 61.0]
    assert [note.remarks for note in notes] == [("a",), ("b",), ("b",)]


def test_what_a_note_raises_is_its_own_failure() -> None:
    def render(one: RenderRequest) -> RenderedNote:
        if one.source_path.name == "bad":
            raise PychangError("bad: is\nno recording")
        wave = np.array([np.nan if one.source_path.name == "nan" else 0.0], dtype=np.float32)
        return RenderedNote(wave)

    rendered = render_all([request("bad"), request("good"), request("nan")], render)
    assert rendered[request("bad")] == "bad: is no recording"
    assert isinstance(rendered[request("good")], RenderedNote)
    assert "no numbers" in str(rendered[request("nan")])


def test_ctrl_c_is_not_a_failure() -> None:
    def render(one: RenderRequest) -> RenderedNote:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_all([request("a")], render)


def test_processes_share_the_work_and_survive_one_that_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render_pool, "FEWEST_PER_PROCESS", 2)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    requests = [request(name) for name in ("a", "fail", "die", "threads")]
    rendered = render_all(requests, flaky_note, jobs=2)
    assert len(rendered) == 4
    assert rendered[request("die")] == "the process that rendered the note died"
    assert rendered[request("fail")] == "asked to fail"
    note = rendered[request("threads")]
    assert isinstance(note, RenderedNote)
    threads, process = note.wave
    assert threads == 1.0
    assert process != os.getpid() % 1000
    assert "OMP_NUM_THREADS" not in os.environ


def test_an_interrupt_drops_what_waits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(render_pool, "FEWEST_PER_PROCESS", 2)
    requests = [request(str(tmp_path / str(index))) for index in range(60)]
    with pytest.raises(KeyboardInterrupt):
        render_all(requests, marking_note, jobs=2, on_progress=interrupt)
    assert 1 <= len(list(tmp_path.iterdir())) < 30
