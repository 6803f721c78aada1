import os
from pathlib import Path
from zipfile import ZipFile

import pytest

from pychang import PychangError
from tests.voicebank_tools.paper_bank import make_bank
from voicebank_tools.packing.archive import write_zip


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    zips = []
    for when in (1_000_000_000, 1_500_000_000):
        bank = make_bank(tmp_path / str(when), {"か.wav": "a" * 1000, "C4/oto.ini": "b"})
        for path in bank.rglob("*.*"):
            os.utime(path, (when, when))
            path.chmod(0o600 if when > 1_200_000_000 else 0o644)
        archive = write_zip(
            tmp_path / "x.zip", "声", {"C4/oto.ini": bank / "C4/oto.ini", "か.wav": bank / "か.wav"}
        )
        zips.append((tmp_path / "x.zip").read_bytes())
        assert (archive.files, archive.content_bytes, archive.packed_bytes) == (2, 1001, len(zips[-1]))
    assert zips[0] == zips[1]
    with ZipFile(tmp_path / "x.zip") as file:
        assert file.testzip() is None
        assert [(one.filename, bool(one.flag_bits & 0x800)) for one in file.infolist()] == [
            ("声/C4/oto.ini", True), ("声/か.wav", True),
        ]  # fmt: skip
        assert file.read("声/か.wav") == b"a" * 1000


def test_a_file_that_cannot_be_read_is_told_and_the_others_packed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    told: list[tuple[int, int]] = []
    files = {"a": tmp_path / "a", "gone": tmp_path / "gone"}
    archive = write_zip(tmp_path / "x.zip", "x", files, lambda done, total: told.append((done, total)))
    assert [(one.kind, one.path.name) for one in archive.findings] == [("error", "gone")]
    assert told == [(1, 2), (2, 2)]
    with ZipFile(tmp_path / "x.zip") as file:
        assert file.namelist() == ["x/a"]


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"old")
    (tmp_path / "a").write_bytes(b"a")

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_zip(tmp_path / "x.zip", "x", {"a": tmp_path / "a"}, stop)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "x.zip"]
    assert (tmp_path / "x.zip").read_bytes() == b"old"
    with pytest.raises(PychangError, match="cannot write"):
        write_zip(tmp_path / "none" / "x.zip", "x", {"a": tmp_path / "a"})
