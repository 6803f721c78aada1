"""The .frq files of a whole folder."""

from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from pychang.audio import write_wav
from pychang.frq import FrqFile, read_frq
from tests.pychang.signals import vowel
from voicebank_tools.frq import bank as module
from voicebank_tools.frq.bank import Heard, Task, frq_bank


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """Two vowels at 220 Hz, one of them in a folder of that note, and a file that is no sound."""
    (tmp_path / "A3").mkdir()
    write_wav(tmp_path / "あ.wav", vowel(220.0, seconds=0.4))
    write_wav(tmp_path / "A3" / "i.wav", vowel(220.0, "i", seconds=0.4))
    (tmp_path / "bad.wav").write_bytes(b"no sound")
    return tmp_path


@pytest.mark.parametrize("jobs", [1, 2])
def test_all_but_the_bad_one_are_written(jobs: int, bank: Path) -> None:
    told: list[tuple[int, int]] = []
    report = frq_bank(bank, "write", jobs, lambda done, total: told.append((done, total)))
    assert [(one.path.name, one.status) for one in report.heard] == [
        ("bad.wav", "failed"), ("あ.wav", "written"), ("i.wav", "written"),
    ]  # fmt: skip
    assert [(finding.kind, finding.path.name) for finding in report.findings] == [("error", "bad.wav")]
    assert told[-1][0] == told[-1][1] > 0
    assert read_frq(bank / "あ_wav.frq").average_hz == pytest.approx(220.0, rel=0.01)
    assert read_frq(bank / "A3" / "i_wav.frq").average_hz == pytest.approx(220.0, rel=0.01)


def test_what_is_there_is_compared_and_replaced_only_when_asked(bank: Path) -> None:
    (bank / "bad.wav").unlink()
    octave = FrqFile.from_frames(np.full(69, 440.0), np.ones(69)).to_bytes()
    (bank / "あ_wav.frq").write_bytes(octave)
    (bank / "A3" / "i_wav.frq").write_bytes(b"damaged")
    for mode in ("write", "check"):
        report = frq_bank(bank, mode)  # type: ignore[arg-type]
        assert [one.status for one in report.heard] == ["kept", "kept"]
        assert [(one.kind, one.path.name, one.why.split(" for ")[0]) for one in report.findings] == [
            ("warning", "あ_wav.frq", "is an octave too high"),
            ("error", "i_wav.frq", "is no .frq file: 7 bytes are too few"),
        ]
        assert {finding.cure for finding in report.findings} == {"--force writes it anew"}
        assert (bank / "あ_wav.frq").read_bytes() == octave
        assert (bank / "A3" / "i_wav.frq").read_bytes() == b"damaged"

    report = frq_bank(bank, "replace")
    assert (report.count_status("replaced"), report.findings) == (2, ())
    assert frq_bank(bank, "check").findings == ()


def test_a_check_writes_nothing(bank: Path) -> None:
    before = sorted(bank.rglob("*"))
    report = frq_bank(bank, "check")
    assert (report.count_status("missing"), report.count_status("failed")) == (2, 1)
    assert sorted(bank.rglob("*")) == before


def test_the_note_in_the_folders_name_counts(bank: Path) -> None:
    (bank / "A3").rename(bank / "C5")
    (finding,) = (one for one in frq_bank(bank, "check").findings if one.path.name == "i.wav")
    assert finding.why.startswith("is sung at A3")


def test_two_recordings_of_one_name_share_no_file(bank: Path) -> None:
    (bank / "bad.wav").rename(bank / "あ.flac")
    report = frq_bank(bank, "write")
    (finding,) = report.findings
    assert (finding.path.name, finding.why) == (
        "あ.flac", "is passed over: its .frq file would be that of あ.wav",
    )  # fmt: skip
    assert report.count_status("written") == 2


def test_recordings_of_other_rates_are_noted_once(bank: Path) -> None:
    (bank / "bad.wav").unlink()
    write_wav(bank / "a.wav", vowel(220.0, seconds=0.4), 48000)
    report = frq_bank(bank, "write")
    assert [(one.kind, one.why) for one in report.findings] == [
        ("note", "1 recordings are not at 44100 Hz (the first: a.wav)")
    ]


def test_a_name_that_leaves_no_room_is_told(bank: Path) -> None:
    name = "x" * 250 + ".wav"
    try:
        (bank / "bad.wav").rename(bank / name)
    except OSError:
        pytest.skip("the file system takes no such name")
    write_wav(bank / "y.wav", vowel(220.0, seconds=0.4))
    (bank / "y.wav").replace(bank / name)
    for mode in ("write", "check"):
        report = frq_bank(bank, mode)  # type: ignore[arg-type]
        (finding,) = (one for one in report.findings if one.kind == "error")
        assert finding.path.name in (name, "x" * 250 + "_wav.frq")


def test_a_worker_that_fails_costs_its_own_recording(bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def each_apart(work: object, items: list[Task], processes: int, died: str) -> object:
        yield from ((item, died if item.path.name == "i.wav" else module.hear(item)) for item in items)

    monkeypatch.setattr(module, "each_apart", each_apart)
    heard: list[Heard] = module.hear_all(
        [Task(bank / "A3" / "i.wav", "check"), Task(bank / "あ.wav", "check")], 2
    )
    assert [one.status for one in heard] == ["failed", "missing"]
    told = "cannot be heard (its process died); run it again with --jobs 1, or copy or record it again"
    assert str(heard[0].findings[0]).endswith(told)


def test_no_recording_at_all(tmp_path: Path) -> None:
    with pytest.raises(PychangError, match="holds no recording"):
        frq_bank(tmp_path, "check")


def test_files_of_utau_itself(shared_data: Path) -> None:
    """Of these, two independent estimators agree: the octaves are wrong, not we."""
    folder = shared_data / "utau-erithacus"
    tasks = [Task(folder / f"{name}.wav", "check") for name in ("a", "se", "ka", "mi")]
    assert [len(one.findings) for one in module.hear_all(tasks, 1)] == [1, 1, 0, 0]
