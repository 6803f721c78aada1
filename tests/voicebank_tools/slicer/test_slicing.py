import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from tests.voicebank_tools.slicer.voices import phrases, write
from voicebank_tools.slicer import slicing
from voicebank_tools.slicer.inputs import find_sources
from voicebank_tools.slicer.join import Joining, join
from voicebank_tools.slicer.manifest import Clip, Manifest, read_manifest
from voicebank_tools.slicer.options import SliceOptions
from voicebank_tools.slicer.slicing import Task, slice_source
from voicebank_tools.slicer.sound import open_sound

WAVE = phrases(8.0, 7.0, 9.0, 6.0, 8.0)


@pytest.fixture
def task(tmp_path: Path) -> Task:
    path = write(tmp_path / "in" / "歌.wav", WAVE)
    return Task(find_sources([path], tmp_path / "out")[0], SliceOptions())


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in sorted(folder.glob("*"))}


def manifest_of(task: Task) -> Manifest:
    return read_manifest(task.source.manifest_path)


def test_clips_a_manifest_and_nothing_more(task: Task, tmp_path: Path) -> None:
    outcome = slice_source(task)
    assert (outcome.status, outcome.warnings, outcome.message) == ("sliced", (), "")
    assert outcome.manifest is not None
    manifest = manifest_of(task)
    assert manifest.complete
    assert replace(outcome.manifest, complete=True) == manifest
    assert manifest.source == "../in/歌.wav"
    names = [clip.file for clip in manifest.clips]
    assert names == [f"歌_{index:03d}.wav" for index in range(len(names))]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {*names, "歌.slices.json"}


def test_a_second_run_does_nothing_even_elsewhere(task: Task, tmp_path: Path) -> None:
    slice_source(task)
    before = state(tmp_path / "out")
    assert slice_source(task).status == "unchanged"
    (tmp_path / "in").rename(tmp_path / "moved")
    (moved,) = find_sources([tmp_path / "moved"], tmp_path / "out")
    assert slice_source(replace(task, source=moved)).status == "unchanged"
    assert state(tmp_path / "out") == before


def test_a_dry_run_tells_the_same_and_writes_nothing(task: Task, tmp_path: Path) -> None:
    planned = slice_source(replace(task, dry_run=True))
    assert planned.status == "planned"
    assert not (tmp_path / "out").exists()
    assert slice_source(task).manifest == planned.manifest


def test_an_interrupted_run_is_taken_up(task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = slicing.write_clip
    written: list[Path] = []

    def stop_at_the_third(sound: object, clip: object, path: Path) -> None:
        if len(written) == 2:
            raise KeyboardInterrupt
        real(sound, clip, path)  # type: ignore[arg-type]
        written.append(path)

    monkeypatch.setattr(slicing, "write_clip", stop_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        slice_source(task)
    assert not manifest_of(task).complete
    kept = {path: path.stat().st_mtime_ns for path in written}
    monkeypatch.setattr(slicing, "write_clip", real)
    assert slice_source(task).status == "resumed"
    assert manifest_of(task).complete
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    join(Joining(task.source.manifest_path, tmp_path / "back.wav"))
    assert (tmp_path / "back.wav").read_bytes() == task.source.path.read_bytes()


def test_a_changed_recording_takes_the_place_of_its_own_clips_only_if_asked(
    task: Task, tmp_path: Path
) -> None:
    slice_source(task)
    with (tmp_path / "out" / "歌_000.wav").open("ab") as clip:
        clip.write(b"edited")
    (tmp_path / "out" / "歌_000.lab").write_text("ら", "utf-8")
    before = state(tmp_path / "out")
    write(task.source.path, WAVE[:200_000])
    outcome = slice_source(task)
    assert outcome.status == "failed"
    assert "歌.wav: has changed since" in outcome.message
    assert "choose another -o, or add --overwrite" in outcome.message
    assert state(tmp_path / "out") == before
    assert slice_source(replace(task, overwrite=True)).status == "sliced"
    names = {clip.file for clip in manifest_of(task).clips}
    assert {path.name for path in (tmp_path / "out").iterdir()} == {*names, "歌.slices.json", "歌_000.lab"}
    assert manifest_of(task).samples == 200_000
    assert manifest_of(task).complete


def test_old_clips_go_only_when_all_new_ones_are_there(
    task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slice_source(task)
    before = state(tmp_path / "out")
    shorter = replace(task, options=SliceOptions(5.0, 1.0, 9.0, kept_silence_s=0.1), overwrite=True)
    real = slicing.write_clip

    def full_at_the_second(sound: object, clip: Clip, path: Path) -> None:
        if clip.offset_samples:
            raise PychangError("the disk is full")
        real(sound, clip, path)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(slicing, "write_clip", full_at_the_second)
        assert slice_source(shorter).message == "the disk is full"
    assert state(tmp_path / "out") == before
    assert slice_source(shorter).status == "sliced"
    join(Joining(task.source.manifest_path, tmp_path / "back.wav"))
    assert (tmp_path / "back.wav").read_bytes() == task.source.path.read_bytes()


@pytest.mark.parametrize("fails_at", [1, 3, 6, 7, 9])  # old clips, the manifests, new clips
@pytest.mark.parametrize("error", [PermissionError("it is open elsewhere"), KeyboardInterrupt()])
def test_clips_that_cannot_be_replaced_stay(
    task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int, error: BaseException
) -> None:
    slice_source(task)
    assert len(manifest_of(task).clips) == 5
    before = state(tmp_path / "out")
    overwriting = replace(task, options=SliceOptions(5.0, 1.0, 9.0), overwrite=True)
    real, moved = Path.replace, 0

    def replace_or_fail(path: Path, target: Path) -> Path:
        nonlocal moved
        moved += path.suffix != ".tmp"
        if moved == fails_at and path.suffix != ".tmp":
            raise error
        return real(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace_or_fail)
        if isinstance(error, KeyboardInterrupt):
            with pytest.raises(KeyboardInterrupt):
                slice_source(overwriting)
        else:
            assert "it is open elsewhere" in slice_source(overwriting).message
    assert state(tmp_path / "out") == before
    assert slice_source(overwriting).status == "sliced"


def test_old_clips_that_cannot_be_put_back_are_kept(
    task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slice_source(task)
    before = {content for _, content in state(tmp_path / "out").values()}
    real = Path.replace

    def fail_from_the_third(path: Path, target: Path) -> Path:
        if path.suffix != ".tmp" and ("002" in path.name or path.parent.name == "old"):
            raise PermissionError("it is open elsewhere")
        return real(path, target)

    monkeypatch.setattr(Path, "replace", fail_from_the_third)
    message = slice_source(replace(task, overwrite=True)).message
    assert "歌_000.wav: could not be put back (it is open elsewhere), nor 1 more" in message
    assert {path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} >= before


def test_other_options_and_other_recordings_need_to_be_asked_for(task: Task, tmp_path: Path) -> None:
    slice_source(task)
    before = state(tmp_path / "out")
    shorter = replace(task, options=SliceOptions(5.0, 1.0, 9.0))
    outcome = slice_source(shorter)
    assert outcome.status == "failed"
    assert "other options; choose another -o or add --overwrite" in outcome.message
    other = write(tmp_path / "other" / "歌.wav", WAVE[::-1])
    stranger = replace(task, source=find_sources([other], tmp_path / "out")[0])
    assert "clips of another recording (../in/歌.wav)" in slice_source(stranger).message
    assert state(tmp_path / "out") == before
    assert slice_source(replace(shorter, overwrite=True)).status == "sliced"
    assert slice_source(replace(stranger, overwrite=True)).status == "sliced"
    assert manifest_of(task).source == "../other/歌.wav"


def test_files_of_the_user_are_never_replaced(task: Task, tmp_path: Path) -> None:
    mine = tmp_path / "out" / "歌_001.wav"
    mine.parent.mkdir()
    mine.write_bytes(b"mine")
    for overwrite in (False, True):
        outcome = slice_source(replace(task, overwrite=overwrite))
        assert outcome.status == "failed"
        assert "歌_001.wav is already there and no clip of it" in outcome.message
        assert state(tmp_path / "out").keys() == {"歌_001.wav"}
    assert mine.read_bytes() == b"mine"


def test_clips_that_were_taken_away_stay_away_unless_asked_for(task: Task, tmp_path: Path) -> None:
    slice_source(task)
    clip = tmp_path / "out" / "歌_001.wav"
    clip.unlink()
    outcome = slice_source(task)
    assert outcome.status == "unchanged"
    assert "1 of its clips are gone; --overwrite makes them again" in outcome.warnings[0]
    assert not clip.exists()
    assert slice_source(replace(task, overwrite=True)).status == "sliced"
    assert clip.exists()


def test_a_manifest_that_is_none_is_told_and_replaced_only_if_asked(task: Task) -> None:
    task.source.folder.mkdir()
    task.source.manifest_path.write_text("{}")
    assert "is no manifest of clips" in slice_source(task).message
    assert slice_source(replace(task, overwrite=True)).status == "sliced"


def test_padding_and_silence_aside(task: Task, tmp_path: Path) -> None:
    options = SliceOptions(max_s=10.0, pad_to_s=10.0, kept_silence_s=0.1)
    assert slice_source(replace(task, options=options)).status == "sliced"
    clips = manifest_of(task).clips
    for clip in clips:
        with open_sound(tmp_path / "out" / clip.file) as sound:
            wanted = 160_000 if clip.kind == "clip" else clip.length_samples
            assert sound.claimed_samples == wanted
    assert {Path(clip.file).parent.name for clip in clips if clip.kind == "silence"} == {"_silence"}
    join(Joining(task.source.manifest_path, tmp_path / "back.wav"))
    assert (tmp_path / "back.wav").read_bytes() == task.source.path.read_bytes()


def test_a_recording_of_nothing_is_told_and_a_short_one_kept_whole(tmp_path: Path) -> None:
    silent = write(tmp_path / "silent.wav", np.zeros(80_000))
    outcome = slice_source(Task(find_sources([silent], tmp_path / "out")[0], SliceOptions()))
    assert outcome.status == "sliced"
    assert "silent.wav: nothing rises above its noise floor" in outcome.warnings[0]
    short = write(tmp_path / "short.wav", WAVE[:9000])
    outcome = slice_source(Task(find_sources([short], tmp_path / "out")[0], SliceOptions()))
    assert (outcome.status, outcome.warnings) == ("sliced", ())
    assert outcome.manifest is not None
    assert outcome.manifest.is_short
    assert [clip.length_samples for clip in outcome.manifest.clips] == [9000]


def test_a_recording_that_breaks_off_is_sliced_and_told(task: Task) -> None:
    task.source.path.write_bytes(task.source.path.read_bytes()[:-300_000])
    for status in ("sliced", "unchanged"):
        outcome = slice_source(task)
        assert outcome.status == status
        assert outcome.warnings == (
            f"{task.source.path}: breaks off: it holds 31.02 of 40.40 s; export or copy it again",
        )
    task.source.path.write_bytes(task.source.path.read_bytes()[:-320_000])
    told = (
        r"breaks off: it holds 21\.02 of 40\.40 s, and .*歌\.slices\.json holds clips of what it was before"
    )
    assert re.search(told, slice_source(task).message)


def test_what_cannot_be_read_or_written_is_an_outcome(task: Task, tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"a file")
    assert slice_source(task).status == "failed"
    task.source.path.write_bytes(b"no sound")
    assert "is not a sound file" in slice_source(task).message
    task.source.path.unlink()
    assert "cannot be read" in slice_source(task).message
    assert list((tmp_path / "in").iterdir()) == []
