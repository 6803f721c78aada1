"""What is odd about the pitch of a recording: nothing may be wrong with it, but somebody should listen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pychang.frq import FrqFile
from pychang.units import hz_to_midi, midi_to_hz
from resampler.protocol import note_name
from voicebank_tools.finding import Finding

_BELOW_LOUDEST = 10 ** (-30 / 20)
_VOICED_SHARE = 0.15
"""Of the loud frames. Measured: sung sounds of all kinds 0.3 and more, breaths less."""

_JUMP_OCTAVES, _JUMP_SHARE = 0.75, 0.05
"""From the recording's own median. Measured: good recordings, speech too, up to 0.04."""

_NAMED_SEMITONES = 1.5
_STRANGE_SEMITONES = 9.0  # a phrase sung freely over one folder stays below
_AS_LOUD = 10 ** (-30 / 20)  # what is softer than its folder is a breath: its pitch is the room's hum
_ONE_NOTE_SEMITONES, _ONE_NOTE_SHARE, _FEWEST = 2.0, 0.8, 5


@dataclass(frozen=True)
class Voice:
    """The voice of a recording: the median of its pitch, and its loudest frame's mean absolute sample."""

    median_hz: float
    loudest: float


def voice_of(frq: FrqFile) -> Voice | None:
    """Return the voice of a recording, None where it has hardly any."""
    return Voice(median_hz(frq), float(frq.amplitude.max())) if has_voice(frq) else None


def has_voice(frq: FrqFile) -> bool:
    """Say whether the loud frames of a recording have a pitch; breaths and consonants have not."""
    loud = frq.amplitude > _BELOW_LOUDEST * frq.amplitude.max()
    return bool(loud.any()) and float((frq.f0_hz[loud] > 0.0).mean()) >= _VOICED_SHARE


def median_hz(frq: FrqFile) -> float:
    """Return the median of the voiced frames, 0 where there is none."""
    voiced = frq.f0_hz[frq.f0_hz > 0.0]
    return float(np.median(voiced)) if len(voiced) else 0.0


def pitch_findings(path: Path, frq: FrqFile, named_hz: float | None) -> Iterator[Finding]:
    """Yield what is odd about the recording at `path`, whose curve is `frq`.

    `named_hz`: of the note that its name or its folder's tells.
    """
    if not has_voice(frq):
        cure = "record it again, unless it is a breath or a consonant"
        yield Finding("note", path, 0, "", "has hardly any voice", cure)
        return
    middle_hz = median_hz(frq)
    octaves = np.log2(frq.f0_hz[frq.f0_hz > 0.0] / middle_hz)
    for share, way in (
        (float((octaves > _JUMP_OCTAVES).mean()), "above"),
        (float((octaves < -_JUMP_OCTAVES).mean()), "below"),
    ):
        if share >= _JUMP_SHARE:
            why = f"its pitch lies an octave {way} the rest for {share:.0%} of the voiced frames"
            yield Finding("warning", path, 0, "", why, "listen to it; where it creaks, record it again")
    if named_hz is not None and abs(hz_to_midi(middle_hz) - hz_to_midi(named_hz)) > _NAMED_SEMITONES:
        why = f"is sung at {_spoken(middle_hz)}, while its name or its folder's says {_spoken(named_hz)}"
        yield Finding("warning", path, 0, "", why, "listen to it; rename it or record it again")


def stranger_findings(voices: Mapping[Path, Voice]) -> Iterator[Finding]:
    """Yield the recordings about an octave away from all others of a folder that is on one note."""
    folders: dict[Path, list[Path]] = {}
    for path in voices:
        folders.setdefault(path.parent, []).append(path)
    for everyone in folders.values():
        usual = float(np.median([voices[path].loudest for path in everyone]))
        paths = [path for path in everyone if voices[path].loudest > _AS_LOUD * usual]
        midi = np.array([hz_to_midi(voices[path].median_hz) for path in paths])
        away = midi - np.median(midi)
        if len(paths) < _FEWEST or (np.abs(away) <= _ONE_NOTE_SEMITONES).mean() < _ONE_NOTE_SHARE:
            continue
        others = _spoken(midi_to_hz(float(np.median(midi))))
        for path, semitones in zip(paths, away, strict=True):
            if abs(semitones) > _STRANGE_SEMITONES:
                why = f"is sung at {_spoken(voices[path].median_hz)}, the others of its folder at {others}"
                yield Finding("warning", path, 0, "", why, "listen to it; record it again or move it")


def _spoken(hz: float) -> str:
    return f"{note_name(round(hz_to_midi(hz)))} ({hz:.0f} Hz)"
