import json
from pathlib import Path

from voicebank_tools.commands.findings_json import findings_json
from voicebank_tools.finding import Finding


def test_fields_counts_and_findings() -> None:
    found = [Finding("warning", Path("a.wav"), 3, "a", "is odd", "mend it", ("a",))] * 2
    text = findings_json({"bank": "声"}, [*found, Finding("note", Path("b"), 0, "", "why", "cure")])
    assert text.startswith('{"bank": "声", "errors": 0, "warnings": 2, "notes": 1, "findings": [')
    listed = json.loads(text)["findings"]
    assert listed[0] == {
        "kind": "warning", "path": "a.wav", "line": 3, "text": "a", "why": "is odd", "cure": "mend it",
    }  # fmt: skip
    assert len(listed) == 3


def test_names_that_are_no_text() -> None:
    text = findings_json({}, [Finding("note", Path("b\udc81"), 0, "", "why", "cure")])
    assert json.loads(text)["findings"][0]["path"] == "b?"
