"""What a host may throw at the program: hostile argument lists and wrong things told.

Every call must end with an exit code, at most one line on stderr, and either a whole wav file or
nothing. Long notes only cost time here, so their limit is lowered.
"""

import errno
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resampler import protocol
from resampler.__main__ import main
from resampler.protocol import parse_arguments

ROOT = Path(__file__).resolve().parents[1]
RATE_HZ = 44100
LENGTH_LIMIT_MS = 250.0
CALLS = 2000


def voice(seconds: float, rate_hz: int = RATE_HZ) -> np.ndarray:
    """A buzz of 200 Hz that begins with noise, like a syllable."""
    time_s = np.arange(int(seconds * rate_hz)) / rate_hz
    buzz = sum(np.sin(2 * np.pi * 200.0 * k * time_s) / k for k in range(1, 20))
    noise = np.random.default_rng(1).standard_normal(len(time_s))
    return 0.2 * np.where(time_s < 0.03, 0.3 * noise, buzz)


def write_samples(folder: Path) -> None:
    def write(name: str, samples: np.ndarray, rate_hz: int = RATE_HZ, subtype: str = "PCM_16") -> None:
        soundfile.write(folder / name, samples, rate_hz, subtype=subtype)

    write("か.wav", voice(0.15))
    write("stereo 48k.wav", np.stack([voice(0.1, 48000)] * 2, axis=1), 48000, "PCM_24")
    write("8 bit.wav", voice(0.1, 22050), 22050, "PCM_U8")
    write("10 ms.wav", voice(0.01))
    write("one.wav", np.array([0.5]))
    write("silence.wav", np.zeros(4410))
    write("noise.wav", np.random.default_rng(2).uniform(-1, 1, 4410), subtype="FLOAT")
    write("nan.wav", np.array([0.0, np.nan] * 50), subtype="FLOAT")
    write("no samples.wav", np.zeros(0))
    (folder / "text.wav").write_text("this is no sound")
    (folder / "empty.wav").touch()
    (folder / "folder").mkdir()


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with recordings as the working directory, an analysis cache of its own, short notes."""
    folder = tmp_path_factory.mktemp("host")
    write_samples(folder)
    (folder / "out").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("PYCHANG_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(protocol, "MAX_LENGTH_MS", LENGTH_LIMIT_MS)
        yield folder


def call(argv: list[str]) -> tuple[int, list[str]]:
    """Return (exit code, lines on stderr) of one call."""
    errors = io.StringIO()
    with redirect_stderr(errors), redirect_stdout(io.StringIO()):
        code = main(argv)
    return code, errors.getvalue().splitlines()


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def some(*texts: str) -> st.SearchStrategy[str]:
    return st.sampled_from(texts)


def mostly(usual: st.SearchStrategy[str], hostile: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One hostile value in twelve, so that most calls come as far as a render."""
    return st.integers(0, 11).flatmap(lambda draw: hostile if draw == 11 else usual)


# Names that stay inside the working directory, on every system.
letters = st.characters(blacklist_characters='/\\:*?"<>|', blacklist_categories=["Cs", "Cc"])
names = st.text(letters, max_size=12)
recordings = mostly(
    some("か.wav", "stereo 48k.wav", "8 bit.wav", "10 ms.wav", "one.wav", "silence.wav", "noise.wav"),
    names | some("nan.wav", "no samples.wav", "text.wav", "empty.wav", "folder", "nu\0l.wav"),
)
outputs = mostly(
    some("out/a.wav", "out/あ.wav", "out/b", "nul", "NUL"),
    names.map(lambda name: f"out/{name}")
    | some("folder", "text.wav/b.wav", "none/b.wav", "", "out/nu\0l.wav", "out/" + "n" * 300 + ".wav"),
)
pitches = mostly(
    some("C4", "A3", "C1", "B7", "Bb3", "C-1", "C9", "", "100", "1e9", "c♯4"),
    st.text(max_size=4) | some("-5", "H4", "?", "nan"),
)
numbers = (
    st.floats(-500, 500).map(repr)
    | st.integers(-(10**20), 10**20).map(str)
    | st.text(max_size=5)
    | some("0", "", "-1", "1e300", "-1e300", "nan", "inf", "-inf", "?", "1e-300", "0x1", "1,5", "٣")
)
flag_parts = st.integers(-2000, 2000).map(str) | some(
    "g", "B", "P", "t", "H", "A", "Mt", "e", "l", "N", "u", "G", "MG", "/", "?"
)
flags = st.lists(flag_parts, max_size=8).map("".join) | st.text(max_size=8)
tempos = st.text(max_size=5) | some("!120", "T120.0", "0.00Q120", "!0", "!1e-9", "!1e9", "120", "")
bends = (
    st.text("ABCgf/+09#", max_size=30)
    | st.text(max_size=5)
    | some("AA", "AA#5#", "AA#999999999#", "Sw#20#tQ#20#", "f/gAf/gA", "", "#5#", "AA#")
)

full_calls = st.tuples(
    recordings, outputs, pitches, numbers, flags, *[numbers] * 6, tempos, bends, st.text(max_size=3)
)
counts = st.integers(3, 14) | st.integers(12, 14)
calls = st.tuples(full_calls, counts).map(lambda drawn: list(drawn[0][: drawn[1]]))

POOR = ("lasts only", "nothing but silence", "nothing of its")


@settings(
    max_examples=CALLS,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(calls)
def test_hostile_argument_lists(workplace: Path, arguments: list[str]) -> None:
    before = files_in(workplace)
    code, lines = call(arguments)
    new = files_in(workplace) - before
    try:
        assert "unexpected" not in "".join(lines)
        told_of_a_poor_recording = code == 0 and any(why in "".join(lines) for why in POOR)
        assert (code, len(lines)) in {(0, int(told_of_a_poor_recording)), (1, 1), (2, 1)}
        if code:
            assert new == set()
        else:
            assert_answered(arguments, new)
    finally:
        for name in new:
            (workplace / name).unlink(missing_ok=True)


def assert_answered(arguments: list[str], new: set[str]) -> None:
    request = parse_arguments(arguments)
    assert len(new) == (request.output_path is not None)
    if request.output_path is not None:
        info = soundfile.info(request.output_path)
        assert (info.samplerate, info.channels, info.subtype, info.format) == (RATE_HZ, 1, "PCM_16", "WAV")
        assert info.frames >= int(request.length_ms / 1000.0 * RATE_HZ)


def told(source: str, output: str = "out/told.wav") -> str:
    """The one line of a call that must fail and leave nothing."""
    before = files_in(Path())
    code, lines = call([source, output, "C4", "100", "", "0", "100", "30", "0", "100", "0", "!120", "AA"])
    assert code == 1
    assert files_in(Path()) == before
    (line,) = lines
    return line


@pytest.mark.parametrize(
    ("source", "reason", "cure"),
    [
        ("missing.wav", "missing.wav not found", "check the path"),
        ("text.wav", "text.wav is not a sound file", "convert it"),
        ("empty.wav", "empty.wav is an empty file", "export it again"),
        ("no samples.wav", "no samples.wav holds no samples", "export it again"),
        ("nan.wav", "nan.wav: sample 1 is not a number", "export the file as 16-bit PCM"),
        ("folder", "folder is a folder", "name a sound file"),
    ],
)
def test_unreadable_recordings_are_told(workplace: Path, source: str, reason: str, cure: str) -> None:
    line = told(source)
    assert reason in line
    assert cure in line


@pytest.mark.parametrize(
    ("output", "reason", "cure"),
    [
        ("none/a.wav", "into none: the folder does not exist", "create it first"),
        ("folder", "cannot write folder: it is a folder", "name a file"),
        ("か.wav", "か.wav", "another file"),
    ],
)
def test_unusable_outputs_are_told(workplace: Path, output: str, reason: str, cure: str) -> None:
    line = told("か.wav", output)
    assert reason in line
    assert cure in line


@pytest.mark.parametrize(
    ("number", "reason", "cure"),
    [
        (errno.EACCES, "no permission", "choose another folder"),
        (errno.EROFS, "no permission", "choose another folder"),
        (errno.ENOSPC, "the disk is full", "free some space"),
    ],
)
def test_a_folder_that_takes_no_file_is_told(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, number: int, reason: str, cure: str
) -> None:
    usual_open = Path.open

    def refuse(path: Path, mode: str = "r", **options: Any) -> Any:  # mode bits do not stop every test runner
        if mode == "xb" and path.parent.name == "out":
            raise OSError(number, os.strerror(number))
        return usual_open(path, mode, **options)

    monkeypatch.setattr(Path, "open", refuse)
    line = told("か.wav")
    assert f"cannot write told.wav into out: {reason}" in line
    assert cure in line


@pytest.mark.skipif(os.name == "nt", reason="file size limits of POSIX")
def test_a_full_disk_is_told(workplace: Path) -> None:
    import resource

    assert call(["か.wav", "nul", "100", "100", "G"]) == (0, [])  # the analysis is kept before the disk fills
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, limits[1]))
    try:
        line = told("か.wav")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "into out: the disk is full" in line
    assert "free some space" in line


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("10 ms.wav", "lasts only 10 ms; record it longer"),
        ("one.wav", "lasts only 0 ms; record it longer"),
        ("silence.wav", "nothing but silence; record it again"),
    ],
)
def test_a_poor_recording_is_told_and_still_fills_the_note(workplace: Path, source: str, why: str) -> None:
    arguments = [source, "out/poor.wav", "C4", "100", "", "0", "200", "30", "0", "100", "0", "!120", "AA"]
    code, (line,) = call(arguments)
    assert code == 0
    assert source in line
    assert why in line
    assert soundfile.info("out/poor.wav").frames >= 8820
    Path("out/poor.wav").unlink()


def test_silence_stays_silent(workplace: Path) -> None:
    code, _ = call(["silence.wav", "out/s.wav", "C4", "100", "P100", "0", "200", "30", "0", "200"])
    assert code == 0
    assert not np.any(soundfile.read("out/s.wav")[0])
    Path("out/s.wav").unlink()


@pytest.mark.parametrize("pitch", ["100", "C4"])
def test_analysis_call_makes_no_file(workplace: Path, pitch: str) -> None:
    before = files_in(workplace)
    assert call(["か.wav", "nul", pitch, "100", "GN"]) == (0, [])
    assert files_in(workplace) == before


def test_a_process_started_elsewhere_in_openutaus_environment(workplace: Path) -> None:
    source, output = workplace / "か.wav", workplace / "out" / "きゃ ü.wav"
    arguments = [
        str(source),
        str(output),
        "A3",
        "100",
        "g0B0H0P86",
        "-8.0",
        "450",
        "60",
        "-120.5",
        "100",
        "0",
        "!119.99999999999999",
        "AA#20#ABACAD",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "resampler", *arguments],
        cwd=workplace.anchor,
        check=False,
        env={**os.environ, "LANG": "ja_JP.utf8", "PYTHONPATH": str(ROOT)},
        capture_output=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert soundfile.info(output).frames >= 19845
    output.unlink()


def test_an_old_output_is_replaced_or_kept_whole(workplace: Path) -> None:
    output = workplace / "out" / "old.wav"
    output.write_bytes(b"what was here")
    assert call(["missing.wav", str(output), "C4", "100"])[0] == 1
    assert output.read_bytes() == b"what was here"
    assert call(["か.wav", str(output), "C4", "100", "", "0", "100"]) == (0, [])
    assert soundfile.info(output).frames >= 4410
    output.unlink()
