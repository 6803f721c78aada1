"""What of typed flags is skipped."""

import pytest

from resampler.flags import OWN_FLAGS
from voicebank_tools.song_flags import unknown_flags


@pytest.mark.parametrize("text", ["", "?", "g-5", "g+5B50 P0", "/e/l", "HeH30Mt-100", "uP0H0", "g5.5g9"])
def test_nothing_of_ours_is_skipped(text: str) -> None:
    assert unknown_flags(text) == ()


def test_every_flag_of_ours_is_known() -> None:
    text = "".join(spec.name + "1" * spec.has_value for spec in OWN_FLAGS)
    assert unknown_flags(text) == ()


@pytest.mark.parametrize(
    ("text", "skipped"),
    [
        ("g", ("g",)),
        ("Y50g5", ("Y50",)),
        ("Mb20e", ("Mb20",)),
        ("Mz20e", ("Mz20",)),
        ("hello world", ("h", "o", "w", "o", "r", "d")),
        ("g5, B30", (",",)),
        ("가g5", ("가",)),
    ],
)
def test_what_is_skipped(text: str, skipped: tuple[str, ...]) -> None:
    assert unknown_flags(text) == skipped
