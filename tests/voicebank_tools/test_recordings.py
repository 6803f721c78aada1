from pathlib import Path

from voicebank_tools.recordings import files_below, recordings_below

FILES = (
    *("b.wav", "a/song.WAV", "a/notes.txt", "x/歌.flac"),
    *("._b.wav", "__MACOSX/._b.wav", "__MACOSX/b.wav", ".Trash/old.wav", "_silence/b_000.wav"),
    "x/_silence/歌_000.wav",
)


def bank(folder: Path) -> Path:
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (folder / "folder.wav").mkdir()
    return folder


def test_leftovers_and_silence_put_aside_are_no_recordings(tmp_path: Path) -> None:
    folder = bank(tmp_path)
    names = [path.relative_to(folder).as_posix() for path in files_below(folder)]
    assert names == ["b.wav", "a/notes.txt", "a/song.WAV", "x/歌.flac"]
    names = [path.name for path in recordings_below(folder)]
    assert names == ["b.wav", "song.WAV", "歌.flac"]


def test_a_folder_is_named_by_whoever_asks(tmp_path: Path) -> None:
    folder = bank(tmp_path)
    assert [path.name for path in files_below(folder / "_silence")] == ["b_000.wav"]
    assert list(files_below(folder / "none")) == []
