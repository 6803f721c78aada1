"""OpenUtau's expressions: definitions, defaults, flags, and the values of a note."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebank_tools.formats.ustx_expressions import (
    BUILT_IN,
    Expression,
    flag_string,
    note_values,
    project_expressions,
    track_expressions,
    value_of,
)
from voicebank_tools.formats.values import Findings
from voicebank_tools.formats.yaml_fields import Fields

STANDARD = {each.abbr: each for each in BUILT_IN}


def fields(**values: Any) -> Fields:
    return Fields(values, "", Findings("a.ustx"))


def project(**definitions: Any) -> dict[str, Expression]:
    return project_expressions(fields(expressions=definitions))


def only(expression: Expression) -> dict[str, Expression]:
    return {expression.abbr: expression}


# Definitions.


def test_a_project_that_defines_nothing_has_openutaus_own() -> None:
    assert project_expressions(fields()) == STANDARD


def test_own_definitions_come_first_and_keep_what_they_do_not_say() -> None:
    found = project(GEN={"min": "-50"}, x={"type": "Numerical", "max": "7", "is_flag": "true", "flag": "X"})
    assert list(found)[:2] == ["gen", "x"]
    assert found["gen"] == Expression("gen", minimum=-50.0, is_flag=True, flag="g")
    assert found["x"] == Expression("x", maximum=7.0, is_flag=True, flag="X")
    assert {abbr: found[abbr] for abbr in STANDARD if abbr != "gen"} == {
        abbr: each for abbr, each in STANDARD.items() if abbr != "gen"
    }


@pytest.mark.parametrize(
    ("kind", "expected"), [("0", "Numerical"), ("1", "Options"), ("2", "Curve"), ("Options", "Options")]
)
def test_kinds_by_number_or_name(kind: str, expected: str) -> None:
    assert project(x={"type": kind})["x"].kind == expected


@pytest.mark.parametrize(
    ("definition", "default", "custom"),
    [
        ({"default_value": "86"}, 86.0, None),
        # Before custom defaults existed, people changed the default itself.
        ({"default_value": "40"}, 86.0, 40.0),
        ({"default_value": "86", "custom_default_value": "40"}, 86.0, 40.0),
        ({"default_value": "86", "_custom_default_value": "30", "custom_default_value": "40"}, 86.0, 30.0),
        ({"default_value": "86", "custom_default_value": None}, 86.0, None),
    ],
)
def test_defaults_of_a_built_in(definition: dict[str, str], default: float, custom: float | None) -> None:
    found = project(norm=definition)["norm"]
    assert (found.default, found.custom_default) == (default, custom)
    assert found.effective_default == (default if custom is None else custom)


def test_a_default_of_a_custom_expression_is_its_own() -> None:
    found = project(x={"default_value": "40"})["x"]
    assert (found.default, found.custom_default) == (40.0, None)


def test_a_flood_of_definitions_is_cut_and_told() -> None:
    owner = fields(expressions={f"x{index}": {} for index in range(205)})
    found = project_expressions(owner)
    assert len(found) == 200 + len(BUILT_IN)
    assert owner.findings.lines() == ("a.ustx: expressions: more than 200; the rest is left out",)


def test_a_tracks_own_replace_the_projects_and_come_last() -> None:
    own = [{"abbr": "GEN", "max": "5"}, {"max": "9"}, {"abbr": "new"}]
    found = track_expressions(project(x={}), fields(track_expressions=own))
    assert [abbr for abbr in found if abbr in ("x", "gen", "new")] == ["x", "gen", "new"]
    assert list(found)[-2:] == ["gen", "new"]
    assert (found["gen"].maximum, found["gen"].flag) == (5.0, "g")
    assert len(found) == len(BUILT_IN) + 2


# Flags.


def numerical(**values: Any) -> Expression:
    return Expression("x", is_flag=True, flag="X", minimum=-100.0, **values)


@pytest.mark.parametrize(
    ("expression", "own", "flags"),
    [
        (numerical(), {}, ""),
        (numerical(), {"x": 0.9}, ""),  # flags are whole numbers: this is the default
        (numerical(), {"x": 1.9}, "X1"),
        (numerical(), {"x": -1.9}, "X-1"),
        (numerical(), {"x": 1e9}, "X100"),
        (numerical(), {"y": 5.0}, ""),
        (numerical(default=30.0), {}, "X30"),
        (numerical(default=30.0, skip_if_default=True), {}, ""),
        (numerical(custom_default=20.0, skip_if_default=True), {}, "X20"),
        (numerical(custom_default=20.0), {"x": 0.0}, "X0"),
        (Expression("x", "Curve", is_flag=True, flag="X"), {"x": 5.0}, ""),
        (Expression("x"), {"x": 5.0}, ""),
    ],
)
def test_numbers_as_flags(expression: Expression, own: dict[str, float], flags: str) -> None:
    assert flag_string(only(expression), own) == flags


@pytest.mark.parametrize(
    ("value", "flags"), [(0.0, ""), (1.0, "Mt50"), (1.9, "Mt50"), (2.0, ""), (-3.0, ""), (1e308, "")]
)
def test_options_as_flags(value: float, flags: str) -> None:
    options = Expression("x", "Options", is_flag=True, options=("", "Mt50"))
    assert flag_string(only(options), {"x": value}) == flags


def test_the_first_option_may_say_something_too() -> None:
    options = Expression("x", "Options", is_flag=True, options=("e", ""))
    assert flag_string(only(options), {}) == "e"
    assert flag_string(only(options), {"x": 1.0}) == ""


def test_a_built_in_sends_a_changed_default_alone() -> None:
    assert flag_string(STANDARD, {}) == ""
    assert flag_string(project(norm={"default_value": "40"}), {}) == "P40"
    assert flag_string(project(norm={"default_value": "40"}), {"norm": 86.0}) == "P86"


def test_flags_follow_the_order_of_the_expressions() -> None:
    values = {"norm": 1.0, "gen": -5.0, "bre": 2.0}
    assert flag_string(STANDARD, values) == "g-5B2P1"
    assert flag_string(dict(reversed(STANDARD.items())), values) == "P1B2g-5"


@given(st.dictionaries(st.sampled_from(sorted(STANDARD)), st.floats(allow_nan=False, allow_infinity=False)))
def test_values_are_within_their_expressions_range(values: dict[str, float]) -> None:
    for abbr, expression in STANDARD.items():
        assert expression.minimum <= value_of(STANDARD, values, abbr) <= expression.maximum
    assert flag_string(STANDARD, values).isascii()


# Values of a note.


def said(
    *items: dict[str, str], expressions: dict[str, Expression] = STANDARD
) -> tuple[Any, tuple[str, ...]]:
    note = Fields({"phoneme_expressions": list(items)}, "note 3", Findings("a.ustx"))
    return note_values(note, expressions), note.findings.lines()


def test_values_by_abbreviation_the_last_counts() -> None:
    items = ({"index": "0", "abbr": "VEL", "value": "50"}, {"abbr": "vel", "value": "60"})
    assert said(*items, {"abbr": "nope", "value": "1"}) == ({"vel": 60.0}, ())


def test_a_value_that_is_no_number_is_told_and_left_out() -> None:
    values, lines = said({"abbr": "vel", "value": "loud"}, {"abbr": "vol"})
    assert values == {}
    assert lines == ("a.ustx: note 3 expression 0: value: 'loud' is not a number; left out",)


def test_later_phonemes_are_told_once() -> None:
    later = {"index": "1", "abbr": "vel", "value": "50"}
    assert said(later, later) == (
        {},
        ("a.ustx: expressions of a note's second and later phonemes are not sung",),
    )


def test_an_accent_is_an_attack_unless_the_project_has_its_own() -> None:
    accent = {"abbr": "acc", "value": "150"}
    assert said(accent) == ({"atk": 150.0}, ())
    assert said(accent, expressions=project(acc={})) == ({"acc": 150.0}, ())


@pytest.mark.parametrize(("abbr", "count"), [("eng", 1), ("mod+", 1), ("mod", 0)])
def test_what_is_not_sung_is_told_where_it_is_used(abbr: str, count: int) -> None:
    assert len(said({"abbr": abbr, "value": "1"})[1]) == count
    assert said({"abbr": abbr, "value": "0"})[1] == ()
