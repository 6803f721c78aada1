"""Voicebanks as singers have them: found, merged, looked up, and their faults told."""

import random
import unicodedata
from pathlib import Path

import pytest

from pychang import PychangError
from tests.voicebank_tools.paper_bank import make_bank
from tests.voicebank_tools.test_oto import mutated
from voicebank_tools.oto import OtoEntry
from voicebank_tools.subbank import Subbank
from voicebank_tools.voicebank import Voicebank, load_voicebank


def bank_of(aliases: dict[str, str], *subbanks: Subbank) -> Voicebank:
    """A bank without files: alias -> wav name."""
    entries = tuple(OtoEntry(Path(wav), alias) for alias, wav in aliases.items())
    return Voicebank("n", "a", Path("bank"), None, "", "cp932", entries, subbanks)


def kinds(bank: Voicebank) -> list[str]:
    return [finding.kind for finding in bank.findings]


def wav_of(bank: Voicebank, alias: str, tone_midi: int, color: str = "") -> str | None:
    entry = bank.find(alias, tone_midi, color)
    return entry.wav_path.name if entry else None


class TestFind:
    BANK = bank_of(
        {"か": "bare", "か_C4": "low", "か_C5": "high", "か_C5P": "power", "き": "ki", "強か_X": "both"},
        Subbank("", "", "_C4", ("C1-B4",)),
        Subbank("", "", "_C5", ("C5-B7",)),
        Subbank("power", "", "_C5P", ("C5-B7",)),
        Subbank("both", "強", "_X", ("C4",)),
        Subbank("both", "", "_X", ("C4",)),
        Subbank("void"),
    )

    @pytest.mark.parametrize(
        ("alias", "tone_midi", "color", "wav"),
        [
            ("か", 60, "", "low"),
            ("か", 71, "", "low"),
            ("か", 72, "", "high"),
            ("か", 72, "power", "power"),
            ("か", 60, "power", "low"),  # the colour has no such tone: the colourless one
            ("か", 20, "", "bare"),  # below every range
            ("き", 60, "", "ki"),  # mapped alias missing: bare
            ("き", 72, "power", "ki"),
            ("か", 60, "both", "both"),  # the longer prefix and suffix first
            ("か", 60, "void", "low"),
            ("か", 60, "no such", "low"),
            ("か_C5", 60, "", "high"),  # asked for by its full name
            ("く", 60, "", None),
        ],
    )
    def test_lookup(self, alias: str, tone_midi: int, color: str, wav: str | None) -> None:
        assert wav_of(self.BANK, alias, tone_midi, color) == wav
        assert self.BANK.has(alias, tone_midi, color) == (wav is not None)

    def test_the_first_subbank_alone_counts(self) -> None:
        longer, shorter = Subbank("", "", "22", ("C4",)), Subbank("", "", "1", ("C4",))
        bank = bank_of({"か": "bare", "か1": "one"}, shorter, longer)
        assert wav_of(bank, "か", 60) == "bare"

    def test_normal_forms_are_one(self) -> None:
        bank = bank_of({unicodedata.normalize("NFD", "が"): "nfd", "ぎ": "nfc"})
        assert wav_of(bank, "が", 60) == "nfd"
        assert wav_of(bank, unicodedata.normalize("NFD", "ぎ"), 60) == "nfc"

    def test_aliases_and_colors(self) -> None:
        assert self.BANK.aliases[:2] == ("か", "か_C4")
        assert bank_of({}, Subbank("b"), Subbank(), Subbank("b"), Subbank("a")).colors == ("", "b", "a")


class TestLoading:
    def test_nested_folders_in_order(self, tmp_path: Path) -> None:
        make_bank(
            tmp_path,
            {
                "character.txt": "name=ペタ\r\nauthor：me\r\nimage=Icon.BMP\r\nhello",
                "icon.bmp": "",
                "oto.ini": "か.wav=か,1,2,3,4,5\r\n",
                "か.wav": "",
                "C5/OTO.INI": "か.wav=か_C5,6\r\nき.wav=き_C5,7\r\n",
                "C5/か.wav": "",
                "C5/き.WAV": "",
                "prefix.map": "C5\t\t_C5\r\nC#5\t\t_C5\r\nC4\t\t\r\n",
            },
            "cp932",
        )
        bank = load_voicebank(tmp_path)
        assert (bank.name, bank.author, bank.info, bank.encoding) == ("ペタ", "me", "hello", "cp932")
        assert bank.image == tmp_path / "icon.bmp"
        assert bank.entries == (
            OtoEntry(tmp_path / "か.wav", "か", 1, 2, 3, 4, 5),
            OtoEntry(tmp_path / "C5" / "か.wav", "か_C5", 6),
            OtoEntry(tmp_path / "C5" / "き.WAV", "き_C5", 7),
        )
        assert bank.findings == ()
        assert wav_of(bank, "き", 73) == "き.WAV"
        assert bank.find("か", 60) == bank.entries[0]

    def test_yaml_over_txt_and_over_prefix_map(self, tmp_path: Path) -> None:
        make_bank(
            tmp_path,
            {
                "character.txt": "name=old\nauthor=kept",
                "character.yaml": "\ufeffname: new\nversion: 2\n"
                "subbanks:\n- {suffix: D4, tone_ranges: [C#4-F4]}\n",
                "prefix.map": "C4\t\t_C4\n",
                "a.wav": "",
                "oto.ini": "a.wav=aD4",
            },
        )
        bank = load_voicebank(tmp_path)
        assert (bank.name, bank.author, bank.version) == ("new", "kept", "2")
        assert bank.subbanks == (Subbank("", "", "D4", ("C#4-F4",)),)
        assert bank.has("a", 61)
        assert not bank.has("a", 66)

    def test_append_maps_are_colors(self, tmp_path: Path) -> None:
        files = {"prefix/強.map": "C4\t\t_C4", "prefix.map": "C4\t\t_C4", "a.wav": "", "b.wav": ""}
        make_bank(tmp_path, {**files, "oto.ini": "a.wav=か_C4\nb.wav=か強_C4", "character.txt": "name=x"})
        bank = load_voicebank(tmp_path)
        assert bank.colors == ("", "強")
        assert (wav_of(bank, "か", 60), wav_of(bank, "か", 60, "強")) == ("a.wav", "b.wav")

    def test_recordings_without_a_line(self, tmp_path: Path) -> None:
        make_bank(tmp_path, {"character.txt": "", "か.wav": "", "sub/き.wav": "", "x.txt": ""})
        bank = load_voicebank(tmp_path)
        assert bank.entries == (
            OtoEntry(tmp_path / "か.wav", "か"),
            OtoEntry(tmp_path / "sub" / "き.wav", "き"),
        )
        assert kinds(bank) == ["note", "note"]

    def test_a_line_counts_before_a_bare_recording(self, tmp_path: Path) -> None:
        make_bank(tmp_path, {"か.wav": "", "C4/x.wav": "", "C4/oto.ini": "x.wav=か,5"})
        assert wav_of(load_voicebank(tmp_path), "か", 60) == "x.wav"

    def test_file_names_as_aliases(self, tmp_path: Path) -> None:
        files = {"か.wav": "", "き.wav": "", "oto.ini": "か.wav=ka,5\nか.wav=ka2,6\nき.wav=き,7"}
        bank = load_voicebank(make_bank(tmp_path, {**files, "character.yaml": "use_filename_as_alias: true"}))
        assert bank.aliases == ("ka", "ka2", "き", "か")
        found = bank.find("か", 60)
        assert found is not None
        assert found.offset_ms == 5

    def test_a_wrapped_bank_is_unwrapped(self, tmp_path: Path) -> None:
        make_bank(tmp_path, {"readme.txt": "", "v1/bank/character.txt": "name=in", "v1/bank/sub/a.wav": ""})
        bank = load_voicebank(tmp_path)
        assert (bank.name, bank.folder) == ("in", tmp_path / "v1" / "bank")

    def test_two_wrapped_banks_are_told(self, tmp_path: Path) -> None:
        files = {f"{name}/{file}": "" for name in "xy" for file in ("character.txt", f"{name}.wav")}
        bank = load_voicebank(make_bank(tmp_path, files))
        assert bank.aliases == ("x", "y")
        assert "several voicebanks (x, y)" in str(bank.findings[0])

    def test_the_folder_names_a_nameless_bank(self, tmp_path: Path) -> None:
        bank = load_voicebank(make_bank(tmp_path / "ペタ", {"a.wav": ""}))
        assert bank.name == "ペタ"
        assert kinds(bank) == ["note"]


class TestEncodings:
    @pytest.mark.parametrize(
        ("encoding", "word"),
        [
            ("utf-8", "か"),
            ("utf-8-sig", "か"),
            ("cp932", "か"),
            ("gb18030", "歌声"),
            ("cp949", "가나"),
            ("cp950", "聲音"),
        ],
    )
    def test_decided_by_the_recordings(self, tmp_path: Path, encoding: str, word: str) -> None:
        oto = f"{word}.wav={word},1\n".encode(encoding)
        files = {f"{word}.wav": b"", "oto.ini": oto, "character.txt": f"name={word}".encode(encoding)}
        bank = load_voicebank(make_bank(tmp_path, files))
        assert bank.aliases == (word,)
        assert bank.name == word  # what the oto.ini proved helps the rest
        assert bank.findings == ()

    def test_proof_in_one_folder_helps_the_others(self, tmp_path: Path) -> None:
        files = {"歌声.wav": b"", "oto.ini": "歌声.wav=歌,1".encode("gb18030"), "b/a.wav": b""}
        bank = load_voicebank(make_bank(tmp_path, {**files, "b/oto.ini": "a.wav=声,1".encode("gb18030")}))
        assert bank.aliases == ("歌", "声")
        assert bank.encoding == "gb18030"

    def test_the_declared_encoding(self, tmp_path: Path) -> None:
        files = {"a.wav": b"", "oto.ini": "a.wav=歌声".encode("gbk")}
        files["character.yaml"] = b"text_file_encoding: gb2312"
        assert load_voicebank(make_bank(tmp_path, files)).aliases == ("歌声",)

    def test_an_unknown_declared_encoding_is_told(self, tmp_path: Path) -> None:
        files = {"a.wav": "", "character.txt": "", "character.yaml": "text_file_encoding: klingon"}
        bank = load_voicebank(make_bank(tmp_path, files))
        assert "klingon" in str(bank.findings[0])

    def test_two_encodings_in_one_bank_are_told(self, tmp_path: Path) -> None:
        files = {f"{name}/か.wav": b"" for name in "ab"}
        files |= {"a/oto.ini": "か.wav=か1".encode(), "b/oto.ini": "か.wav=か2".encode("cp932")}
        bank = load_voicebank(make_bank(tmp_path, {**files, "character.txt": b""}))
        assert bank.aliases == ("か1", "か2")
        (finding,) = bank.findings
        assert finding.why == "the oto.ini files are in different encodings: cp932, utf-8"

    def test_garbled_names_are_used_and_told(self, tmp_path: Path) -> None:
        garbled = "歌う.wav".encode("cp932").decode("latin-1")
        files = {garbled: b"", "oto.ini": "歌う.wav=歌う,1".encode("cp932"), "character.txt": b""}
        bank = load_voicebank(make_bank(tmp_path, files))
        assert bank.aliases == ("歌う",)
        assert kinds(bank) == ["warning"]
        assert "cp932" in bank.findings[0].cure


class TestFaults:
    def test_no_recording_at_all(self, tmp_path: Path) -> None:
        make_bank(tmp_path, {"character.txt": "name=a", "oto.ini": "a.wav=a"})
        with pytest.raises(PychangError, match="holds no recording: give the folder that holds wav files"):
            load_voicebank(tmp_path)

    def test_lines_of_missing_recordings_are_dropped_and_told_once(self, tmp_path: Path) -> None:
        oto = "b.wav=b1\nb.wav=b2\na.wav=a\n/etc/passwd=c\n=,,,"
        bank = load_voicebank(make_bank(tmp_path, {"character.txt": "", "a.wav": "", "oto.ini": oto}))
        assert bank.aliases == ("a",)
        lines = [(finding.line, finding.text, finding.kind) for finding in bank.findings]
        assert lines == [(5, "=,,,", "error"), (1, "b.wav", "error"), (4, "passwd", "error")]
        assert "2 aliases" in bank.findings[1].why

    def test_doubled_aliases_are_told_with_both_places(self, tmp_path: Path) -> None:
        files = {"a.wav": "", "sub/b.wav": "", "oto.ini": "a.wav=が,1\na.wav=が,2"}
        files["sub/oto.ini"] = "b.wav=" + unicodedata.normalize("NFD", "が")
        bank = load_voicebank(make_bank(tmp_path, {**files, "character.txt": ""}))
        (finding,) = bank.findings
        assert (finding.path, finding.line) == (tmp_path / "oto.ini", 1)
        assert "3 times" in finding.why
        assert "oto.ini line 2, sub/oto.ini line 1" in finding.why
        found = bank.find("が", 60)
        assert found is not None
        assert found.offset_ms == 1

    def test_one_bad_file_costs_only_itself(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("voicebank_tools.bank_entries.MOST_BYTES", 20)
        files = {"a.wav": "", "oto.ini": "a.wav=a,1,2,3,4,5\n" * 9, "b/b.wav": "", "b/oto.ini": "b.wav=b"}
        files |= {"character.yaml": "a: [", "character.txt": "name=x"}
        bank = load_voicebank(make_bank(tmp_path, files))
        assert (bank.name, bank.aliases) == ("x", ("b", "a"))
        assert [f.path.name for f in bank.findings if f.kind == "error"] == ["character.yaml", "oto.ini"]

    @pytest.mark.parametrize("seed", range(60))
    def test_mutated_banks_load_or_say_why(self, tmp_path: Path, seed: int) -> None:
        dice = random.Random(seed)
        texts = {
            "character.txt": "name=ペタ\r\nimage=icon.bmp\r\n".encode("cp932"),
            "character.yaml": b"name: a\nsubbanks:\n- {color: x, suffix: D4, tone_ranges: [C#4-F4]}\n",
            "prefix.map": b"C4\t\t_C4\r\nD4\tx\t\r\n",
            "oto.ini": "か.wav=か,1,2,3,4,5\r\nsub\\き.wav=き,1\r\n".encode("cp932"),
        }
        victims = dice.sample(sorted(texts), 2)
        files = {name: mutated(data, dice) if name in victims else data for name, data in texts.items()}
        bank = load_voicebank(make_bank(tmp_path, {**files, "か.wav": b"", "sub/き.wav": b""}))
        assert {entry.wav_path.name for entry in bank.entries} == {"か.wav", "き.wav"}
        for tone_midi in (0, 60, 127):
            bank.find("か", tone_midi, "x")

    def test_ten_thousand_recordings(self, tmp_path: Path) -> None:
        names = [f"_か{number}" for number in range(10_000)]
        oto = "".join(f"{name}.wav=a {name},1,2,3,4,5\r\n{name}.wav=- {name}\r\n" for name in names)
        files: dict[str, str | bytes] = {f"{name}.wav": b"" for name in names}
        bank = load_voicebank(make_bank(tmp_path, {**files, "oto.ini": oto, "character.txt": ""}, "cp932"))
        assert len(bank.entries) == len(bank.aliases) == 20_000
        assert bank.findings == ()


class TestRealBanks:
    def test_erithacus(self, shared_data: Path) -> None:
        bank = load_voicebank(shared_data / "utau-erithacus")
        assert (bank.name, bank.author, len(bank.entries), len(bank.aliases)) == (
            "Erithacus", "Erithacus Project", 101, 101,
        )  # fmt: skip
        assert {"a", "i", "u", "e", "o", "n", "ka", "shi", "tsu", "kyo", "rya"} <= set(bank.aliases)
        assert bank.find("ka", 49) is bank.find("ka", 72)
        assert kinds(bank) == ["note"]  # its icon is not with it

    def test_yuki(self, shared_data: Path) -> None:
        bank = load_voicebank(shared_data / "utau-yuki-mini")
        assert (bank.name, bank.author, bank.encoding) == ("今川　有希", "MoeMoe Tea Time", "utf-8")
        assert len(bank.entries) == len(bank.aliases) == 67
        assert len({entry.wav_path for entry in bank.entries}) == 15
        assert all(entry.cutoff_ms < 0 and entry.wav_path.is_file() for entry in bank.entries)
        assert bank.has("- あ", 65)
        assert kinds(bank) == ["note"]
