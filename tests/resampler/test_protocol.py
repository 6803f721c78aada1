"""Argument lists of the hosts (vectors N1, V1, L5 and section 1 of the protocol notes)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang.units import midi_to_hz
from resampler.flags import Flags
from resampler.protocol import (
    MAX_LENGTH_MS,
    ArgumentError,
    RenderRequest,
    consonant_stretch,
    format_arguments,
    note_name,
    parse_arguments,
    parse_note_name,
)

OPENUTAU = [
    "src-1.wav",
    "res-1.wav",
    "F#4",
    "100",
    "g0B0H0",
    "596",
    "350",
    "454",
    "-7146.5",
    "90",
    "30",
    "!119.99999999999999",
    "AA#34#DI#10#DHDBC4CqCaCGBx",
]


def parsed(*changes: tuple[int, str]) -> RenderRequest:
    arguments = list(OPENUTAU)
    for index, text in changes:
        arguments[index] = text
    return parse_arguments(arguments)


def test_openutau_call() -> None:
    request = parse_arguments(OPENUTAU)
    assert request.bend_cents[:35] == (0,) * 35
    assert len(request.bend_cents) == 53
    assert request == RenderRequest(
        source_path=Path("src-1.wav"),
        output_path=Path("res-1.wav"),
        tone_midi=66.0,
        velocity_percent=100.0,
        flags=Flags((("g", 0.0), ("B", 0.0), ("H", 0.0))),
        offset_ms=596.0,
        length_ms=350.0,
        consonant_ms=454.0,
        cutoff_ms=-7146.5,
        volume_percent=90.0,
        modulation_percent=30.0,
        tempo_bpm=119.99999999999999,
        bend_cents=request.bend_cents,
    )


def test_vector_l5() -> None:
    arguments = ["a.wav", "b.wav", "C4", "100", "", "1538.32", "550", "66.21", "-325.62", "100", "0"]
    request = parse_arguments([*arguments, "!120.00", "AA#106#"])
    assert (request.tone_midi, request.flags) == (60, Flags())
    assert (request.offset_ms, request.length_ms) == (1538.32, 550)
    assert (request.consonant_ms, request.cutoff_ms, request.tempo_bpm) == (66.21, -325.62, 120)
    assert request.bend_cents == (0,) * 107
    assert format_arguments(request) == [*arguments, "!120", "AA#106#"]


@pytest.mark.parametrize("count", range(4, 13))
def test_missing_trailing_arguments_take_their_defaults(count: int) -> None:
    request = parse_arguments(OPENUTAU[:count])
    expected = parse_arguments(OPENUTAU)
    defaults = RenderRequest(Path("src-1.wav"), Path("res-1.wav"), 66.0)
    names = [
        "source_path",
        "output_path",
        "tone_midi",
        "velocity_percent",
        "flags",
        "offset_ms",
        "length_ms",
        "consonant_ms",
        "cutoff_ms",
        "volume_percent",
        "modulation_percent",
        "tempo_bpm",
        "bend_cents",
    ]
    for index, name in enumerate(names):
        assert getattr(request, name) == getattr(expected if index < count else defaults, name)


@pytest.mark.parametrize("arguments", [[], ["a"], ["a", "b"], ["a", "b", "C4"]])
def test_fewer_than_four_arguments(arguments: list[str]) -> None:
    with pytest.raises(ArgumentError, match="at least 4"):
        parse_arguments(arguments)


def test_openutau_drops_the_pitch_below_zero() -> None:
    request = parse_arguments([*OPENUTAU[:2], *OPENUTAU[3:]])
    assert request.tone_midi == 24
    assert request == RenderRequest(**{**vars(parse_arguments(OPENUTAU)), "tone_midi": 24.0})
    without_bend = parse_arguments([*OPENUTAU[:2], *OPENUTAU[3:12]])
    assert (without_bend.length_ms, without_bend.bend_cents) == (350.0, ())


def test_utsu_calls() -> None:
    assert parsed((3, "100.0"), (4, "?"), (6, "2000.0"), (11, "T120.0"), (12, "")) == RenderRequest(
        Path("src-1.wav"),
        Path("res-1.wav"),
        66.0,
        100.0,
        Flags(),
        596.0,
        2000.0,
        454.0,
        -7146.5,
        90.0,
        30.0,
        120.0,
    )
    silence = parse_arguments(
        ["silence.wav", "out.wav", "C4", "100", "?", "0", "151.0", "0", "0", "100", "0"]
    )
    assert (silence.length_ms, silence.bend_cents, silence.tempo_bpm) == (151.0, (), 120.0)


@pytest.mark.parametrize("output", ["nul", "NUL", "/dev/null"])
def test_analysis_call(output: str) -> None:
    request = parse_arguments(["a.wav", output, "100", "100", "GN"])
    assert request.output_path is None
    assert request.pitch_percent == 100.0
    assert request.flags.force_analysis
    assert format_arguments(request)[1] == "nul"


def test_percent_pitch_with_all_arguments_is_not_taken_for_a_shift() -> None:
    request = parsed((2, "120"), (11, "!90"))
    assert (request.pitch_percent, request.length_ms, request.tempo_bpm) == (120.0, 350.0, 90.0)


@pytest.mark.parametrize(
    ("text", "bpm"),
    [
        ("!120", 120),
        ("!120.00", 120),
        ("T120.0", 120),
        ("0.00Q120", 120),
        ("120", 120),
        ("!187.5", 187.5),
        ("", 120),
        ("!", 120),
        ("x", 120),
        ("!0", 120),
        ("!-5", 120),
        ("!nan", 120),
        ("!inf", 120),
        ("!1e-9", 1),
        ("!1e9", 10000),
        (" !90 ", 90),
        ("!90,5", 90.5),
    ],
)
def test_tempo_dialects(text: str, bpm: float) -> None:
    assert parsed((11, text)).tempo_bpm == bpm


@pytest.mark.parametrize(
    ("index", "name", "default"),
    [
        (3, "velocity_percent", 100),
        (5, "offset_ms", 0),
        (6, "length_ms", 1000),
        (7, "consonant_ms", 0),
        (8, "cutoff_ms", 0),
        (9, "volume_percent", 100),
        (10, "modulation_percent", 0),
    ],
)
@pytest.mark.parametrize("text", ["", "?", "abc", "nan", "inf", "-inf", "1e999", "0x10", "--5", "5ms"])
def test_unreadable_numbers_take_their_default(index: int, name: str, default: float, text: str) -> None:
    assert getattr(parsed((index, text)), name) == default


@pytest.mark.parametrize(
    ("index", "text", "name", "value"),
    [
        (3, "1000", "velocity_percent", 200),
        (3, "-20", "velocity_percent", 0),
        (5, "-105.0", "offset_ms", -105),
        (5, "-1e-05", "offset_ms", -1e-05),
        (6, "1e300", "length_ms", MAX_LENGTH_MS),
        (6, "-50", "length_ms", 0),
        (7, "-3", "consonant_ms", 0),
        (9, "1e9", "volume_percent", 200),
        (10, "-200", "modulation_percent", -200),
        (10, "999", "modulation_percent", 200),
        (6, "12,5", "length_ms", 12.5),
    ],
)
def test_numbers_are_clamped(index: int, text: str, name: str, value: float) -> None:
    assert getattr(parsed((index, text)), name) == value


@pytest.mark.parametrize(
    ("name", "midi"),
    [
        ("C1", 24),
        ("B7", 107),
        ("C4", 60),
        ("A4", 69),
        ("C5", 72),
        ("C#6", 85),
        ("Db6", 85),
        ("C♯6", 85),
        ("D♭6", 85),
        ("C-1", 0),
        ("bb3", 58),
        ("b3", 59),
        ("Cb4", 59),
        ("f#3", 54),
        (" A4 ", 69),
        ("F##3", 55),
    ],
)
def test_note_names(name: str, midi: int) -> None:
    assert parse_note_name(name) == midi


@pytest.mark.parametrize(("name", "hertz"), [("A3", 220.0), ("C#6", 1108.731), ("C1", 32.703)])
def test_note_frequencies(name: str, hertz: float) -> None:
    assert midi_to_hz(parse_note_name(name)) == pytest.approx(hertz, abs=5e-4)


@given(st.integers(0, 127))
def test_note_name_round_trip(midi: int) -> None:
    assert parse_note_name(note_name(midi)) == midi


@pytest.mark.parametrize("pitch", ["H4", "C", "-5", "C4x", "Ｃ４", "0", "nan", "100%", "C4-", "!120"])
def test_unusable_pitch_is_told(pitch: str) -> None:
    with pytest.raises(ArgumentError, match="pitch"):
        parsed((2, pitch))


@pytest.mark.parametrize(("pitch", "midi"), [("C99", 127), ("C-99", 0), ("", 24), ("  ", 24)])
def test_extreme_pitch_is_clamped(pitch: str, midi: int) -> None:
    assert parsed((2, pitch)).tone_midi == midi


@pytest.mark.parametrize("index", [0, 1])
def test_empty_path_is_told(index: int) -> None:
    with pytest.raises(ArgumentError, match="path is empty"):
        parsed((index, ""))


@pytest.mark.parametrize(("velocity", "factor"), [(100, 1.0), (0, 2.0), (200, 0.5)])
def test_consonant_stretch(velocity: float, factor: float) -> None:
    assert consonant_stretch(velocity) == factor


def test_no_bend_leaves_the_last_argument_out() -> None:
    assert len(format_arguments(RenderRequest(Path("a.wav"), Path("b.wav"), 60))) == 12


def test_a_tone_between_notes_cannot_be_written() -> None:
    with pytest.raises(ArgumentError, match="bend"):
        format_arguments(RenderRequest(Path("a.wav"), Path("b.wav"), 60.5))


def numbers(minimum: float, maximum: float) -> st.SearchStrategy[float]:
    return st.floats(minimum, maximum, allow_nan=False) | st.integers(int(minimum), int(maximum)).map(float)


requests = st.builds(
    RenderRequest,
    source_path=st.sampled_from([Path("a b.wav"), Path("/音/あ.wav"), Path("-x")]),
    output_path=st.sampled_from([None, Path("out.wav"), Path("/tmp/出/r.wav")]),
    tone_midi=st.integers(0, 127).map(float),
    velocity_percent=numbers(0, 200),
    flags=st.dictionaries(st.sampled_from(["g", "B", "Mt", "t"]), st.integers(-90, 90), max_size=3).map(
        Flags.from_mapping
    ),
    offset_ms=numbers(-1000, 1e6),
    length_ms=numbers(0, MAX_LENGTH_MS),
    consonant_ms=numbers(0, 1e5),
    cutoff_ms=numbers(-1e6, 1e6),
    volume_percent=numbers(0, 200),
    modulation_percent=numbers(-200, 200),
    tempo_bpm=numbers(1, 1000),
    bend_cents=st.lists(st.integers(-2048, 2047), max_size=40).map(tuple),
)


@given(requests)
def test_round_trip(request: RenderRequest) -> None:
    assert parse_arguments(format_arguments(request)) == request


@given(st.lists(st.text(max_size=12), min_size=4, max_size=15))
def test_any_text_is_answered_or_told(arguments: list[str]) -> None:
    try:
        request = parse_arguments(arguments)
    except ArgumentError:
        return
    assert 0 <= request.length_ms <= MAX_LENGTH_MS
    assert request.tempo_bpm >= 1
