"""YAML read into a tree of text, safely and as OpenUtau means it.

PyYAML's own loaders resolve plain words by YAML 1.1: a lyric `no` or `on` becomes a truth value and
`1:20` a number. OpenUtau's reader decides by the field instead; so do we: every scalar stays text
until a field asks for a number. Built from parser events, without recursion, with bounded depth
and size; anchors and aliases (the "billion laughs") are refused.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from pychang import PychangError
from voicebank_tools.formats.values import MAX_LIST_ITEMS, Findings, bounded, number, shown

Tree: TypeAlias = "dict[str, Tree] | list[Tree] | str | None"
"""Mapping, list, text, or None for an empty or null plain scalar."""

MAX_DEPTH = 40
MAX_NODES = 2_000_000

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))


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


def load_tree(data: bytes, file: str) -> Tree:
    """Return the first document of a UTF-8 YAML file.

    Raises:
        PychangError: not UTF-8, not YAML, anchors or aliases, nested deeper than `MAX_DEPTH`, or
            more than `MAX_NODES` values. The message has file, line and cure.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PychangError(f"{file}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
            if builder.done:
                break
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "malformed"
        raise PychangError(f"{file}:{line} not YAML: {shown(problem)}; mend the line or save anew") from None
    return builder.root


class _Builder:
    """Puts parser events together; keeps open lists and mappings on its own stack."""

    def __init__(self, file: str) -> None:
        self.root: Tree = None
        self.done = False
        self._file = file
        self._stack: list[dict[str, Tree] | list[Tree]] = []
        self._keys: list[str | None] = []
        self._nodes = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise self._error(event, "anchors and aliases are not read; write the values out")
        if isinstance(event, yaml.ScalarEvent):
            plain_null = event.implicit[0] and event.value in _NULLS
            self._add(None if plain_null else event.value, event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._open({}, event)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._open([], event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._stack.pop()
            self._keys.pop()
        elif isinstance(event, yaml.DocumentEndEvent):
            self.done = True

    def _open(self, container: dict[str, Tree] | list[Tree], event: yaml.Event) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise self._error(event, f"nested deeper than {MAX_DEPTH}; is it a song?")
        self._add(container, event)
        self._stack.append(container)
        self._keys.append(None)

    def _add(self, value: Tree, event: yaml.Event) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self._error(event, f"more than {MAX_NODES} values; split the song")
        if not self._stack:
            self.root = value
            return
        top = self._stack[-1]
        if isinstance(top, list):
            top.append(value)
        elif self._keys[-1] is None:
            if isinstance(value, dict | list):
                raise self._error(event, "a list or mapping as a key; mend the line")
            self._keys[-1] = value or ""
        else:
            top[self._keys[-1]] = value
            self._keys[-1] = None

    def _error(self, event: yaml.Event, text: str) -> PychangError:
        line = event.start_mark.line + 1 if event.start_mark else 0
        return PychangError(f"{self._file}: line {line}: {text}")
