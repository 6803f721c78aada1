"""OpenUtau's expressions: what a note's numbers are, and which become flags.

Sources: host-protocol notes 2.6 and 4.2; OpenUtau's USTx.cs, UExpression.cs and UPhoneme.cs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice

from voicebank_tools.formats.values import Findings
from voicebank_tools.formats.yaml_fields import Fields

_LIMIT = 1e6
_MAX_EXPRESSIONS = 200
_MAX_OPTIONS = 1000


@dataclass(frozen=True)
class Expression:
    """An expression as the project or a track defines it. `default` is the engine's neutral value,
    `custom_default` what the user wants for notes that say nothing (None: the same)."""

    abbr: str
    kind: str = "Numerical"
    minimum: float = 0.0
    maximum: float = 100.0
    default: float = 0.0
    custom_default: float | None = None
    is_flag: bool = False
    flag: str = ""
    options: tuple[str, ...] = ()
    skip_if_default: bool = False

    @property
    def effective_default(self) -> float:
        """The value of a note that says nothing."""
        return self.default if self.custom_default is None else self.custom_default


BUILT_IN: tuple[Expression, ...] = (
    Expression("dyn", "Curve", -240.0, 120.0),
    Expression("pitd", "Curve", -1200.0, 1200.0),
    Expression("clr", "Options"),
    Expression("eng", "Options"),
    Expression("vel", maximum=200.0, default=100.0),
    Expression("vol", maximum=200.0, default=100.0),
    Expression("atk", maximum=200.0, default=100.0),
    Expression("dec"),
    Expression("gen", minimum=-100.0, is_flag=True, flag="g"),
    Expression("genc", "Curve", -100.0),
    Expression("bre", is_flag=True, flag="B"),
    Expression("brec", "Curve", -100.0),
    Expression("lpf", is_flag=True, flag="H"),
    Expression("norm", default=86.0, is_flag=True, flag="P"),
    Expression("mod"),
    Expression("mod+"),
    Expression("alt", maximum=16.0),
    Expression("dir", "Options", maximum=1.0, options=("off", "on")),
    Expression("shft", minimum=-36.0, maximum=36.0),
    Expression("shfc", "Curve", -1200.0, 1200.0),
    Expression("tenc", "Curve", -100.0),
    Expression("voic", "Curve", default=100.0),
)
"""OpenUtau adds these to every project that does not define them."""

_BUILT_IN_BY_ABBR = {expression.abbr: expression for expression in BUILT_IN}
_KINDS = {"0": "Numerical", "1": "Options", "2": "Curve"}


def project_expressions(project: Fields) -> dict[str, Expression]:
    """Return the project's expressions by abbreviation, in the order flags are sent."""
    found: dict[str, Expression] = {}
    definitions = project.child("expressions")
    if len(definitions.values) > _MAX_EXPRESSIONS:
        project.findings.add("expressions", f"more than {_MAX_EXPRESSIONS}; the rest is left out")
    for key in islice(definitions.values, _MAX_EXPRESSIONS):
        expression = _expression(definitions.child(key), key.lower())
        found[expression.abbr] = expression
    return found | {each.abbr: each for each in BUILT_IN if each.abbr not in found}


def track_expressions(project: Mapping[str, Expression], track: Fields) -> dict[str, Expression]:
    """Return the expressions on one track: its own replace the project's and come last."""
    own = {each.abbr: each for each in _listed(track)}
    return {abbr: each for abbr, each in project.items() if abbr not in own} | own


def flag_string(expressions: Mapping[str, Expression], values: Mapping[str, float]) -> str:
    """Return the flags of a note whose own `values` are by abbreviation.

    OpenUtau sends every flag with every note, also those nobody touched; with its breath default
    that is `B0`, "no breath" to every UTAU engine. Sent here is what the note sets differently
    from its default, and defaults that the project has changed.
    """
    return "".join(_flag(each, values.get(each.abbr)) for each in expressions.values())


def value_of(expressions: Mapping[str, Expression], values: Mapping[str, float], abbr: str) -> float:
    """Return a note's value of an expression, within the expression's range."""
    expression = expressions[abbr]
    value = values.get(abbr, expression.effective_default)
    return min(max(value, expression.minimum), expression.maximum)


def note_values(note: Fields, expressions: Mapping[str, Expression]) -> dict[str, float]:
    """Return the note's own values by abbreviation: those of its first phoneme."""
    values: dict[str, float] = {}
    for each in note.children("phoneme_expressions", "expression"):
        abbr = each.text("abbr").lower()
        # "accent" until ustx 0.4
        abbr = "atk" if abbr == "acc" and "acc" not in expressions else abbr
        value = each.number_or_none("value")
        if each.integer("index", 0, 0, 1000) > 0:
            note.findings.add("", "expressions of a note's second and later phonemes are not sung")
        elif abbr in expressions and value is not None:
            values[abbr] = value
    _tell_unsung(values, note.findings)
    return values


def _tell_unsung(values: Mapping[str, float], findings: Findings) -> None:
    for abbr, why in (("eng", "one engine sings the whole song"), ("mod+", "use mod")):
        if values.get(abbr):
            findings.add("", f"expression {abbr} is not sung: {why}")


def _listed(track: Fields) -> list[Expression]:
    return [
        _expression(each, each.text("abbr").lower())
        for each in islice(track.children("track_expressions", "expression"), _MAX_EXPRESSIONS)
        if each.text("abbr")
    ]


def _expression(fields: Fields, abbr: str) -> Expression:
    standard = _BUILT_IN_BY_ABBR.get(abbr, Expression(abbr))
    kind = fields.text("type", standard.kind)
    default = fields.number("default_value", standard.default, -_LIMIT, _LIMIT)
    # OpenUtau writes the field, underscore and all; other writers the property.
    custom = fields.number_or_none("_custom_default_value")
    if custom is None:
        custom = fields.number_or_none("custom_default_value")
    if custom is None and abbr in _BUILT_IN_BY_ABBR and default != standard.default:
        # Before custom defaults existed, people changed the default itself.
        default, custom = standard.default, default
    return replace(
        standard,
        kind=_KINDS.get(kind, kind),
        minimum=fields.number("min", standard.minimum, -_LIMIT, _LIMIT),
        maximum=fields.number("max", standard.maximum, -_LIMIT, _LIMIT),
        default=default,
        custom_default=custom,
        is_flag=fields.truth("is_flag", standard.is_flag),
        flag=fields.text("flag", standard.flag),
        options=tuple(fields.texts("options")[:_MAX_OPTIONS]) or standard.options,
        skip_if_default=fields.truth("skip_output_if_default"),
    )


def _flag(expression: Expression, own_value: float | None) -> str:
    value = expression.effective_default if own_value is None else own_value
    if expression.kind == "Options":
        # An option's own text is the flag; the first one usually is empty.
        index = int(min(max(value, 0.0), 1e6))
        return expression.options[index] if expression.is_flag and index < len(expression.options) else ""
    if expression.kind != "Numerical" or not expression.flag:
        return ""
    value = min(max(value, expression.minimum), expression.maximum)
    changed_here = own_value is not None and int(value) != int(expression.effective_default)
    if not changed_here and not _default_is_wanted(expression):
        return ""
    return f"{expression.flag}{int(value)}"


def _default_is_wanted(expression: Expression) -> bool:
    default = int(expression.effective_default)
    if expression.abbr in _BUILT_IN_BY_ABBR or expression.skip_if_default:
        return default != int(expression.default)
    return default != 0
