"""Which folders are taken for a voicebank, and what is said of the rest."""

from pathlib import Path

import click
import pytest

from voicebank_tools.commands.bank_option import BankType


def test_a_folder_is_taken(tmp_path: Path) -> None:
    assert BankType().convert(str(tmp_path), None, None) == tmp_path


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("bank.ZIP", "is an archive; unpack it first"),
        ("oto.ini", "give the folder that holds the recordings"),
        ("nothing", "does not exist"),
    ],
)
def test_what_is_no_folder_is_refused_with_the_cure(tmp_path: Path, name: str, told: str) -> None:
    if name != "nothing":
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(click.BadParameter, match=told):
        BankType().convert(str(tmp_path / name), None, None)
