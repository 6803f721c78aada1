import pytest

from voicebank_tools.commands.lines import echo_first


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], ""),
        (["a", "b"], "a\nb\n"),
        (["a", "b", "c", "d"], "a\nb\n... and 2 more (there)\n"),
    ],
)
def test_the_first_lines_are_told_and_how_many_more(
    lines: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    echo_first(lines, 2, " (there)")
    assert capsys.readouterr() == ("", told)
