from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pychang import PychangError
from tests.voicebank_tools.slicer.voices import RATE_HZ, noise, phrases, write
from voicebank_tools.slicer.inputs import find_sources
from voicebank_tools.slicer.join import Joining, find_joinings, join
from voicebank_tools.slicer.options import SliceOptions
from voicebank_tools.slicer.slicing import Task, slice_source


def sliced(path: Path, output: Path, options: SliceOptions | None = None) -> Path:
    """The manifest."""
    (source,) = find_sources([path], output)
    outcome = slice_source(Task(source, options or SliceOptions()))
    assert (outcome.status, outcome.message) == ("sliced", "")
    return source.manifest_path


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"]),
    st.integers(1, 3), st.sampled_from([8000, 11025, 16000]), st.floats(0.0, 9.0), st.booleans(),
    st.sampled_from([None, 0.05]), st.integers(0, 99),
)  # fmt: skip
def test_joining_gives_every_sample_back(
    tmp_path: Path, subtype: str, channels: int, rate_hz: int, duration_s: float, pad: bool,
    kept_s: float | None, seed: int,
) -> None:  # fmt: skip
    rng = np.random.default_rng(seed)
    wave = np.repeat(rng.choice([0.001, 0.2], round(duration_s * 4) + 1), rate_hz // 4)[:, None]
    wave = wave * rng.uniform(-1.0, 1.0, (len(wave), channels))
    folder = Path(mkdtemp(dir=tmp_path))
    path = write(folder / "a.wav", wave, rate_hz, subtype)
    options = SliceOptions(1.0, 0.5, 2.0, kept_silence_s=kept_s, pad_to_s=2.0 if pad else None)
    manifest = sliced(path, folder / "out", options)
    assert join(Joining(manifest, folder / "back.wav")) == len(wave)
    dtype = {"FLOAT": "float32", "DOUBLE": "float64"}.get(subtype, "int32")
    one, _ = soundfile.read(path, dtype=dtype, always_2d=True)
    two, rate = soundfile.read(folder / "back.wav", dtype=dtype, always_2d=True)
    assert (rate, soundfile.info(folder / "back.wav").subtype) == (rate_hz, subtype)
    assert one.tobytes() == two.tobytes()


def test_other_containers_and_a_folder_of_manifests(tmp_path: Path) -> None:
    for name in ("a.wav", "x/b.wav"):
        write(tmp_path / "in" / name, phrases(8.0, 8.0))
    for source in find_sources([tmp_path / "in"], tmp_path / "out"):
        slice_source(Task(source, SliceOptions()))
    found = find_joinings(tmp_path / "out", tmp_path / "back")
    assert [one.output for one in found] == [tmp_path / "back" / "a.wav", tmp_path / "back" / "x" / "b.wav"]
    told: list[tuple[int, int]] = []
    for one in found:
        join(one, on_progress=lambda done, total: told.append((done, total)))
        assert (
            one.output.read_bytes()
            == (tmp_path / "in" / one.output.relative_to(tmp_path / "back")).read_bytes()
        )
    assert told[-1][0] == told[-1][1]
    (flac,) = find_joinings(tmp_path / "out" / "a.slices.json", tmp_path / "back" / "a.flac")
    join(flac)
    again, _ = soundfile.read(tmp_path / "back" / "a.flac", dtype="int16")
    assert np.array_equal(again, soundfile.read(tmp_path / "in" / "a.wav", dtype="int16")[0])
    (folder,) = find_joinings(tmp_path / "out" / "a.slices.json", tmp_path / "new")
    assert folder.output == tmp_path / "new" / "a.wav"
    with pytest.raises(PychangError, match="holds no manifest"):
        find_joinings(tmp_path / "back", tmp_path / "more")


def test_edited_clips_are_joined_as_they_are(tmp_path: Path) -> None:
    manifest = sliced(write(tmp_path / "a.wav", phrases(8.0, 8.0, 8.0)), tmp_path / "out")
    clip = tmp_path / "out" / "a_001.wav"
    samples, _ = soundfile.read(clip, dtype="int16")
    soundfile.write(clip, samples // 2, RATE_HZ)
    join(Joining(manifest, tmp_path / "back.wav"))
    back, _ = soundfile.read(tmp_path / "back.wav", dtype="int16")
    before, _ = soundfile.read(tmp_path / "a.wav", dtype="int16")
    start = len(soundfile.read(tmp_path / "out" / "a_000.wav")[0])
    assert np.array_equal(back[start : start + len(samples)], before[start : start + len(samples)] // 2)
    assert np.array_equal(back[:start], before[:start])


def test_what_cannot_be_joined_is_told_before_anything_is_written(tmp_path: Path) -> None:
    manifest = sliced(write(tmp_path / "a.wav", phrases(8.0, 8.0, 8.0)), tmp_path / "out")
    clip, back = tmp_path / "out" / "a_001.wav", tmp_path / "new" / "back.wav"
    content = clip.read_bytes()
    for wave, rate_hz, message in [
        (noise(1.0), RATE_HZ, r"a_001\.wav has 16000 samples instead of"),
        (noise(1.0), 8000, r"a_001\.wav is SoundFormat.*convert it back"),
    ]:
        write(clip, wave, rate_hz)
        with pytest.raises(PychangError, match=message):
            join(Joining(manifest, back))
    clip.unlink()
    with pytest.raises(PychangError, match=r"a_001\.wav not found"):
        join(Joining(manifest, back))
    assert not back.parent.exists()
    clip.write_bytes(content)
    join(Joining(manifest, back), dry_run=True)
    assert not back.parent.exists()
    join(Joining(manifest, back))
    with pytest.raises(PychangError, match="is already there"):
        join(Joining(manifest, back))
    join(Joining(manifest, back), overwrite=True)
    with pytest.raises(PychangError, match="is one of the clips"):
        join(Joining(manifest, clip), overwrite=True)
