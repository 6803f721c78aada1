"""A whole voicebank packed."""

import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from pychang import PychangError
from tests.voicebank_tools.vowel_bank import write_vowel_bank
from voicebank_tools.finding import counts
from voicebank_tools.packing.pack import PackOptions, PackReport, pack_bank
from voicebank_tools.voicebank import load_voicebank


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    folder = write_vowel_bank(tmp_path / "声", vowels="ai")
    (folder / "character.txt").write_text("name=ai", "utf-8")
    (folder / "a_wav.frq").write_bytes(b"x")
    (folder / "a.wav.llsm").write_bytes(b"x")
    return folder


def pack(bank: Path, **options: object) -> PackReport:
    return pack_bank(PackOptions(bank, **options), lambda stage, done, total: None)  # type: ignore[arg-type]


def names(report: PackReport) -> list[str]:
    with ZipFile(report.output) as file:
        return file.namelist()


def test_a_sound_bank_beside_its_folder(bank: Path, tmp_path: Path) -> None:
    report = pack(bank)
    assert report.output == tmp_path / "声.zip"
    assert names(report) == [
        f"声/{name}" for name in ("a.wav", "a_wav.frq", "character.txt", "i.wav", "oto.ini")
    ]
    assert (report.left_out, report.findings) == ({"*.llsm": 1}, ())
    with ZipFile(report.output) as file:
        file.extractall(tmp_path / "there")
    assert load_voicebank(tmp_path / "there").aliases == load_voicebank(bank).aliases


def test_what_is_asked_to_be_left_out(bank: Path, tmp_path: Path) -> None:
    report = pack(bank, output=tmp_path, without_frq=True, exclude=("i.*", "nothing", "a.wav.llsm"))
    assert names(report) == ["声/a.wav", "声/character.txt", "声/oto.ini"]
    assert [(one.kind, one.why.split(",")[0]) for one in report.findings] == [
        ("error", "is left out"), ("warning", "--exclude leaves out nothing"),
    ]  # fmt: skip
    assert report.findings[0].path == bank / "i.wav"


def test_what_hosts_read_is_missed(bank: Path, tmp_path: Path) -> None:
    report = pack(bank, output=tmp_path, exclude=("oto.ini", "*.txt"))
    told = [one for one in report.findings if one.kind == "error"]
    assert [one.path.name for one in told] == ["character.txt", "oto.ini"]
    assert {one.why for one in told} == {"is left out, though hosts read it"}


@pytest.mark.skipif(sys.platform == "win32", reason="con.txt is no file there")
def test_faults_are_told_and_packed(bank: Path) -> None:
    (bank / "a.wav").write_bytes(b"no sound")
    (bank / "character.txt").unlink()
    (bank / "con.txt").touch()
    report = pack(bank)
    assert sorted((one.kind, one.why.split(",")[0]) for one in report.findings) == [
        ("error", "is not a sound file that can be read (Format not recognised)"),
        ("warning", "is called con"),
        ("warning", "there is no character.txt"),
    ]
    assert "声/a.wav" in names(report)


@pytest.mark.parametrize("fault", ["sounds", "lines", "excluded"])
def test_a_bank_that_cannot_be_sung_is_not_packed(fault: str, bank: Path, tmp_path: Path) -> None:
    if fault == "sounds":
        for path in bank.glob("*.wav"):
            path.write_bytes(b"no sound")
    elif fault == "lines":
        (bank / "oto.ini").write_text("a.wav=a,9000\ni.wav=i,9000\n", "utf-8")
    with pytest.raises(PychangError, match="no alias of it can be sung"):
        pack(bank, exclude=("*.wav",) if fault == "excluded" else ())
    assert list(tmp_path.glob("*.zip")) == []


def test_one_line_that_can_be_sung_is_enough(bank: Path) -> None:
    (bank / "oto.ini").write_text("a.wav=a,9000\na.wav=b,10\ni.wav=i,9000\n", "utf-8")
    assert counts(pack(bank).findings)["errors"] == 2


def test_a_zip_that_is_there_stays_unless_forced(bank: Path, tmp_path: Path) -> None:
    (tmp_path / "声.zip").write_bytes(b"old")
    with pytest.raises(PychangError, match="already there; give --force"):
        pack(bank)
    assert (tmp_path / "声.zip").read_bytes() == b"old"
    assert names(pack(bank, force=True))


def test_where_it_cannot_lie(bank: Path, tmp_path: Path) -> None:
    with pytest.raises(PychangError, match="in the bank itself"):
        pack(bank, output=bank / "x.zip")
    with pytest.raises(PychangError, match=r"name a \.zip file"):
        pack(bank, output=tmp_path / "dist")
    assert pack(bank, output=tmp_path / "dist" / "x.zip").output.is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dist", "声"]


def test_a_folder_that_only_wraps_the_bank(bank: Path, tmp_path: Path) -> None:
    (tmp_path / "outer").mkdir()
    bank.rename(tmp_path / "outer" / "声")
    report = pack(tmp_path / "outer")
    assert report.output == tmp_path / "outer" / "声.zip"
    assert names(report)[0] == "声/a.wav"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_recording_outside_is_told_as_lost(bank: Path, tmp_path: Path) -> None:
    (bank / "i.wav").replace(tmp_path / "i.wav")
    (bank / "i.wav").symlink_to(tmp_path / "i.wav")
    report = pack(bank)
    assert [(one.kind, one.path.name) for one in report.findings] == [
        ("warning", "i.wav"),
        ("error", "i.wav"),
    ]
    assert "声/i.wav" not in names(report)
