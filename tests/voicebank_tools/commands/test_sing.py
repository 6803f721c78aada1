import json
from pathlib import Path

import click
import numpy as np
import pytest

from pychang.audio import read_wav, write_wav
from voicebank_tools.cli import main
from voicebank_tools.commands.sing import TimeType

UST = """[#VERSION]
UST Version1.2
Charset=UTF-8
[#SETTING]
Tempo=120.00
Mode2=True
[#0000]
Length=480
Lyric=R
NoteNum=60
[#0001]
Length=480
Lyric=あ
NoteNum=57
[#0002]
Length=480
Lyric={lyric}
NoteNum=59
[#TRACKEND]
"""


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two vowels at 220 Hz."""
    monkeypatch.setenv("PYCHANG_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "bank"
    folder.mkdir()
    (folder / "character.txt").write_text("name=two vowels\n")
    lines = []
    for name, formant in (("a", 5), ("i", 2)):
        turns = 2 * np.pi * 220.0 * np.arange(44100) / 44100
        wave = sum(np.sin(k * turns) / (1 + abs(k - formant)) for k in range(1, 12)) / 10
        write_wav(folder / f"{name}.wav", wave)
        lines.append(f"{name}.wav={name},100,120,-700,50,20\n")
    (folder / "oto.ini").write_text("".join(lines))
    return folder


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.ust"
    path.write_text(UST.format(lyric="い"), encoding="utf-8")
    return path


def test_a_song_becomes_a_wav(
    bank: Path, song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, picture = tmp_path / "out.wav", tmp_path / "out.png"
    assert main(["sing", str(song), "-v", str(bank), "-o", str(out), "--plot", str(picture)]) == 0
    wave = read_wav(out)
    assert len(wave) == pytest.approx(1.5 * 44100, abs=1)
    assert np.abs(wave[30000:60000]).max() > 0.05
    assert picture.read_bytes().startswith(b"\x89PNG")
    captured = capsys.readouterr()
    assert "1.50 s, 2 notes" in captured.out
    assert captured.err == ""


def test_missing_lyrics_are_listed_once_with_exit_code_1(
    bank: Path, song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song.write_text(UST.format(lyric="Nacht"), encoding="utf-8")
    arguments = ["sing", str(song), "-v", str(bank), "-o", str(tmp_path / "out.wav"), "--json"]
    assert main(arguments) == 1
    silent = capsys.readouterr()
    assert json.loads(silent.out)["missing"] == {"Nacht": 1}
    assert silent.err == "missing: Nacht (1 x, silent)\n"
    assert main([*arguments, "--fallback", "a"]) == 1
    assert capsys.readouterr().err == "missing: Nacht (1 x, sang a)\n"
    assert np.abs(read_wav(tmp_path / "out.wav")[50000:60000]).max() > 0.05


def test_a_broken_recording_is_listed_and_the_rest_is_sung(
    bank: Path, song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (bank / "i.wav").write_bytes(b"no sound")
    out = tmp_path / "out.wav"
    assert main(["sing", str(song), "-v", str(bank), "-o", str(out), "-q"]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("failed: い at 0.95 s:") or captured.err.startswith("failed: i at 0.95 s:")
    assert captured.out == ""
    assert np.abs(read_wav(out)[25000:40000]).max() > 0.05


def sing_and_listen(
    bank: Path, song: Path, capsys: pytest.CaptureFixture[str], *more: str
) -> tuple[int, list[str]]:
    code = main(["sing", str(song), "-v", str(bank), "-o", str(song.with_name("out.wav")), "-q", *more])
    return code, capsys.readouterr().err.splitlines()


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"oto.ini": "a.wav=a,1O0,120,-700,50,20\ni.wav=i,100,120,-700,50,20\n"},
            'offset "1O0" is no number',
        ),
        ({"oto.ini": "a.wav=a,100,120,-700,50,20\n_i.wav=い,100,120,-700,50,20\n"}, "recording missing"),
        ({"character.yaml": "subbanks: ["}, "character.yaml"),
    ],
)
def test_what_is_amiss_with_the_bank_is_told_with_exit_code_1(
    bank: Path, song: Path, files: dict[str, str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in files.items():
        (bank / name).write_text(text, "utf-8")
    code, (line,) = sing_and_listen(bank, song, capsys)
    assert (code, line.split(":")[0]) == (1, "error")
    assert told in line


def test_a_folder_of_several_banks_is_told(
    bank: Path, song: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bank.rename(bank.parent / "one")
    (bank / "two").mkdir(parents=True)
    (bank.parent / "one").rename(bank / "one")
    (bank / "two" / "character.txt").write_text("name=two", "utf-8")
    code, lines = sing_and_listen(bank, song, capsys)
    assert (code, len(lines)) == (1, 1)
    assert lines[0].endswith("the folder holds several voicebanks (one, two); give one of them")


@pytest.mark.parametrize(
    "lines",
    ["a.wav=o,x\na.wav=u,1\na.wav=u,2\ngone.wav=e,1\n", "a.wav=i か,x\n", "a.wav=a k,x\n", "a.wav=a R,x\n"],
)
def test_what_the_song_does_not_need_is_not_told(
    bank: Path, song: Path, lines: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with (bank / "oto.ini").open("a", encoding="utf-8") as file:
        file.write(lines)
    assert sing_and_listen(bank, song, capsys) == (0, [])


def test_a_song_of_which_no_note_sounds_is_not_written(
    bank: Path, song: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = song.read_text("utf-8").replace("Lyric=あ", "Lyric=Tag").replace("Lyric=い", "Lyric=Tag")
    song.write_text(text, "utf-8")
    code, lines = sing_and_listen(bank, song, capsys)
    assert (code, lines[0]) == (2, "missing: Tag (2 x, silent)")
    assert lines[1].startswith(f"error: {song.with_name('out.wav')}: not written, since no note sounds")
    assert not song.with_name("out.wav").exists()


def test_typed_flags_that_are_skipped_are_noted(
    bank: Path, song: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = sing_and_listen(bank, song, capsys, "--flags", "P0Y50g")
    assert told == (0, ["note: --flags: skipped Y50 g; understood P0"])


def test_warnings_of_the_song_have_exit_code_1(
    bank: Path, song: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song.write_text(song.read_text("utf-8").replace("Tempo=120.00", "Tempo=500k"), "utf-8")
    code, lines = sing_and_listen(bank, song, capsys)
    assert code == 1
    assert {line.split(":")[0] for line in lines} == {"warning"}


def test_what_is_remarked_on_recordings_has_exit_code_1(
    bank: Path, song: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_wav(bank / "a.wav", np.zeros(44100))
    write_wav(bank / "i.wav", np.full(900, 0.1))
    code, lines = sing_and_listen(bank, song, capsys)
    assert code == 1
    assert [line.split("; ")[0] for line in lines] == [
        f"warning: {bank / 'a.wav'}: holds nothing but silence",
        f"warning: {bank / 'i.wav'}: lasts only 20 ms",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from", "9"], "no part of the song"),
        (["--from", "soon"], "is no time"),
        (["--track", "7"], "no such track"),
        (["--fallback", "zzz"], "no such alias"),
        (["--plot", "out.wav"], "no kind of picture is called .wav"),
        (["--plot", "out.txt"], "no kind of picture is called .txt"),
        (["-o", "out.png", "--plot", "out.png"], "only wav is written; name it .wav"),
        (["-o", "out.mp3"], "only wav is written; name it .wav"),
        (["-o", "song.ust"], "is the song itself"),
        (["-o", "bank/a.wav"], "file of the voicebank"),
        (["-o", "nowhere/out.wav"], "does not exist"),
        (["-v", "nobank"], "nobank"),
    ],
)
def test_what_cannot_be_is_told_with_exit_code_2(
    bank: Path, song: Path, tmp_path: Path, arguments: list[str], message: str,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    song.write_text(UST.format(lyric="Nacht"), encoding="utf-8")
    before = song.read_bytes(), (bank / "a.wav").read_bytes()
    assert main(["sing", "song.ust", "-v", "bank", "-o", "out.wav", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("out")]
    assert (song.read_bytes(), (bank / "a.wav").read_bytes()) == before


def test_part_and_flags(bank: Path, song: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    assert main(["sing", str(song), "-v", str(bank), "-o", str(out), "--from", "0:00.5", "--to", "1.25"]) == 0
    assert len(read_wav(out)) == pytest.approx(0.75 * 44100, abs=1)
    plain = read_wav(out)
    arguments = ["sing", str(song), "-v", str(bank), "-o", str(out), "--from", "0.5", "--to", "1.25"]
    assert main([*arguments, "--flags", "P0"]) == 0
    assert np.abs(read_wav(out)).max() != pytest.approx(np.abs(plain).max(), rel=0.05)


@pytest.mark.parametrize(
    ("text", "seconds"), [("12.5", 12.5), ("1:02.5", 62.5), ("1:00:01", 3601.0), ("0", 0.0)]
)
def test_times(text: str, seconds: float) -> None:
    assert TimeType().convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "-1", "1:", "a", "1e3", "nan"])
def test_no_times(text: str) -> None:
    with pytest.raises(click.BadParameter):
        TimeType().convert(text, None, None)
