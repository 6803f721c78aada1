from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from pychang.audio import write_wav
from tests.voicebank_tools.labelling.material import clips, sung
from voicebank_tools.labelling.clip import (
    Prepared,
    Questions,
    find_clips,
    name_of,
    prepare_clip,
    prepare_clips,
    read_wave,
    same_names,
)
from voicebank_tools.labels.segment import Transcript, Word

TEXT = Transcript((Word("か", ("k", "a")), Word("い", ("i",))), (None, None))


def questions(folder: Path, bpm: float | None = None) -> Questions:
    return Questions(folder, lambda path: TEXT, lambda name, s: None, bpm)


def test_all_sound_files_of_all_folders(tmp_path: Path) -> None:
    clips(tmp_path, {"b": "", "sub/a": ""})
    (tmp_path / "C.WAV").touch()
    for name in ("d.txt", "._b.wav", "_silence/b_000.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [name_of(path, tmp_path) for path in find_clips(tmp_path)] == ["C", "b", "sub/a"]
    with pytest.raises(PychangError, match="no sound files"):
        find_clips(tmp_path / "none")


def test_names_that_differ_in_case_alone_are_one_on_windows(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.wav", "b.wav", "A.flac")]
    assert [finding.path.name for finding in same_names(paths, tmp_path)] == ["A.flac"]


def test_a_clip(tmp_path: Path) -> None:
    clips(tmp_path, {"x": ""})
    clip = prepare_clip(tmp_path / "x.wav", questions(tmp_path)).clip
    assert clip is not None
    assert (clip.name, clip.transcript, clip.by_hand) == ("x", TEXT, None)
    assert clip.duration_s == pytest.approx(1.4)
    beat = prepare_clip(tmp_path / "x.wav", questions(tmp_path, 120.0)).clip
    assert beat is not None
    assert beat.transcript.onsets_s == pytest.approx((0.2, 0.7), abs=0.02)
    assert beat.digest != clip.digest


def test_the_digest_is_of_sound_and_text_not_of_the_file(tmp_path: Path) -> None:
    clips(tmp_path, {"x": "", "y": ""})
    (tmp_path / "z.wav").write_bytes((tmp_path / "x.wav").read_bytes() + b"LIST\4\0\0\0INFO")
    digests = [prepared.clip.digest for prepared in all_of(tmp_path) if prepared.clip]
    assert digests[0] == digests[2] != digests[1]


def all_of(folder: Path, jobs: int = 2) -> list[Prepared]:
    told: list[tuple[int, int]] = []
    prepared = prepare_clips(find_clips(folder), questions(folder), jobs, lambda *done: told.append(done))
    assert told == [(number, len(prepared)) for number in range(1, len(prepared) + 1)]
    return prepared


def test_a_bad_clip_stops_no_other(tmp_path: Path) -> None:
    clips(tmp_path, {"a": "", "c": ""})
    write_wav(tmp_path / "b.wav", np.zeros(44100))
    prepared = all_of(tmp_path)
    assert [one.clip.name if one.clip else "" for one in prepared] == ["a", "", "c"]
    assert str(prepared[1].findings[0]) == f"error: {tmp_path / 'b.wav'}: is silent; record it again"


def test_a_clip_that_breaks_off_is_told(tmp_path: Path) -> None:
    clips(tmp_path, {"x": ""})
    path = tmp_path / "x.wav"
    assert prepare_clip(path, questions(tmp_path)).findings == ()
    path.write_bytes(path.read_bytes()[:-44_100])
    prepared = prepare_clip(path, questions(tmp_path))
    assert prepared.clip is not None
    told = f"warning: {path}: breaks off: it holds 0.90 of 1.40 s; export or copy it again"
    assert [str(finding) for finding in prepared.findings] == [told]


def test_stereo_is_averaged_and_brought_to_44100_hz(tmp_path: Path) -> None:
    import soundfile

    tone = sung()
    soundfile.write(tmp_path / "x.wav", np.stack([tone, 0.0 * tone], axis=1), 22050)
    clip = prepare_clip(tmp_path / "x.wav", questions(tmp_path)).clip
    assert clip is not None
    wave = read_wave(clip.path)
    assert wave.shape == (2 * len(tone),)
    assert clip.duration_s == len(wave) / 44100
    assert np.abs(wave).max() == pytest.approx(np.abs(tone).max() / 2.0, rel=0.05)


def test_channels_that_extinguish_each_other_are_not_silence(tmp_path: Path) -> None:
    import soundfile

    tone = sung()
    soundfile.write(tmp_path / "x.wav", np.stack([tone, -tone], axis=1), 44100)
    prepared = prepare_clip(tmp_path / "x.wav", questions(tmp_path))
    assert prepared.clip is not None
    assert prepared.findings == ()
    assert read_wave(prepared.clip.path) == pytest.approx(tone, abs=1e-4)
