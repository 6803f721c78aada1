"""Songs as files: what each format says is heard in the sung pitch, level and timing."""

import random
from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from tests.voicebank_tools.fake_bank import CV, FakeBank, sine_note
from voicebank_tools.formats.reader import read_score
from voicebank_tools.song import SongResult, sing_score
from voicebank_tools.song_check import click_ratio, measure_f0

HEAD = "[#VERSION]\nUST Version1.2\nCharset=UTF-8\n[#SETTING]\nTempo=120.00\nMode2={mode2}\n"


def ust(*notes: str, mode2: bool = True) -> str:
    """A .ust of notes of 480 ticks at A3, each followed by its extra lines."""
    sections = [
        f"[#{index:04d}]\nLength=480\nLyric=あ\nNoteNum=57\n{extra}\n" for index, extra in enumerate(notes)
    ]
    return HEAD.format(mode2=mode2) + "".join(sections) + "[#TRACKEND]\n"


def sing(tmp_path: Path, text: str | bytes, name: str = "song.ust") -> SongResult:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return sing_score(read_score(path), FakeBank(CV), render=sine_note)


def cents_at(result: SongResult, *times_s: float) -> list[float]:
    """Measured pitch in cents from A3."""
    measured_s, f0_hz = measure_f0(result.wave)
    return [float(1200 * np.log2(np.interp(time_s, measured_s, f0_hz) / 220.0)) for time_s in times_s]


def level_at(result: SongResult, time_s: float) -> float:
    place = round(time_s * 44100)
    return float(np.max(np.abs(result.wave[place - 220 : place + 220])))


def test_mode_1_pitch(tmp_path: Path) -> None:
    bends = ",".join(["0"] * 40 + ["100"] * 40 + ["-50"] * 16)
    result = sing(tmp_path, ust("", f"PBType=5\nPBStart=0\nPitchBend={bends}", mode2=False))
    assert cents_at(result, 0.3, 0.6, 0.8, 0.96) == pytest.approx([0, 0, 100, -50], abs=5)


def test_mode_2_pitch_and_vibrato(tmp_path: Path) -> None:
    rise = "PBS=-50\nPBW=50,100\nPBY=0,20"
    result = sing(tmp_path, ust("NoteNum=57", f"NoteNum=59\n{rise}", "VBR=100,200,50,0,0,0,0,0"))
    # The middle note: from A3 to B3 at its start, then up to two semitones above it.
    assert cents_at(result, 0.35, 0.8) == pytest.approx([0, 400], abs=5)
    assert cents_at(result, 1.05, 1.15) == pytest.approx([50, -50], abs=10)


def test_tempo_change_moves_the_notes(tmp_path: Path) -> None:
    result = sing(tmp_path, ust("", "Tempo=60", ""))
    assert result.seconds == pytest.approx(0.5 + 1.0 + 1.0, abs=1e-3)
    assert result.spans_s[:, 1] == pytest.approx([0.46, 1.46, 2.5], abs=1e-3)


def test_envelope_and_start_point(tmp_path: Path) -> None:
    quiet = "Envelope=0,100,100,0,40,40,0\nPreUtterance=0\nVoiceOverlap=0\nStartPoint=30"
    result = sing(tmp_path, ust(quiet, "Lyric=R"))
    assert level_at(result, 0.25) == pytest.approx(0.2, rel=0.03)
    assert level_at(result, 0.05) == pytest.approx(0.1, rel=0.15)
    assert click_ratio(result) <= 1.0


def test_lyrics_of_a_midi_file(tmp_path: Path) -> None:
    import mido

    file = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack()
    file.tracks.append(track)
    track.append(mido.MetaMessage("set_tempo", tempo=500000))
    for note, lyric in ((57, "a"), (59, "ka")):
        track.append(mido.MetaMessage("lyrics", text=lyric))
        track.append(mido.Message("note_on", note=note, velocity=90))
        track.append(mido.Message("note_off", note=note, time=480))
    path = tmp_path / "song.mid"
    file.save(path)
    result = sing_score(read_score(path), FakeBank(CV), render=sine_note)
    assert result.complete
    assert cents_at(result, 0.3, 0.8) == pytest.approx([0, 200], abs=5)


def test_damaged_songs_are_sung_or_refused(tmp_path: Path) -> None:
    """Whatever a reader lets pass, singing it neither fails nor gives anything but numbers."""
    extras = (
        "PreUtterance=50\nVoiceOverlap=-10\nStartPoint=5\nVelocity=150",
        "Envelope=0,5,35,0,100,100,0,%,0,10,100",
        "PBS=-40;5\nPBW=80,20\nPBY=0,10\nPBM=s,r\nVBR=65,180,35,20,20,0,0,0\nTempo=90",
        "Lyric=+",
    )
    good = ust(*extras).encode()
    chance = random.Random(7)
    sung = 0
    for _ in range(150):
        damaged = bytearray(good)
        for _ in range(chance.randint(1, 5)):
            place = chance.randrange(60, len(damaged))
            damaged[place : place + chance.randint(0, 2)] = chance.choice(
                [b"9", b"-", b".", b"e5", b"99999", b"nan", b",", b"=", b"0"]
            )
        try:
            result = sing(tmp_path, bytes(damaged))
        except PychangError:
            continue
        sung += 1
        assert np.isfinite(result.wave).all()
        assert np.isfinite(result.wanted_f0_hz).all()
        assert np.max(np.abs(result.wave), initial=0.0) < 1.0
    assert sung > 50
