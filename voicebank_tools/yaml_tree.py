"""YAML from strangers, read into a tree of text as OpenUtau means it.

PyYAML's own loaders resolve plain words by YAML 1.1: a lyric `no` or `on` becomes a truth value and
`1:20` a number. OpenUtau's reader decides by the field instead; so do we: every scalar stays text
until a field asks for more. PyYAML's loaders also recurse, the C one without a limit (100,000 times
"[" ends the interpreter). Hence built from parser events, without recursion, with bounded depth and
size; anchors and aliases (the "billion laughs"), which OpenUtau never writes, are refused.
"""

from typing import Any, TypeAlias

import yaml

from pychang import PychangError

Tree: TypeAlias = "dict[str, Tree] | list[Tree] | str | None"
"""Mapping, list, text, or None for an empty or null plain scalar."""

MAX_DEPTH = 100
MAX_NODES = 2_000_000

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))


def load_tree(source: bytes | str, file: str) -> Tree:
    """Return the first document of YAML, bytes of UTF-8 or text; `file` is for the message.

    Raises:
        PychangError: not UTF-8, not YAML, anchors or aliases, nested deeper than `MAX_DEPTH`, or
            more than `MAX_NODES` values. The message has file, line and cure.
    """
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder(file)
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
            if builder.done:
                break
    except UnicodeError as error:
        place = f"byte {error.start} is" if isinstance(error, UnicodeDecodeError) else "some bytes are"
        raise PychangError(f"{file}: {place} not UTF-8; save the file as UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "malformed"
        message = f"{file}:{line} not YAML: {' '.join(str(problem)[:80].split())}; mend the line or save anew"
        raise PychangError(message) from None
    return builder.root


def text_of(value: object) -> str:
    """Return a value of a tree if it is a text, "" for anything else."""
    return value if isinstance(value, str) else ""


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
            raise self._error(event, f"nested deeper than {MAX_DEPTH}; is it the right file?")
        self._add(container, event)
        self._stack.append(container)
        self._keys.append(None)

    def _add(self, value: Tree, event: yaml.Event) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self._error(event, f"more than {MAX_NODES} values; make the file smaller")
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
