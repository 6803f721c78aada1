import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang import PychangError
from voicebank_tools.slicer.options import SliceOptions, lengths_s


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"target_s": 20.0}, r"--target 20 s is out of range; choose 2 to 15 s"),
        ({"target_s": float("nan")}, r"--target nan s"),
        ({"min_s": 0.0}, r"--min-length 0 s"),
        ({"min_s": 8.0}, r"--max-length 15 s: .*choose 16\.5 to 600 s, or a smaller --min-length"),
        ({"max_s": 700.0}, r"--max-length 700 s"),
        ({"threshold_db": 3.0}, r"--threshold-db 3 dB is out of range; choose -120 to 0 dB"),
        ({"min_silence_s": 0.001}, r"--min-silence 0\.001 s"),
        ({"hop_s": 1.0}, r"--hop-size 1 s"),
        ({"kept_silence_s": 0.0}, r"--keep-silence 0 s"),
        ({"pad_to_s": 10.0}, r"--pad-to 10 s is shorter than --max-length 15 s"),
        ({"by_note": True, "pad_to_s": 15.0}, r"--by-note and --pad-to"),
    ],
)
def test_what_cannot_be_is_told_with_the_cure(fields: dict[str, float], message: str) -> None:
    with pytest.raises(PychangError, match=message):
        SliceOptions(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "lengths"),
    [
        ({}, (10.0, 2.0, 15.0)),
        ({"pad_to_s": 10.0}, (10.0, 2.0, 10.0)),
        ({"pad_to_s": 3.0}, (3.0, 1.25, 3.0)),
        ({"target_s": 20.0}, (20.0, 4.0, 30.0)),
        ({"min_s": 8.0}, (10.0, 8.0, 16.5)),
        ({"max_s": 4.0}, (4.0, 1.75, 4.0)),
        ({"target_s": 5.0, "min_s": 1.0, "max_s": 7.0}, (5.0, 1.0, 7.0)),
    ],
)
def test_what_is_not_said_fits_to_what_is(
    said: dict[str, float], lengths: tuple[float, float, float]
) -> None:
    assert lengths_s(**said) == lengths


@given(st.floats(0.5, 100.0), st.sampled_from(["target_s", "min_s", "max_s", "pad_to_s"]))
def test_one_length_alone_always_makes_options(value: float, name: str) -> None:
    target_s, min_s, max_s = lengths_s(**{name: value})
    if min_s >= 0.1:
        SliceOptions(target_s, min_s, max_s)
