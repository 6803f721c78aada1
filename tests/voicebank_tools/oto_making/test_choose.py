from pathlib import Path

from voicebank_tools.oto import OtoEntry
from voicebank_tools.oto_making.choose import Candidate, choose
from voicebank_tools.oto_making.rules import Numbers

NUMBERS = Numbers(100.0, 180.0, -500.0, 80.0, 36.0)


def candidate(name: str, alias: str = "か", suffix: str = "", **quality: float) -> Candidate:
    return Candidate(Path(f"{name}.wav"), alias, suffix, NUMBERS, **quality)  # type: ignore[arg-type]


def named(candidates: list[Candidate], existing: tuple[OtoEntry, ...] = (), most: int = 3) -> dict[str, str]:
    return {one.alias: one.candidate.wav_path.stem for one in choose(candidates, existing, most)}


def line(name: str, alias: str, offset_ms: float = 100.0) -> OtoEntry:
    return OtoEntry(Path(f"{name}.wav"), alias, offset_ms, 180.0, -500.0, 80.0, 36.0)


def test_the_best_keeps_the_name() -> None:
    found = named([
        candidate("unsure", sure=0.1), candidate("shaky", wobble_db=3.0), candidate("clipped", clipped=True),
        candidate("good", wobble_db=0.5), candidate("doubted", in_doubt=True),
    ], most=0)  # fmt: skip
    assert found == {"か": "good", "か2": "shaky", "か3": "clipped", "か4": "unsure", "か5": "doubted"}


def test_lines_come_in_the_order_of_the_recordings() -> None:
    found = choose([candidate("a", wobble_db=1.0), candidate("b", "き"), candidate("c")], (), 3)
    assert [one.alias for one in found] == ["か2", "き", "か"]


def test_so_many_repeats_as_asked_for() -> None:
    many = [candidate(str(number), wobble_db=number) for number in range(5)]
    assert list(named(many, most=1)) == ["か"]
    assert list(named(many)) == ["か", "か2", "か3"]
    assert len(named(many, most=0)) == 5


def test_no_number_makes_one_alias_another() -> None:
    ma, ma_again, ma2, ma22 = (
        candidate(name, alias) for name, alias in (("a", "ma"), ("b", "ma"), ("c", "ma2"), ("d", "ma2"))
    )
    assert len(choose([ma, ma_again, ma2], (), 3)) == 3
    assert named([ma, ma_again, ma2]) == {"ma": "a", "ma3": "b", "ma2": "c"}
    assert named([ma2, ma, ma_again, ma22], most=0) == {"ma2": "c", "ma": "a", "ma3": "b", "ma22": "d"}
    many = [candidate(str(number), "ma", wobble_db=number) for number in range(22)]
    made = choose([*many, ma2, ma22], (), 0)
    assert len({one.alias for one in made}) == len(made) == 24


def test_suffixes_stand_behind_the_number_and_apart() -> None:
    found = named([candidate("a", suffix="_C4"), candidate("b", suffix="_C4"), candidate("c", suffix="_C5")])
    assert found == {"か_C4": "a", "か2_C4": "b", "か_C5": "c"}


def test_what_exists_stays_and_is_not_made_again() -> None:
    existing = (line("a", "か", 130.0), line("x", "き"))
    found = named([candidate("a"), candidate("b"), candidate("c", "き"), candidate("d", "く")], existing)
    assert found == {"か2": "b", "き2": "c", "く": "d"}
    assert named([candidate("a"), candidate("b")], existing, most=1) == {}


def test_the_same_alias_elsewhere_in_a_recording_is_another_sound() -> None:
    assert named([candidate("a")], (line("a", "か", 900.0),)) == {"か2": "a"}
    assert named([candidate("a")], (line("a", "- か"),)) == {"か": "a"}


def test_aliases_are_the_same_in_any_normal_form() -> None:
    assert named([candidate("a", "が")], (line("b", "か\u3099"),)) == {"が2": "a"}
