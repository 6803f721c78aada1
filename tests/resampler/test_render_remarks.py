"""What is said about a recording though a note was made of it."""

from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from pychang.audio import write_wav
from pychang.cache import cache_folder
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


def test_a_recording_too_long_to_analyse_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resampler.render.MAX_RECORDING_S", 1.0)
    sources = {seconds: tmp_path / f"{seconds}.wav" for seconds in (1.0, 1.5)}
    for seconds, source in sources.items():
        write_wav(source, vowel(220.0, seconds=seconds))
    assert render_file(parse_arguments([str(sources[1.0]), str(tmp_path / "out.wav"), "C4", "100"])) == ""
    with pytest.raises(PychangError, match=r"1\.5\.wav: lasts 1\.5 s, .* 1 s .*; cut it .*`vbtools slice`"):
        render_file(parse_arguments([str(sources[1.5]), str(tmp_path / "other.wav"), "C4", "100"]))
    assert not (tmp_path / "other.wav").exists()
    assert len(list(cache_folder().iterdir())) == 1
