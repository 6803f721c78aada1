import os
import sys
from pathlib import Path

import pytest

from tests.voicebank_tools.paper_bank import make_bank
from voicebank_tools.packing.collect import collect_files

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")


def test_files_in_order_without_what_fits_a_pattern(tmp_path: Path) -> None:
    files = {"b.wav": "", "B/a.wav": "", "a.txt": "", ".git/config": "", "C/x.llsm": "", "C/y.llsm": ""}
    found = collect_files(make_bank(tmp_path, files), (".*", "*.llsm"))
    assert dict(found.files) == {name: tmp_path / name for name in ("B/a.wav", "a.txt", "b.wav")}
    assert list(found.files) == ["B/a.wav", "a.txt", "b.wav"]
    assert found.left_out == {".*": 1, "*.llsm": 2}
    assert found.findings == ()


@POSIX
def test_links(tmp_path: Path) -> None:
    bank = make_bank(tmp_path / "bank", {"C4/a.wav": ""})
    make_bank(tmp_path, {"secret/key": "", "b.wav": ""})
    (bank / "in.wav").symlink_to(bank / "C4" / "a.wav")
    (bank / "D4").symlink_to("C4")
    (bank / "C4" / "up").symlink_to("..")
    (bank / "out.wav").symlink_to(tmp_path / "b.wav")
    (bank / "out").symlink_to("../secret")
    (bank / "nowhere").symlink_to("none")
    (bank / "self").symlink_to("self")
    found = collect_files(bank, ())
    assert list(found.files) == ["C4/a.wav", "D4/a.wav", "in.wav"]
    assert [(one.path.name, one.why) for one in found.findings] == [
        ("nowhere", "is left out: a link that leads nowhere"),
        ("out", "is left out: a link that leads out of the bank"),
        ("out.wav", "is left out: a link that leads out of the bank"),
        ("self", "is left out: a link that leads nowhere"),
    ]


@POSIX
def test_a_junction_out_of_the_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = make_bank(tmp_path / "bank", {"C4/a.wav": ""})
    make_bank(tmp_path, {"secret/key": ""})
    (bank / "D4").symlink_to("C4")
    (bank / "out").symlink_to("../secret")
    monkeypatch.setattr(Path, "is_symlink", lambda _: False)  # as Windows says of a junction
    found = collect_files(bank, ())
    assert list(found.files) == ["C4/a.wav", "D4/a.wav"]
    assert [one.why for one in found.findings] == ["is left out: a link that leads out of the bank"]


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\x82\xa0.wav"))).touch()
    found = collect_files(tmp_path, ())
    assert (found.files, [one.why for one in found.findings]) == ({}, ["is left out: its name is no text"])
