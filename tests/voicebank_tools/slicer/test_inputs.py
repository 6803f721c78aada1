import os
import sys
from pathlib import Path

import pytest

from pychang import PychangError
from tests.voicebank_tools.slicer.voices import phrases, write
from voicebank_tools.slicer.inputs import find_sources
from voicebank_tools.slicer.options import SliceOptions
from voicebank_tools.slicer.slicing import Task, slice_source


def touched(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    return folder


def names(inputs: list[Path], output: Path) -> list[str]:
    return [
        (source.folder.relative_to(output) / source.name).as_posix()
        for source in find_sources(inputs, output)
    ]


def test_folders_keep_what_lies_below_them(tmp_path: Path) -> None:
    given = touched(
        tmp_path / "in", "b.wav", "x/歌.FLAC", "a/song.mp3", "a/notes.txt", "a/._song.wav", "__MACOSX/b.wav"
    )
    assert names([given], tmp_path / "out") == ["b", "a/song", "x/歌"]
    assert names([given / "x" / "歌.FLAC"], tmp_path / "out") == ["歌"]


def test_one_name_is_given_once(tmp_path: Path) -> None:
    one = touched(tmp_path / "one", "song.wav", "song.flac", "か\u3099.wav")
    two = touched(tmp_path / "two", "Song.wav", "が.wav", "song_2.wav")
    found = names([one, two], tmp_path / "out")
    assert len({name.casefold() for name in found}) == 6
    assert found == ["song", "song_2", "か\u3099", "Song_3", "song_2_2", "が_2"]
    assert names([one / "song.wav", one], tmp_path / "out") == ["song", "song_2", "か\u3099"]


def test_clips_are_no_recordings(tmp_path: Path) -> None:
    """Neither where the clips lie inside the input, nor where the input lies among the clips."""
    path = write(tmp_path / "a.wav", phrases(8.0, 8.0, 8.0))
    for output in (tmp_path / "clips", tmp_path):
        (source,) = find_sources([tmp_path], output)
        assert source.path == path
        assert slice_source(Task(source, SliceOptions())).status == "sliced"
    assert len(list(tmp_path.rglob("*.wav"))) >= 5
    assert [source.path for source in find_sources([tmp_path], tmp_path)] == [path]
    touched(tmp_path, "other.slices.json", "b.wav")
    assert [source.path.name for source in find_sources([tmp_path], tmp_path)] == ["a.wav", "b.wav"]


def test_nothing_found_is_told(tmp_path: Path) -> None:
    touched(tmp_path / "in", "a.txt")
    with pytest.raises(PychangError, match=r"no sound files in .*in; name files"):
        find_sources([tmp_path / "in"], tmp_path / "out")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_what_is_no_file_is_passed_over_and_a_link_that_leads_nowhere_told(tmp_path: Path) -> None:
    given = touched(tmp_path / "in", "b.wav")
    os.mkfifo(given / "a.wav")
    (given / "c.wav").symlink_to(tmp_path / "gone.wav")
    assert names([given], tmp_path / "out") == ["b", "c"]
