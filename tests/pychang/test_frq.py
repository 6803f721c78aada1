"""The .frq format: UTAU's bytes, and files that lie."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang import PychangError
from pychang.frq import FrqFile, average_of, frq_path_of, parse_frq, read_frq

Q1 = bytes.fromhex(
    "46524551 30303033 00010000 25F046D759DE5D40 44AC0000" + 12 * "00" + "01000000" + 16 * "00"
)


def content(hop: int = 256, average: float = 220.0, count: int = 2, frames: bytes | None = None) -> bytes:
    values = struct.pack("<4d", 219.0, 0.5, 221.0, 0.25) if frames is None else frames
    return struct.pack("<8sid16si", b"FREQ0003", hop, average, bytes(16), count) + values


class TestVectors:
    def test_q1_is_read(self) -> None:
        frq = parse_frq(Q1)
        assert frq.hop_samples == 256
        assert frq.average_hz == 119.47423345496698
        assert frq.f0_hz.tolist() == [0.0]
        assert frq.amplitude.tolist() == [0.0]
        assert frq.creator[:4] == bytes.fromhex("44AC0000")

    def test_q1_is_written_as_it_was(self) -> None:
        assert parse_frq(Q1).to_bytes() == Q1

    def test_below_56_bytes_is_no_file(self) -> None:
        with pytest.raises(PychangError, match="55 bytes"):
            parse_frq(Q1[:55])

    def test_average_skips_unvoiced_frames(self) -> None:
        assert average_of([439.0, 0.0, 441.0]) == 440.0
        assert FrqFile.from_frames([439.0, 0.0, 441.0], [1.0, 1.0, 1.0]).average_hz == 440.0
        assert average_of([0.0, 0.0]) == 0.0


class TestLies:
    @pytest.mark.parametrize("count", [-1, 0, 3, 2**31 - 1, -(2**31)])
    def test_a_wrong_count_gives_way_to_the_size(self, count: int) -> None:
        assert parse_frq(content(count=count)).f0_hz.tolist() == [219.0, 221.0]

    def test_fewer_frames_than_bytes_are_believed(self) -> None:
        assert parse_frq(content(count=1)).f0_hz.tolist() == [219.0]

    @pytest.mark.parametrize("average", [float("nan"), float("inf"), -1.0, 0.0, 1e300])
    def test_a_wrong_average_is_computed_anew(self, average: float) -> None:
        assert parse_frq(content(average=average)).average_hz == 220.0

    @pytest.mark.parametrize("hop", [0, -256, 65537])
    def test_an_impossible_hop_names_the_file(self, hop: int) -> None:
        with pytest.raises(PychangError, match=rf"a_wav\.frq: {hop} samples a frame"):
            parse_frq(content(hop=hop), "a_wav.frq")

    def test_values_that_are_no_pitch_are_unvoiced(self) -> None:
        frames = struct.pack("<8d", float("nan"), 0.1, -5.0, float("nan"), 1e9, -1.0, 100.0, 0.5)
        frq = parse_frq(content(count=4, frames=frames))
        assert frq.f0_hz.tolist() == [0.0, 0.0, 0.0, 100.0]
        assert frq.amplitude.tolist() == [0.1, 0.0, 0.0, 0.5]

    @given(st.binary(max_size=200))
    def test_any_bytes_behind_the_mark_give_finite_values_or_an_error(self, data: bytes) -> None:
        try:
            frq = parse_frq(b"FREQ0003" + data)
        except PychangError:
            return
        assert np.isfinite([frq.average_hz, *frq.f0_hz, *frq.amplitude]).all()
        assert len(frq.f0_hz) == len(frq.amplitude) >= 1

    def test_another_format_is_refused(self) -> None:
        with pytest.raises(PychangError, match="FREQ0003"):
            parse_frq(b"RIFF" + bytes(100))


class TestBuilding:
    @given(st.lists(st.tuples(st.floats(50, 1000), st.floats(0, 32768)), min_size=1, max_size=20))
    def test_what_is_written_is_read(self, frames: list[tuple[float, float]]) -> None:
        f0_hz, amplitude = zip(*frames, strict=True)
        frq = parse_frq(FrqFile.from_frames(f0_hz, amplitude, 200).to_bytes())
        assert frq.hop_samples == 200
        assert frq.f0_hz.tolist() == list(f0_hz)
        assert frq.amplitude.tolist() == list(amplitude)

    def test_frames_and_amplitudes_must_pair(self) -> None:
        with pytest.raises(PychangError, match="one of each"):
            FrqFile.from_frames([100.0, 100.0], [1.0])

    def test_arrays_are_read_only(self) -> None:
        with pytest.raises(ValueError, match="read-only"):
            parse_frq(Q1).f0_hz[0] = 1.0

    def test_times_are_the_middles_of_the_frames(self) -> None:
        assert parse_frq(content()).times_s.tolist() == [128 / 44100, 384 / 44100]


class TestFiles:
    def test_the_name_utau_gives(self) -> None:
        assert frq_path_of(Path("x/a.b.wav")) == Path("x/a.b_wav.frq")

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(PychangError, match=r"a_wav\.frq"):
            read_frq(tmp_path / "a_wav.frq")

    def test_a_real_bank(self, shared_data: Path) -> None:
        paths = sorted((shared_data / "utau-erithacus").glob("*.frq"))
        assert len(paths) == 101
        files = [read_frq(path) for path in paths]
        assert {frq.hop_samples for frq in files} == {256}
        # a man at C#3 (138.6 Hz), though some of these files are off by half an octave
        assert abs(np.median([frq.average_hz for frq in files]) - 138.6) < 1.0
        assert [frq.to_bytes() for frq in files] == [path.read_bytes() for path in paths]
