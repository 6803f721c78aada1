from pathlib import Path

import pytest

from pychang import PychangError
from tests.voicebank_tools.labelling.material import clips
from voicebank_tools.align.utterance import Aligned
from voicebank_tools.labelling.outputs import (
    check_output,
    tier_file,
    write_grids,
    write_review,
    write_tables,
)
from voicebank_tools.labels.segment import Labels, Segment
from voicebank_tools.labels.textgrid_file import read_textgrid
from voicebank_tools.labels.tiers import Tier, TierFile, with_labels

PHONES = (Segment(0.0, 0.5, "SP"), Segment(0.5, 1.4, "a"))
ONE = Aligned("sub/x", Labels(1.4, PHONES, PHONES, (1.0, 0.5)), -50.0)


def test_places(tmp_path: Path) -> None:
    write_grids({"sub/x": tier_file(ONE, tmp_path)}, tmp_path)
    write_tables([ONE], tmp_path)
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
    write_review([ONE, other], recordings, 5, tmp_path)
    assert [path.name for path in sorted((tmp_path / "review").iterdir())] == ["001.png", "002.png"]
    (tmp_path / "review" / "mine.png").write_bytes(b"")
    write_review([ONE, other], recordings, 1, tmp_path)
    assert [path.name for path in sorted((tmp_path / "review").iterdir())] == ["001.png", "mine.png"]
    page = (tmp_path / "review.html").read_text("utf-8")
    assert page.index("<td>y</td>") < page.index("<td>sub/x</td>")
    assert (tmp_path / "review.csv").read_text("utf-8").count("\n") == 3


def test_where_nothing_may_be_written(tmp_path: Path) -> None:
    check_output(tmp_path / "new", tmp_path, force=False)
    (tmp_path / "file").touch()
    for out, message in ((tmp_path, "is the folder of the clips"), (tmp_path / "file", "is a file")):
        with pytest.raises(PychangError, match=message):
            check_output(out, tmp_path, force=True)
