import pytest

from voicebank_tools.packing.patterns import DEFAULTS, FRQ, matching


@pytest.mark.parametrize(
    "path",
    [
        "a.wav.llsm", "C4/desc.mrq", "a_wav.PMK", "a.sc.npz", "か.wav.frc", "__MACOSX", "C4/._a.wav", ".git",
        "THUMBS.DB", "oto.setParam-Scache", "x.lbp.caches", "_silence", ".DS_Store",
    ],
)  # fmt: skip
def test_what_is_left_out_unasked(path: str) -> None:
    assert matching(DEFAULTS, path)


@pytest.mark.parametrize(
    "path",
    [
        "a.wav",
        "a_wav.frq",
        "oto.ini",
        "character.yaml",
        "prefix.map",
        "readme.txt",
        "a.npz",
        "icon.png",
        "C4",
    ],
)
def test_what_is_kept(path: str) -> None:
    assert not matching(DEFAULTS, path)


def test_a_pattern_with_a_stroke_fits_the_whole_path() -> None:
    patterns = ("raw/*", "B*", "か\u3099.wav", "old\\x", "Bin/", FRQ)
    assert matching(patterns, "raw/a.wav") == "raw/*"
    assert not matching(patterns, "C4/raw/a.wav")
    assert matching(patterns, "C4/b.wav") == "B*"
    assert matching(patterns, "が.wav") == "か\u3099.wav"
    assert matching(patterns, "old/x") == "old\\x"
    assert matching(("bin/",), "C4/Bin") == "bin/"
    assert matching(patterns, "x_wav.frq") == FRQ
