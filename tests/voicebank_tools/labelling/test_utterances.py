from pathlib import Path

import pytest

from pychang import PychangError
from tests.voicebank_tools.labelling.material import clips
from voicebank_tools.align.folder import align_folder
from voicebank_tools.labelling import utterances
from voicebank_tools.labelling.clip import Clip, read_wave
from voicebank_tools.labelling.utterances import Utterances
from voicebank_tools.labels.segment import Transcript, Word

TEXT = Transcript((Word("あ", ("a",)),), (None,))


@pytest.fixture
def waiting(tmp_path: Path) -> Utterances:
    clips(tmp_path, {"x": "", "y": "", "z": ""})
    return Utterances([Clip(name, tmp_path / f"{name}.wav", 1.4, TEXT, None, "") for name in "xyz"])


def test_each_comes_with_its_wave(waiting: Utterances) -> None:
    assert [(one.name, len(one.wave), one.corrected) for one in waiting] == [
        (name, 61740, None) for name in "xyz"
    ]
    assert [one.name for one in waiting[1:]] == ["y", "z"]


def test_the_aligner_reads_each_once_and_one_by_one(
    waiting: Utterances, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    monkeypatch.setattr(utterances, "read_wave", lambda path: read.append(path.stem) or read_wave(path))
    steps: list[int] = []
    found = align_folder(waiting, lambda done, total: steps.append(len(read)))
    assert [one.name for one in found] == read == ["x", "y", "z"]
    assert steps[:3] == [1, 2, 3]


def test_a_file_that_is_gone(waiting: Utterances) -> None:
    waiting.clips[1].path.unlink()
    with pytest.raises(PychangError, match=r"y\.wav"):
        list(waiting)
