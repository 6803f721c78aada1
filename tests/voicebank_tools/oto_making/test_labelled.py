import unicodedata
from pathlib import Path

from tests.voicebank_tools.oto_making.material import PAUSE, labels, record
from voicebank_tools.finding import Finding
from voicebank_tools.oto_making.labelled import Places, Recording, read_labelled, strangers

KA = ("か", {"k": 80, "a": 520})


def read(paths: list[Path], places: Places) -> tuple[list[Recording], list[Finding]]:
    findings: list[Finding] = []
    return list(read_labelled(paths, places, "ja", findings, lambda *_: None)), findings


def test_recordings_get_their_labels_by_name(tmp_path: Path) -> None:
    places = Places(tmp_path / "bank", tmp_path / "grids")
    record(places.bank, places.grids, "C4/か", labels(PAUSE, KA))
    (found,), findings = read([places.bank / "C4" / "か.wav"], places)
    assert (found.name, round(found.duration_s, 3)) == ("C4/か", 1.0)
    assert [one.sound.text for one in found.heard.placed] == ["か"]
    assert findings == []
    assert list(strangers([found.path], places)) == []


def test_labels_may_be_spelt_otherwise(tmp_path: Path) -> None:
    places = Places(tmp_path / "bank", tmp_path / "grids")
    record(places.bank, places.grids, "C4/が_A", labels(PAUSE, KA))
    grid = places.grids / "C4" / "が_A.TextGrid"
    grid.rename(grid.with_name(unicodedata.normalize("NFD", "が_a.textgrid")))
    (found,), findings = read([places.bank / "C4" / "が_A.wav"], places)
    assert (found.name, findings) == ("C4/が_A", [])
    assert list(strangers([found.path], places)) == []
    assert [one.path.suffix for one in strangers([], places)] == [".textgrid"]


def test_what_is_missing_or_broken_is_told(tmp_path: Path) -> None:
    places = Places(tmp_path / "bank", tmp_path / "grids")
    record(places.bank, places.grids, "か", labels(PAUSE, KA))
    (places.grids / "き.TextGrid").write_text("no grid")
    found, findings = read([places.bank / f"{name}.wav" for name in "かきく"], places)
    assert [one.name for one in found] == ["か"]
    assert [(one.kind, one.path.name) for one in findings] == [("error", "き.wav"), ("error", "く.wav")]
    assert findings[1].why == "has no labels"
    assert [one.path.name for one in strangers([places.bank / "か.wav"], places)] == ["き.TextGrid"]


def test_words_that_are_no_kana_are_told_once(tmp_path: Path) -> None:
    places = Places(tmp_path / "bank", tmp_path / "grids")
    fire, music = ("火", {"h": 90, "i": 300}), ("music", {"m": 60, "i": 200})
    record(places.bank, places.grids, "x", labels(PAUSE, fire, music, KA, fire, PAUSE))
    found, (finding,) = read([places.bank / "x.wav"], places)
    assert (finding.text, finding.path.name) == ("火 music", "x.TextGrid")
    assert len(found[0].heard.placed) == 1
