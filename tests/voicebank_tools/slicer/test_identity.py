from pathlib import Path

import pytest

from pychang import PychangError
from voicebank_tools.slicer.identity import content_hash, place_of


def test_content_counts_and_nothing_else(tmp_path: Path) -> None:
    for name, content in (("a", b"x"), ("b", b"x"), ("c", b"y")):
        (tmp_path / name).write_bytes(content)
    one, same, other = (content_hash(tmp_path / name) for name in "abc")
    assert one == same != other
    assert len(one) == 64
    with pytest.raises(PychangError, match=r"cannot be read: .*; check the path"):
        content_hash(tmp_path / "none")


def test_a_place_is_told_from_the_clips(tmp_path: Path) -> None:
    assert place_of(tmp_path / "in" / "歌.wav", tmp_path / "out" / "x") == "../../in/歌.wav"
