"""Lines of oto.ini against the length of their recordings."""

from pathlib import Path

import pytest

from voicebank_tools.bank_windows import window_findings
from voicebank_tools.oto import OtoEntry


def found(*times_ms: float, length_ms: float = 1000.0) -> list[str]:
    entry = OtoEntry(Path("ka.wav"), "か", *times_ms)
    return [f"{finding.kind}: {finding.why}" for finding in window_findings(entry, length_ms)]


@pytest.mark.parametrize(
    "times_ms",
    [
        (0.0, 0.0, 0.0, 0.0, 0.0),
        (100.0, 120.0, -700.0, 50.0, 20.0),
        (100.0, 120.0, 50.0, 50.0, 20.0),
        (100.0, 120.0, -900.9, 50.0, -20.0),  # rounded somewhere
        (100.0, 50.0, -700.0, 120.0, 130.0),  # odd, and sung as it says
        (100.0, 0.0, -100.0, 100.9, 100.9),
    ],
)
def test_what_fits(times_ms: tuple[float, ...]) -> None:
    assert found(*times_ms) == []
    assert found(*times_ms, length_ms=1e6) == []


@pytest.mark.parametrize(
    ("times_ms", "told"),
    [
        ((1000.0, 50.0, -100.0, 0.0, 0.0), "error: offset 1000 ms lies behind the recording's end (1000 ms)"),
        ((5000.0, 50.0, 0.0, 0.0, 0.0), "error: offset 5000 ms lies behind the recording's end (1000 ms)"),
        (
            (600.0, 50.0, 500.0, 0.0, 0.0),
            "error: cutoff 500 ms ends the window at 500 ms, before the offset (600 ms)",
        ),
        (
            (600.0, 50.0, -500.0, 0.0, 0.0),
            "warning: cutoff -500 ms reaches 100 ms behind the recording's end",
        ),
        (
            (100.0, 300.0, -300.0, 50.0, 20.0),
            "warning: the window lasts 300 ms, no longer than consonant 300 ms",
        ),
        (
            (700.0, 20.0, 0.0, 400.0, 350.0),
            "warning: the window lasts 300 ms, no longer than preutterance 400 ms, overlap 350 ms",
        ),
    ],
)
def test_what_does_not_fit(times_ms: tuple[float, ...], told: str) -> None:
    assert found(*times_ms) == [told]


def test_a_finding_names_recording_and_alias() -> None:
    (finding,) = window_findings(OtoEntry(Path("ka.wav"), "か", 2000.0), 1000.0)
    assert str(finding).startswith('error: ka.wav: "か" offset')
    assert finding.aliases == ("か",)
