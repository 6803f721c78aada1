from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pychang import PychangError
from resampler.protocol import RenderRequest
from resampler.render import RenderedNote
from tests.voicebank_tools.fake_bank import CV, FakeBank, sine_note
from voicebank_tools.score import Curve, Note, PitchPoint, Score, Tempo, TempoMap, Track
from voicebank_tools.song import SingOptions, SongResult, check_output, choose_tracks, sing_score
from voicebank_tools.song_check import click_ratio

GLIDE = (PitchPoint(-40.0, 0.0), PitchPoint(40.0, 0.0))
LYRICS = ["か", "き", "さ", "ま", "い", "う"]


def track(*lyrics: str, name: str = "", tone: int = 57, **fields: Any) -> Track:
    notes = [
        Note(480 * index, 480, tone + 2 * (index % 3), lyric, pitch_points=GLIDE)
        for index, lyric in enumerate(lyrics)
        if lyric != "."
    ]
    return Track(name, tuple(notes), **fields)


def score(*tracks: Track, length_ticks: int = 0, tempo: float = 120.0) -> Score:
    return Score("song", TempoMap((Tempo(0, tempo),)), tracks, length_ticks)


def sing(song: Score, **options: Any) -> SongResult:
    return sing_score(song, FakeBank(CV), SingOptions(**options), render=sine_note)


class TestWave:
    def test_length_is_the_scores(self) -> None:
        result = sing(score(track(*LYRICS), length_ticks=4000, tempo=81.5))
        assert len(result.wave) == pytest.approx(4000 * 60 / 480 / 81.5 * 44100, abs=1)

    def test_sung_pitch_is_the_wanted_one(self) -> None:
        import pyworld

        result = sing(score(track(*LYRICS)))
        f0_hz, times_s = pyworld.dio(result.wave.astype(np.float64), 44100, frame_period=5.0)
        wanted = np.interp(times_s, result.times_s, result.wanted_f0_hz)
        cents = 1200.0 * np.abs(np.log2(f0_hz[f0_hz > 0] / wanted[f0_hz > 0]))
        assert len(cents) > 500
        assert np.median(cents) < 5.0

    def test_joins_do_not_click(self) -> None:
        result = sing(score(track("い", "う", "い", ".", "う")))
        assert result.spans_s == pytest.approx(
            np.array([[-0.06, 0.46], [0.44, 0.96], [0.94, 1.5], [1.94, 2.5]]), abs=1e-6
        )
        assert click_ratio(result) <= 1.0

    def test_several_tracks_are_added_and_turned_down_together(self) -> None:
        loud = [track("い", tone=57, volume_db=6.0), track("い", tone=57, volume_db=6.0)]
        result = sing(score(*loud))
        assert result.gain_db == pytest.approx(-20 * np.log10(2 * 10 ** (6 / 20) * 0.5 / 0.98), abs=0.05)
        assert np.max(np.abs(result.wave)) <= 0.981

    def test_muted_tracks_are_silent(self) -> None:
        one = sing(score(track("い")))
        both = sing(score(track("い"), track("う", tone=70, muted=True)))
        assert np.array_equal(one.wave, both.wave)

    def test_dynamics(self) -> None:
        quiet = sing(score(track("い", curves={"dyn": Curve((0, 480), (-200.0, -200.0))})))
        assert np.max(np.abs(quiet.wave)) == pytest.approx(0.05, rel=0.05)

    def test_the_same_song_gives_the_same_bytes(self) -> None:
        assert sing(score(track(*LYRICS))).wave.tobytes() == sing(score(track(*LYRICS))).wave.tobytes()


class TestParts:
    def test_a_part_is_the_same_as_in_the_whole(self) -> None:
        song = score(track(*LYRICS))
        whole, part = sing(song), sing(song, from_s=0.8, to_s=2.0)
        assert len(part.wave) == round(1.2 * 44100)
        inside = slice(200, -200)
        assert np.allclose(part.wave[inside], whole.wave[35280 : 35280 + len(part.wave)][inside], atol=1e-3)
        assert part.wanted_f0_hz[20] == pytest.approx(whole.wanted_f0_hz[180])
        assert part.notes < whole.notes

    @pytest.mark.parametrize(("from_s", "to_s"), [(5.0, None), (-1.0, None), (1.0, 0.5)])
    def test_a_part_outside_is_told(self, from_s: float, to_s: float | None) -> None:
        with pytest.raises(PychangError, match="no part of the song"):
            sing(score(track("い")), from_s=from_s, to_s=to_s)

    def test_to_beyond_the_end_is_the_end(self) -> None:
        assert len(sing(score(track("い")), to_s=100.0).wave) == 22050

    def test_what_is_missing_elsewhere_is_not_reported(self) -> None:
        song = score(track("い", "Tag", "う", "い"))
        assert sing(song, from_s=1.1).missing == ()
        assert [one.lyric for one in sing(song).missing] == ["Tag"]

    def test_an_endless_song_is_told(self) -> None:
        with pytest.raises(PychangError, match="minutes"):
            sing(score(track("い"), length_ticks=10**9))


class TestWhatGoesWrong:
    def test_a_failed_note_is_silent_and_listed(self) -> None:
        def render(request: RenderRequest) -> RenderedNote:
            if request.source_path.name == "き.wav":
                raise PychangError("き.wav is not a sound file")
            return sine_note(request)

        result = sing_score(score(track("か", "き", "か")), FakeBank(CV), render=render)
        (failure,) = result.failures
        assert (failure.alias, failure.message) == ("き", "き.wav is not a sound file")
        assert failure.time_s == pytest.approx(0.44)
        assert not result.wave[round(0.6 * 44100) : round(0.9 * 44100)].any()
        assert result.wave[round(1.2 * 44100) : round(1.4 * 44100)].any()
        assert not result.complete

    def test_remarks_are_told_once_each(self) -> None:
        def render(request: RenderRequest) -> RenderedNote:
            return sine_note(request)._replace(remarks=(f"{request.source_path.name}: short", "slow"))

        result = sing_score(score(track(".", "か", "き", "か")), FakeBank(CV), render=render)
        assert result.warnings == ("か.wav: short", "slow", "き.wav: short")

    def test_missing_over_tracks_once_per_lyric(self) -> None:
        result = sing(score(track("Tag", "い"), track("Tag", "Tag", "い")))
        assert [(one.lyric, one.count) for one in result.missing] == [("Tag", 3)]
        assert not result.complete

    def test_what_lies_before_the_song_is_a_warning(self) -> None:
        song = score(track("か", "き"), track(".", "き"))
        (warning,) = sing(song).warnings
        assert warning == "60 ms of か lie before the song and are not heard; let the song begin with a rest"
        assert sing(song, from_s=0.2).warnings == ()
        assert sing(score(track(".", "か"))).warnings == ()

    def test_cut_notes_are_a_warning(self) -> None:
        chord = Track("choir", (Note(480, 480, 60, "か"), Note(480, 480, 64, "か")))
        assert sing(score(chord)).warnings == ("track choir: 1 notes run into the next and were cut",)


class TestTracks:
    SONG = score(track("い", name="one"), track("う", name="two", muted=True), track(name="empty"))

    @pytest.mark.parametrize(
        ("wanted", "names"),
        [((), ["one"]), (("2",), ["two"]), (("two", "1"), ["two", "one"]), (("1", "3"), ["one"])],
    )
    def test_by_number_or_name(self, wanted: tuple[str, ...], names: list[str]) -> None:
        assert [one.name for one in choose_tracks(self.SONG, wanted)] == names

    @pytest.mark.parametrize(("wanted", "message"), [(("4",), "no such track"), (("empty",), "no notes")])
    def test_what_is_not_there(self, wanted: tuple[str, ...], message: str) -> None:
        with pytest.raises(PychangError, match=message):
            choose_tracks(self.SONG, wanted)


def test_inputs_are_never_replaced(tmp_path: Path) -> None:
    bank = tmp_path / "bank"
    bank.mkdir()
    (bank / "a.wav").write_bytes(b"")
    song = tmp_path / "song.ust"
    with pytest.raises(PychangError, match="is the song itself"):
        check_output(tmp_path / "bank" / ".." / "song.ust", song, bank)
    with pytest.raises(PychangError, match="file of the voicebank"):
        check_output(bank / "a.wav", song, bank)
    check_output(tmp_path / "song.wav", song, bank)


class TestRealBank:
    """The classic engine on recordings of a real voice."""

    def test_an_excerpt_is_sung_in_tune_and_without_clicks(
        self, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from voicebank_tools.song import sing_file
        from voicebank_tools.song_check import measure_song

        monkeypatch.setenv("PYCHANG_CACHE", str(tmp_path))
        path = shared_data / "songs-openscore-lieder" / "schubert-ave-maria.kana.ust"
        result = sing_file(path, shared_data / "utau-erithacus", SingOptions(from_s=8.0, to_s=20.0))
        assert result.complete
        assert result.notes >= 7
        assert result.seconds == pytest.approx(12.0, abs=0.01)
        figures = measure_song(result)
        assert figures.median_cents < 5.0
        assert figures.voiced_share > 0.75  # consonants have no pitch
        assert figures.peak < 1.0
        assert figures.click_ratio <= 1.0

    @pytest.mark.parametrize("ending", [".ustx", ".text.ust", ".mid"])
    def test_lyrics_the_bank_lacks_are_sung_as_the_fallback(
        self, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
    ) -> None:
        from voicebank_tools.song import sing_file

        monkeypatch.setenv("PYCHANG_CACHE", str(tmp_path))
        path = shared_data / "songs-openscore-lieder" / f"brahms-wiegenlied{ending}"
        options = SingOptions(fallback="a", from_s=4.4, to_s=6.0)
        result = sing_file(path, shared_data / "utau-erithacus", options)
        assert "ten" in [one.lyric for one in result.missing]
        assert result.failures == ()
        sounding = np.abs(result.wave[11025:-4410]).reshape(-1, 245).max(axis=1) > 1e-3
        assert sounding.mean() > 0.9
