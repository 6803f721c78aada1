"""What is said about a recording though a note was made of it."""

from pathlib import Path

import numpy as np
import pytest

from pychang.audio import write_wav
from resampler.protocol import parse_arguments
from resampler.render import render_file, render_request
from tests.pychang.signals import vowel


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYCHANG_CACHE", str(tmp_path / "analyses"))


@pytest.mark.parametrize(
    ("samples", "offset", "cutoff", "remark"),
    [
        (22050, "50", "100", ""),
        (22050, "400", "-900", ""),
        (22050, "500", "-100", "nothing of its 500 ms lies in the window 500 to 600 ms; mend its oto line"),
        (22050, "300", "200", "nothing of its 500 ms lies in the window 300 to 300 ms; mend its oto line"),
        (22050, "300", "400", "nothing of its 500 ms lies in the window 300 to 100 ms; mend its oto line"),
        (882, "300", "0", "lasts only 20 ms; record it longer to sing on it"),
    ],
)
def test_host_and_tools_are_told_the_same(
    tmp_path: Path, samples: int, offset: str, cutoff: str, remark: str
) -> None:
    source = tmp_path / "a.wav"
    write_wav(source, np.asarray(vowel(220.0, seconds=0.5)[:samples]))
    words = [str(source), str(tmp_path / "out.wav"), "C4", "100", "", offset, "600", "50", cutoff]
    request = parse_arguments(words)
    told = (f"{source}: {remark}",) if remark else ()
    assert render_request(request, "classic").remarks == told
    assert render_file(request, "classic") == "".join(told)
