from pathlib import Path

import pytest

from tests.voicebank_tools.slicer.voices import noise, write
from voicebank_tools.slicer import naming
from voicebank_tools.slicer.inputs import find_sources
from voicebank_tools.slicer.naming import clip_names
from voicebank_tools.slicer.options import SliceOptions
from voicebank_tools.slicer.slicing import Task, slice_source


def recording(path: Path, seed: int) -> Path:
    return write(path, noise(0.5, 0.1, seed=seed))


def sliced(out: Path, *inputs: Path) -> list[tuple[str, str, str]]:
    """(recording's file, name of its clips, what became of it), by name."""
    sources = find_sources(inputs, out)
    statuses = [slice_source(Task(source, SliceOptions())).status for source in sources]
    files = [f"{source.path.parent.name}/{source.path.name}" for source in sources]
    names = [source.name for source in sources]
    return sorted(zip(files, names, statuses, strict=True), key=lambda one: one[1])


def test_a_recording_that_joins_others_takes_nobodys_name(tmp_path: Path) -> None:
    recording(tmp_path / "in" / "song.wav", 1)
    assert sliced(tmp_path / "out", tmp_path / "in") == [("in/song.wav", "song", "sliced")]
    recording(tmp_path / "in" / "song.flac", 2)
    assert sliced(tmp_path / "out", tmp_path / "in") == [
        ("in/song.wav", "song", "unchanged"),
        ("in/song.flac", "song_2", "sliced"),
    ]
    assert len(list((tmp_path / "out").glob("*.wav"))) == 2


def test_the_order_of_inputs_changes_no_name(tmp_path: Path) -> None:
    files = [recording(tmp_path / name / "song.wav", seed) for seed, name in enumerate("abc")]
    one, two, three = (path.parent for path in files)
    sliced(tmp_path / "out", one, two)
    wanted = [("a/song.wav", "song", "unchanged"), ("b/song.wav", "song_2", "unchanged")]
    assert sliced(tmp_path / "out", two, one) == wanted
    assert sliced(tmp_path / "out", two) == wanted[1:]
    assert sliced(tmp_path / "out", three, one)[1] == ("c/song.wav", "song_3", "sliced")


def test_content_tells_before_place_and_place_tells_a_changed_recording(tmp_path: Path) -> None:
    one, two = (recording(tmp_path / name / "song.wav", seed) for seed, name in enumerate("ab"))
    sliced(tmp_path / "out", one.parent, two.parent)
    one.rename(tmp_path / "aside.wav")
    two.rename(one)
    (tmp_path / "aside.wav").rename(two)
    assert sliced(tmp_path / "out", one.parent, two.parent) == [
        ("b/song.wav", "song", "unchanged"),
        ("a/song.wav", "song_2", "unchanged"),
    ]
    recording(one, 9)
    assert sliced(tmp_path / "more", two.parent, one.parent)[0] == ("b/song.wav", "song", "sliced")
    recording(two, 8)
    assert sliced(tmp_path / "more", one.parent, two.parent) == [
        ("b/song.wav", "song", "failed"),
        ("a/song.wav", "song_2", "unchanged"),
    ]


def test_what_is_plain_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed, name in enumerate(("a.wav", "b.wav", "b_2.wav")):
        recording(tmp_path / "in" / name, seed)
    sliced(tmp_path / "out", tmp_path / "in")
    read: list[str] = []
    monkeypatch.setattr(naming, "content_hash", lambda path: read.append(path.name) or "")
    paths = sorted((tmp_path / "in").iterdir())
    assert clip_names([(path, tmp_path / "out") for path in paths]) == ["a", "b", "b_2"]
    assert read == ["b.wav", "b_2.wav"]


def test_manifests_and_recordings_that_cannot_be_read_stop_nobody(tmp_path: Path) -> None:
    recording(tmp_path / "in" / "song.wav", 1)
    (tmp_path / "in" / "song.flac").mkdir()
    (tmp_path / "out").mkdir()
    for name in ("song", "song_2"):
        (tmp_path / "out" / f"{name}.slices.json").write_text("{}")
    paths = [tmp_path / "in" / "song.flac", tmp_path / "in" / "song.wav"]
    assert clip_names([(path, tmp_path / "out") for path in paths]) == ["song", "song_3"]
