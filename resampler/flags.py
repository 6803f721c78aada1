"""UTAU flags: one table drives the parser, the documentation and OpenUtau's manifest.

Hosts hand a resampler a string such as ``g-10B70Mt+40``. Names are case-sensitive and are tried
longest first, because engines disagree: a parser that reads ``MG0`` as ``G`` analyses every note
anew (openutau/OpenUtau#1481). Therefore the table also knows the names of other engines, only to
step over them. Standard library only.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import ascii_letters

from pychang.units import cents_to_ratio

LOW_PASS_OPEN_HZ = 20000.0
"""Cut-off that the scale of `H` starts from; H=99 ends at a twentieth of it."""

LOW_PASS_CLOSED_HZ = 1000.0

BREATH_RANGE_DB = 12.0
"""Level change of the noise at B=0 (minus) and B=100 (plus)."""


@dataclass(frozen=True)
class FlagSpec:
    """One flag. `has_value` False: a switch, on unless a number 0 follows it. `effect` names who
    acts on it: "engine" (while singing), "post" (on the finished note), "host" (how the call is
    run) or "ignored" (another engine's flag). `openutau` is the expression's abbreviation in our
    manifest; switches with the same one become the options of one expression."""

    name: str
    title: str
    minimum: float = 0.0
    maximum: float = 0.0
    default: float = 0.0
    unit: str = ""
    description: str = ""
    has_value: bool = True
    effect: str = "engine"
    openutau: str | None = None


def _others(engine: str, names: str) -> tuple[FlagSpec, ...]:
    """Rows for another engine's flags, which are stepped over with their numbers."""
    return tuple(FlagSpec(name, engine, effect="ignored") for name in names.split())


# fmt: off
FLAGS: tuple[FlagSpec, ...] = (
    FlagSpec("g", "gender", -100, 100, 0, "1/10 semitone",
             "Moves the formants: positive lowers them (larger, more masculine voice), negative"
             " raises them. 120 units would be an octave: ratio 2^(-g/120).", openutau="gen"),
    FlagSpec("B", "breath", 0, 100, 50, "",
             "Level of the breath noise inside the voice: 50 as recorded, 0 is 12 dB less,"
             " 100 is 12 dB more.", openutau="brth"),
    FlagSpec("P", "peak compressor", 0, 100, 86, "percent",
             "How far the note's peak is brought to -6 dBFS; 0 leaves the recording's level.",
             effect="post", openutau="norm"),
    FlagSpec("t", "tuning", -1200, 1200, 0, "cents", "Moves the pitch.", openutau="tune"),
    FlagSpec("H", "low-pass", 0, 99, 0, "",
             "Damps the treble: 0 is off, above it the cut-off falls from 20 kHz to 1 kHz at 99"
             " by equal steps of pitch.", effect="post", openutau="lpf"),
    FlagSpec("A", "amplitude follows pitch", -100, 100, 0, "percent",
             "Where the pitch curve rises above the note the voice swells (negative: fades),"
             " so that vibrato is also heard in the loudness.", effect="post", openutau="ampf"),
    FlagSpec("Mt", "tension", -100, 100, 0, "percent",
             "Positive strengthens the upper harmonics (pressed voice), negative weakens them"
             " (soft voice).", openutau="mten"),
    FlagSpec("e", "stretch the vowel", has_value=False, openutau="vlen",
             description="A vowel that is too short is stretched."),
    FlagSpec("l", "loop the vowel", has_value=False, openutau="vlen",
             description="A vowel that is too short is repeated to and fro."),
    FlagSpec("He", "loop the vowel", has_value=False, description="The same as l (hifisampler's name)."),
    FlagSpec("N", "no formant filter", has_value=False, description="Turns g off."),
    FlagSpec("u", "raw sample", has_value=False, openutau="raws",
             description="The recording itself, cut to length, without synthesis: for breaths and noises."),
    FlagSpec("G", "force analysis", has_value=False, effect="host",
             description="Analyses the recording anew instead of taking the stored analysis."),
    *_others("UTAU", "Y F L b C c D E h W T"),
    *_others("moresampler", "Mb Mo Mr Md Mm Ms ME MC MG MD Me"),
    *_others("worldline", "Mv O"),
    *_others("hifisampler", "Hb Hv Ht HG"),
    *_others("NHVSampler", "Hr HE Hd HC Ho HD Hp"),
    *_others("straycat", "S R fe fo fl fv fp gw vl ve vo p y"),
    *_others("PyRwu", "ebs eba gws gwa vf vfw vfp"),
    *_others("SillySampler", "fa fb fc fd fst fsta fstb fstc fstd fw V U sh sr st sg sd sj sa su br es"
                             " pd FV vh SE"),
    *_others("ChopSampler", "fg dg dgs"),
    *_others("yuaz", "YM YD YH YT YB YV YG YO YF YX YP YR"),
    *_others("ESPER", "dyn bri std rgh gro ovl sub stb"),
    *_others("tn_fnds", "m f"),
)
# fmt: on
"""Every flag; the first thirteen are ours."""

OWN_FLAGS: tuple[FlagSpec, ...] = tuple(spec for spec in FLAGS if spec.effect != "ignored")

# moresampler's family keeps growing: an M and a letter are always one name.
_KNOWN_NAMES = tuple(spec.name for spec in FLAGS) + tuple("M" + letter for letter in ascii_letters)

_OWN_BY_NAME = {spec.name: spec for spec in OWN_FLAGS}


@dataclass(frozen=True)
class Flags:
    """The flags of one request: `settings` holds (name, value) in the order they were given,
    our own names only, values within their range, switches as 1.0 (on) or 0.0 (off)."""

    settings: tuple[tuple[str, float], ...] = ()

    @classmethod
    def from_mapping(cls, values: Mapping[str, float]) -> "Flags":
        """Return the flags of name -> value; values are clamped, unknown names dropped."""
        return cls(
            tuple(
                (name, _clamped(_OWN_BY_NAME[name], value))
                for name, value in values.items()
                if name in _OWN_BY_NAME
            )
        )

    def value(self, name: str) -> float:
        """Return the value of one of our flags, or its default (switches: 0.0)."""
        return dict(self.settings).get(name, _OWN_BY_NAME[name].default)

    def is_on(self, name: str) -> bool:
        """Say whether a switch is on."""
        return self.value(name) != 0.0

    @property
    def formant_ratio(self) -> float:
        """Factor of all formant frequencies (1.0 unchanged, below 1 lower)."""
        return 1.0 if self.is_on("N") else cents_to_ratio(-10.0 * self.value("g"))

    @property
    def breath_gain_db(self) -> float:
        """Level change in decibels of the noise inside voiced sound (0.0 as recorded)."""
        return (self.value("B") - 50.0) / 50.0 * BREATH_RANGE_DB

    @property
    def peak_strength(self) -> float:
        """How far the peak is normalised: 0.0 not at all to 1.0 wholly."""
        return self.value("P") / 100.0

    @property
    def tone_cents(self) -> float:
        """Pitch shift in cents."""
        return self.value("t")

    @property
    def low_pass_hz(self) -> float | None:
        """Cut-off frequency in hertz, None without a filter: 20000 * 20^(-H/99)."""
        strength = self.value("H") / _OWN_BY_NAME["H"].maximum
        return LOW_PASS_OPEN_HZ * (LOW_PASS_CLOSED_HZ / LOW_PASS_OPEN_HZ) ** strength if strength else None

    @property
    def tension(self) -> float:
        """Vocal tension from -1.0 (soft) to 1.0 (pressed)."""
        return self.value("Mt") / 100.0

    @property
    def amplitude_follow(self) -> float:
        """How much loudness follows the pitch curve, -1.0 to 1.0."""
        return self.value("A") / 100.0

    @property
    def loop(self) -> str:
        """How a short vowel is lengthened: "stretch", "loop", or "auto" when no flag says."""
        modes = {"e": "stretch", "l": "loop", "He": "loop"}
        return next((modes[name] for name, value in self.settings if name in modes and value), "auto")

    @property
    def force_analysis(self) -> bool:
        """Whether a stored analysis must not be used."""
        return self.is_on("G")

    @property
    def raw_sample(self) -> bool:
        """Whether the recording itself is wanted, without synthesis."""
        return self.is_on("u")


def tokenize(text: str, names: Iterable[str]) -> tuple[tuple[str, float | None], ...]:
    """Return the (name, number or None) pairs of a flag string, in order and with repeats.

    `/`, `\\` and `?` are removed first: UTAU writes slashes between letters and Utsu a question
    mark for "no flags". What no name matches is skipped.
    """
    ordered = sorted(names, key=len, reverse=True)
    pattern = "(" + "|".join(map(re.escape, ordered)) + r")([+-]?[0-9]+(?:\.[0-9]+)?)?"
    stripped = re.sub(r"[/\\?]", "", text)
    return tuple((name, float(number) if number else None) for name, number in re.findall(pattern, stripped))


def parse_flags(text: str) -> Flags:
    """Return the flags of a host's flag string; never raises.

    The first occurrence of a flag wins (UTAU puts the note's flags before the project's), values
    are clamped, a value flag without a number and every foreign flag are skipped.
    """
    values: dict[str, float] = {}
    for name, number in tokenize(text, _KNOWN_NAMES):
        spec = _OWN_BY_NAME.get(name)
        if spec is None or name in values or (spec.has_value and number is None):
            continue
        values[name] = 1.0 if number is None else number
    return Flags.from_mapping(values)


def format_flags(flags: Flags) -> str:
    """Return the flag string that `parse_flags` reads back into the same flags."""
    return "".join(_token(_OWN_BY_NAME[name], value) for name, value in flags.settings)


def flags_markdown() -> str:
    """Return the table of our flags for the documentation, in Markdown."""
    rows = ["| flag | name | range | default | unit | what it does |", "|---|---|---|---|---|---|"]
    rows += [_markdown_row(spec) for spec in OWN_FLAGS]
    return "\n".join(rows) + "\n"


def openutau_manifest_yaml() -> str:
    """Return OpenUtau's manifest for the resampler (the yaml beside the program).

    `expression_filter` makes OpenUtau send only the flags listed. Its own breath expression
    `bre` is left out on purpose: OpenUtau sends B0 for it by default, which every UTAU engine
    hears as "no breath". `gen`, `lpf` and `norm` are OpenUtau's built-in expressions with the
    same sense as ours, so the sliders of existing projects keep working.
    """
    expressions: dict[str, list[FlagSpec]] = {}
    for spec in OWN_FLAGS:
        if spec.openutau is not None:
            expressions.setdefault(spec.openutau, []).append(spec)
    lines = ["expression_filter: true", "expressions:"]
    for abbr, specs in expressions.items():
        lines += _numerical(abbr, specs[0]) if specs[0].has_value else _options(abbr, specs)
    return "\n".join(lines) + "\n"


def _clamped(spec: FlagSpec, value: float) -> float:
    if not spec.has_value:
        return float(value != 0.0)
    # Three decimals are more than any host sends and keep the text free of exponents.
    return round(float(min(max(value, spec.minimum), spec.maximum)), 3)


def _token(spec: FlagSpec, value: float) -> str:
    if spec.has_value:
        return f"{spec.name}{value:g}" if value.is_integer() else f"{spec.name}{value!r}"
    return spec.name if value else spec.name + "0"


def _markdown_row(spec: FlagSpec) -> str:
    limits = f"{spec.minimum:g} to {spec.maximum:g}" if spec.has_value else "switch"
    default = f"{spec.default:g}" if spec.has_value else "off"
    return f"| `{spec.name}` | {spec.title} | {limits} | {default} | {spec.unit} | {spec.description} |"


def _numerical(abbr: str, spec: FlagSpec) -> list[str]:
    return _expression(
        abbr,
        spec.title,
        {
            "type": "Numerical",
            "min": f"{spec.minimum:g}",
            "max": f"{spec.maximum:g}",
            "default_value": f"{spec.default:g}",
            "is_flag": "true",
            "flag": f"'{spec.name}'",
        },
    )


def _options(abbr: str, specs: list[FlagSpec]) -> list[str]:
    # OpenUtau sends the option's own text; the first, empty one is the default.
    options = ", ".join(["''"] + [f"'{spec.name}'" for spec in specs])
    return _expression(
        abbr,
        " or ".join(spec.title for spec in specs),
        {
            "type": "Options",
            "min": "0",
            "max": str(len(specs)),
            "default_value": "0",
            "is_flag": "true",
            "options": f"[{options}]",
        },
    )


def _expression(abbr: str, title: str, fields: Mapping[str, str]) -> list[str]:
    every = {"name": title, "abbr": abbr, **fields, "skip_output_if_default": "true"}
    return [f"  {abbr}:"] + [f"    {key}: {value}" for key, value in every.items()]
