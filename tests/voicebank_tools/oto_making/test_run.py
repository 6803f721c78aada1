import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pychang import PychangError
from pychang.audio import write_wav
from tests.voicebank_tools.oto_making.material import PAUSE, labels, record, wave_of
from voicebank_tools.aliases import BankKind
from voicebank_tools.align.utterance import Aligned
from voicebank_tools.labelling.review import review, review_csv
from voicebank_tools.labels.segment import Labels
from voicebank_tools.oto import OtoFile
from voicebank_tools.oto_making import document
from voicebank_tools.oto_making.naming import Naming
from voicebank_tools.oto_making.run import OtoOptions, OtoReport, make_oto

KA, KI = ("か", {"k": 80, "a": 520}), ("き", {"k": 80, "i": 520})
ROW = labels(PAUSE, KA, KI, KA, PAUSE)


def make(options: OtoOptions) -> OtoReport:
    return make_oto(options, lambda *_: None)


@pytest.fixture
def options(tmp_path: Path) -> OtoOptions:
    """A recording of a VCV bank, labelled."""
    record(tmp_path / "bank", tmp_path / "labels" / "TextGrid", "_かきか", ROW)
    return OtoOptions(tmp_path / "bank", tmp_path / "labels", Naming(BankKind.VCV))


def lines(folder: Path) -> list[str]:
    return (folder / "oto.ini").read_bytes().decode("cp932").splitlines()


def write_review(folder: Path, made: Labels, confidence: float, suspect: str = "") -> None:
    sure = tuple(confidence for _ in made.phones)
    rows = review([Aligned("_かきか", replace(made, confidence=sure), -50.0, suspect)])
    (folder / "review.csv").write_text(review_csv(rows), "utf-8")


def test_labels_become_an_oto(options: OtoOptions) -> None:
    report = make(options)
    assert report.findings == ()
    assert (len(report.added), report.kept, report.recordings) == (3, 0, 1)
    assert report.written == (options.bank / "oto.ini",)
    assert lines(options.bank) == [
        "_かきか.wav=- か,180,450,-700,300,100",
        "_かきか.wav=a き,780,450,-700,300,100",
        "_かきか.wav=i か,1380,450,-700,300,100",
    ]


def test_a_second_run_adds_nothing(options: OtoOptions) -> None:
    make(options)
    before = (options.bank / "oto.ini").read_bytes()
    again = make(options)
    assert (again.added, again.kept, again.written) == ((), 3, ())
    assert (options.bank / "oto.ini").read_bytes() == before


def test_lines_that_are_there_stay_and_with_force_go(options: OtoOptions) -> None:
    old = "_かきか.wav=a き,800,1,2,300,4\n".encode("cp932")
    (options.bank / "oto.ini").write_bytes(old)
    report = make(options)
    assert [entry.alias for entry in report.added] == ["- か", "i か"]
    assert report.kept == 1
    assert (options.bank / "oto.ini").read_bytes().startswith(old)
    forced = make(replace(options, force=True))
    assert (len(forced.added), forced.kept) == (3, 0)
    assert lines(options.bank)[1] == "_かきか.wav=a き,780,450,-700,300,100"


def test_lines_of_a_folder_above_count(options: OtoOptions, tmp_path: Path) -> None:
    bank = tmp_path / "deep"
    for name in ("D4/か", "D4/き"):
        record(bank, tmp_path / "grids", name, labels(PAUSE, KA if name == "D4/か" else KI, PAUSE))
    old = "D4\\か.wav=か,400,180,-580,80,36\r\n".encode("cp932")
    (bank / "oto.ini").write_bytes(old)
    deep = replace(options, bank=bank, labels=tmp_path / "grids", naming=Naming(BankKind.CV))
    assert len(make(replace(deep, dry_run=True, out=tmp_path / "out")).added) == 2
    report = make(deep)
    assert ([entry.alias for entry in report.added], report.kept) == (["き"], 1)
    assert report.written == (bank / "D4" / "oto.ini",)
    assert (bank / "oto.ini").read_bytes() == old


def test_another_folder_and_a_dry_run(options: OtoOptions, tmp_path: Path) -> None:
    out = tmp_path / "out"
    report = make(replace(options, out=out, dry_run=True))
    assert (len(report.added), report.written) == (3, (out / "oto.ini",))
    assert not out.exists()
    make(replace(options, out=out))
    assert lines(out)[0] == "_かきか.wav=- か,180,450,-700,300,100"
    assert not (options.bank / "oto.ini").exists()
    assert make(replace(options, out=out)).added == ()


def test_each_folder_has_its_own_and_its_suffix(options: OtoOptions) -> None:
    for tone in ("C4", "C5"):
        record(options.bank, options.labels / "TextGrid", f"{tone}/か", labels(PAUSE, KA, PAUSE))
    report = make(replace(options, suffix="_{folder}", naming=Naming(BankKind.CV)))
    assert lines(options.bank / "C4") == ["か.wav=か_C4,400,180,-580,80,36"]
    assert lines(options.bank / "C5") == ["か.wav=か_C5,400,180,-580,80,36"]
    assert len(report.written) == 3
    again = make(replace(options, naming=Naming(BankKind.CV), repeats=0, out=options.bank.parent / "plain"))
    assert sorted(entry.alias for entry in again.added) == ["か", "か2", "か3", "か4", "き"]


def test_the_folder_one_stands_in_has_a_name_too(
    options: OtoOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(options.bank)
    report = make(replace(options, bank=Path(), suffix="_{folder}"))
    assert report.added[0].alias == "- か_bank"


def test_a_folder_of_textgrids_will_do(options: OtoOptions) -> None:
    assert len(make(replace(options, labels=options.labels / "TextGrid")).added) == 3


def test_the_tempo_can_be_given(options: OtoOptions) -> None:
    assert make(replace(options, bpm=120.0)).added[1].preutterance_ms == 250.0


def test_recordings_without_labels_and_labels_without_recording(options: OtoOptions) -> None:
    write_wav(options.bank / "さ.wav", wave_of(ROW))
    grids = options.labels / "TextGrid"
    shutil.copy(grids / "_かきか.TextGrid", grids / "た.TextGrid")
    (options.bank / "な.wav").write_bytes(b"no sound")
    shutil.copy(grids / "_かきか.TextGrid", grids / "な.TextGrid")
    write_wav(options.bank / "は.wav", wave_of(ROW)[:20_000])
    shutil.copy(grids / "_かきか.TextGrid", grids / "は.TextGrid")
    write_wav(options.bank / "ま.wav", wave_of(ROW))
    (grids / "ま.TextGrid").write_text("no grid")
    report = make(options)
    told = {finding.path.name: finding for finding in report.findings}
    assert set(told) == {"さ.wav", "た.TextGrid", "な.wav", "は.wav", "ま.wav"}
    assert told["さ.wav"].why == "has no labels"
    assert told["た.TextGrid"].why == "belongs to no recording"
    assert "lasts 0.45 s, its labels 2.60 s" in told["は.wav"].why
    assert len(report.added) == 3


def test_sounds_too_short_are_told(options: OtoOptions) -> None:
    made = labels(PAUSE, ("さ", {"s": 90, "a": 25}), PAUSE)
    record(options.bank, options.labels / "TextGrid", "さ", made)
    (finding,) = make(options).findings
    assert (finding.text, finding.why) == ("- さ", "lasts too short for a line")


def test_unsure_labels_are_to_be_looked_at(options: OtoOptions) -> None:
    write_review(options.labels, ROW, 0.9)
    assert make(replace(options, dry_run=True)).findings == ()
    write_review(options.labels, ROW, 0.2)
    (finding,) = make(replace(options, dry_run=True)).findings
    assert finding.text == "- か (0.20), a き (0.20), i か (0.20)"
    write_review(options.labels, ROW, 0.9, suspect="the text does not fit the sound")
    (finding,) = make(options).findings
    assert finding.why == "the text does not fit the sound"


def test_names_an_old_file_cannot_hold_are_told(options: OtoOptions) -> None:
    record(options.bank, options.labels / "TextGrid", "가", labels(PAUSE, ("さ", {"s": 90, "a": 300}), PAUSE))
    (options.bank / "oto.ini").write_bytes("_かきか.wav=x,1,2,3,4,5\r\n".encode("cp932"))
    report = make(options)
    (finding,) = report.findings
    assert (finding.text, finding.cure) == ("- さ", "save the file as UTF-8 first")
    assert finding.why == '"가.wav" cannot be written in cp932'
    assert len(report.added) == 3


def two_folders(options: OtoOptions) -> OtoOptions:
    for tone in ("C4", "C5"):
        record(options.bank, options.labels / "TextGrid", f"{tone}/か", labels(PAUSE, KA, PAUSE))
    return replace(options, suffix="_{folder}")


def test_an_oto_that_cannot_be_read_stops_no_other_folder(
    options: OtoOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "MOST_BYTES", 1000)
    options = two_folders(options)
    old = b"x" * 1001
    (options.bank / "C4" / "oto.ini").write_bytes(old)
    report = make(options)
    assert set(report.written) == {options.bank / "oto.ini", options.bank / "C5" / "oto.ini"}
    (finding,) = report.findings
    assert (finding.kind, finding.path) == ("error", options.bank / "C4" / "oto.ini")
    assert "is larger than 1000 bytes" in finding.why
    assert finding.cure == "put the right file there"
    assert {entry.wav_path.parent.name for entry in report.added} == {"bank", "C5"}
    assert (options.bank / "C4" / "oto.ini").read_bytes() == old


@pytest.mark.parametrize("error", [PychangError("no room; free some space"), PermissionError(13, "locked")])
def test_an_oto_that_cannot_be_written_stops_no_other_folder(
    options: OtoOptions, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    options = two_folders(options)
    real = OtoFile.write

    def write(oto: OtoFile, path: Path) -> None:
        if path.parent.name == "C4":
            raise error
        real(oto, path)

    monkeypatch.setattr(OtoFile, "write", write)
    report = make(options)
    assert set(report.written) == {options.bank / "oto.ini", options.bank / "C5" / "oto.ini"}
    (finding,) = report.findings
    assert (finding.kind, finding.path) == ("error", options.bank / "C4" / "oto.ini")
    assert finding.why in ("no room", "cannot be used (locked)")
    assert {entry.wav_path.parent.name for entry in report.added} == {"bank", "C5"}
    assert report.recordings == 2


@pytest.mark.parametrize("dry_run", [True, False])
def test_places_that_cannot_be_written_are_told_in_a_dry_run_too(
    options: OtoOptions, tmp_path: Path, dry_run: bool
) -> None:
    options = replace(two_folders(options), out=tmp_path / "out", dry_run=dry_run)
    (tmp_path / "out" / "oto.ini").mkdir(parents=True)
    (tmp_path / "out" / "C4").touch()
    report = make(options)
    assert report.written == (tmp_path / "out" / "C5" / "oto.ini",)
    assert {finding.path.parent.name for finding in report.findings} == {"out", "C4"}


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_read(
    options: OtoOptions, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PychangError, match="file is a file; name another"):
        make_oto(replace(options, out=tmp_path / "file" / "x"), lambda stage, *_: pytest.fail(stage))


def test_nothing_to_do_with(tmp_path: Path, options: OtoOptions) -> None:
    with pytest.raises(PychangError, match="no sound files"):
        make(replace(options, bank=options.labels))
    (options.labels / "review.csv").write_text("a,b\n1,2\n")
    with pytest.raises(PychangError, match="no review"):
        make(options)


def test_what_is_written_is_read_by_the_bank(options: OtoOptions) -> None:
    make(options)
    assert OtoFile.read(options.bank / "oto.ini").findings == ()


@pytest.mark.parametrize("old", [b"", b"x.wav=x,1,2,3,4,5\r\n"])
def test_the_encoding_that_the_bank_declares_is_used(options: OtoOptions, old: bytes) -> None:
    (options.bank / "Character.yaml").write_text("text_file_encoding: utf-8\n")
    if old:
        (options.bank / "oto.ini").write_bytes(old)
    make(options)
    written = (options.bank / "oto.ini").read_bytes()
    assert written.startswith(old or b"#Charset:UTF-8\r\n")
    assert "_かきか.wav=- か,180,450,-700,300,100" in written.decode("utf-8").splitlines()


def test_utf_8_that_openutau_is_not_told_of_is_told(options: OtoOptions) -> None:
    (told,) = make(replace(options, suffix="한")).findings
    assert (told.kind, told.text, told.path) == ("warning", "character.yaml", options.bank)
    assert told.cure == "write the line text_file_encoding: utf-8 into it"
    (options.bank / "character.yaml").write_text("text_file_encoding: utf-8\n")
    assert make(replace(options, suffix="글")).findings == ()


def test_a_declared_encoding_counts_for_a_new_file(options: OtoOptions) -> None:
    (options.bank / "character.yaml").write_text("text_file_encoding: gbk\n")
    make(options)
    assert (
        "_かきか.wav=- か,180,450,-700,300,100\r\n".encode("gbk") in (options.bank / "oto.ini").read_bytes()
    )


@pytest.mark.parametrize("yaml", ["{", "text_file_encoding: klingon", "name: x"])
def test_a_bank_that_declares_no_encoding_is_shift_jis(options: OtoOptions, yaml: str) -> None:
    (options.bank / "character.yaml").write_text(yaml)
    assert make(options).findings == ()
    assert lines(options.bank)[0] == "_かきか.wav=- か,180,450,-700,300,100"
