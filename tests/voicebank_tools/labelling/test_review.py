import csv
from io import StringIO
from pathlib import Path

from voicebank_tools.align.utterance import Aligned
from voicebank_tools.labelling.review import read_review, review, review_csv, review_html
from voicebank_tools.labels.segment import Labels, Segment


def aligned(name: str, *confidence: float, suspect: str = "") -> Aligned:
    """A phone every second."""
    phones = tuple(Segment(float(i), i + 1.0, "kasi"[i % 4]) for i in range(len(confidence)))
    return Aligned(name, Labels(float(len(phones)), phones, phones, confidence), -50.0, suspect)


CLIPS = (
    aligned("good", 1.0, 0.9, 0.8),
    aligned("bad", 1.0, 0.1, 0.5, 0.9, 0.2),
    aligned("odd", 1.0, 0.99, suspect="text?"),
)


def test_the_worst_comes_first() -> None:
    found = review(CLIPS)
    assert [one.name for one in found] == ["odd", "bad", "good"]
    assert [edge.confidence for edge in found[1].boundaries] == [0.1, 0.2, 0.5, 0.9]
    assert found[1].confidence == (0.1 + 0.2 + 0.5) / 3
    first = found[1].boundaries[0]
    assert (first.time_s, first.left, first.right) == (1.0, "k", "a")


def test_the_table() -> None:
    rows = list(csv.DictReader(StringIO(review_csv(review(CLIPS)))))
    assert [row["clip"] for row in rows[:3]] == ["odd", "bad", "bad"]
    assert [row["rank"] for row in rows] == [str(number) for number in range(1, 8)]
    assert rows[1] == {
        "rank": "2", "clip": "bad", "time_s": "1.000", "left": "k", "right": "a", "confidence": "0.100",
        "clip_in_doubt": "",
    }  # fmt: skip


def test_the_page_holds_names_safely() -> None:
    page = review_html(review([aligned("<b>&", 1.0, 0.2)]), ["review/001.png"])
    assert "<b>&" not in page
    assert page.count("&lt;b&gt;&amp;") == 2
    assert '<img src="review/001.png"' in page
    assert "{" in page.split("</style>")[0]


def test_a_clip_of_one_phone_and_one_that_nobody_measured() -> None:
    one = review([aligned("x", 1.0)])[0]
    assert (one.confidence, one.boundaries) == (1.0, ())
    labels = Labels(2.0, (), (Segment(0.0, 1.0, "a"), Segment(1.0, 2.0, "i")))
    assert review([Aligned("x", labels, 0.0)])[0].boundaries == ()


def test_the_table_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "review.csv").write_text(review_csv(review(CLIPS)), "utf-8")
    rows = read_review(tmp_path / "review.csv")
    assert rows[0] == ("text?", review(CLIPS)[0].boundaries[0])
