"""Small files, read with a limit."""

from pathlib import Path

import pytest

from pychang import PychangError
from tests.voicebank_tools.paper_bank import make_bank
from voicebank_tools.files import read_limited


def test_no_more_is_read_than_asked_for(tmp_path: Path) -> None:
    make_bank(tmp_path, {"a.txt": "12345"})
    assert read_limited(tmp_path / "a.txt", 5) == b"12345"
    with pytest.raises(PychangError, match=r"a\.txt is larger than 4 bytes"):
        read_limited(tmp_path / "a.txt", 4)
    with pytest.raises(PychangError, match="cannot be read"):
        read_limited(tmp_path, 4)
