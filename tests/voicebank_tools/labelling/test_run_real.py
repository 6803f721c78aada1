"""The whole way with the real aligner and real singing: labels near the bank's own oto.ini, texts that belong
to another clip found by ear, corrections learnt from."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pychang.audio import write_wav
from tests.voicebank_tools.labelling.material import RATE_HZ
from voicebank_tools.labelling.run import LabelOptions, LabelReport, label_folder
from voicebank_tools.labels.textgrid_file import read_textgrid, write_textgrid
from voicebank_tools.labels.transcriptions import read_transcriptions
from voicebank_tools.oto import OtoFile
from voicebank_tools.transcripts.sources import TextOptions

LATE_S = 0.02
WRONG = {"_ああいあう": "しゃしつちさ", "_びびょびびゅびぇ": "せそさしすせ", "music": "かきくけこさし"}


def label(options: LabelOptions) -> LabelReport:
    return label_folder(options, lambda stage, done, total: None)


def chords(seconds: float) -> np.ndarray:
    """A new chord of three struck strings every 0.4 s. Shape [samples]."""
    rng = np.random.default_rng(0)
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    wave = np.zeros(len(time_s))
    for begin_s in np.arange(0.0, seconds, 0.4):
        since_s = time_s - begin_s
        struck = np.where((since_s >= 0.0) & (since_s < 0.4), np.exp(-5.0 * since_s.clip(0.0)), 0.0)
        for root_hz in rng.choice([220, 247, 262, 294, 330, 392], 3):
            wave += struck * sum(np.sin(2.0 * np.pi * root_hz * k * time_s) / k for k in range(1, 6))
    return 0.5 * wave / np.abs(wave).max()


@pytest.fixture(scope="module")
def options(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> LabelOptions:
    """Clips sung at 100 bpm, named by what is sung; two with other clips' texts, and a piece of music."""
    folder = tmp_path_factory.mktemp("real")
    (folder / "clips").mkdir()
    for path in sorted((shared_data / "utau-yuki-mini").glob("*.wav")):
        shutil.copyfile(path, folder / "clips" / path.name)
    write_wav(folder / "clips" / "music.wav", chords(4.0))
    for name, text in WRONG.items():
        (folder / "clips" / f"{name}.lab").write_text(text, encoding="utf-8")
    named = TextOptions("ja", names=True)
    return LabelOptions(folder / "clips", folder / "out", named, bpm=100.0, pictures=1, jobs=2)


@pytest.fixture(scope="module")
def report(options: LabelOptions) -> LabelReport:
    return label(options)


def vowels_s(options: LabelOptions, name: str) -> np.ndarray:
    """When the vowels of a clip begin, by its written labels."""
    _, phones = read_textgrid(options.out / "TextGrid" / f"{name}.TextGrid").tiers
    return np.array([one.begin_s for one in phones.segments if one.text in "aiueo"])


def test_texts_of_other_clips_and_music_are_heard(report: LabelReport) -> None:
    doubtful = {finding.path.stem: finding.why for finding in report.findings}
    assert doubtful == dict.fromkeys(WRONG, "the text does not fit the sound")
    assert {one.name for one in report.reviewed[: len(WRONG)]} == set(WRONG)


def test_vowels_begin_where_the_bank_says(
    options: LabelOptions, report: LabelReport, shared_data: Path
) -> None:
    """The bank's preutterances are set by machine, within some 50 ms; a mora slipped is 600 ms."""
    errors_s = []
    for entry in OtoFile.read(shared_data / "utau-yuki-mini" / "oto.ini").entries:
        name = entry.wav_path.stem
        if name not in WRONG:
            wanted_s = (entry.offset_ms + entry.preutterance_ms) / 1000.0
            errors_s.append(np.min(np.abs(vowels_s(options, name) - wanted_s)))
    assert len(errors_s) == 57
    assert np.median(errors_s) < 0.02
    assert np.quantile(errors_s, 0.9) < 0.1


def test_all_files_agree(options: LabelOptions, report: LabelReport) -> None:
    rows = {row.name: row for row in read_transcriptions(options.out / "transcriptions.csv")}
    assert set(rows) == set(report.labelled)
    for name, row in rows.items():
        words, phones = read_textgrid(options.out / "TextGrid" / f"{name}.TextGrid").tiers
        assert row.phones == tuple(one.text for one in phones.segments)
        assert sum(row.durations_s) == pytest.approx(words.segments[-1].end_s, abs=1e-6)
    assert (options.out / "review" / "001.png").stat().st_size > 10_000


def test_corrections_move_the_other_clips(options: LabelOptions, report: LabelReport) -> None:
    """A person who sets every vowel 20 ms later in four clips gets the others later, too."""
    before = {name: vowels_s(options, name) for name in report.labelled}
    corrected = [name for name in report.labelled if name not in WRONG][:4]
    for name in corrected:
        path = options.out / "TextGrid" / f"{name}.TextGrid"
        file = read_textgrid(path)
        moved = []
        for tier in file.tiers:
            segments = list(tier.segments)
            for place, one in enumerate(segments):
                if tier.name == "phones" and one.text in "aiueo" and place:
                    segments[place] = replace(one, begin_s=one.begin_s + LATE_S)
                    segments[place - 1] = replace(segments[place - 1], end_s=one.begin_s + LATE_S)
            moved.append(replace(tier, segments=tuple(segments)))
        write_textgrid(path, replace(file, tiers=tuple(moved)))
    again = label(options)
    assert list(again.by_hand) == corrected
    for name in corrected:
        assert vowels_s(options, name) == pytest.approx(before[name] + LATE_S, abs=1e-6)
    others = [name for name in again.labelled if name not in WRONG]
    moves_s = np.concatenate([vowels_s(options, name) - before[name] for name in others])
    assert 0.25 * LATE_S < np.median(moves_s) < 1.25 * LATE_S
    assert label(options).unchanged
