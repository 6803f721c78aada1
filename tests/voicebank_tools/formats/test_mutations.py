"""Damaged song files: a score with findings or one clear error, soon; never another exception."""

import io
import queue
import random
import threading
from collections.abc import Iterable
from pathlib import Path

import mido
import pytest

from pychang import PychangError
from voicebank_tools.formats.reader import read_score
from voicebank_tools.score import Score

MUTATIONS_PER_FILE = 50
WATCHDOG_S = 10.0

TOKENS = [
    *(b"", b"\0", b"\xff", b"\x80", b"9" * 30, b"-1", b"1e999", b"nan", b"0", b"%", b"=", b","),
    *(b"[", b"]", b"{", b"}", b"&a ", b"*a", b"- ", b": ", b"!!python/object:os.system "),
    *(b"\n", b"\r\n", b"[#0000]", b"[#DELETE]", b"\xef\xbb\xbf", b"\xff\xfe"),
    *(b"MTrk", b"\xff\x51\x03\x00\x00\x00", b"\xff\x05\x7f", b"\xf0", b"\x7f\xff\xff\xff"),
]

UST = """[#VERSION]
UST Version1.2
[#SETTING]
Tempo=120.00
Tool2=resampler.exe
Flags=g5t2
[#0000]
Length=480
Lyric=あ
NoteNum=60
Tempo=90
Flags=B20t-1
Envelope=0,5,35,0,100,100,0,%,0,10,100
PBS=-40;5
PBW=80,40
PBY=10,0
PBM=s,j
VBR=65,180,35,20,20,0,0,0
[#0001]
Length=240
Lyric=R
NoteNum=60
[#0002]
Delta=720
Duration=400
Length=480
Lyric=!か
NoteNum=62
PBStart=-20
PitchBend=0,1,2,3
[#TRACKEND]
""".encode("cp932")

USTX = b"""name: song
ustx_version: "0.7"
expressions:
  gen: {abbr: gen, type: Numerical, min: -100, max: 100, default_value: 5, is_flag: true, flag: g}
  str: {name: stretch, abbr: str, type: Options, is_flag: true, options: ['', e]}
tempos:
- {position: 0, bpm: 120}
- {position: 960, bpm: 90.5}
tracks:
- track_name: one
  mute: false
  solo: true
  volume: -3
  voice_color_names: ['', soft]
  track_expressions: []
voice_parts:
- name: part
  track_no: 0
  position: 480
  duration: 1920
  notes:
  - position: 0
    duration: 480
    tone: 60
    lyric: la [l a]
    pitch: {data: [{x: -40, y: 0, shape: io}, {x: 40, y: 5, shape: sp}], snap_first: true}
    vibrato: {length: 50, period: 175, depth: 25, in: 10, out: 10, shift: 0, drift: 0, vol_link: 0}
    tuning: 10
    phoneme_expressions: [{index: 0, abbr: gen, value: 20}, {index: 0, abbr: clr, value: 1}]
    phoneme_overrides: [{index: 0, phoneme: li, offset: 5, preutter_delta: 10, overlap_delta: -5}]
  - {position: 480, duration: 480, tone: 64, lyric: +}
  curves:
  - {xs: [0, 100, 200], ys: [0, 50, -10], abbr: pitd}
wave_parts: []
"""


def midi_bytes() -> bytes:
    track = mido.MidiTrack(
        [
            mido.MetaMessage("track_name", name="voice"),
            mido.MetaMessage("set_tempo", tempo=500000),
            mido.MetaMessage("lyrics", text="la"),
            mido.Message("note_on", note=60, velocity=80, time=0),
            mido.Message("note_off", note=60, time=480),
            mido.MetaMessage("set_tempo", tempo=600000),
            mido.Message("pitchwheel", pitch=100),
            mido.Message("note_on", note=64, velocity=80, time=0),
            mido.Message("note_on", note=64, velocity=0, time=480),
            mido.MetaMessage("key_signature", key="C"),
        ]
    )
    buffer = io.BytesIO()
    mido.MidiFile(type=1, ticks_per_beat=480, tracks=[track]).save(file=buffer)
    return buffer.getvalue()


def mutated(data: bytes, seed: int) -> bytes:
    """Return data with one to eight bytes or slices changed, inserted, removed or repeated."""
    chance = random.Random(seed)
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(changed) + 1)
        size = chance.choice((1, 1, 2, 8, 100))
        kind = chance.randrange(5)
        if kind == 0:
            changed[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            changed[at:at] = chance.choice(TOKENS)
        elif kind == 2:
            del changed[at : at + size]
        elif kind == 3:
            changed[at:at] = changed[at : at + size] * chance.randint(1, 20)
        elif chance.random() < 0.2:
            del changed[at:]
    return bytes(changed)


def outcomes(paths: Iterable[Path]) -> list[Score | BaseException]:
    """Read each file in a thread of its own; raise if one takes longer than the watchdog."""
    results: queue.Queue[Score | BaseException] = queue.Queue()

    def read_all() -> None:
        for path in listed:
            try:
                results.put(read_score(path))
            except BaseException as error:  # noqa: BLE001 - whatever it is, the test shall see it
                results.put(error)

    listed = list(paths)
    threading.Thread(target=read_all, daemon=True).start()
    return [results.get(timeout=WATCHDOG_S) for _ in listed]


def check(data: bytes, ending: str, folder: Path) -> None:
    paths = []
    for seed in range(MUTATIONS_PER_FILE):
        paths.append(folder / f"{seed}{ending}")
        paths[-1].write_bytes(mutated(data, seed) or b"?")
    good = 0
    for path, outcome in zip(paths, outcomes(paths), strict=True):
        if isinstance(outcome, Score):
            good += 1
            for track in outcome.tracks:
                assert all(note.duration_ticks > 0 <= note.position_ticks for note in track.notes), path.name
        else:
            assert isinstance(outcome, PychangError), (path.name, repr(outcome))
            assert path.name in str(outcome)
            assert "\n" not in str(outcome)
            assert len(str(outcome)) < 500
    # Most damage is small; a reader that refuses everything would be no use.
    assert good > 0


@pytest.mark.parametrize(("data", "ending"), [(UST, ".ust"), (USTX, ".ustx"), (midi_bytes(), ".mid")])
def test_mutated_small_songs(data: bytes, ending: str, tmp_path: Path) -> None:
    check(data, ending, tmp_path)


@pytest.mark.parametrize("ending", [".kana.ust", ".ustx", ".mid"])
def test_mutated_real_songs(ending: str, tmp_path: Path, shared_data: Path) -> None:
    song = shared_data / "songs-openscore-lieder" / f"schubert-heidenroeslein{ending}"
    check(song.read_bytes(), ending, tmp_path)
