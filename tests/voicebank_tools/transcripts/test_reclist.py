from pathlib import Path

import pytest

from voicebank_tools.transcripts.reclist import read_reclist, sung_text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("_ああいあう", "ああいあう"), ("_か_き_く", "か き く"), ("ka-ki-ku", "ka ki ku"), ("_あ_C4", "あ"),
        ("かA#3", "か"), ("ka2", "ka"), ("_가거+고_3", "가거 고"), ("shi", "shi"),
    ],
)  # fmt: skip
def test_names_say_what_is_sung(name: str, text: str) -> None:
    assert sung_text(name) == text


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "cp932", "gb18030"])
def test_the_clips_names_tell_the_encoding(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "reclist.txt"
    path.write_text("# VCV\n_ああいあう _いいうい\n_ああいあう\n_んあ\n", encoding=codec)
    names = ("_ああいあう", "_いいうい", "_んあ")
    assert read_reclist(path, names, "cp949") == names
