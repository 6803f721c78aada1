import io
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voicebank_tools.wav_header import broken_off

SECOND = np.zeros((8000, 2))


def wav(path: Path, subtype: str = "PCM_16") -> Path:
    soundfile.write(path, np.concatenate([SECOND] * 4), 8000, subtype=subtype)
    return path


@pytest.mark.parametrize(("subtype", "width"), [("PCM_16", 2), ("PCM_24", 3), ("FLOAT", 4)])
def test_a_file_that_breaks_off_is_told(subtype: str, width: int, tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", subtype)
    assert broken_off(path) == ""
    path.write_bytes(path.read_bytes()[: -3 * 8000 * 2 * width])
    assert broken_off(path) == "breaks off: it holds 1.00 of 4.00 s"


@pytest.mark.parametrize("claimed", [0, 0x7FFF_F000, 0x8000_0000, 0xFFFF_FFFF, 4 * 32_000 + 44])
def test_sizes_of_writers_that_do_not_know_are_no_claim(claimed: int, tmp_path: Path) -> None:
    data = bytearray(wav(tmp_path / "a.wav").read_bytes())
    struct.pack_into("<I", data, data.index(b"data") + 4, claimed)
    (tmp_path / "a.wav").write_bytes(data)
    assert broken_off(tmp_path / "a.wav") == ""


def test_further_chunks_are_passed_over(tmp_path: Path) -> None:
    data = wav(tmp_path / "a.wav").read_bytes()
    place = data.index(b"data")
    more = data[:place] + b"LIST" + struct.pack("<I", 5) + b"data!\0" + data[place:-64_000]
    (tmp_path / "a.wav").write_bytes(more)
    assert broken_off(tmp_path / "a.wav") == "breaks off: it holds 2.00 of 4.00 s"


def test_what_is_no_wav_is_for_others(tmp_path: Path) -> None:
    flac = io.BytesIO()
    soundfile.write(flac, SECOND, 8000, format="FLAC")
    riff = b"RIFF\0\0\0\0WAVE"
    for content in (b"", b"RIFF", riff, riff + b"data", riff + b"fmt \x10\0\0\0ab", flac.getvalue()[:500]):
        (tmp_path / "a.wav").write_bytes(content)
        assert broken_off(tmp_path / "a.wav") == ""
    assert broken_off(tmp_path / "none.wav") == ""
    assert broken_off(tmp_path) == ""
