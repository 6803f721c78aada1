from pathlib import Path

import pytest

from pychang import PychangError
from voicebank_tools.transcripts.sources import TextOptions, open_sources

UST = "[#SETTING]\nTempo=120\n[#0000]\nLength=480\nLyric=か\nNoteNum=60\n[#TRACKEND]\n"


def clips_in(folder: Path, *names: str) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return paths


def said(folder: Path, clips: list[Path], options: TextOptions, clip: Path | None = None) -> str:
    transcript = open_sources(folder, clips, options).transcript(clip or clips[0])
    return " ".join(word.text for word in transcript.words)


def test_each_source_in_its_turn(tmp_path: Path) -> None:
    clips = clips_in(tmp_path, "_さし.wav")
    (tmp_path / "song.ust").write_text(UST, encoding="utf-8")
    (tmp_path / "list.txt").write_text("_さし", encoding="utf-8")
    everything = TextOptions("ja", reclist=tmp_path / "list.txt", score=tmp_path / "song.ust")
    assert said(tmp_path, clips, TextOptions("ja", score=tmp_path / "song.ust")) == "か"
    assert said(tmp_path, clips, everything) == "さ し"
    assert said(tmp_path, clips, TextOptions("ja", names=True)) == "さ し"
    (tmp_path / "oto.ini").write_text(
        "_さし.wav=- す,100,0,0,50,0\n_さし.wav=u し,900\n_さし.wav=i せ,1500\n", "utf-8"
    )
    assert said(tmp_path, clips, everything) == "す し せ"
    (tmp_path / "_さし.txt").write_text("たちつ", encoding="utf-8")
    assert said(tmp_path, clips, everything) == "た ち つ"
    (tmp_path / "_さし.lab").write_text("な", encoding="utf-8")
    assert said(tmp_path, clips, everything) == "な"


def test_nothing_known_says_what_to_do(tmp_path: Path) -> None:
    clips = clips_in(tmp_path, "a.wav")
    with pytest.raises(PychangError, match=r"a\.wav: no text; write what is sung into a\.lab"):
        said(tmp_path, clips, TextOptions("ja"))
    (tmp_path / "reclist.txt").write_text("b", encoding="utf-8")
    with pytest.raises(PychangError, match=r"not in reclist\.txt"):
        said(tmp_path, clips, TextOptions("ja", reclist=tmp_path / "reclist.txt"))


def test_folders_of_one_bank_are_kept_apart(tmp_path: Path) -> None:
    clips = clips_in(tmp_path, "C4/x.wav", "D4/x.wav")
    (tmp_path / "C4" / "oto.ini").write_text("x.wav=か,0,0,0,50,0\n", encoding="utf-8")
    (tmp_path / "D4" / "oto.ini").write_text("x.wav=き,0,0,0,50,0\n", encoding="utf-8")
    assert said(tmp_path, clips, TextOptions("ja"), clips[1]) == "き"
    bare = TextOptions("ja", oto=tmp_path / "C4" / "oto.ini")
    assert said(tmp_path, clips, bare, clips[1]) == "か"


def test_oto_that_tells_no_whole_sound_leaves_it_to_the_name(tmp_path: Path) -> None:
    clips = clips_in(tmp_path, "_か.wav")
    (tmp_path / "oto.ini").write_text("_か.wav=a k,0,0,0,50,0\n", encoding="utf-8")
    assert said(tmp_path, clips, TextOptions("ja")) == "か"


def test_texts_and_names_without_a_recording(tmp_path: Path) -> None:
    clips = clips_in(tmp_path, "a.wav", "d.wav")
    clips_in(tmp_path, "a.lab", "sub/b.lab", "c.txt", "readme.txt", "character.txt", "._a.lab")
    (tmp_path / "reclist.txt").write_text("a\nd\nz\n", encoding="utf-8")
    sources = open_sources(tmp_path, clips, TextOptions("ja", reclist=tmp_path / "reclist.txt"))
    found = [(one.path.name, one.text) for one in sources.without_clip(clips)]
    assert found == [("b.lab", ""), ("reclist.txt", "z")]
    clips_in(tmp_path, "d.txt")
    found = [(one.path.name, one.text) for one in sources.without_clip(clips)]
    assert found == [("c.txt", ""), ("b.lab", ""), ("reclist.txt", "z")]


def test_a_textgrid_beside_a_clip_is_told_of(tmp_path: Path) -> None:
    clips = clips_in(tmp_path, "a.wav", "a.TextGrid")
    cure = f"add --corrected {tmp_path} to take a.TextGrid as labels put right by hand"
    with pytest.raises(PychangError, match=rf"^a\.wav: no text; {cure}$"):
        said(tmp_path, clips, TextOptions("ja"))


def test_a_folder_of_scores(tmp_path: Path) -> None:
    clips = clips_in(tmp_path, "wav/a.wav", "wav/b.wav")
    (tmp_path / "ust").mkdir()
    (tmp_path / "ust" / "b.ust").write_text(UST, encoding="utf-8")
    options = TextOptions("ja", score=tmp_path / "ust")
    assert said(tmp_path / "wav", clips, options, clips[1]) == "か"
    with pytest.raises(PychangError, match="no text"):
        said(tmp_path / "wav", clips, options)
    with pytest.raises(PychangError, match="one score for 2 clips"):
        open_sources(tmp_path / "wav", clips, TextOptions("ja", score=tmp_path / "ust" / "b.ust"))


def test_real_banks_are_read_whole(shared_data: Path) -> None:
    for bank, count in (("utau-yuki-mini", 15), ("utau-erithacus", 101)):
        folder = shared_data / bank
        clips = sorted(folder.glob("*.wav"))
        sources = open_sources(folder, clips, TextOptions("ja"))
        transcripts = [sources.transcript(clip) for clip in clips]
        assert len(transcripts) == count
        assert list(sources.without_clip(clips)) == []
        if bank == "utau-yuki-mini":
            morae = sum(len(transcript.words) for transcript in transcripts)
            assert morae == 75
