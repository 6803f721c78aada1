"""Recordings whose pitch is odd, and those whose is not."""

from pathlib import Path

import numpy as np
import pytest

from pychang.frq import FrqFile
from voicebank_tools.frq.suspicion import Voice, has_voice, pitch_findings, stranger_findings, voice_of

PATH = Path("bank/a_A3.wav")


def curve(*hz: float) -> FrqFile:
    """Ten frames of each pitch."""
    return FrqFile.from_frames(np.repeat(hz, 10), np.ones(10 * len(hz)))


def told(frq: FrqFile, named_hz: float | None = 220.0) -> list[tuple[str, str]]:
    return [(finding.kind, finding.why) for finding in pitch_findings(PATH, frq, named_hz)]


def test_a_sound_recording() -> None:
    assert told(curve(*[220.0] * 9, 205.0)) == []
    assert told(curve(*[300.0] * 9, 0.0), None) == []
    assert told(curve(*[220.0 * 1.08] * 9)) == []


def test_another_note_than_its_name() -> None:
    why = "is sung at A4 (440 Hz), while its name or its folder's says A3 (220 Hz)"
    assert told(curve(440.0)) == [("warning", why)]
    assert len(told(curve(220.0 * 2 ** (2 / 12)))) == 1


@pytest.mark.parametrize(("hz", "way"), [(440.0, "above"), (110.0, "below")])
def test_octave_jumps(hz: float, way: str) -> None:
    why = f"its pitch lies an octave {way} the rest for 10% of the voiced frames"
    assert told(curve(*[220.0] * 9, hz)) == [("warning", why)]
    assert told(curve(*[220.0] * 29, hz)) == []


def test_hardly_any_voice_is_a_note_and_nothing_else() -> None:
    breath = curve(*[0.0] * 9, 880.0)
    assert not has_voice(breath)
    assert told(breath) == [("note", "has hardly any voice")]
    assert not has_voice(FrqFile.from_frames(np.zeros(3), np.zeros(3)))
    quiet = FrqFile.from_frames([0.0] * 9 + [220.0], [0.01] * 9 + [1.0])
    assert has_voice(quiet)  # silence around a voice does not count
    assert (voice_of(breath), voice_of(quiet)) == (None, Voice(220.0, 1.0))


def test_one_of_a_folder_in_another_octave() -> None:
    folder = {Path(f"bank/{name}.wav"): Voice(220.0, 9000.0) for name in "aiueo"}
    assert list(stranger_findings(folder)) == []
    high, breath = Voice(440.0, 3000.0), Voice(60.0, 90.0)  # the breath's pitch is a hum
    more = {Path("bank/ka.wav"): high, Path("high/ka.wav"): high, Path("bank/br.wav"): breath}
    (finding,) = stranger_findings(folder | more)
    assert finding.path == Path("bank/ka.wav")
    assert finding.why == "is sung at A4 (440 Hz), the others of its folder at A3 (220 Hz)"


def test_a_folder_of_many_notes_has_no_strangers() -> None:
    notes = range(0, 24, 3)
    scale = {Path(f"notes/{midi}.wav"): Voice(110.0 * 2 ** (midi / 12), 9000.0) for midi in notes}
    assert list(stranger_findings(scale)) == []
