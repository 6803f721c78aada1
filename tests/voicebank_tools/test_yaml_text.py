"""YAML from strangers: types, errors, and depth that would end the interpreter."""

import pytest

from pychang import PychangError
from voicebank_tools.yaml_text import load_yaml, text_of


def test_types_or_texts_only() -> None:
    assert load_yaml("a: [1, on, null]", "x") == {"a": [1, True, None]}
    assert load_yaml("a: [1, on, null]", "x", texts_only=True) == {"a": ["1", "on", "null"]}


@pytest.mark.parametrize("texts_only", [True, False])
@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "a:\n  [[", "&a ["])
def test_a_bottomless_document_is_refused(opening: str, texts_only: bool) -> None:
    with pytest.raises(PychangError, match=r"x\.ustx.* is no valid YAML"):
        load_yaml(opening * 50_000, "x.ustx", texts_only)


def test_a_hundred_levels_are_read() -> None:
    assert str(load_yaml("[" * 99 + "]" * 99, "x")) == "[" * 99 + "]" * 99


def test_the_line_of_a_fault_is_named() -> None:
    with pytest.raises(PychangError, match=r"x\.yaml line 2 is no valid YAML"):
        load_yaml("a: 1\nb: @\n", "x.yaml")


def test_code_is_not_run() -> None:
    with pytest.raises(PychangError):
        load_yaml("!!python/object/apply:os.getcwd []", "x")
    assert load_yaml("!!python/object/apply:os.getcwd []", "x", texts_only=True) == []


@pytest.mark.parametrize(
    ("value", "text"), [("a", "a"), ("", ""), ("~", ""), ("null", ""), (["a"], ""), (None, "")]
)
def test_texts(value: object, text: str) -> None:
    assert text_of(value) == text
