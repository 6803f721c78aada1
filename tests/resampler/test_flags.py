"""The flag table: parser, documentation and manifest. Vectors F1 and F2: see docs of the protocol."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from resampler.flags import (
    FLAGS,
    OWN_FLAGS,
    Flags,
    flags_markdown,
    format_flags,
    openutau_manifest_yaml,
    parse_flags,
    tokenize,
)

OPENUTAU_BUILT_IN = {
    "vel",
    "vol",
    "mod",
    "mod+",
    "atk",
    "dec",
    "clr",
    "shft",
    "alt",
    "dir",
    "eng",
    "bre",
    "pitd",
    "dyn",
    "genc",
    "brec",
    "tenc",
    "voic",
    "shfc",
}


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("g-10Ny20Y30Mt+40", "g N y Y Mt t", [("g", -10), ("N", None), ("y", 20), ("Y", 30), ("Mt", 40)]),
        ("/1g10Mt-20", "g Mt t", [("g", 10), ("Mt", -20)]),
        (" ?=Mt5 uu!", "Mt u", [("Mt", 5), ("u", None), ("u", None)]),
        ("f/e1000t100", "fe t e f", [("fe", 1000), ("t", 100)]),
        ("t12.5", "t", [("t", 12.5)]),
        ("", "t", []),
    ],
)
def test_tokenize_vectors(text: str, names: str, expected: list[tuple[str, float | None]]) -> None:
    assert list(tokenize(text, names.split())) == expected


@pytest.mark.parametrize(
    ("text", "g", "switch_n", "breath", "peak"),
    [
        ("g-5NB30", -5, True, 30, 86),
        ("g-101NB-5", -100, True, 0, 86),
        ("", 0, False, 50, 86),
    ],
)
def test_parse_clamps_and_fills_in_defaults(
    text: str, g: float, switch_n: bool, breath: float, peak: float
) -> None:
    flags = parse_flags(text)
    assert (flags.value("g"), flags.is_on("N"), flags.value("B"), flags.value("P")) == (
        g,
        switch_n,
        breath,
        peak,
    )


def test_first_occurrence_wins() -> None:
    assert parse_flags("g10B20g-40B90").settings == (("g", 10.0), ("B", 20.0))


def test_a_value_flag_without_number_sets_nothing() -> None:
    assert parse_flags("gBt30").settings == (("t", 30.0),)


@pytest.mark.parametrize(
    "text",
    [
        "MG0",
        "MG",
        "Mx50",
        "HG50",
        "YG20",
        "st10",
        "std5",
        "Ht30",
        "vf10",
        "fg5",
        "Z-5",
        "?",
        "\\/",
        "ü5",
        "-5",
        "MM9",
        "Hb120Hv80",
        "fe10fo20fl30fv40fp50",
    ],
)
def test_foreign_flags_are_never_misread(text: str) -> None:
    assert parse_flags(text) == Flags()


def test_openutau_default_string() -> None:
    flags = parse_flags("g0B0H0P86")
    assert flags.formant_ratio == 1.0
    assert flags.breath_gain_db == -12.0
    assert flags.low_pass_hz is None
    assert flags.peak_strength == 0.86
    assert flags.loop == "auto"


def test_switch_followed_by_zero_is_off() -> None:
    assert parse_flags("e0u0G0N0").settings == (("e", 0.0), ("u", 0.0), ("G", 0.0), ("N", 0.0))
    assert parse_flags("e0l1").loop == "loop"


def test_typed_properties() -> None:
    flags = parse_flags("g120t-50/Mt40A-20H99B100uG")
    assert flags.formant_ratio == pytest.approx(2 ** (-100 / 120))
    assert flags.tone_cents == -50
    assert flags.tension == 0.4
    assert flags.amplitude_follow == -0.2
    assert flags.low_pass_hz == pytest.approx(1000.0)
    assert flags.breath_gain_db == 12.0
    assert flags.raw_sample
    assert flags.force_analysis
    assert Flags().breath_gain_db == 0.0


def test_ten_units_of_gender_are_a_semitone_down() -> None:
    assert parse_flags("g10").formant_ratio == pytest.approx(2 ** (-1 / 12))
    assert parse_flags("g-10").formant_ratio == pytest.approx(2 ** (1 / 12))
    assert parse_flags("g10N").formant_ratio == 1.0


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("", "auto"),
        ("e", "stretch"),
        ("l", "loop"),
        ("He", "loop"),
        ("el", "stretch"),
        ("le", "loop"),
        ("/e", "stretch"),
    ],
)
def test_loop_mode(text: str, mode: str) -> None:
    assert parse_flags(text).loop == mode


def test_low_pass_falls_with_h() -> None:
    cutoffs = [parse_flags(f"H{h}").low_pass_hz or 0.0 for h in range(1, 100)]
    assert cutoffs == sorted(cutoffs, reverse=True)
    assert cutoffs[0] < 20000


settings = st.dictionaries(
    st.sampled_from([spec.name for spec in OWN_FLAGS]), st.floats(-2000, 2000, allow_nan=False), max_size=8
)


@given(settings)
def test_text_round_trip(values: dict[str, float]) -> None:
    flags = Flags.from_mapping(values)
    assert parse_flags(format_flags(flags)) == flags


@given(st.text(max_size=200))
def test_any_text_gives_flags_within_range(text: str) -> None:
    specs = {spec.name: spec for spec in OWN_FLAGS}
    for name, value in parse_flags(text).settings:
        assert not specs[name].has_value or specs[name].minimum <= value <= specs[name].maximum


def test_names_are_unique_and_alphanumeric() -> None:
    names = [spec.name for spec in FLAGS]
    assert len(names) == len(set(names))
    assert all(name.isascii() and name.isalpha() for name in names)


def test_defaults_lie_within_their_range() -> None:
    assert all(spec.minimum <= spec.default <= spec.maximum for spec in FLAGS)


def test_markdown_has_a_row_for_each_of_our_flags() -> None:
    rows = flags_markdown().splitlines()
    assert [row.split("`")[1] for row in rows[2:]] == [spec.name for spec in OWN_FLAGS]
    assert {row.count("|") for row in rows} == {7}


def test_manifest_keeps_openutaus_rules() -> None:
    manifest = yaml.safe_load(openutau_manifest_yaml())
    assert manifest["expression_filter"] is True
    for key, expression in manifest["expressions"].items():
        assert key == expression["abbr"] == key.lower()
        assert 1 <= len(key) <= 4  # OpenUtau's editor refuses other lengths
        assert key not in OPENUTAU_BUILT_IN
        assert expression["is_flag"] is True
        assert expression["skip_output_if_default"] is True
        assert expression["min"] <= expression["default_value"] <= expression["max"]


def test_what_the_manifest_sends_is_understood() -> None:
    for expression in yaml.safe_load(openutau_manifest_yaml())["expressions"].values():
        sent = (
            [f"{expression['flag']}{expression['max']}"]
            if expression["type"] == "Numerical"
            else expression["options"][1:]
        )
        for text in sent:
            assert format_flags(parse_flags(text)) == text
