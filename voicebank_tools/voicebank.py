"""A voicebank: a folder of recordings as a set of aliases that can be asked for at a tone and colour.

Sources: UTAU's files (oto.ini, character.txt, prefix.map) as OpenUtau reads them, and its character.yaml.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

from pychang import PychangError
from voicebank_tools.bank_entries import collect_entries
from voicebank_tools.bank_files import BankFolder, BankTree, scan_bank
from voicebank_tools.character import Character, parse_character_txt, parse_character_yaml
from voicebank_tools.encoding import Evidence, canonical_encoding, decode_bank_text, nfc
from voicebank_tools.files import MOST_CHARACTER_BYTES, read_limited
from voicebank_tools.finding import Finding, shorten, unreadable
from voicebank_tools.oto import OtoEntry
from voicebank_tools.subbank import Subbank, parse_prefix_map

__all__ = ["Voicebank", "load_voicebank"]


@dataclass(frozen=True)
class Voicebank:
    """`entries`: every usable line of every oto.ini (root folder first), then recordings without a line;
    all `wav_path` exist. `encoding`: the bank's usual one. `info`: what else character.txt says."""

    name: str
    author: str
    folder: Path
    image: Path | None
    info: str
    encoding: str
    entries: tuple[OtoEntry, ...]
    subbanks: tuple[Subbank, ...] = ()
    findings: tuple[Finding, ...] = ()
    voice: str = ""
    web: str = ""
    version: str = ""
    default_phonemizer: str = ""

    def find(self, alias: str, tone_midi: int, color: str = "") -> OtoEntry | None:
        """Return the entry for `alias` at a tone and colour, None if the bank has none.

        Tried in order: with prefix and suffix of the colour's subbank that holds the tone, with those of
        the colourless one, bare. Of several subbanks the one with the longest prefix and suffix counts.
        Unicode normal forms are not told apart.
        """
        return next(filter(None, map(self.named, self.names(alias, tone_midi, color))), None)

    def names(self, alias: str, tone_midi: int, color: str = "") -> Iterator[str]:
        """Yield what `find` looks for, in its order."""
        for wanted in dict.fromkeys((color, "")):
            fitting = (s for s in self._longest_first if s.color == wanted and tone_midi in s.tones)
            for subbank in islice(fitting, 1):
                yield f"{subbank.prefix}{alias}{subbank.suffix}"
        yield alias

    def named(self, name: str) -> OtoEntry | None:
        """Return the entry whose alias is just `name`, None if the bank has none."""
        return self._by_alias.get(nfc(name))

    def has(self, alias: str, tone_midi: int, color: str = "") -> bool:
        """Return whether `find` finds something."""
        return self.find(alias, tone_midi, color) is not None

    @cached_property
    def aliases(self) -> tuple[str, ...]:
        """Every alias once, in the order of `entries`."""
        return tuple(entry.alias for entry in self._by_alias.values())

    @cached_property
    def colors(self) -> tuple[str, ...]:
        """The voice colours, the default "" first if there is one."""
        return tuple(sorted(dict.fromkeys(subbank.color for subbank in self.subbanks), key=bool))

    @cached_property
    def _by_alias(self) -> dict[str, OtoEntry]:
        table: dict[str, OtoEntry] = {}
        for entry in self.entries:
            table.setdefault(nfc(entry.alias), entry)
        return table

    @cached_property
    def _longest_first(self) -> tuple[Subbank, ...]:
        return tuple(sorted(self.subbanks, key=lambda s: len(s.prefix) + len(s.suffix), reverse=True))


def load_voicebank(folder: Path) -> Voicebank:
    """Read the voicebank in `folder`. What is wrong with it becomes `findings`, so that one bad file never
    loses the rest. Raises PychangError when there is no such folder or no recording in it."""
    tree = _own_tree(scan_bank(Path(folder)))
    findings = list(tree.findings)
    declared = _read_yaml(tree.folders[0], findings)
    found = collect_entries(tree, declared.text_file_encoding, declared.use_filename_as_alias)
    if not found.entries:
        raise PychangError(f"voicebank {folder} holds no recording: give the folder that holds wav files")
    evidence = tree.folders[0].evidence(declared.text_file_encoding, found.encoding)
    character = _read_txt(tree.folders[0], evidence, findings).overridden_by(declared)
    return Voicebank(
        name=character.name or tree.root.resolve().name,
        author=character.author,
        folder=tree.root,
        image=_image(character.image, tree, findings),
        info=character.info,
        encoding=found.encoding,
        entries=found.entries,
        subbanks=character.subbanks or _read_prefix_maps(tree, evidence, findings),
        findings=(*findings, *found.findings),
        voice=character.voice,
        web=character.web,
        version=character.version,
        default_phonemizer=character.default_phonemizer,
    )


def _own_tree(tree: BankTree) -> BankTree:
    """Return the bank itself where the folder only wraps it, as unpacked archives do."""
    root, *below = tree.folders
    recordings = any(name.lower().endswith(".wav") for name in root.names)
    if recordings or root.find("character.txt") or root.find("oto.ini"):
        return tree
    homes = [folder for folder in below if folder.find("character.txt")]
    outer = [home for home in homes if not any(_is_inside(home, other) for other in homes)]
    if len(outer) == 1:
        return scan_bank(outer[0].path)
    if len(outer) > 1:
        names = ", ".join(home.path.name for home in outer[:5])
        why = f"the folder holds several voicebanks ({names})"
        finding = Finding("warning", tree.root, 0, "", why, "give one of them")
        return replace(tree, findings=(*tree.findings, finding))
    return tree


def _is_inside(folder: BankFolder, other: BankFolder) -> bool:
    return folder is not other and folder.below[: len(other.below)] == other.below


def _read(folder: BankFolder, name: str, findings: list[Finding]) -> tuple[Path, bytes] | None:
    real_name = folder.find(name)
    if not real_name:
        return None
    path = folder.path / real_name
    try:
        return path, read_limited(path, MOST_CHARACTER_BYTES)
    except PychangError as error:
        findings.append(unreadable(path, error))
        return None


def _read_yaml(folder: BankFolder, findings: list[Finding]) -> Character:
    content = _read(folder, "character.yaml", findings)
    if not content:
        return Character()
    path, data = content
    try:
        character = parse_character_yaml(data.decode("utf-8-sig", "surrogateescape"), str(path))
    except PychangError as error:
        findings.append(unreadable(path, error))
        return Character()
    named = character.text_file_encoding
    if named and not canonical_encoding(named):
        cure = "write shift_jis, utf-8, gbk, euc-kr or big5"
        findings.append(Finding("warning", path, 0, named, "this text_file_encoding is unknown", cure))
    return character


def _read_txt(folder: BankFolder, evidence: Evidence, findings: list[Finding]) -> Character:
    content = _read(folder, "character.txt", findings)
    return parse_character_txt(decode_bank_text(content[1], evidence).text) if content else Character()


def _read_prefix_maps(tree: BankTree, evidence: Evidence, findings: list[Finding]) -> tuple[Subbank, ...]:
    home = tree.folders[0]
    append = [folder for folder in tree.folders if folder.below == ("prefix",)]
    maps = [(home, "prefix.map", "")]
    maps += [(f, name, name[:-4]) for f in append for name in f.names if name.lower().endswith(".map")]
    contents = ((color, _read(folder, name, findings)) for folder, name, color in maps)
    return tuple(
        subbank
        for color, content in contents
        if content
        for subbank in parse_prefix_map(decode_bank_text(content[1], evidence).text, color)
    )


def _image(name: str, tree: BankTree, findings: list[Finding]) -> Path | None:
    place = tree.place(tree.folders[0], name) if name else None
    real_name = place[0].find(place[1]) if place else None
    if place and real_name:
        return place[0].path / real_name
    if name:
        why = f"the image {shorten(name)} is missing"
        findings.append(Finding("note", tree.root, 0, "", why, "put it there or change character.txt"))
    return None
