"""Fields of a YAML mapping: read as what they are asked for, told where they are not."""

from voicebank_tools.formats.values import Findings
from voicebank_tools.formats.yaml_fields import Fields
from voicebank_tools.yaml_tree import load_tree


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
