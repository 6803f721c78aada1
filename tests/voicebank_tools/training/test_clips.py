import json
from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from voicebank_tools.labels.segment import Segment
from voicebank_tools.labels.textgrid_file import write_textgrid
from voicebank_tools.labels.tiers import Tier, TierFile
from voicebank_tools.training.clips import (
    FEWEST_PARTNERS,
    MOST_PARTNERS,
    Clip,
    families,
    groups,
    partners,
    partners_of_each,
)
from voicebank_tools.training.corpora import Corpus, CorpusFacts, Pairing


def corpus(folder: Path, names: list[str], pairing: Pairing = "folders") -> Corpus:
    paths = tuple(folder / f"{name}.wav" for name in names)
    return Corpus("voice", folder, CorpusFacts("test", "CC0", pairing), paths)


def stems(found: tuple[tuple[Clip, ...], ...]) -> list[list[str]]:
    return [[clip.path.stem for clip in group] for group in found]


@pytest.mark.parametrize(
    ("pairing", "names", "wanted"),
    [
        ("takes", ["a_1_100", "a_1_200", "b_1_300"], [["a_1_100", "a_1_200"]]),
        ("tones", ["ma", "ma2", "ma4", "mo1"], [["ma", "ma2", "ma4"]]),
        ("notes", ["notes_C3", "notes_D3", "voyels_a"], [["notes_C3", "notes_D3"]]),
        ("folders", ["C4/ka", "A3/ka", "A3/ki", "ka"], [["ka", "ka"]]),
    ],
)
def test_recordings_pair_by_their_names(
    pairing: Pairing, names: list[str], wanted: list[list[str]], tmp_path: Path
) -> None:
    assert stems(groups(corpus(tmp_path, names, pairing))) == wanted


def test_takes_of_a_phrase_are_a_family_and_notes_are_not(tmp_path: Path) -> None:
    takes = corpus(tmp_path, ["a_1", "b_1", "a_2"], "takes")
    assert [[path.stem for path in family] for family in families(takes)] == [["a_1", "a_2"], ["b_1"]]
    notes = corpus(tmp_path, ["notes_C3", "notes_D3"], "notes")
    assert [len(family) for family in families(notes)] == [1, 1]


def test_labelled_words_pair_and_pauses_and_short_ones_do_not(tmp_path: Path) -> None:
    said = {"x": ("huis", "<eps>", "de"), "y": ("Huis", "<eps>", "de")}
    lines = []
    for name, words in said.items():
        phones = [[{"start": 0.5 * i, "duration": 0.4 if i < 2 else 0.1}] for i in range(3)]
        entry = {"id": name, "words": [{"word": w, "phones": p} for w, p in zip(words, phones, strict=True)]}
        lines.append(json.dumps(entry))
    (tmp_path / "align.jsonl").write_text("\n".join(lines), "utf-8")
    ((first, second),) = groups(corpus(tmp_path, ["x", "y"]))
    assert (first.path.stem, second.path.stem) == ("x", "y")
    assert (first.begin_s, first.end_s) == pytest.approx((0.0, 0.44))


def test_textgrids_pair_words_and_unreadable_labels_nothing(tmp_path: Path) -> None:
    words = (Segment(0.0, 0.3, "la"), Segment(0.3, 0.7, ""), Segment(0.7, 1.0, "la"))
    for name in ("x", "y"):
        write_textgrid(tmp_path / f"{name}.TextGrid", TierFile(0.0, 1.0, (Tier("words", words),)))
    (tmp_path / "z.lab").write_text("just what is said", "utf-8")
    (group,) = groups(corpus(tmp_path, ["x", "y", "z"]))
    assert [(clip.path.stem, clip.begin_s) for clip in group] == [
        ("x", 0.0), ("x", pytest.approx(0.66)), ("y", 0.0), ("y", pytest.approx(0.66)),
    ]  # fmt: skip


def test_a_damaged_file_of_times_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "align.jsonl").write_text('{"id": "x", "words": []}\nnonsense\n', "utf-8")
    with pytest.raises(PychangError, match=r"align\.jsonl:2: no line of word times"):
        groups(corpus(tmp_path, ["x"]))


def test_partners_are_others_of_the_group_and_never_the_same_recording() -> None:
    group = (*(Clip(Path(f"{number}.wav")) for number in range(6)), Clip(Path("0.wav"), 1.0, 2.0))
    pairs = partners(group, np.random.default_rng(0))
    assert len(pairs) == len(group) * FEWEST_PARTNERS
    assert len(partners(group, np.random.default_rng(0), 5)) == 7 * 5
    assert len(partners(group, np.random.default_rng(0), 9)) == 5 * 6 + 2 * 5  # two are of one recording
    assert all(source.path != wanted.path for source, wanted in pairs)
    assert pairs == partners(group, np.random.default_rng(0))
    assert partners(group[:1], np.random.default_rng(0)) == ()


@pytest.mark.parametrize(
    ("clips", "wanted", "each"),
    [(56, 1000, 17), (10, 600, MOST_PARTNERS), (5000, 600, FEWEST_PARTNERS), (56, 0, FEWEST_PARTNERS),
     (0, 600, MOST_PARTNERS)],
)  # fmt: skip
def test_few_clips_get_more_partners_each(clips: int, wanted: int, each: int) -> None:
    assert partners_of_each(clips, wanted) == each
