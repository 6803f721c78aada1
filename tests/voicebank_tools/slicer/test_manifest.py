import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang import PychangError
from voicebank_tools.slicer.manifest import Clip, Manifest, read_manifest, write_manifest
from voicebank_tools.slicer.options import SliceOptions
from voicebank_tools.slicer.sound import SoundFormat

CLIPS = (
    Clip("歌_000.wav", 0, 100, 5, "clip", "silence", False, -61.2),
    Clip("_silence/歌_000.wav", 100, 20, 0, "silence", "unvoiced", True, -40.0),
    Clip("歌_001.wav", 120, 30),
)
MANIFEST = Manifest(
    "../歌.wav", "ab" * 32, 150, SoundFormat(44100, 2, "PCM_24"), SliceOptions(kept_silence_s=0.5), -62.0,
    -50.0, True, True, CLIPS,
)  # fmt: skip


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_manifest(tmp_path / "a.slices.json", MANIFEST)
    assert read_manifest(tmp_path / "a.slices.json") == MANIFEST
    assert "歌_000.wav" in (tmp_path / "a.slices.json").read_text("utf-8")


@given(st.text(st.characters(), max_size=20))
def test_any_name_of_a_source(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    """Surrogates stand for the bytes of names that are no text."""
    path = tmp_path_factory.getbasetemp() / "names.slices.json"
    wanted = dataclasses.replace(MANIFEST, source=name)
    write_manifest(path, wanted)
    assert read_manifest(path) == wanted
    write_manifest(path, dataclasses.replace(MANIFEST, source=name + "\udc8a"))
    assert read_manifest(path).source == name + "\udc8a"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"pychang-slices"', '"other"', "format is 'other'"),
        ('"version": 1', '"version": 2', "version 2 is not 1"),
        ('"offset_samples": 120', '"offset_samples": 121', "_001.wav does not begin where"),
        ('"samples": 150', '"samples": 151', "hold 150 samples, the recording 151"),
        ('"samples": 150', '"samples": "150"', "samples is '150', no int"),
        ('"file": "_silence/', '"file": "../', "outside the manifest's folder"),
        ('"file": "_silence/', '"file": "/', "outside the manifest's folder"),
        ('"file": "_silence/', '"file": "C:', "outside the manifest's folder"),
        ('"subtype": "PCM_24"', '"subtype": "MPEG"', "'MPEG' is missing"),
        ('"max_s": 15.0', '"max_s": 3.0', "--max-length|--target"),
        ('"clips"', '"clip"', "'clips' is missing"),
        ('"complete": true', '"complete": true, "more": 1', "more"),
        ("{", "", "is no manifest"),
    ],
)
def test_what_is_wrong_is_told(old: str, new: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.slices.json"
    write_manifest(path, MANIFEST)
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(PychangError, match=message) as told:
        read_manifest(path)
    assert str(path) in str(told.value)


@pytest.mark.parametrize(
    "content", [b"", b"[1]", b"\xff\xfe", b"[" * 100_000, b'{"format": "pychang-slices"}']
)
def test_what_is_none_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.slices.json").write_bytes(content)
    with pytest.raises(PychangError, match="is no manifest of clips"):
        read_manifest(tmp_path / "a.slices.json")


def test_the_fields_are_those_that_the_format_page_names() -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "formats.md"
    told = page.read_text("utf-8")
    names = [field.name for kind in (Manifest, Clip) for field in dataclasses.fields(kind)]
    assert [name for name in names if f"`{name}`" not in told] == []
