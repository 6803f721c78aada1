"""Entries of all folders: encodings proven together, recordings found, faults counted."""

from pathlib import Path

import pytest

from tests.voicebank_tools.paper_bank import make_bank
from voicebank_tools.bank_entries import BankEntries, collect_entries
from voicebank_tools.bank_files import scan_bank


def collected(
    folder: Path, files: dict[str, bytes], declared: str = "", by_name: bool = False
) -> BankEntries:
    return collect_entries(scan_bank(make_bank(folder, files)), declared, by_name)


class TestEncoding:
    def test_the_majority_of_what_is_proven(self, tmp_path: Path) -> None:
        files = {f"{name}/歌.wav": b"" for name in "abc"}
        files |= {f"{name}/oto.ini": "歌.wav=".encode("gb18030") for name in "ab"}
        found = collected(tmp_path, {**files, "c/oto.ini": "歌.wav=".encode()}, declared="shift_jis")
        assert found.encoding == "gb18030"
        assert [entry.alias for entry in found.entries] == ["歌"] * 3

    @pytest.mark.parametrize(
        ("declared", "encoding"), [("", "cp932"), ("euc-kr", "cp949"), ("nonsense", "cp932")]
    )
    def test_the_declared_or_the_hosts(self, tmp_path: Path, declared: str, encoding: str) -> None:
        assert collected(tmp_path, {"a.wav": b"", "oto.ini": b"a.wav=a"}, declared).encoding == encoding

    def test_an_uncertain_encoding_is_told(self, tmp_path: Path) -> None:
        noise = b"a.wav=" + bytes(range(128, 256)) * 2
        (finding,) = collected(tmp_path, {"a.wav": b"", "oto.ini": noise}).findings[-1:]
        assert (finding.kind, finding.line) == ("warning", 0)
        assert "uncertain" in finding.why


class TestRecordings:
    def test_a_name_in_another_folder(self, tmp_path: Path) -> None:
        files = {"C4/A.wav": b"", "oto.ini": b"c4\\a.wav=a,1\nC4/a.wav=b,2\n.\\C4\\a.wav=c"}
        found = collected(tmp_path, files)
        assert {entry.wav_path for entry in found.entries} == {tmp_path / "C4" / "A.wav"}
        assert [entry.alias for entry in found.entries] == ["a", "b", "c"]

    def test_many_missing_ones_are_counted(self, tmp_path: Path) -> None:
        oto = "".join(f"x{number}.wav=a{number}\n" for number in range(1200)).encode()
        found = collected(tmp_path, {"oto.ini": oto})
        assert (found.entries, len(found.findings)) == ((), 1001)
        assert found.findings[-1].why == "200 more findings"

    def test_other_audio_counts_when_a_line_names_it(self, tmp_path: Path) -> None:
        files = {"a.flac": b"", "b.flac": b"", "oto.ini": b"a.flac=a"}
        assert [entry.alias for entry in collected(tmp_path, files).entries] == ["a"]

    def test_the_stem_alias_takes_the_first_line(self, tmp_path: Path) -> None:
        files = {"ka.wav": b"", "oto.ini": b"ka.wav=x,1\nka.wav=y,2"}
        found = collected(tmp_path, files, by_name=True)
        assert [(entry.alias, entry.offset_ms) for entry in found.entries] == [("x", 1), ("y", 2), ("ka", 1)]
        assert found.findings == ()
