"""YAML from strangers: safe types only, and no document that is too deep or too large.

PyYAML's readers recurse, the C one without a limit (100,000 times "[" ends the interpreter), so the depth is
counted over the flat stream of events first.
"""

from typing import Any

from pychang import PychangError

_MOST_DEPTH = 100


def load_yaml(text: str, name: str, texts_only: bool = False) -> Any:
    """Return the document in `text`: dicts, lists and scalars; with `texts_only` every scalar stays a `str`
    (OpenUtau reads fields by their type, so a suffix `on` or `4` is text). `name` is for the message.
    Raises PychangError when it is no YAML, nested too deeply or refers to itself."""
    import yaml

    loader = _loader(texts_only)
    try:
        _check_depth(text, loader)
        return yaml.load(text, Loader=loader)  # noqa: S506  # a safe or base loader, C or not
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        problem = str(getattr(error, "problem", None) or str(error).splitlines()[0])
        mark = getattr(error, "problem_mark", None)
        place = f" line {mark.line + 1}" if mark else ""
        raise PychangError(f"{name}{place} is no valid YAML ({problem}): mend it in a text editor") from error


def text_of(value: object) -> str:
    """Return a value read with `texts_only` if it is a text, "" for anything else and for YAML's null."""
    return value if isinstance(value, str) and value not in ("null", "Null", "NULL", "~") else ""


def _loader(texts_only: bool) -> Any:
    import yaml

    kind = "BaseLoader" if texts_only else "SafeLoader"
    return getattr(yaml, f"C{kind}", None) or getattr(yaml, kind)


def _check_depth(text: str, loader: Any) -> None:
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MOST_DEPTH:
                raise ValueError("nested too deeply")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
