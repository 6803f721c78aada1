"""The demo from end to end: a voicebank, a song, the song sung by the installed program, a picture."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from pychang import PychangError
from pychang.audio import write_wav
from voicebank_tools.demo_bank import is_demo_bank, is_whole, write_demo_bank
from voicebank_tools.demo_song import SONG_NAME, is_demo_song, write_demo_song
from voicebank_tools.formats.reader import read_score
from voicebank_tools.plot import plot_song
from voicebank_tools.program import render_with_program
from voicebank_tools.render_pool import ProgressFunction
from voicebank_tools.song import SingOptions, SongResult, sing_score
from voicebank_tools.song_check import measure_f0, pitch_error_cents, wanted_at
from voicebank_tools.voicebank import load_voicebank


@dataclass(frozen=True)
class DemoFiles:
    """Where a demo's files are."""

    folder: Path

    @property
    def bank(self) -> Path:
        return self.folder / "demo-voice"

    @property
    def song(self) -> Path:
        return self.folder / "demo.ust"

    @property
    def wav(self) -> Path:
        return self.folder / "demo.wav"

    @property
    def picture(self) -> Path:
        return self.folder / "demo.png"

    @property
    def existing(self) -> tuple[Path, ...]:
        """Those that are there already."""
        return tuple(path for path in (self.wav, self.picture, self.song, self.bank) if path.exists())


def make_bank_and_song(files: DemoFiles, bars: int | None = None, replace: bool = False) -> None:
    """Write the voicebank and the score; `bars`: only the first bars of the song.

    A demo that was stopped before its song was sung is gone on with; a bank that is whole stays as it is.
    Raises PychangError if a file of the demo is there and `replace` is not said, or cannot be written.
    """
    try:
        if files.existing and not replace and not _was_stopped(files):
            names = ", ".join(path.name for path in files.existing)
            raise PychangError(
                f"{names} in {files.folder}: already there; give --force to replace, or -o FOLDER"
            )
        if replace or not is_whole(files.bank):
            write_demo_bank(files.bank)
    except OSError as error:
        raise PychangError(f"{files.bank}: cannot be made ({error.strerror}); give -o FOLDER") from error
    write_demo_song(files.song, bars, files.bank.name)


def _was_stopped(files: DemoFiles) -> bool:
    """Whether what is there is our own and its song was never sung."""
    if files.wav.exists() or files.picture.exists() or not is_demo_bank(files.bank):
        return False
    return not files.song.exists() or is_demo_song(files.song, files.bank.name)


def sing_demo(
    files: DemoFiles, jobs: int = 0, on_progress: ProgressFunction | None = None, engine: str = ""
) -> SongResult:
    """Read voicebank and score back, let the installed `pychang-resampler` render each note, write the wav.

    `engine`: as `voicebank_tools.program.render_with_program` takes it.
    Raises PychangError if not every note was sung: then the installation is at fault.
    """
    bank, score = load_voicebank(files.bank), read_score(files.song)
    render = partial(render_with_program, engine=engine)
    result = sing_score(score, bank, SingOptions(jobs=jobs), render, on_progress)
    if not result.complete:
        first = next((failure.message for failure in result.failures), "a mora is missing in the voicebank")
        raise PychangError(f"the demo was not sung: {first}")
    write_wav(files.wav, result.wave)
    return result


def draw_demo(files: DemoFiles, result: SongResult) -> float:
    """Draw the picture; returns how far the sung pitch is from the score's, median in cents.

    Raises PychangError if the picture cannot be written.
    """
    times_s, sung_hz = measure_f0(result.wave)
    wanted_hz = wanted_at(result, times_s)
    plot_song(files.picture, result.wave, times_s, wanted_hz, sung_hz, SONG_NAME)
    return float(np.median(pitch_error_cents(sung_hz, wanted_hz)))
