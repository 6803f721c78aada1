"""A mapping of a YAML tree, read field by field: a number becomes one where it is asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voicebank_tools.formats.values import MAX_LIST_ITEMS, Findings, bounded, number, shown
from voicebank_tools.yaml_tree import Tree


@dataclass(frozen=True)
class Fields:
    """A mapping of the tree, read field by field. `where` names it in findings."""

    values: Mapping[str, Tree]
    where: str
    findings: Findings

    def text(self, key: str, default: str = "") -> str:
        """Return a text field; lists and mappings count as missing."""
        value = self.values.get(key)
        return value if isinstance(value, str) else default

    def truth(self, key: str, default: bool = False) -> bool:
        """Return a true/false field."""
        text = self.text(key).lower()
        return default if text not in ("true", "false") else text == "true"

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """Return a number within [low, high]; an unreadable or outlying one is a finding."""
        value = self.number_or_none(key)
        return default if value is None else bounded(value, low, high, self.findings, self.where, key)

    def number_or_none(self, key: str) -> float | None:
        """Return a number of any size, None if there is none."""
        text = self.values.get(key)
        if text is None:
            return None
        value = number(text) if isinstance(text, str) else None
        if value is None:
            self.findings.add(self.where, f"{key}: {shown(text)!r} is not a number; left out")
        return value

    def integer(self, key: str, default: int, low: int, high: int) -> int:
        """Return a whole number within [low, high] (fractions are cut)."""
        return int(self.number(key, default, low, high))

    def numbers(self, key: str) -> list[float]:
        """Return a list of numbers; unreadable items are 0 and a finding."""
        items = self.values.get(key)
        if not isinstance(items, list):
            return []
        values = [number(item) if isinstance(item, str) else None for item in items[:MAX_LIST_ITEMS]]
        if None in values or len(items) > MAX_LIST_ITEMS:
            self.findings.add(self.where, f"{key}: items that are no numbers, or more than {MAX_LIST_ITEMS}")
        return [value or 0.0 for value in values]

    def texts(self, key: str) -> list[str]:
        """Return a list of texts; null is empty."""
        items = self.values.get(key)
        return [item if isinstance(item, str) else "" for item in items] if isinstance(items, list) else []

    def child(self, key: str) -> "Fields":
        """Return a mapping field, empty if it is missing."""
        value = self.values.get(key)
        return Fields(value if isinstance(value, dict) else {}, f"{self.where} {key}".strip(), self.findings)

    def children(self, key: str, name: str) -> Iterator["Fields"]:
        """Yield the mappings of a list field, named `name` and their number from 0."""
        items = self.values.get(key)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            where = f"{self.where} {name} {index}".strip()
            if isinstance(item, dict):
                yield Fields(item, where, self.findings)
            else:
                self.findings.add(where, f"{shown(item)!r} is not a mapping; left out")
