"""The bend codec against published strings (vectors B1 to B7 and T1 of the protocol notes)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resampler.pitchbend import ALPHABET, MAX_VALUES, bend_step_ms, decode_bend, encode_bend


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        ([0], "AA"),
        ([0, 0], "AA#1#"),
        ([0, 0, 1, 1], "AA#1#AB#1#"),
        ([2047], "f/"),
        ([-2048], "gA"),
        ([], ""),
        ([0, 0, 1, 2, 2, 2, 3], "AA#1#ABAC#2#AD"),
        ([1200] * 48 + [-1200] * 48, "Sw#47#tQ#47#"),
    ],
)
def test_canonical_form_both_ways(cents: list[int], text: str) -> None:
    assert encode_bend(cents) == text
    assert list(decode_bend(text)) == cents


def test_single_values() -> None:
    values = [0, 1, 25, 26, 27, 51, 52, 53, 61, 62, 63, 64]
    assert " ".join(encode_bend([v]) for v in values) == "AA AB AZ Aa Ab Az A0 A1 A9 A+ A/ BA"
    negatives = [-1, -25, -26, -27, -51, -52, -53, -61, -62, -63, -64]
    assert " ".join(encode_bend([v]) for v in negatives) == "// /n /m /l /N /M /L /D /C /B /A"


def test_every_value_in_turn() -> None:
    values = list(range(-2048, 2048))
    text = encode_bend(values)
    assert len(text) == 2 * 4096
    assert text.startswith("gAgBgCgD")
    assert text.endswith("f8f9f+f/")
    assert list(decode_bend(text)) == values


@pytest.mark.parametrize(("out_of_range", "text"), [(2048, "gA"), (-2049, "f/"), (4096, "AA")])
def test_encoding_wraps(out_of_range: int, text: str) -> None:
    assert encode_bend([out_of_range]) == text


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("AA#3#BBAA#5#CCAA#3#", [(0, 4), (65, 1), (0, 6), (130, 1), (0, 4)]),
        ("AA#6#f/#3#", [(0, 7), (2047, 4)]),
        ("AA#6#gA#3#", [(0, 7), (-2048, 4)]),
        ("z/z/0/0/", [(-769, 2), (-705, 2)]),
        ("AA#1#AA#2#AA", [(0, 6)]),
        ("AB#0#AC", [(1, 1), (2, 1)]),
        ("AA#106#", [(0, 107)]),
    ],
)
def test_runs_canonical_or_not(text: str, runs: list[tuple[int, int]]) -> None:
    assert list(decode_bend(text)) == [value for value, count in runs for _ in range(count)]


def test_recorded_calls() -> None:
    first = decode_bend("AA#34#DI#10#DHDBC4CqCaCGBx")
    assert (len(first), sum(first), first[-6:]) == (53, 3347, (193, 184, 170, 154, 134, 113))
    second = decode_bend("Es#78#EqEnEiEbESEID9DxDjDUDFC1ClCUCEB0BkBVBGA5AtAhAYAQAJAEABAA#34#")
    assert (len(second), second[0], sum(second)) == (141, 300, 27720)
    third = decode_bend(
        "AA#36#/C7t4f3t374X5C536y7x8u9l+S+z/F/H/E+9+y+l+W+G919l9X9K9B8684859B9O9f90+M+m+//X/t//ANAWAYAUAKAB"
    )
    assert (len(third), min(third), max(third), sum(third)) == (83, -531, 24, -7336)
    assert third[-6:] == (13, 22, 24, 20, 10, 1)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("ABAC!AD", (1, 2)),
        ("ABA", (1,)),
        ("AB#2", (1,)),
        ("AB##AC", (1,)),
        ("AB#x#AC", (1,)),
        ("#5#AB", ()),
        ("AB AC", (1,)),
        ("ＡＢ", ()),
        ("AB#٣#", (1,)),
        ("?", ()),
        ("#", ()),
        ("AB#-3#", (1,)),
        ("", ()),
    ],
)
def test_garbage_ends_the_curve(text: str, kept: tuple[int, ...]) -> None:
    assert decode_bend(text) == kept


@pytest.mark.parametrize(
    "text",
    ["AB#999999999#", "AB#" + "9" * 10000 + "#", "AB#150000##150000#AC", "AB#0000000000000000000200000#"],
)
def test_length_is_limited(text: str) -> None:
    assert len(decode_bend(text)) == MAX_VALUES


@given(st.lists(st.integers(-2048, 2047)) | st.lists(st.sampled_from([-1, 0, 700]), max_size=300))
def test_round_trip(cents: list[int]) -> None:
    assert list(decode_bend(encode_bend(cents))) == cents


@given(st.text(max_size=100) | st.text(ALPHABET + "##!", max_size=100))
def test_any_text_is_read_without_error(text: str) -> None:
    assert all(-2048 <= value <= 2047 for value in decode_bend(text))


def test_step_is_exact() -> None:
    assert bend_step_ms(100) == 6.25
    assert bend_step_ms(120) == 500 / 96
    assert bend_step_ms(240) == 250 / 96
