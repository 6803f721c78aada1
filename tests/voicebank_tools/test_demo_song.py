"""Arirang: sixteen bars of three quarters that the demo bank can sing."""

from pathlib import Path

from voicebank_tools.demo_bank import demo_morae
from voicebank_tools.demo_song import TEMPO_BPM, demo_notes, demo_ust, is_demo_song, write_demo_song
from voicebank_tools.score import TICKS_PER_QUARTER


def test_every_bar_has_three_quarters() -> None:
    ends = [0]
    for bar in range(1, 17):
        ends.append(sum(note.length_ticks for note in demo_notes(bar)))
        assert ends[-1] - ends[-2] == 3 * TICKS_PER_QUARTER, f"bar {bar}"
    assert demo_notes() == demo_notes(16)


def test_the_bank_has_every_mora_and_the_voice_every_tone() -> None:
    assert {note.mora for note in demo_notes()} <= set(demo_morae())
    assert {note.tone_midi for note in demo_notes()} == {55, 57, 60, 62, 64, 67}


def test_the_ust_holds_the_notes_between_two_rests(tmp_path: Path) -> None:
    path = write_demo_song(tmp_path / "demo.ust", bars=2, voice_dir="voice")
    lines = path.read_bytes().decode("cp932").split("\r\n")
    assert path.read_bytes().decode("cp932") == demo_ust(2, "voice")
    assert f"Tempo={TEMPO_BPM:.2f}" in lines
    assert "VoiceDir=voice" in lines
    lyrics = [line.removeprefix("Lyric=") for line in lines if line.startswith("Lyric=")]
    assert lyrics == ["R", *(note.mora for note in demo_notes(2)), "R"]
    assert lines[-2:] == ["[#TRACKEND]", ""]
    assert sum(line.startswith("VBR=") for line in lines) == 2


def test_our_song_is_known_whatever_its_length(tmp_path: Path) -> None:
    for bars in (1, 15, 16, None):
        assert is_demo_song(write_demo_song(tmp_path / "demo.ust", bars, "voice"), "voice")
    assert not is_demo_song(tmp_path / "demo.ust", "other")
