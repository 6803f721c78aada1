from pathlib import Path

from voicebank_tools.commands.findings_json import findings_json
from voicebank_tools.finding import Finding


def test_counts_and_fields() -> None:
    found = [Finding("warning", Path("a.wav"), 3, "a", "is odd", "mend it", ("a",))] * 2
    fields = findings_json([*found, Finding("note", Path("b"), 0, "", "why", "cure")])
    assert (fields["errors"], fields["warnings"], fields["notes"]) == (0, 2, 1)
    assert fields["findings"][0] == {
        "kind": "warning", "path": "a.wav", "line": 3, "text": "a", "why": "is odd", "cure": "mend it",
    }  # fmt: skip
    assert len(fields["findings"]) == 3
