"""The demo's song: Arirang, the Korean folk song (traditional, public domain), written out by us.

The words are given in the morae a Japanese CV voicebank has: 아리랑 becomes あ り ら ん.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pychang.files import write_atomically
from voicebank_tools.score import TICKS_PER_QUARTER

SONG_NAME = "Arirang"
TEMPO_BPM = 92.0
SONG_ENCODING = "cp932"

# One bar of three quarters a line: mora, tone, length in quarters.
_BARS = """
あ G3 1.5   り A3 .5    ら G3 .5    ん A3 .5
あ C4 1.5   り D4 .5    ら C4 .5    ん D4 .5
あ E4 1     ら D4 1     り E4 .25   い D4 .25   い C4 .25   い A3 .25
よ G3 1.5   お A3 .5    お G3 .5    お A3 .5
あ C4 1.5   り D4 .5    ら C4 .5    ん D4 .5
こ E4 .5    お D4 .5    げ C4 .5    え A3 .5    ろ G3 .5    お A3 .5
の C4 1.5   も D4 .5    か C4 .5    ん D4 .5
だ C4 3
な G4 2     る G4 1
ぽ G4 1     り E4 1     ご D4 1
か E4 1     し D4 1     ぬ E4 .25   う D4 .25   う C4 .25   ん A3 .25
に G3 1.5   む A3 .5    う G3 .5    ん A3 .5
し C4 1.5   む D4 .5    に C4 .5    ど D4 .5
も E4 .5    お D4 .5    か C4 .5    あ A3 .5    そ G3 .5    お A3 .5
ぱ C4 1.5   びょ D4 .5   な C4 .5    ん D4 .5
だ C4 3
"""

_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_LONG_TICKS = TICKS_PER_QUARTER


@dataclass(frozen=True)
class DemoNote:
    """A note of the demo song."""

    mora: str
    tone_midi: int
    length_ticks: int


def demo_notes(bars: int | None = None) -> tuple[DemoNote, ...]:
    """Return the song's notes in order; `bars`: only so many bars of the sixteen."""
    lines = _BARS.strip().splitlines()[:bars]
    return tuple(note for line in lines for note in _notes(line))


def demo_ust(bars: int | None = None, voice_dir: str = "") -> str:
    """Return the song as UTAU writes it (mode 2 pitch, vibrato on long notes), lines ended by CRLF.

    A quarter's rest stands before and after the notes.
    """
    head = ["[#VERSION]", "UST Version1.2", "[#SETTING]", f"Tempo={TEMPO_BPM:.2f}", "Tracks=1"]
    head += [f"ProjectName={SONG_NAME}", f"VoiceDir={voice_dir}", "OutFile=demo.wav", "Mode2=True"]
    rest = DemoNote("R", 60, TICKS_PER_QUARTER)
    lines = list(head)
    for number, note in enumerate((rest, *demo_notes(bars), rest)):
        lines += [f"[#{number:04d}]", *_note_lines(note)]
    return "".join(line + "\r\n" for line in [*lines, "[#TRACKEND]"])


def write_demo_song(path: Path, bars: int | None = None, voice_dir: str = "") -> Path:
    """Write the song as a .ust in UTAU's encoding; returns `path`. Raises PychangError if it cannot."""
    write_atomically(path, demo_ust(bars, voice_dir).encode(SONG_ENCODING))
    return path


def is_demo_song(path: Path, voice_dir: str = "") -> bool:
    """Return whether `path` is the song as we write it, any number of its bars. Raises OSError as reading."""
    bars = range(1, len(_BARS.strip().splitlines()) + 1)
    return path.read_bytes() in {demo_ust(count, voice_dir).encode(SONG_ENCODING) for count in bars}


def _notes(line: str) -> Iterator[DemoNote]:
    words = line.split()
    for mora, tone, quarters in zip(words[0::3], words[1::3], words[2::3], strict=True):
        yield DemoNote(mora, _midi(tone), round(float(quarters) * TICKS_PER_QUARTER))


def _midi(tone: str) -> int:
    name, octave = re.fullmatch(r"([A-G])(\d)", tone).groups()  # type: ignore[union-attr]
    return _SEMITONES[name] + 12 * (int(octave) + 1)


def _note_lines(note: DemoNote) -> list[str]:
    lines = [f"Length={note.length_ticks}", f"Lyric={note.mora}", f"NoteNum={note.tone_midi}"]
    if note.mora == "R":
        return lines
    lines += ["PreUtterance=", "Intensity=100", "Modulation=0", "PBS=-50", "PBW=90"]
    if note.length_ticks > _LONG_TICKS:
        # The last 55 % of the note, 190 ms a wave, 22 cents deep, fading in and out.
        lines.append("VBR=55,190,22,35,20,0,0,0")
    return lines
