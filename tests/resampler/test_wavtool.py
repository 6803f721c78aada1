"""Envelopes, joins and wavtool's arguments (vectors W1 and L4 of the protocol notes)."""

import math
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang import PychangError
from pychang.audio import read_wav, write_wav
from resampler.wavtool import (
    Placement,
    append,
    apply_envelope,
    main,
    mix,
    mix_into,
    parse_arguments,
    parse_length,
    used_part,
    utau_envelope,
)

MS = 1000 / 44100


def constant(count: int, value: float = 1.0) -> np.ndarray:
    return np.full(count, value, dtype=np.float32)


@pytest.mark.parametrize(
    ("widths", "levels", "times", "gains"),
    [
        ([0, 10, 50], [0, 100, 100], [0, 10, 50, 100], [0, 1, 1, 0]),
        ([10, 10, 50], [50, 100, 100], [0, 10, 20, 50, 100], [0, 0.5, 1, 1, 0]),
        ([0, 10, 50], [0, 100, 100, 100], [0, 10, 50, 100], [0, 1, 1, 1]),
        ([0, 10, 40, 10], [0, 100, 100, 100], [0, 10, 50, 90, 100], [0, 1, 1, 1, 0]),
        ([0, 10, 50, 0], [0, 100, 100, 100], [0, 10, 50, 100], [0, 1, 1, 1]),
        ([0, 10, 40, 10, 10], [0, 100, 100, 100, 50], [0, 10, 20, 50, 90, 100], [0, 1, 0.5, 1, 1, 0]),
    ],
)
def test_utau_envelope_on_100_ms(
    widths: list[float], levels: list[float], times: list[float], gains: list[float]
) -> None:
    assert utau_envelope(100, widths, levels) == tuple(zip(times, gains, strict=True))


@pytest.mark.parametrize(
    ("frames", "gains", "expected"),
    [
        ([0, 5, 10], [0, 1, 0], [0, 20, 40, 60, 80, 100, 80, 60, 40, 20]),
        (
            [0, 5, 10, 20],
            [0, 1, 0.9, 0],
            [0, 20, 40, 60, 80, 100, 98, 96, 94, 92, 90, 81, 72, 63, 54, 45, 36, 27, 18, 9],
        ),
        ([0, 0], [0, 0], [0] * 10),
        ([2, 4], [1, 0.5], [100, 100, 100, 75, 50, 50, 50]),
        ([0, 6, 3, 8], [1, 1, 0, 0], [100] * 6 + [0, 0]),
    ],
)
def test_apply_envelope(frames: list[int], gains: list[float], expected: list[float]) -> None:
    points = [(frame * MS, gain) for frame, gain in zip(frames, gains, strict=True)]
    assert apply_envelope(constant(len(expected), 100), points) == pytest.approx(expected, abs=1e-3)


def test_no_points_leave_the_wave_alone() -> None:
    assert np.array_equal(apply_envelope(constant(4), ()), constant(4))


@pytest.mark.parametrize(
    ("song", "part", "overlap", "expected"),
    [
        (0, 10, 0, [50] * 10),
        (0, 10, 5, [50] * 10),
        (10, 10, 0, [100] * 10 + [50] * 10),
        (10, 10, 5, [100] * 5 + [150] * 5 + [50] * 5),
        (10, 20, 20, [50] * 10 + [150] * 10),
        (10, 20, 50, [50] * 10 + [150] * 10),
        (3, 2, -2, [100] * 3 + [0] * 2 + [50] * 2),
    ],
)
def test_append(song: int, part: int, overlap: int, expected: list[float]) -> None:
    assert append(constant(song, 100), constant(part, 50), overlap).tolist() == expected


@given(st.integers(0, 50), st.integers(0, 50), st.integers(-60, 60))
def test_append_loses_nothing(song: int, part: int, overlap: int) -> None:
    joined = append(constant(song), constant(part), overlap)
    assert joined.sum() == song + part
    assert len(joined) >= max(song, part)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (1, [0, 1, 2, 3]),
        (3, [0, 0, 0, 1]),
        (-1, [2, 3, 0, 0]),
        (4, [0] * 4),
        (-3, [0] * 4),
        (-9, [0] * 4),
    ],
)
def test_mix_into_stays_inside_the_buffer(start: int, expected: list[float]) -> None:
    buffer = np.zeros(4, dtype=np.float32)
    mix_into(buffer, np.array([1, 2, 3], dtype=np.float32), start)
    assert buffer.tolist() == expected


@pytest.mark.parametrize(
    ("skip", "length", "expected"),
    [
        (0, 3, [1, 2, 3]),
        (1, 2, [2, 3]),
        (1, 5, [2, 3, 4, 0, 0]),
        (-2, 4, [0, 0, 1, 2]),
        (9, 2, [0, 0]),
        (0, -1, []),
    ],
)
def test_used_part(skip: int, length: int, expected: list[float]) -> None:
    wave = np.array([1, 2, 3, 4], dtype=np.float32)
    assert used_part(wave, skip * MS, length * MS).tolist() == expected


def test_mix_places_skips_cuts_and_fades() -> None:
    place = Placement(start_ms=2 * MS, skip_ms=1 * MS, length_ms=4 * MS, envelope=((0, 0), (2 * MS, 1)))
    plain = Placement(start_ms=5 * MS, skip_ms=0, length_ms=100)
    song = mix([(place, constant(10)), (plain, constant(3, 0.5))], 9)
    assert song.tolist() == pytest.approx([0, 0, 0, 0.5, 1, 1.5, 0.5, 0.5, 0])


def test_crossfade_of_complementary_slopes_is_level() -> None:
    out = Placement(0, 0, 20, ((0, 1), (10, 1), (20, 0)))
    into = Placement(10, 0, 20, ((0, 0), (10, 1), (20, 1)))
    song = mix([(out, constant(882)), (into, constant(882))], 1323)
    assert np.max(np.abs(song - 1)) < 1e-5


@pytest.mark.parametrize(
    ("text", "length_ms"),
    [
        ("480@120+0.0", 500),
        ("480@120", 500),
        ("480@120-20.5", 479.5),
        ("960@187.5+10", 650),
        ("550", 550),
        ("0", 0),
        ("12.5", 12.5),
    ],
)
def test_length(text: str, length_ms: float) -> None:
    assert parse_length(text) == pytest.approx(length_ms)


@pytest.mark.parametrize(
    ("correction", "required_ms"),
    [
        ("50.0", 550),
        ("103.0", 600),
        ("73.0", 600),
        ("88.0", 600),
    ],
)
def test_length_rows_agree_with_utaus_requests(correction: str, required_ms: int) -> None:
    length_ms = parse_length(f"480@130+{correction}")
    assert math.ceil(length_ms / 50 + 0.5) * 50 == required_ms


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "480@",
        "480@0+1",
        "-5",
        "nan",
        "1e99",
        "1.2.3@5",
        "480@120+",
        "10@1-999999",
    ],
)
def test_no_length_is_told(text: str) -> None:
    with pytest.raises(PychangError, match="length"):
        parse_length(text)


@pytest.mark.parametrize(
    ("text", "skip_ms", "overlap_ms", "envelope"),
    [
        (
            "12.5 480@120+0.0 0 10 40 0 100 100 100 -5 10 10 50",
            12.5,
            -5,
            [(0, 0), (10, 1), (20, 0.5), (450, 1), (490, 1), (500, 0)],
        ),
        ("0 500 0 5 35 0 100 90 0 30", 0, 30, [(0, 0), (5, 1), (465, 0.9), (500, 0)]),
        ("0 480@120+0.0 0 0", 0, 0, [(0, 0)]),
    ],
)
def test_arguments(text: str, skip_ms: float, overlap_ms: float, envelope: list[tuple[float, float]]) -> None:
    request = parse_arguments(["out.wav", "in.wav", *text.split()])
    assert (request.output_path, request.source_path) == (Path("out.wav"), Path("in.wav"))
    assert (request.skip_ms, request.length_ms, request.overlap_ms) == (skip_ms, 500, overlap_ms)
    assert list(request.envelope) == envelope


def test_the_program_builds_a_song(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", constant(44100, 0.5))
    song = tmp_path / "song.wav"
    flat = ["0", "0", "0", "100", "100", "100", "100"]
    assert main([str(song), str(tmp_path / "R.wav"), "0", "100", "0", "0"]) == 0
    assert main([str(song), str(tmp_path / "a.wav"), "0", "200", *flat]) == 0
    assert main([str(song), str(tmp_path / "a.wav"), "900", "200", *flat, "50"]) == 0
    song.write_bytes(b"".join((tmp_path / f"song.wav{end}").read_bytes() for end in (".whd", ".dat")))
    samples = read_wav(song)
    expected = np.concatenate(
        [constant(4410, 0), constant(6615, 0.5), constant(2205, 1), constant(2205, 0.5), constant(4410, 0)]
    )
    assert samples == pytest.approx(expected, abs=1e-4)


def test_the_program_tells_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.wav").write_text("no sound")
    assert main(["out.wav"]) == 2
    assert main([str(tmp_path / "o.wav"), str(tmp_path / "bad.wav"), "0", "100", "0", "0", "0", "100"]) == 1
    assert main([str(tmp_path / "o.wav"), str(tmp_path / "bad.wav"), "0", "?", "0", "0"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert "usage" in lines[0]
    assert "bad.wav is not a sound file" in lines[1]
    assert "length '?'" in lines[2]
    assert [p.name for p in tmp_path.iterdir()] == ["bad.wav"]


@pytest.mark.skipif(sys.platform == "win32", reason="there a name that no file can have is one of no file")
@pytest.mark.parametrize(
    ("output", "source", "told"),
    [
        ("", "a.wav", "output '' names no file"),
        ("/", "a.wav", "names no file"),
        ("o" * 300, "a.wav", "cannot be read"),
        ("o.wav", "a" * 300, "cannot be read"),
    ],
)
def test_names_that_no_file_can_have_are_told(
    output: str,
    source: str,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([output, source, "0", "100", "0", "0"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
    assert list(tmp_path.iterdir()) == []
