"""Small files, read with a limit, and folders to write into."""

from pathlib import Path

import pytest

from pychang import PychangError
from tests.voicebank_tools.paper_bank import make_bank
from voicebank_tools.files import check_folder, read_limited


def test_no_more_is_read_than_asked_for(tmp_path: Path) -> None:
    make_bank(tmp_path, {"a.txt": "12345"})
    assert read_limited(tmp_path / "a.txt", 5) == b"12345"
    with pytest.raises(PychangError, match=r"a\.txt is larger than 4 bytes"):
        read_limited(tmp_path / "a.txt", 4)
    with pytest.raises(PychangError, match="cannot be read"):
        read_limited(tmp_path, 4)


def test_a_folder_to_write_into_may_have_to_be_made(tmp_path: Path) -> None:
    check_folder(tmp_path)
    check_folder(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_or_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    for name in ("file", "file/below"):
        with pytest.raises(PychangError, match="file is a file; name another folder"):
            check_folder(tmp_path / name)

    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    with pytest.raises(PychangError, match=r"written into \(Permission denied\); make it accessible"):
        check_folder(tmp_path)
