"""Findings as `--json` prints them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from voicebank_tools.finding import Finding, counts


def findings_json(fields: Mapping[str, Any], findings: Sequence[Finding]) -> str:
    """Return the JSON text of a report: its `fields`, how many findings of each kind, and all of them."""
    listed = [
        {
            "kind": finding.kind, "path": str(finding.path), "line": finding.line, "text": finding.text,
            "why": finding.why, "cure": finding.cure,
        }
        for finding in findings
    ]  # fmt: skip
    text = json.dumps({**fields, **counts(findings), "findings": listed}, ensure_ascii=False)
    # Names on disk may hold bytes that are no text; `replace` is what JSON's readers can take.
    return text.encode("utf-8", "replace").decode()
