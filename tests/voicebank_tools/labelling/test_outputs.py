from pathlib import Path

import pytest

from pychang import PychangError
from tests.voicebank_tools.labelling.material import clips
from voicebank_tools.align.utterance import Aligned
from voicebank_tools.labelling.outputs import (
    check_output,
    edited_tables,
    tables,
    tier_file,
    write_grids,
    write_pictures,
    write_tables,
)
from voicebank_tools.labelling.record import Record, bytes_hash, write_record
from voicebank_tools.labelling.review import review
from voicebank_tools.labels.segment import Labels, Segment
from voicebank_tools.labels.textgrid_file import read_textgrid
from voicebank_tools.labels.tiers import Tier, TierFile, with_labels

PHONES = (Segment(0.0, 0.5, "SP"), Segment(0.5, 1.4, "a"))
ONE = Aligned("sub/x", Labels(1.4, PHONES, PHONES, (1.0, 0.5)), -50.0)


def test_places(tmp_path: Path) -> None:
    write_grids({"sub/x": tier_file(ONE, tmp_path)}, tmp_path)
    write_tables(tables([ONE], review([ONE]), 0), tmp_path)
    assert read_textgrid(tmp_path / "TextGrid" / "sub" / "x.TextGrid").tiers[1].segments == PHONES
    assert (tmp_path / "htk" / "sub" / "x.lab").read_text() == "0 5000000 SP\n5000000 14000000 a\n"
    assert (tmp_path / "transcriptions.csv").read_text() == "name,ph_seq,ph_dur\nsub/x,SP a,0.5 0.9\n"


def test_tiers_of_others_stay(tmp_path: Path) -> None:
    pitch = Tier("pitch", (Segment(0.2, 0.2, "220"),), of_points=True)
    write_grids({"sub/x": TierFile(0.0, 1.4, (*with_labels(ONE.labels).tiers, pitch))}, tmp_path)
    assert [tier.name for tier in tier_file(ONE, tmp_path).tiers] == ["words", "phones", "pitch"]


def test_pictures_of_earlier_runs_go(tmp_path: Path) -> None:
    other = Aligned("y", ONE.labels, -50.0, suspect="text?")
    clips(tmp_path / "clips", {"sub/x": "", "y": ""})
    recordings = {name: tmp_path / "clips" / f"{name}.wav" for name in ("sub/x", "y")}
    reviewed = review([ONE, other])
    write_pictures([ONE, other], reviewed, recordings, 5, tmp_path)
    assert [path.name for path in sorted((tmp_path / "review").iterdir())] == ["001.png", "002.png"]
    (tmp_path / "review" / "mine.png").write_bytes(b"")
    write_pictures([ONE, other], reviewed, recordings, 1, tmp_path)
    assert [path.name for path in sorted((tmp_path / "review").iterdir())] == ["001.png", "mine.png"]
    files = tables([ONE, other], reviewed, 1)
    page = files["review.html"].decode()
    assert page.index("<td>y</td>") < page.index("<td>sub/x</td>")
    assert page.count('src="review/001.png"') == page.count("<img") == 1
    assert files["review.csv"].count(b"\n") == 3


def test_where_nothing_may_be_written(tmp_path: Path) -> None:
    check_output(tmp_path / "new", tmp_path, ["x"], force=False)
    (tmp_path / "file").touch()
    for out, message in ((tmp_path, "is the folder of the clips"), (tmp_path / "file", "is a file")):
        with pytest.raises(PychangError, match=message):
            check_output(out, tmp_path, ["x"], force=True)


@pytest.mark.parametrize(
    "file", ["htk/sub/x.lab", "transcriptions.csv", "review.csv", "review.html", "review/001.png"]
)
def test_files_of_others_are_replaced_only_if_asked(tmp_path: Path, file: str) -> None:
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).touch()
    clips = tmp_path / "clips"
    with pytest.raises(PychangError, match=f"{file}: is not from vbtools label; choose another folder"):
        check_output(tmp_path, clips, ["sub/x"], force=False)
    check_output(tmp_path, clips, ["sub/x"], force=True)
    write_record(tmp_path, Record())
    check_output(tmp_path, clips, ["sub/x"], force=False)


def test_tables_that_were_edited_are_known(tmp_path: Path) -> None:
    files = tables([ONE], review([ONE]), 0)
    write_tables(files, tmp_path)
    record = Record(tables={file: ("older", bytes_hash(content)) for file, content in files.items()})
    assert edited_tables(["sub/x"], tmp_path, Record()) == []
    assert edited_tables(["sub/x"], tmp_path, record) == []
    (tmp_path / "htk" / "sub" / "x.lab").write_text("0 1 a")
    (tmp_path / "review.csv").unlink()
    (tmp_path / "htk" / "new.lab").write_text("mine")
    assert edited_tables(["sub/x", "new"], tmp_path, record) == ["htk/sub/x.lab", "htk/new.lab"]
