"""YAML as text: nothing is guessed, nothing explodes, depth does not end the interpreter."""

import pytest
import yaml

from pychang import PychangError
from voicebank_tools.yaml_tree import MAX_DEPTH, Tree, load_tree, text_of


@pytest.fixture(params=["C", "Python"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers: wheels without libyaml exist."""
    if request.param == "Python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a: no", {"a": "no"}),
        ("a: 1:20", {"a": "1:20"}),
        ("a: 0x1F", {"a": "0x1F"}),
        ("a: 2001-01-01", {"a": "2001-01-01"}),
        ("a: ~\nb:\nc: ''\nd: 'null'", {"a": None, "b": None, "c": "", "d": "null"}),
        ("- [1, {x: 2}]\n- あ", [["1", {"x": "2"}], "あ"]),
        ("a: {b: [], c: {}}", {"a": {"b": [], "c": {}}}),
        ('"かな": "+"', {"かな": "+"}),
        ("--- 1\n--- 2", "1"),
        ("", None),
    ],
)
def test_trees(text: str, tree: Tree) -> None:
    assert load_tree(text.encode(), "a.ustx") == tree


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"a: &x 1\nb: *x", "line 1: anchors and aliases"),
        (b"a: *x", "aliases|undefined"),
        (b"a: [1\nb: }", "a.ustx: line . not YAML"),
        (b"a: \x01", "not YAML"),
        (b"a: \xff", "byte 3 is not UTF-8"),
        (b"[" * (MAX_DEPTH + 2), f"deeper than {MAX_DEPTH}"),
        (b"? [1, 2]\n: 3", "as a key"),
    ],
)
def test_refusals_name_file_and_place(data: bytes, word: str) -> None:
    with pytest.raises(PychangError, match=word):
        load_tree(data, "a.ustx")


def test_the_billion_laughs_end_at_the_first() -> None:
    lines = ["a0: &a0 [lol, lol]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 30)]
    with pytest.raises(PychangError, match="line 1"):
        load_tree("\n".join(lines).encode(), "a.ustx")


def test_tags_construct_nothing() -> None:
    assert load_tree(b"a: !!python/object/apply:os.getcwd []", "a.ustx") == {"a": []}


def test_too_many_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicebank_tools.yaml_tree.MAX_NODES", 100)
    with pytest.raises(PychangError, match="more than 100 values"):
        load_tree(b"[" + b"1," * 101 + b"]", "a.ustx")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "a:\n  [[", "&a ["])
def test_a_bottomless_document_is_refused(opening: str) -> None:
    with pytest.raises(PychangError, match=r"x\.ustx: line \d+"):
        load_tree(opening * 50_000, "x.ustx")


def test_a_hundred_levels_are_read() -> None:
    assert str(load_tree("[" * 99 + "]" * 99, "x")) == "[" * 99 + "]" * 99


def test_the_line_of_a_fault_is_named() -> None:
    with pytest.raises(PychangError, match=r"x\.yaml: line 2 not YAML: found character"):
        load_tree("a: 1\nb: @\n", "x.yaml")


def test_text_with_bytes_that_were_not_utf8_is_told() -> None:
    with pytest.raises(PychangError, match=r"x\.yaml: .*not (UTF-8|YAML)"):
        load_tree(b"a: \x82".decode("utf-8", "surrogateescape"), "x.yaml")


@pytest.mark.parametrize(("value", "text"), [("a", "a"), ("", ""), (["a"], ""), ({"a": "b"}, ""), (None, "")])
def test_texts(value: Tree, text: str) -> None:
    assert text_of(value) == text
