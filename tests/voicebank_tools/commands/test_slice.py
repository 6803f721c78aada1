import json
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
import soundfile

from tests.voicebank_tools.slicer.voices import RATE_HZ, phrases, voice, write
from voicebank_tools.cli import main
from voicebank_tools.commands.slice import MS, SECONDS, slice_options

NOTHING: dict[str, Any] = dict.fromkeys(
    ["target_s", "min_s", "max_s", "threshold_db", "min_silence_s", "hop_s", "keep_silence_s", "pad_to_s",
     "min_length_s", "min_interval_s", "hop_size_s", "max_sil_kept_s"]
) | {"by_note": False}  # fmt: skip


@pytest.fixture
def recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "in" / "歌.wav", phrases(8.0, 7.0, 9.0))
    write(tmp_path / "in" / "x" / "long.wav", phrases(5.0, 20.0, 5.0))
    return tmp_path / "in"


def test_from_end_to_end(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slice", "in", "-o", "out"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert "2 sliced; 6 clips of " in printed.out
    assert "cut where there was no pause: 1 note" in printed.out
    assert main(["slice", "in", "-o", "out"]) == 0
    assert "2 unchanged; 6 clips" in capsys.readouterr().out
    assert main(["slice", "--join", "out", "-o", "back"]) == 0
    assert "long.wav: " in capsys.readouterr().out
    for name in ("歌.wav", "x/long.wav"):
        assert (Path("back") / name).read_bytes() == (recordings / name).read_bytes()


def test_a_bad_file_is_listed_at_the_end_with_exit_code_1(
    recordings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (recordings / "bad.wav").write_bytes(b"")
    write(recordings / "silent.wav", np.zeros(80_000))
    write(recordings / "x" / "short.wav", voice(1.0))
    assert main(["slice", "in", "-o", "out", "--json"]) == 1
    printed = capsys.readouterr()
    assert printed.err.splitlines()[0].startswith("warning: ")
    assert printed.err.splitlines()[1].endswith("bad.wav is an empty file; record or export it again")
    report = json.loads(printed.out)
    assert report["recordings"] == {"failed": 1, "sliced": 4}
    assert report["short"] == 1
    assert report["forced"] == {"note": 1}
    assert 1.0 == report["shortest_s"] <= report["median_s"] <= report["longest_s"] <= 15.0
    assert [Path(one["source"]).name for one in report["sources"]] == [
        "bad.wav", "silent.wav", "歌.wav", "long.wav", "short.wav",
    ]  # fmt: skip
    assert main(["slice", "in", "-o", "out"]) == 1
    assert "kept whole: 1 recordings" in capsys.readouterr().out
    assert main(["slice", "in", "-o", "out", "-q"]) == 1
    assert capsys.readouterr().out == ""


def test_a_dry_run_writes_nothing(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slice", "in", "-o", "out", "--dry-run"]) == 0
    assert "2 planned; 6 clips" in capsys.readouterr().out
    assert not Path("out").exists()


def test_exactly_ten_seconds(recordings: Path) -> None:
    assert main(["slice", "in", "-o", "out", "--pad-to", "10", "-q"]) == 0
    lengths = {soundfile.info(path).frames for path in Path("out").rglob("*.wav")}
    assert lengths == {10 * RATE_HZ}
    assert main(["slice", "--join", "out/歌.slices.json", "-o", "back.wav", "--json"]) == 0
    assert Path("back.wav").read_bytes() == (recordings / "歌.wav").read_bytes()


def test_one_clip_for_each_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    gap = np.zeros(RATE_HZ // 2)
    write(
        tmp_path / "a.wav",
        np.concatenate([voice(0.7, 220.0), gap, voice(0.7, 247.0), gap, voice(0.7, 262.0)]),
    )
    assert main(["slice", "a.wav", "-o", "out", "--by-note"]) == 0
    assert len(list(Path("out").glob("*.wav"))) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "IN is missing"),
        (["nowhere"], "nowhere"),
        (["empty"], "no sound files in empty"),
        (["in", "--target", "soon"], "is no duration; write 10, 10s or 300ms"),
        (["in", "--min-length", "9", "--max-length", "12"], "--max-length 12 s"),
        (["in", "--min-length", "3", "--min_length", "3000"], "--min-length is said twice"),
        (["in", "-o", "a.txt"], "is a file; name a folder"),
        (["in", "--join", "in"], "takes no other input"),
        (["--join", "empty"], "holds no manifest"),
        (["--join", "a.txt"], "is no manifest of clips"),
    ],
)
def test_what_cannot_be_is_told_with_exit_code_2(
    recordings: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("empty").mkdir()
    Path("a.txt").write_text("text")
    assert main(["slice", "-o", "out", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not Path("out").exists()


def test_a_bad_manifest_of_many_is_listed(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slice", "in", "-o", "out", "-q"]) == 0
    Path("out/歌_000.wav").unlink()
    assert main(["slice", "--join", "out", "-o", "back"]) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith("failed: ")
    assert "歌_000.wav not found" in printed.err
    assert Path("back/x/long.wav").is_file()


def test_the_names_of_audio_slicer_are_milliseconds() -> None:
    theirs = slice_options(
        NOTHING
        | {"threshold_db": -40.0, "min_length_s": MS.convert("3000", None, None),
           "min_interval_s": MS.convert("300", None, None), "hop_size_s": MS.convert("20", None, None),
           "max_sil_kept_s": MS.convert("500", None, None)}
    )  # fmt: skip
    ours = slice_options(
        NOTHING
        | {"threshold_db": -40.0, "min_s": 3.0, "min_silence_s": 0.3, "hop_s": 0.02, "keep_silence_s": 0.5}
    )
    assert theirs == ours
    assert (ours.min_s, ours.min_silence_s, ours.kept_silence_s) == (3.0, 0.3, 0.5)


@pytest.mark.parametrize(
    ("text", "seconds"), [("10", 10.0), ("2.5s", 2.5), ("300ms", 0.3), ("300 ms", 0.3), (".5", 0.5)]
)
def test_durations(text: str, seconds: float) -> None:
    assert SECONDS.convert(text, None, None) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "-1", "1m", "nan", "1e3", "s"])
def test_no_durations(text: str) -> None:
    with pytest.raises(click.BadParameter):
        SECONDS.convert(text, None, None)
