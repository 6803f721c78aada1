"""Any song file, by content and by name; the real songs in all four forms."""

from pathlib import Path

import pytest

from pychang import PychangError
from voicebank_tools.formats.reader import read_score, song_format
from voicebank_tools.score import Score

UST = b"[#SETTING]\r\nTempo=120\r\n[#0000]\r\nLength=480\r\nLyric=a\r\nNoteNum=60\r\n"
USTX = b"ustx_version: '0.7'\ntempos: [{position: 0, bpm: 120}]\ntracks: [{}]\nvoice_parts:\n- notes:\n"
USTX += b"  - {position: 0, duration: 480, tone: 60, lyric: a}\n"
MIDI = b"MThd\0\0\0\6\0\0\0\1\1\xe0MTrk\0\0\0\x0d\0\x90\x3c\x40\x83\x60\x80\x3c\0\0\xff\x2f\0"


@pytest.mark.parametrize("name", ["song.ust", "SONG.USTX", "song.mid", "song.txt", "song"])
@pytest.mark.parametrize("data", [UST, USTX, MIDI])
def test_the_content_decides(data: bytes, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    song = read_score(path)
    assert [
        (each.position_ticks, each.duration_ticks, each.tone_midi, each.lyric)
        for each in song.tracks[0].notes
    ] == [(0, 480, 60, "a")]
    assert song.tempo_map.ms_at(song.length_ticks) == 500.0


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        ("[#0000]\nLength=1".encode("utf-16"), "x", "ust"),
        (b"RIFF\0\0\0\0RMIDdata", "x.rmi", "midi"),
        (b"RIFF\0\0\0\0WAVEdata", "x.wav", None),
        (b"hello", "x.UST", "ust"),
        (b"hello", "x.kar", "midi"),
        (b"hello", "x.svp", None),
    ],
)
def test_formats(data: bytes, name: str, kind: str | None) -> None:
    assert song_format(data, name) == kind


def test_refusals_name_the_file_and_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(b"RIFF\0\0\0\0WAVE")
    with pytest.raises(
        PychangError, match=r"x\.wav: not a song file known here \(\.ust, \.ustx, \.mid.*\); export .* MIDI"
    ):
        read_score(path)
    for other, word in [(tmp_path / "no.ust", "no such file"), (tmp_path, "folder")]:
        with pytest.raises(PychangError, match=word):
            read_score(other)
    big = tmp_path / "big.mid"
    big.write_bytes(MIDI + bytes(3 * 2**20))
    with pytest.raises(PychangError, match="at most 2097152 for midi"):
        read_score(big)


# The real songs: one vocal line, derived from one score into four forms.

SONGS = [
    ("abrams-crazy-jane", 279),
    ("abrams-orphans-prayer", 383),
    ("arne-rule-britannia", 113),
    ("brahms-wiegenlied", 51),
    ("bridge-blow-blow", 147),
    ("faure-apres-un-reve", 169),
    ("schubert-ave-maria", 95),
    ("schubert-erlkoenig", 332),
    ("schubert-forelle", 147),
    ("schubert-gute-nacht", 283),
    ("schubert-heidenroeslein", 60),
    ("schubert-lindenbaum", 205),
    ("schubert-staendchen", 112),
    ("schumann-ich-grolle-nicht", 108),
]
ENDINGS = (".kana.ust", ".text.ust", ".ustx", ".mid")


def places(song: Score) -> list[tuple[int, int, int]]:
    return [(each.position_ticks, each.duration_ticks, each.tone_midi) for each in song.tracks[0].notes]


@pytest.mark.parametrize(("name", "count"), SONGS)
def test_the_four_forms_of_a_real_song_agree(name: str, count: int, shared_data: Path) -> None:
    kana, text, ustx, midi = (
        read_score(shared_data / "songs-openscore-lieder" / f"{name}{e}") for e in ENDINGS
    )
    songs = (kana, text, ustx, midi)
    assert all(song.warnings == () and len(song.tracks) == 1 for song in songs)
    assert len(kana.tracks[0].notes) == count
    assert places(kana) == places(text) == places(ustx) == places(midi)
    assert len({song.length_ticks for song in songs}) == 1
    lengths_ms = [song.tempo_map.ms_at(song.length_ticks) for song in songs]
    assert max(lengths_ms) - min(lengths_ms) < 1.0
    words = [[each.lyric for each in song.tracks[0].notes] for song in (text, ustx, midi)]
    assert words[0] == words[1] == words[2]
    assert all("ぁ" <= each.lyric[0] <= "ん" for each in kana.tracks[0].notes)
