import json
from dataclasses import replace
from pathlib import Path

import pytest

from pychang import PychangError
from pychang.audio import write_wav
from tests.voicebank_tools.labelling.material import clips, even_aligner, sung
from voicebank_tools.align.utterance import Utterance
from voicebank_tools.labelling import run
from voicebank_tools.labelling.run import LabelOptions, LabelReport, label_folder
from voicebank_tools.labels.htk_lab import read_lab
from voicebank_tools.labels.segment import Segment
from voicebank_tools.labels.textgrid_file import read_textgrid, write_textgrid
from voicebank_tools.labels.tiers import Tier, TierFile
from voicebank_tools.labels.transcriptions import read_transcriptions
from voicebank_tools.transcripts.sources import TextOptions

TEXTS = {"a": "かき", "sub/b": "さ し", "c": "た"}


class Recorder:
    """The aligner for tests, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[Utterance]] = []

    def __call__(self, utterances, progress=None):  # type: ignore[no-untyped-def]
        self.asked.append(list(utterances))
        return even_aligner(utterances, progress)


@pytest.fixture
def aligner(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    monkeypatch.setattr(run, "align_folder", recorder)
    return recorder


@pytest.fixture
def options(tmp_path: Path) -> LabelOptions:
    return LabelOptions(clips(tmp_path / "clips", TEXTS), tmp_path / "out", TextOptions("ja"), pictures=0)


def label(options: LabelOptions) -> LabelReport:
    return label_folder(options, lambda stage, done, total: None)


def grid(options: LabelOptions, name: str = "a") -> Path:
    return options.out / "TextGrid" / f"{name}.TextGrid"


def move_an_edge(path: Path) -> TierFile:
    """What a person does: the second phone begins 50 ms later; a tier of remarks is added."""
    file = read_textgrid(path)
    words, phones = file.tiers[:2]
    first, second = phones.segments[1], phones.segments[2]
    edge_s = first.end_s + 0.05
    moved = (replace(first, end_s=edge_s), replace(second, begin_s=edge_s))
    segments = (phones.segments[0], *moved, *phones.segments[3:])
    remark = Tier("remarks", (Segment(0.5, 0.5, "breathy"),), of_points=True)
    corrected = replace(file, tiers=(words, replace(phones, segments=segments), remark))
    write_textgrid(path, corrected)
    return corrected


def test_everything_is_written(aligner: Recorder, options: LabelOptions) -> None:
    report = label(replace(options, pictures=1))
    assert report.labelled == ("a", "c", "sub/b")
    assert [finding.why for finding in report.findings] == ["text and sound do not fit"]
    assert [one.name for one in report.reviewed] == ["c", "a", "sub/b"]
    words, phones = read_textgrid(grid(options)).tiers
    assert [one.text for one in words.segments] == ["SP", "か", "き", "SP"]
    assert [one.text for one in phones.segments] == ["SP", "k", "a", "k", "i", "SP"]
    lab = read_lab(options.out / "htk" / "sub" / "b.lab")
    assert [one.text for one in lab] == ["SP", "s", "a", "sh", "i", "SP"]
    rows = read_transcriptions(options.out / "transcriptions.csv")
    assert [row.name for row in rows] == ["a", "c", "sub/b"]
    assert sum(rows[0].durations_s) == pytest.approx(1.4, abs=1e-6)
    assert (options.out / "review.html").read_text("utf-8").count("<img") == 1
    assert len(list((options.out / "review").iterdir())) == 1


def test_nothing_changed_nothing_done(aligner: Recorder, options: LabelOptions) -> None:
    first = label(options)
    before = {path: path.stat().st_mtime_ns for path in options.out.rglob("*")}
    again = label(options)
    assert again.unchanged
    assert again.findings == first.findings
    assert len(aligner.asked) == 1
    assert {path: path.stat().st_mtime_ns for path in options.out.rglob("*")} == before
    assert not label(replace(options, force=True)).unchanged
    assert len(aligner.asked) == 2


@pytest.mark.parametrize("change", ["text", "sound", "new clip", "lost file", "lost label file"])
def test_a_change_labels_anew(aligner: Recorder, options: LabelOptions, change: str) -> None:
    label(options)
    if change == "text":
        (options.clips / "a.lab").write_text("かく", encoding="utf-8")
    elif change == "sound":
        write_wav(options.clips / "a.wav", sung(f0_hz=300.0))
    elif change == "new clip":
        clips(options.clips, {"d": "な"})
    else:
        (grid(options) if change == "lost file" else options.out / "htk" / "a.lab").unlink()
    assert not label(options).unchanged
    assert len(aligner.asked) == 2
    assert grid(options).is_file()
    assert (options.out / "htk" / "a.lab").is_file()


def test_corrections_stay_and_are_learnt_from(aligner: Recorder, options: LabelOptions) -> None:
    label(options)
    corrected = move_an_edge(grid(options))
    content = grid(options).read_bytes()
    for _ in range(3):
        report = label(replace(options, force=True))
        assert report.by_hand == ("a",)
        assert report.labelled == ("c", "sub/b")
        assert grid(options).read_bytes() == content
        labels = aligner.asked[-1][0].corrected
        assert labels is not None
        assert labels.phones == corrected.tiers[1].segments
    lab = read_lab(options.out / "htk" / "a.lab")
    assert lab[1].end_s == pytest.approx(corrected.tiers[1].segments[1].end_s, abs=1e-7)
    a = next(one for one in report.reviewed if one.name == "a")
    assert a.confidence == 1.0


def test_label_files_and_tables_that_a_person_changed_stay_and_are_told(
    aligner: Recorder, options: LabelOptions
) -> None:
    label(options)
    for file in ("htk/a.lab", "transcriptions.csv"):
        (options.out / file).write_text("mine", "utf-8")
    clips(options.clips, {"d": "な"})
    for force in (False, True):
        report = label(replace(options, force=force))
        told = [finding.path for finding in report.findings if "wrote it and stays" in finding.why]
        assert told == [options.out / "transcriptions.csv", options.out / "htk" / "a.lab"]
        assert (options.out / "htk" / "a.lab").read_text("utf-8") == "mine"
        assert (options.out / "transcriptions.csv").read_text("utf-8") == "mine"
        assert (options.out / "htk" / "d.lab").is_file()
    for file in ("htk/a.lab", "transcriptions.csv"):
        (options.out / file).unlink()
    report = label(options)
    assert [finding.why for finding in report.findings] == ["text and sound do not fit"]
    assert len(read_transcriptions(options.out / "transcriptions.csv")) == 4


def test_tables_of_a_record_that_names_none_are_ours(aligner: Recorder, options: LabelOptions) -> None:
    label(options)
    place = options.out / "label.json"
    record = json.loads(place.read_text("utf-8"))
    del record["tables"]
    place.write_text(json.dumps(record), "utf-8")
    (options.clips / "a.lab").write_text("かきく", "utf-8")
    report = label(options)
    assert report.by_hand == ()
    assert not [finding for finding in report.findings if "wrote it and stays" in finding.why]
    assert len(read_transcriptions(options.out / "transcriptions.csv")[0].phones) == 8
    (options.out / "transcriptions.csv").write_text("mine", "utf-8")
    assert any("wrote it and stays" in finding.why for finding in label(options).findings)


def test_a_tier_that_was_added_and_another_spelling_are_no_correction(
    aligner: Recorder, options: LabelOptions
) -> None:
    label(options)
    file = read_textgrid(grid(options))
    remark = Tier("remarks", (Segment(0.5, 0.5, "breathy"),), of_points=True)
    write_textgrid(grid(options), replace(file, tiers=(*file.tiers, remark)))
    grid(options).write_bytes(grid(options).read_text("utf-8").encode("utf-16"))
    report = label(replace(options, force=True))
    assert report.by_hand == ()
    assert [tier.name for tier in read_textgrid(grid(options)).tiers] == ["words", "phones", "remarks"]


def test_corrections_of_another_folder_need_no_text(
    aligner: Recorder, options: LabelOptions, tmp_path: Path
) -> None:
    label(options)
    corrected = move_an_edge(grid(options))
    folder = tmp_path / "corrected"
    folder.mkdir()
    (folder / "a.TextGrid").write_bytes(grid(options).read_bytes())
    (folder / "typo.TextGrid").write_bytes(grid(options).read_bytes())
    (options.clips / "a.lab").unlink()
    fresh = replace(options, out=tmp_path / "fresh", corrected=folder)
    report = label(fresh)
    assert report.by_hand == ("a",)
    assert [finding.why for finding in report.findings if finding.path.name == "typo.TextGrid"] == [
        "belongs to no clip"
    ]
    assert [word.text for word in aligner.asked[-1][0].transcript.words] == ["か", "き"]
    assert read_textgrid(grid(fresh)) == corrected
    # Later runs know the copy as a person's work without being told again.
    assert label(replace(fresh, corrected=None, force=True)).by_hand == ("a",)


def test_labels_that_were_there_before_are_never_lost(aligner: Recorder, options: LabelOptions) -> None:
    label(options)
    theirs = move_an_edge(grid(options))
    (options.out / "label.json").unlink()
    report = label(replace(options, force=True))
    assert report.by_hand == ("a", "c", "sub/b")
    assert read_textgrid(grid(options)) == theirs


def test_stopped_while_writing(
    aligner: Recorder, options: LabelOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    label(options)
    (options.clips / "a.lab").write_text("かきく", encoding="utf-8")
    with monkeypatch.context() as patch:

        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(run, "write_tables", stop)
        with pytest.raises(KeyboardInterrupt):
            label(options)
    assert len(read_textgrid(grid(options)).tiers[0].segments) == 5
    report = label(options)
    assert not report.unchanged
    assert report.by_hand == ()
    assert len(read_transcriptions(options.out / "transcriptions.csv")[0].phones) == 8


def test_dry_run_writes_nothing(aligner: Recorder, options: LabelOptions) -> None:
    report = label(replace(options, dry_run=True))
    assert report.labelled == ("a", "c", "sub/b")
    assert not options.out.exists()
    assert aligner.asked == []


def test_foreign_files_are_refused(aligner: Recorder, options: LabelOptions) -> None:
    options.out.mkdir()
    (options.out / "transcriptions.csv").write_text("mine")
    with pytest.raises(PychangError, match="is not from vbtools label"):
        label(options)
    assert not label(replace(options, force=True)).unchanged
    with pytest.raises(PychangError, match="is the folder of the clips"):
        label(replace(options, out=options.clips))


def test_what_the_aligner_cannot_place_is_left_out(
    options: LabelOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unable(utterances, progress=None):  # type: ignore[no-untyped-def]
        first, *others = even_aligner(utterances, progress)
        return [replace(first, score=float("-inf"), suspect="too long"), *others]

    monkeypatch.setattr(run, "align_folder", unable)
    report = label(options)
    assert report.labelled == ("c", "sub/b")
    assert str(report.findings[0]).endswith("a.wav: too long; the clip is left out")
    assert not grid(options).exists()
    assert [row.name for row in read_transcriptions(options.out / "transcriptions.csv")] == ["c", "sub/b"]


def test_where_nothing_can_be_placed_nothing_is_written(
    options: LabelOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unable(utterances, progress=None):  # type: ignore[no-untyped-def]
        return [replace(one, score=float("-inf"), suspect="too long") for one in even_aligner(utterances)]

    monkeypatch.setattr(run, "align_folder", unable)
    report = label(options)
    assert (report.labelled, report.reviewed, len(report.findings)) == ((), (), 3)
    assert not options.out.exists()


@pytest.mark.parametrize("pictures", [0, 1])
def test_what_draws_is_there_before_the_work(
    options: LabelOptions, pictures: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def align(utterances, progress=None):  # type: ignore[no-untyped-def]
        done.append("align")
        return even_aligner(utterances, progress)

    monkeypatch.setattr(run, "align_folder", align)
    monkeypatch.setattr(run, "load_drawing", lambda: done.append("load"))
    label(replace(options, pictures=pictures))
    assert done == ["load"] * pictures + ["align"]


def test_the_output_may_lie_among_the_clips(aligner: Recorder, options: LabelOptions) -> None:
    inside = replace(options, out=options.clips / "labels")
    first = label(inside)
    again = label(inside)
    assert again.unchanged
    assert again.findings == first.findings


def test_corrections_may_lie_beside_the_clips(aligner: Recorder, options: LabelOptions) -> None:
    inside = replace(options, out=options.clips / "labels", corrected=options.clips)
    label(inside)
    theirs = move_an_edge(grid(inside))
    grid(inside).rename(options.clips / "a.TextGrid")
    report = label(inside)
    assert report.by_hand == ("a",)
    assert [finding.why for finding in report.findings] == ["text and sound do not fit"]
    assert read_textgrid(grid(inside)) == theirs


def test_two_clips_of_one_name(aligner: Recorder, options: LabelOptions) -> None:
    (options.clips / "a.flac").write_bytes((options.clips / "a.wav").read_bytes())
    report = label(options)
    assert report.labelled == ("a", "c", "sub/b")
    assert any("has the name of" in finding.why for finding in report.findings)


def test_the_beat_gives_onsets(aligner: Recorder, options: LabelOptions) -> None:
    label(replace(options, bpm=120.0))
    onsets_s = aligner.asked[0][0].transcript.onsets_s
    assert onsets_s == pytest.approx((0.2, 0.7), abs=0.02)


def test_the_record_can_be_read_by_others(aligner: Recorder, options: LabelOptions) -> None:
    label(options)
    record = json.loads((options.out / "label.json").read_text("utf-8"))
    assert record["version"] == 1
    assert set(record["clips"]) == {"a", "c", "sub/b"}
    assert record["clips"]["c"]["doubt"] == "text and sound do not fit"
