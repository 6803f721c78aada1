"""Everything that is wrong in folders people have: each is named with its reason, and the good clips beside
it are labelled all the same. What only the aligner can hear is in test_run_real.py."""

import re
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pychang.audio import write_wav
from tests.voicebank_tools.labelling.material import RATE_HZ, clips, even_aligner, sung
from voicebank_tools.labelling import run
from voicebank_tools.labelling.run import LabelOptions, label_folder
from voicebank_tools.labels.segment import Segment
from voicebank_tools.labels.textgrid_file import textgrid_bytes
from voicebank_tools.labels.tiers import Tier, TierFile
from voicebank_tools.transcripts.sources import TextOptions

Change = Callable[[LabelOptions], LabelOptions | None]
"""Breaks something about the clip "bad" on disk, and may return other options."""


def text(content: bytes | str) -> Change:
    data = content.encode() if isinstance(content, str) else content
    return lambda options: (options.clips / "bad.lab").write_bytes(data) and None


def wave(samples: np.ndarray, rate_hz: int = RATE_HZ, subtype: str = "PCM_16") -> Change:
    def change(options: LabelOptions) -> None:
        soundfile.write(options.clips / "bad.wav", samples, rate_hz, subtype)

    return change


def sound_bytes(data: bytes) -> Change:
    return lambda options: (options.clips / "bad.wav").write_bytes(data) and None


def without(name: str) -> Change:
    return lambda options: (options.clips / name).unlink()


def folder_instead(name: str) -> Change:
    def change(options: LabelOptions) -> None:
        (options.clips / name).unlink()
        (options.clips / name).mkdir()

    return change


def broken_link(name: str) -> Change:
    def change(options: LabelOptions) -> None:
        (options.clips / name).unlink()
        (options.clips / name).symlink_to(options.clips / "gone")

    return change


def by_hand(data: bytes) -> Change:
    def change(options: LabelOptions) -> None:
        (options.out / "TextGrid").mkdir(parents=True)
        (options.out / "TextGrid" / "bad.TextGrid").write_bytes(data)

    return change


def twin(options: LabelOptions) -> None:
    (options.clips / "bad.flac").write_bytes((options.clips / "bad.wav").read_bytes())


def reclist(options: LabelOptions) -> LabelOptions:
    (options.clips / "reclist.txt").write_text("bad", encoding="utf-8")
    (options.clips / "bad.lab").unlink()
    return replace(options, text=replace(options.text, reclist=options.clips / "reclist.txt"))


def missing_in_reclist(options: LabelOptions) -> LabelOptions:
    listed = reclist(options)
    (options.clips / "reclist.txt").write_text("_かき", encoding="utf-8")
    return listed


def score(ust: str) -> Change:
    def change(options: LabelOptions) -> LabelOptions:
        (options.clips / "bad.lab").unlink()
        (options.clips / "bad.ust").write_text(ust, encoding="utf-8")
        return replace(options, text=replace(options.text, score=options.clips))

    return change


def corrected(options: LabelOptions) -> LabelOptions:
    folder = options.clips.parent / "corrected"
    folder.mkdir()
    (folder / "bd.TextGrid").write_bytes(grid(1.4, "a"))
    return replace(options, corrected=folder)


def dictionary(options: LabelOptions) -> LabelOptions:
    path = options.clips.parent / "bad.dict"
    path.write_text("空\t\n", encoding="utf-8")
    return replace(options, text=replace(options.text, dictionaries=(path,)))


def oto(options: LabelOptions) -> None:
    (options.clips / "bad.lab").unlink()
    (options.clips / "oto.ini").write_text("bad.wav=a k,0,0,0,0,0\n", encoding="utf-8")


def grid(seconds: float, phone: str) -> bytes:
    return textgrid_bytes(TierFile(0.0, seconds, (Tier("phones", (Segment(0.0, seconds, phone),)),)))


def riff(rate_hz: int, data: bytes) -> bytes:
    body = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate_hz, 2 * rate_hz, 2, 16)
    body += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


NOISE = 0.1 * np.random.default_rng(0).standard_normal(RATE_HZ)
CLICKS = np.where(np.arange(RATE_HZ) % 5001 == 0, 0.9, 0.0)
TONE = sung()

BROKEN: dict[str, tuple[Change, str]] = {
    "empty text": (text(b""), "holds no words"),
    "blank text": (text(" \n\t\n"), "holds no words"),
    "punctuation": (text("。、…!?"), "holds no words"),
    "pauses alone": (text("SP pau br"), "holds no words"),
    "kanji": (text("真昼のか"), 'not known how to say "真昼"'),
    "another language": (text("hello か"), 'not known how to say "hello"'),
    "many unknown words": (text("亜 伊 宇 江 於 火 木 区 毛 古"), "and 2 more"),
    "mojibake": (text("かき".encode().decode("latin-1")), "not known how to say"),
    "html": (text("<!doctype html><p>か"), "not known how to say"),
    "no known encoding": (text(b"\xff\x81\xa0\x9f\xff\xff" * 9), "its encoding is not known"),
    "utf-16 without a mark": (text("かき\n".encode("utf-16-le") + b"\0\0"), "no text but bytes"),
    "a wav for a text": (text(riff(44100, b"\0\0")), "no text but bytes"),
    "a large file for a text": (text(b"a " * 2**20), "larger than"),
    "a book": (text("か" * 5001), "too many for one clip"),
    "htk label that ends before it begins": (text("5000000 1000000 a\n"), "is no label"),
    "htk labels of pauses alone": (text("0 5000000 pau\n"), "holds no words"),
    "no text": (without("bad.lab"), r"no text; write what is sung into bad\.lab"),
    "a folder for a text": (folder_instead("bad.lab"), "no text"),
    "a text that is a broken link": (broken_link("bad.lab"), "no text"),
    "no recording": (without("bad.wav"), "has no recording"),
    "a folder for a recording": (folder_instead("bad.wav"), "has no recording"),
    "a recording that is a broken link": (broken_link("bad.wav"), "has no recording"),
    "not in the list": (missing_in_reclist, "it is not in reclist"),
    "listed, not recorded": (missing_in_reclist, "is not recorded"),
    "a name that says nothing": (reclist, "not known how to say"),
    "oto.ini without a whole sound": (oto, "not known how to say"),
    "a score without lyrics": (score("[#0000]\nLength=480\nLyric=R\nNoteNum=60\n"), "no track has lyrics"),
    "a score that is none": (score("hello"), "no note section"),
    "digital silence": (wave(np.zeros(RATE_HZ)), "is silent"),
    "hiss of a switched-off microphone": (wave(NOISE / 4000.0), "is silent"),
    "a constant": (wave(np.full(RATE_HZ, 0.5)), "hardly any voiced sound"),
    "noise": (wave(NOISE), "hardly any voiced sound"),
    "clicks": (wave(CLICKS), "hardly any voiced sound"),
    "clipped": (wave(np.clip(8.0 * TONE, -1.0, 1.0)), "is clipped"),
    "8 kHz": (wave(TONE[::5], 8000), "recorded at 8000 Hz"),
    "too short": (wave(TONE[9000:10000]), "too short for 4 phones"),
    "too long": (wave(np.zeros(4000 * 601) + 0.1, 4000), "too long for a clip"),
    "no bytes": (sound_bytes(b""), "is an empty file"),
    "no samples": (sound_bytes(riff(44100, b"")), "holds no samples"),
    "half a header": (sound_bytes(riff(44100, b"")[:20]), "not a sound file"),
    "a text for a wav": (sound_bytes(b"hello"), "not a sound file"),
    "random bytes": (sound_bytes(b"RIFF" + np.random.default_rng(1).bytes(5000)), "not a sound file"),
    "an impossible rate": (sound_bytes(riff(7, b"\1\2" * 99)), "claims a sample rate of 7 Hz"),
    "no numbers": (wave(np.full(RATE_HZ, np.nan), subtype="FLOAT"), "is not a number"),
    "integers as floats": (wave(TONE * 32768.0, subtype="FLOAT"), "times full scale"),
    "two of a name": (twin, "has the name of"),
    "a broken correction": (by_hand(b"hello"), "no TextGrid"),
    "a correction of another clip": (by_hand(grid(3.0, "a")), r"ends at 3\.00 s, its clip at 1\.40 s"),
    "a correction without phones": (by_hand(grid(1.4, "")), "holds no phones"),
    "a correction of no clip": (corrected, "belongs to no clip"),
    "a dictionary with a hole": (dictionary, "has no phones"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_it_is_named_and_the_others_are_labelled(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "align_folder", even_aligner)
    folder = clips(tmp_path / "clips", {"bad": "かき", "good": "さし"})
    options = LabelOptions(folder, tmp_path / "out", TextOptions("ja"), pictures=0)
    change, reason = BROKEN[name]
    try:
        options = change(options) or options
    except OSError:
        pytest.skip("this system has no such files")
    report = label_folder(options, lambda *_: None)
    lines = [str(finding) for finding in report.findings]
    named = [line for line in lines if "bad" in line or "bd" in line or "_かき" in line]
    assert any(re.search(reason, line) for line in named), lines
    assert all("; " in line for line in lines), "every finding has its cure"
    assert "good" in report.labelled
    assert (tmp_path / "out" / "TextGrid" / "good.TextGrid").is_file()


def test_there_are_enough() -> None:
    assert len(BROKEN) >= 40


def test_all_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of nothing but broken clips: everything is listed, nothing is written."""
    monkeypatch.setattr(run, "align_folder", even_aligner)
    folder = clips(tmp_path / "clips", {f"bad{number}": "" for number in range(5)})
    write_wav(folder / "quiet.wav", np.zeros(RATE_HZ))
    report = label_folder(LabelOptions(folder, tmp_path / "out", TextOptions("ja")), lambda *_: None)
    assert len([finding for finding in report.findings if finding.kind == "error"]) == 6
    assert report.labelled == report.reviewed == ()
    assert not (tmp_path / "out").exists()
