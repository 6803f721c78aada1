from pathlib import Path

import pytest

from voicebank_tools.packing.names import name_findings

ROOT = Path("bank")


def told(*paths: str, top: str = "bank") -> list[tuple[str, str]]:
    return [(finding.text, finding.why) for finding in name_findings(ROOT, top, paths)]


def test_names_that_are_fine_everywhere() -> None:
    assert told("が.wav", "C4/a.wav", "C5/a.wav", "a.b.txt", "console.wav", "가.wav") == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a?.wav", "holds ?"), ('"a".wav', 'holds "'), ("a\\b.wav", "holds \\"), ("a\n.wav", "holds \\n"),
        ("a.", "ends with a dot or a blank"), ("a ", "ends with a dot or a blank"),
        ("con.wav", "is called con"), ("NUL", "is called NUL"),
    ],
)  # fmt: skip
def test_what_windows_forbids(name: str, why: str) -> None:
    assert told(f"C4/{name}") == [(f"C4/{name}", f"{why}, which Windows forbids")]
    assert told("a.wav", top=name) == [(name, f"{why}, which Windows forbids")]


def test_a_forbidden_folder_is_told_once() -> None:
    assert told("C4:/a.wav", "C4:/b.wav") == [("C4:", "holds :, which Windows forbids")]


def test_names_alike_but_for_case() -> None:
    why = "differs from {} in case or Unicode form alone: on Windows they are one"
    assert told("Ka.wav", "ka.wav") == [("ka.wav", why.format("Ka.wav"))]
    assert told("A/x.wav", "a/y.wav") == [("a", why.format("A"))]


def test_names_in_macos_form_are_told_in_one_line() -> None:
    ((_, why),) = told("か\u3099.wav", "き\u3099.wav", "a.wav")
    assert why == "2 names are in macOS's Unicode form (NFD; the first: か\u3099.wav)"
