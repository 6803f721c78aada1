import unicodedata
from pathlib import Path

import pytest

from voicebank_tools.oto import OtoEntry
from voicebank_tools.oto_making.document import add_entries, new_oto, open_oto, oto_place


def entry(folder: Path, name: str, alias: str) -> OtoEntry:
    return OtoEntry(folder / f"{name}.wav", alias, 1.5, 2.0, -300.25, 4.0, 5.0)


def test_a_new_file_is_shift_jis_as_hosts_expect(tmp_path: Path) -> None:
    lines = [entry(tmp_path, "か", "- か")]
    oto = new_oto(tmp_path, lines)
    assert add_entries(oto, lines) == []
    assert oto.to_bytes() == "か.wav=- か,1.5,2,-300.25,4,5\r\n".encode("cp932")


@pytest.mark.parametrize(("name", "alias"), [("가", "a"), ("a", "가"), ("é", "é")])
def test_what_shift_jis_lacks_is_written_as_utf8_that_says_so(tmp_path: Path, name: str, alias: str) -> None:
    lines = [entry(tmp_path, name, alias)]
    oto = new_oto(tmp_path, lines)
    assert add_entries(oto, lines) == []
    assert oto.to_bytes() == f"#Charset:UTF-8\r\n{name}.wav={alias},1.5,2,-300.25,4,5\r\n".encode()
    assert [one.alias for one in oto.entries] == [alias]


def test_a_new_file_in_place_of_another_keeps_its_encoding(tmp_path: Path) -> None:
    (tmp_path / "가.wav").touch()
    (tmp_path / "oto.ini").write_bytes("가.wav=가,1,2,3,4,5\n".encode("cp949"))
    old = open_oto(tmp_path / "oto.ini", tmp_path)
    assert old is not None
    lines = [entry(tmp_path, "가", "가")]
    fresh = new_oto(tmp_path, lines, old)
    add_entries(fresh, lines)
    assert fresh.to_bytes() == "가.wav=가,1.5,2,-300.25,4,5\r\n".encode("cp949")
    utf8 = new_oto(tmp_path, lines, new_oto(tmp_path, lines))
    assert utf8.to_bytes().startswith(b"#Charset:UTF-8")


def test_lines_that_are_there_stay_byte_for_byte(tmp_path: Path) -> None:
    old = "; mine\nあ.wav=あ, 1,2 ,3,4,5\n\nbroken\n".encode("cp932")
    (tmp_path / "Oto.ini").write_bytes(old)
    place = oto_place(tmp_path)
    assert place.name == "Oto.ini"
    oto = open_oto(place, tmp_path)
    assert oto is not None
    add_entries(oto, [entry(tmp_path, "か", "か")])
    assert oto.to_bytes() == old + "か.wav=か,1.5,2,-300.25,4,5\n".encode("cp932")


def test_lines_that_cannot_be_written_are_handed_back(tmp_path: Path) -> None:
    (tmp_path / "oto.ini").write_bytes("あ.wav=あ,1,2,3,4,5\r\n".encode("cp932"))
    oto = open_oto(tmp_path / "oto.ini", tmp_path)
    assert oto is not None
    refused = add_entries(
        oto, [entry(tmp_path, "か", "가"), entry(tmp_path, "か", "か,1"), entry(tmp_path, "か", "か")]
    )
    assert [line.alias for line, _ in refused] == ["가", "か,1"]
    assert [line.alias for line in oto.entries] == ["あ", "か"]


def test_there_may_be_no_file(tmp_path: Path) -> None:
    assert oto_place(tmp_path / "new") == tmp_path / "new" / "oto.ini"
    assert open_oto(tmp_path / "oto.ini", tmp_path) is None


@pytest.mark.parametrize("old", [b"", b"a.wav=a,1,2,3,4,5\r\n"])
def test_names_that_macos_decomposed_are_written_composed(tmp_path: Path, old: bytes) -> None:
    if old:
        (tmp_path / "oto.ini").write_bytes(old)
    lines = [entry(tmp_path, unicodedata.normalize("NFD", "_ががぎ"), "が")]
    oto = open_oto(tmp_path / "oto.ini", tmp_path) or new_oto(tmp_path, lines)
    assert add_entries(oto, lines) == []
    assert oto.to_bytes() == old + "_ががぎ.wav=が,1.5,2,-300.25,4,5\r\n".encode("cp932")
