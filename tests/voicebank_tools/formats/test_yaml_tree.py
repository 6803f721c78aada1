"""YAML as text: nothing is guessed, nothing explodes."""

import pytest
import yaml

from pychang import PychangError
from voicebank_tools.formats.values import Findings
from voicebank_tools.formats.yaml_tree import MAX_DEPTH, Fields, Tree, load_tree


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
    monkeypatch.setattr("voicebank_tools.formats.yaml_tree.MAX_NODES", 100)
    with pytest.raises(PychangError, match="more than 100 values"):
        load_tree(b"[" + b"1," * 101 + b"]", "a.ustx")


def fields(text: str) -> Fields:
    tree = load_tree(text.encode(), "a.ustx")
    assert isinstance(tree, dict)
    return Fields(tree, "note 3", Findings("a.ustx"))


def test_fields_read_what_they_ask_for() -> None:
    note = fields("t: 60\nx: 1.5\nb: true\nn: [1, 2.5]\nc: {y: 2}\nl: [{z: 1}, {z: 2}]\ns: ['', a]")
    assert (note.integer("t", 0, 0, 127), note.number("x", 0.0, 0.0, 2.0), note.truth("b")) == (60, 1.5, True)
    assert (note.numbers("n"), note.texts("s"), note.child("c").text("y")) == ([1.0, 2.5], ["", "a"], "2")
    assert [(each.text("z"), each.where) for each in note.children("l", "point")] == [
        ("1", "note 3 point 0"),
        ("2", "note 3 point 1"),
    ]
    assert (note.integer("none", 7, 0, 9), note.number_or_none("none"), note.truth("none", True)) == (
        7,
        None,
        True,
    )
    assert note.findings.lines() == ()


def test_fields_tell_what_they_cannot_read() -> None:
    note = fields("x: .nan\ny: 900\nz: [a, 1]\nl: [1]\nm: {}")
    assert note.number("x", 3.0, 0.0, 10.0) == 3.0
    assert note.number("y", 3.0, 0.0, 10.0) == 10.0
    assert note.number("m", 3.0, 0.0, 10.0) == 3.0
    assert note.numbers("z") == [0.0, 1.0]
    assert list(note.children("l", "point")) == []
    assert [line.partition(": note 3")[2] for line in note.findings.lines()] == [
        ": x: '.nan' is not a number; left out",
        ": y=900 is outside 0 to 10; 10 is used",
        ": m: '{}' is not a number; left out",
        ": z: items that are no numbers, or more than 100000",
        " point 0: '1' is not a mapping; left out",
    ]
