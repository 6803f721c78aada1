"""Findings as `--json` prints them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from voicebank_tools.finding import Finding


def findings_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return how many there are of each kind, and all of them, as JSON's types."""
    kinds = Counter(finding.kind for finding in findings)
    listed = [
        {
            "kind": finding.kind, "path": str(finding.path), "line": finding.line, "text": finding.text,
            "why": finding.why, "cure": finding.cure,
        }
        for finding in findings
    ]  # fmt: skip
    counts = {"errors": kinds["error"], "warnings": kinds["warning"], "notes": kinds["note"]}
    return {**counts, "findings": listed}
