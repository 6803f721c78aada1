from pathlib import Path

import pytest

from tests.voicebank_tools.slicer.voices import phrases, write
from voicebank_tools.slicer import batch
from voicebank_tools.slicer.batch import slice_all
from voicebank_tools.slicer.inputs import find_sources
from voicebank_tools.slicer.options import SliceOptions
from voicebank_tools.slicer.slicing import Outcome, Task


@pytest.fixture
def tasks(tmp_path: Path) -> list[Task]:
    for name, seconds in (("a.wav", 8.0), ("c.wav", 9.0)):
        write(tmp_path / "in" / name, phrases(seconds, seconds, seconds))
    (tmp_path / "in" / "b.wav").write_bytes(b"no sound")
    return [Task(source, SliceOptions()) for source in find_sources([tmp_path / "in"], tmp_path / "out")]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_bad_file_stops_nobody(jobs: int, tasks: list[Task]) -> None:
    told: list[tuple[int, int]] = []
    outcomes = slice_all(tasks, jobs, lambda done, total: told.append((done, total)))
    assert [one.status for one in outcomes] == ["sliced", "failed", "sliced"]
    assert [one.source for one in outcomes] == [task.source for task in tasks]
    total = sum(task.source.path.stat().st_size for task in tasks)
    assert told[-1] == (total, total)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_ctrl_c_leaves_whole_recordings(tasks: list[Task], monkeypatch: pytest.MonkeyPatch) -> None:
    real = batch.slice_source

    def interrupted(task: Task, on_share: object = None) -> Outcome:
        if task.source.name == "c":
            raise KeyboardInterrupt
        return real(task)

    monkeypatch.setattr(batch, "slice_source", interrupted)
    with pytest.raises(KeyboardInterrupt):
        slice_all(tasks, 1)
    monkeypatch.setattr(batch, "slice_source", real)
    assert [one.status for one in slice_all(tasks, 1)] == ["unchanged", "failed", "sliced"]


def test_a_recording_that_is_gone_is_told(tasks: list[Task]) -> None:
    tasks[0].source.path.unlink()
    assert "cannot be read" in slice_all(tasks, 1)[0].message
