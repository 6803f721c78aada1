"""A tiny voicebank of computed vowels, and programs that stand in for resamplers."""

import sys
from pathlib import Path

import numpy as np

from pychang.audio import write_wav
from voicebank_tools.comparing.recordings import Sample, bank_samples
from voicebank_tools.comparing.singers import ProgramSinger
from voicebank_tools.demo_voice import synthesise_vowel

COPIER = "import shutil, sys; shutil.copyfile(sys.argv[1], sys.argv[2])"
"""A resampler that knows nothing: the recording as it is."""


def write_vowel_bank(folder: Path, f0_hz: float = 220.0, suffix: str = "", vowels: str = "aiueo") -> Path:
    """Half a second of each vowel with breath; windows of 440 ms with 60 ms of consonant."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, vowel in enumerate(vowels):
        wave = synthesise_vowel(f0_hz, vowel, duration_s=0.5, breath_db=-30.0, seed=number)
        write_wav(folder / f"{vowel}.wav", np.asarray(wave, np.float32))
        lines.append(f"{vowel}.wav={vowel}{suffix},30,60,-440,40,20\n")
    (folder / "oto.ini").write_text("".join(lines), "utf-8")
    return folder


def one_sample(folder: Path) -> Sample:
    """The vowel a at 220 Hz."""
    (sample,) = bank_samples(write_vowel_bank(folder, vowels="a"), 1, 1).cases
    return sample


def python_program(code: str, folder: Path, timeout_s: float = 20.0) -> ProgramSinger:
    """A resampler that is a line of Python."""
    return ProgramSinger("program", (sys.executable, "-S", "-c", code), timeout_s, folder)
