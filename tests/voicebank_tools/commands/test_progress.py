"""Progress must never end up in a pipe or a log."""

import pytest

from voicebank_tools.commands.progress import note_progress, share_progress, stage_progress


@pytest.mark.parametrize("hidden", [True, False])
def test_nothing_is_printed_where_nobody_watches(hidden: bool, capsys: pytest.CaptureFixture[str]) -> None:
    with note_progress(hidden) as on_progress:
        on_progress(1, 3)
        on_progress(3, 3)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_sees_the_count(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with note_progress() as on_progress:
        on_progress(2, 3)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "2/3" in printed.err


def test_stages_are_named_one_after_another(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with stage_progress() as on_progress:
        on_progress("reading", 2, 3)
        on_progress("aligning", 5, 7)
    assert "5/7" in capsys.readouterr().err
    with stage_progress(hidden=True) as on_progress:
        on_progress("reading", 2, 3)
    assert capsys.readouterr() == ("", "")


def test_a_share_is_shown_in_percent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with share_progress("slicing") as on_progress:
        on_progress(300_000, 1_000_000)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "slicing" in printed.err
    assert "30%" in printed.err
