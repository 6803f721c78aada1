"""The work of all samples: what fails costs its own notes."""

import pickle
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from pychang.arrays import FloatArray
from resampler.protocol import RenderRequest
from tests.voicebank_tools.vowel_bank import write_vowel_bank
from voicebank_tools.comparing import run
from voicebank_tools.comparing.notes import Note
from voicebank_tools.comparing.recordings import Recording, Sample, bank_samples
from voicebank_tools.comparing.run import Work, sing_and_measure
from voicebank_tools.comparing.singers import RECORDING

pytest.importorskip("librosa", reason="librosa comes with the measure and test extras")


@dataclass(frozen=True)
class Copier:
    """Gives the recording back; refuses, or gives nothing for one recording."""

    name: str
    refused: str = ""
    empty: str = ""
    broken: bool = False

    def sing(self, request: RenderRequest, recording: Recording) -> FloatArray:
        if recording.path.stem == self.refused:
            raise PychangError("asked\nto fail")
        if self.broken:
            raise RuntimeError("no such operator")
        wave = recording.wave[int(request.offset_ms * 44.1) :]
        return np.zeros(10) if recording.path.stem == self.empty else wave.astype(float)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    return bank_samples(write_vowel_bank(tmp_path_factory.mktemp("bank"), vowels="ai"), 2, 1).cases


def test_every_note_of_every_singer_and_progress(samples: list[Sample]) -> None:
    told: list[tuple[int, int]] = []
    notes = sing_and_measure(
        samples, [Copier("x"), Copier("y", refused="i", empty="a")], ("copy", "hold"), listened=1,
        on_progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert told == [(4, 8), (8, 8)]
    sung = {(n.singer, samples[n.case].alias, n.test): n for n in notes}
    assert len(sung) == 2 * 2 * 2 + 2
    assert sung["y", "i", "copy"].failure == "asked to fail"
    assert "only 0 ms long" in sung["y", "a", "copy"].failure
    assert sung["x", "a", "copy"].figures["mel_db"] < 0.01
    assert sung["x", "a", "copy"].seconds > 0.0
    assert sung[RECORDING, "a", "hold"].figures["click_db"] > 0.0
    heard = [note for note in notes if note.wave is not None]
    assert {note.case for note in heard} == {0}
    assert all(note.wave is not None and note.wave.dtype == np.int16 for note in heard)


def test_a_singer_that_brings_its_process_down_costs_its_sample(
    samples: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    def apart(
        work: Callable[[Work], list[Note]], items: Sequence[Work], processes: int, died: str
    ) -> Generator[tuple[Work, list[Note] | str], None, None]:
        """As another process would: sent there, and the second one dies."""
        assert processes == 2
        for place, item in enumerate(items):
            sent = pickle.loads(pickle.dumps(item))  # noqa: S301 - our own object
            yield item, died if place else work(sent)

    monkeypatch.setattr(run, "each_apart", apart)
    notes = sing_and_measure(samples, [Copier("x"), Copier("y")], ("copy",), jobs=2)
    assert [(note.singer, note.case, bool(note.failure)) for note in notes] == [
        ("x", 0, False), ("y", 0, False), ("x", 1, True), ("y", 1, True),
    ]  # fmt: skip
    assert all("died" in note.failure for note in notes if note.failure)


def test_what_nobody_expected_is_a_failure_with_its_name(samples: list[Sample]) -> None:
    (note,) = sing_and_measure(samples[:1], [Copier("x", broken=True)], ("copy",))
    assert note.failure == "RuntimeError: no such operator"


def test_files_in_between_are_gone_afterwards(samples: list[Sample]) -> None:
    seen: list[Path] = []

    class Watched(Copier):
        def sing(self, request: RenderRequest, recording: Recording) -> FloatArray:
            seen.append(request.source_path)
            return super().sing(request, recording)

    sing_and_measure(samples[:1], [Watched("x")], ("round-trip",))
    between = [path for path in seen if path != samples[0].recording.path]
    assert len(set(between)) == 2
    assert not any(path.exists() for path in between)
