"""Listing a bank's files, and finding the ones people meant."""

import os
import sys
import unicodedata
from pathlib import Path

import pytest

from pychang import PychangError
from tests.voicebank_tools.paper_bank import make_bank
from voicebank_tools import bank_files
from voicebank_tools.bank_files import BankFolder, scan_bank

POSIX = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="needs names that are bytes")


class TestScan:
    def test_order_and_what_is_passed_over(self, tmp_path: Path) -> None:
        make_bank(
            tmp_path,
            {
                "b.wav": "", "A.wav": "", "b/c.wav": "", "A4/x.wav": "", "A4/deep/y.wav": "",
                "__MACOSX/._a.wav": "", ".git/x.wav": "", "._b.wav": "",
            },
        )  # fmt: skip
        folders = scan_bank(tmp_path).folders
        assert [(f.below, f.names) for f in folders] == [
            ((), ("A.wav", "b.wav")),
            (("a4",), ("x.wav",)),
            (("a4", "deep"), ("y.wav",)),
            (("b",), ("c.wav",)),
        ]

    def test_a_loop_of_links_ends(self, tmp_path: Path) -> None:
        make_bank(tmp_path, {"a.wav": "", "sub/b.wav": ""})
        try:
            (tmp_path / "sub" / "up").symlink_to(tmp_path, target_is_directory=True)
            (tmp_path / "broken.wav").symlink_to(tmp_path / "nothing.wav")
        except OSError:
            pytest.skip("links need a privilege here")
        tree = scan_bank(tmp_path)
        assert [name for folder in tree.folders for name in folder.names] == ["a.wav", "b.wav"]
        assert tree.findings == ()

    def test_a_linked_folder_is_part_of_the_bank(self, tmp_path: Path) -> None:
        make_bank(tmp_path, {"bank/a.wav": "", "elsewhere/b.wav": ""})
        try:
            (tmp_path / "bank" / "C4").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
        except OSError:
            pytest.skip("links need a privilege here")
        assert [f.names for f in scan_bank(tmp_path / "bank").folders] == [("a.wav",), ("b.wav",)]

    def test_what_is_no_folder_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(PychangError, match=r"nowhere does not exist: give the folder"):
            scan_bank(tmp_path / "nowhere")
        make_bank(tmp_path, {"a.wav": ""})
        with pytest.raises(PychangError, match=r"a\.wav is a file: give the folder"):
            scan_bank(tmp_path / "a.wav")

    def test_a_whole_disk_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bank_files, "MOST_FILES", 2)
        make_bank(tmp_path, {"a.wav": "", "b.wav": "", "c.wav": ""})
        with pytest.raises(PychangError, match="more than 2 files"):
            scan_bank(tmp_path)

    def test_a_folder_that_cannot_be_listed_costs_only_itself(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_bank(tmp_path, {"a.wav": "", "locked/b.wav": "", "z/c.wav": ""})
        real = os.scandir

        def scandir(path: Path) -> object:
            if Path(path).name == "locked":
                raise PermissionError(13, "Permission denied")
            return real(path)

        monkeypatch.setattr(os, "scandir", scandir)
        tree = scan_bank(tmp_path)
        assert [f.names for f in tree.folders] == [("a.wav",), ("c.wav",)]
        assert [(f.kind, f.path.name) for f in tree.findings] == [("error", "locked")]
        with pytest.raises(PychangError, match="locked cannot be read"):
            scan_bank(tmp_path / "locked")


class TestNames:
    def folder(self, *names: str) -> BankFolder:
        return BankFolder(Path("bank"), (), names)

    def test_the_exact_name_before_any_other(self) -> None:
        folder = self.folder("A.wav", "a.wav")
        assert [folder.find(name) for name in ("a.wav", "A.wav", "A.WAV", "b.wav")] == [
            "a.wav", "A.wav", "a.wav", None,
        ]  # fmt: skip

    @pytest.mark.parametrize("form", ["NFC", "NFD"])
    def test_normal_forms(self, form: str) -> None:
        other = {"NFC": "NFD", "NFD": "NFC"}[form]
        name = "_がぎぐヴぁ.wav"
        assert self.folder(unicodedata.normalize(form, name)).find(  # type: ignore[arg-type]
            unicodedata.normalize(other, name)  # type: ignore[arg-type]
        )

    @pytest.mark.parametrize("wrong", ["cp437", "cp850", "latin-1"])
    def test_names_unpacked_with_the_wrong_encoding(self, wrong: str) -> None:
        garbled = "歌う.wav".encode("cp932").decode(wrong)
        folder = self.folder(garbled)
        assert folder.find("歌う.wav") is None
        assert folder.find_garbled("歌う.wav", "cp932") == garbled
        assert folder.find_garbled("踊る.wav", "cp932") is None

    @POSIX
    def test_names_that_are_raw_shift_jis(self, tmp_path: Path) -> None:
        raw = "か.wav".encode("cp932")
        with open(os.path.join(os.fsencode(tmp_path), raw), "wb"):  # noqa: PTH118, PTH123
            pass
        folder = scan_bank(tmp_path).folders[0]
        assert folder.find("か.wav") == os.fsdecode(raw)


class TestPlaces:
    @pytest.mark.parametrize(
        ("name", "place"),
        [
            ("a.wav", ("c4", "a.wav")),
            ("deep\\a.wav", ("c4/deep", "a.wav")),
            ("./Deep//a.wav", ("c4/deep", "a.wav")),
            ("..\\a.wav", ("", "a.wav")),
            ("../b/a.wav", ("b", "a.wav")),
            ("../../a.wav", None),
            ("../../../a.wav", None),
            ("none/a.wav", None),
        ],
    )
    def test_relative_names_stay_in_the_bank(
        self, tmp_path: Path, name: str, place: tuple[str, str] | None
    ) -> None:
        make_bank(tmp_path, {"C4/Deep/a.wav": "", "b/a.wav": ""})
        tree = scan_bank(tmp_path)
        home = next(folder for folder in tree.folders if folder.below == ("c4",))
        found = tree.place(home, name)
        assert (found and ("/".join(found[0].below), found[1])) == place
