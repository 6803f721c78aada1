from pathlib import Path

import pytest

from pychang import PychangError
from voicebank_tools.slicer.moves import Move, move_all


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


@pytest.fixture
def moves(tmp_path: Path) -> list[Move]:
    """A file makes room for another."""
    for name in ("old", "new"):
        (tmp_path / name).write_text(name, "utf-8")
    return [(tmp_path / "old", tmp_path / "away"), (tmp_path / "new", tmp_path / "old")]


def test_all_are_moved_in_order(moves: list[Move], tmp_path: Path) -> None:
    move_all(moves)
    assert contents(tmp_path) == {"away": "old", "old": "new"}


def test_none_is_moved_where_one_cannot_be(moves: list[Move], tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        move_all([*moves, (tmp_path / "missing", tmp_path / "there")])
    assert contents(tmp_path) == {"old": "old", "new": "new"}


def test_ctrl_c_right_behind_a_move_undoes_it(
    moves: list[Move], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.replace

    def replace_and_stop(path: Path, target: Path) -> None:
        real(path, target)
        if path.name == "new":
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", replace_and_stop)
    with pytest.raises(KeyboardInterrupt):
        move_all(moves)
    assert contents(tmp_path) == {"old": "old", "new": "new"}


def test_what_cannot_be_put_back_is_told(
    moves: list[Move], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.replace

    def replace_or_fail(path: Path, target: Path) -> None:
        if path.name != "old":
            raise PermissionError("it is open elsewhere")
        real(path, target)

    monkeypatch.setattr(Path, "replace", replace_or_fail)
    with pytest.raises(PychangError, match="old: could not be put back") as told:
        move_all(moves)
    assert f"move it there from {tmp_path / 'away'}" in str(told.value)
    assert contents(tmp_path) == {"away": "old", "new": "new"}
