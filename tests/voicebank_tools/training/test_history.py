from pathlib import Path

from voicebank_tools.training.history import as_row, read_history, write_history


def test_lines_come_back_up_to_a_step_and_later_columns_are_kept(tmp_path: Path) -> None:
    rows = [
        as_row(2, {"loss": 1.5}),
        as_row(4, {"loss": 1.25, "validation_loss": 2.0}),
        as_row(6, {"loss": 1.0}),
    ]
    write_history(tmp_path, rows)
    text = (tmp_path / "history.csv").read_text("utf-8")
    assert text.splitlines()[:2] == ["step,loss,validation_loss", "2,1.5,"]
    assert [row["step"] for row in read_history(tmp_path, 4)] == ["2", "4"]
    assert read_history(tmp_path, 4)[1]["validation_loss"] == "2"


def test_no_history_is_an_empty_one(tmp_path: Path) -> None:
    assert read_history(tmp_path, 100) == []
