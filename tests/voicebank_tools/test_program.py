"""The program that is installed must sing what the library sings."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from pychang.audio import write_wav
from resampler.protocol import RenderRequest
from resampler.render import render_request
from voicebank_tools import program
from voicebank_tools.demo_bank import write_demo_bank


@pytest.fixture
def request_ka(tmp_path: Path) -> RenderRequest:
    bank = write_demo_bank(tmp_path / "声", ("か",))
    return RenderRequest(
        bank / "ka.wav", None, 64, offset_ms=100.0, length_ms=400.0, consonant_ms=139.0, cutoff_ms=-900.0,
        bend_cents=(0, 5, 10, -10),
    )  # fmt: skip


def test_the_program_sings_what_the_library_sings(request_ka: RenderRequest) -> None:
    sung = program.render_with_program(request_ka)
    assert sung.wave == pytest.approx(render_request(request_ka).wave, abs=1.0 / 32768)
    assert sung.remarks == ()


def test_what_it_remarks_is_passed_on(request_ka: RenderRequest) -> None:
    write_wav(request_ka.source_path, np.zeros(22050))
    (remark,) = program.render_with_program(request_ka).remarks
    assert "nothing but silence" in remark


def test_the_program_runs_from_anywhere_without_the_sources(tmp_path: Path) -> None:
    """What is installed is the program, not the folder one happens to stand in."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [*program.program_command(), "--help"], cwd=tmp_path, env=environment, capture_output=True
    )
    assert done.returncode == 0
    assert done.stdout.startswith(b"usage: pychang-resampler")


def test_its_message_is_passed_on(request_ka: RenderRequest) -> None:
    request_ka.source_path.write_bytes(b"no wav")
    with pytest.raises(
        PychangError, match=r"wrote no note for .*ka\.wav: pychang-resampler: .*not a sound file"
    ):
        program.render_with_program(request_ka)


def test_without_the_script_the_module_is_called(
    request_ka: RenderRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program.shutil, "which", lambda *_, **__: None)
    assert program.program_command() == [sys.executable, "-m", "resampler"]
    assert np.abs(program.render_with_program(request_ka).wave).max() > 0.1


def test_a_program_that_cannot_start_or_end_is_told(
    request_ka: RenderRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "program_command", lambda: [str(tmp_path / "gone")])
    with pytest.raises(PychangError, match="gone cannot be started"):
        program.render_with_program(request_ka)
    monkeypatch.setattr(program, "TIMEOUT_S", 0.2)
    waiting = [sys.executable, "-c", "import time; time.sleep(30)"]
    monkeypatch.setattr(program, "program_command", lambda: waiting)
    with pytest.raises(PychangError, match="took longer than"):
        program.render_with_program(request_ka)
