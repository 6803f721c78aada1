"""All aliases of a voicebank: every oto.ini in every folder, tied to the recordings that exist."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pychang import PychangError
from voicebank_tools.bank_files import BankFolder, BankTree
from voicebank_tools.encoding import HOST_DEFAULT, Guess, canonical_encoding, encoding_of, nfc
from voicebank_tools.files import read_limited
from voicebank_tools.finding import Finding, limited
from voicebank_tools.oto import MOST_BYTES, OtoEntry, OtoFile
from voicebank_tools.oto_line import stem_of

_LEFT_OUT = "its aliases are left out until then"
_UNSURE = ("damaged", "guess")
_SAYS_NOTHING = ("ascii", "declared", "likely", "host", *_UNSURE)


@dataclass(frozen=True)
class BankEntries:
    """`entries`: usable oto lines in order, then recordings without a line, all zeros; `encoding`: what
    most oto.ini of the bank are in."""

    entries: tuple[OtoEntry, ...]
    encoding: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Place:
    """An entry and where it is written (`line` 0: nowhere, the recording's name is the alias)."""

    entry: OtoEntry
    path: Path
    line: int

    def __str__(self) -> str:
        name = f"{self.path.parent.name}/{self.path.name}"
        return f"{name} line {self.line}" if self.line else name


@dataclass(frozen=True)
class _OtoBytes:
    folder: BankFolder
    path: Path
    data: bytes
    guess: Guess


def collect_entries(tree: BankTree, declared: str = "", use_filename_as_alias: bool = False) -> BankEntries:
    """Return the entries of all folders of `tree`. `declared`: the bank's `text_file_encoding`;
    `use_filename_as_alias`: recordings can be asked for by file name too. Never raises for what is in the
    files: a broken one costs its own entries and leaves a finding."""
    findings: list[Finding] = []
    sources = list(_oto_bytes(tree, declared, findings))
    likely = _most_common(source.guess for source in sources)
    places: list[_Place] = []
    for source in sources:
        places += _places_in(source, tree, declared, likely, findings)
    if use_filename_as_alias:
        places += _file_names_as_aliases(places)
    places += _without_a_line(tree, {place.entry.wav_path for place in places}, findings)
    findings += limited(_repeated(places))
    findings += _encoding_findings(sources, tree.root)
    encoding = likely or canonical_encoding(declared) or HOST_DEFAULT
    return BankEntries(tuple(place.entry for place in places), encoding, tuple(findings))


def _oto_bytes(tree: BankTree, declared: str, findings: list[Finding]) -> Iterator[_OtoBytes]:
    for folder in tree.folders:
        name = folder.find("oto.ini")
        if not name:
            continue
        path = folder.path / name
        try:
            data = read_limited(path, MOST_BYTES)
        except PychangError as error:
            findings.append(Finding("error", path, 0, "", str(error), _LEFT_OUT))
            continue
        yield _OtoBytes(folder, path, data, encoding_of(data, folder.evidence(declared)))


def _most_common(guesses: Iterable[Guess]) -> str:
    """Return the encoding that most files prove to have, "" if none proves anything."""
    proven = Counter(_plain(guess) for guess in guesses if guess.reason not in _SAYS_NOTHING)
    return proven.most_common(1)[0][0] if proven else ""


def _plain(guess: Guess) -> str:
    return guess.encoding.removesuffix("-sig")


def _places_in(
    source: _OtoBytes, tree: BankTree, declared: str, likely: str, findings: list[Finding]
) -> list[_Place]:
    folder = source.folder
    try:
        oto = OtoFile(source.data, source.path, folder.evidence(declared, likely))
    except PychangError as error:
        findings.append(Finding("error", source.path, 0, "", str(error), _LEFT_OUT))
        return []
    findings += oto.findings
    search = _Search(tree, folder, oto.encoding)
    places = []
    for line, entry in oto.numbered_entries:
        wav_path = search.path_of(entry, line)
        if wav_path:
            places.append(_Place(replace(entry, wav_path=wav_path), source.path, line))
    findings += search.findings(source.path)
    return places


class _Search:
    """Finds the recordings that one oto.ini names, and remembers those that are missing or garbled."""

    def __init__(self, tree: BankTree, folder: BankFolder, encoding: str) -> None:
        self._tree, self._folder, self._encoding = tree, folder, encoding
        self._known: dict[Path, Path | None] = {}
        self._missing: dict[Path, list[tuple[int, str]]] = {}
        self._garbled: list[str] = []

    def path_of(self, entry: OtoEntry, line: int) -> Path | None:
        written = entry.wav_path
        if written == self._folder.path:  # the line names nothing; the reader of the line has said so
            return None
        if written not in self._known:
            self._known[written] = self._look_up(written)
        found = self._known[written]
        if not found:
            self._missing.setdefault(written, []).append((line, entry.alias))
        return found

    def _look_up(self, written: Path) -> Path | None:
        if not written.is_relative_to(self._folder.path):
            return None
        place = self._tree.place(self._folder, written.relative_to(self._folder.path).as_posix())
        if not place:
            return None
        folder, name = place
        found = folder.find(name)
        if not found and not name.isascii():
            found = folder.find_garbled(name, self._encoding)
            if found:
                self._garbled.append(found)
        return folder.path / found if found else None

    def findings(self, path: Path) -> tuple[Finding, ...]:
        if self._garbled:
            why = f"{len(self._garbled)} file names are garbled on disk"
            cure = f"unpack the archive again with its names read as {self._encoding}"
            return (Finding("warning", path, 0, self._garbled[0], why, cure), *self._missing_findings(path))
        return self._missing_findings(path)

    def _missing_findings(self, path: Path) -> tuple[Finding, ...]:
        cure = "put the file there or delete the line"
        return limited(
            Finding(
                "error", path, lost[0][0], written.name, f"recording missing ({len(lost)} aliases lost)",
                cure, tuple(alias for _, alias in lost),
            )
            for written, lost in self._missing.items()
        )  # fmt: skip


def _file_names_as_aliases(places: list[_Place]) -> list[_Place]:
    aliases = {place.entry.alias for place in places}
    first: dict[Path, _Place] = {}
    for place in places:
        first.setdefault(place.entry.wav_path, place)
    return [
        replace(place, entry=replace(place.entry, alias=stem_of(wav_path.name)))
        for wav_path, place in first.items()
        if stem_of(wav_path.name) not in aliases
    ]


def _without_a_line(tree: BankTree, used: set[Path], findings: list[Finding]) -> list[_Place]:
    places = []
    for folder in tree.folders:
        waves = [folder.path / name for name in folder.names if name.lower().endswith(".wav")]
        bare = [path for path in waves if path not in used]
        places += [_Place(OtoEntry(path, stem_of(path.name)), path, 0) for path in bare]
        if bare:
            why = f"{len(bare)} recordings have no line in oto.ini (the first: {bare[0].name})"
            cure = "their names are their aliases, all times 0; add lines"
            findings.append(Finding("note", folder.path, 0, "", why, cure))
    return places


def _repeated(places: list[_Place]) -> Iterator[Finding]:
    same: dict[str, list[_Place]] = {}
    for place in places:
        same.setdefault(nfc(place.entry.alias), []).append(place)
    for group in same.values():
        if len(group) > 1:
            first, *others = group
            listed = ", ".join(map(str, others[:5])) + (" …" if len(others) > 5 else "")
            why = f"this alias stands {len(group)} times; the first counts, not {listed}"
            cure = "rename or delete the others"
            alias = first.entry.alias
            yield Finding("warning", first.path, first.line, alias, why, cure, (alias,))


def _encoding_findings(sources: list[_OtoBytes], root: Path) -> Iterator[Finding]:
    for source in sources:
        if source.guess.reason in _UNSURE:
            why = f"its encoding is uncertain ({source.guess.encoding} fits best)"
            cure = "save it as UTF-8 from an editor that shows it rightly"
            yield Finding("warning", source.path, 0, "", why, cure)
    proven = {_plain(source.guess) for source in sources if source.guess.reason not in _SAYS_NOTHING}
    if len(proven) > 1:
        why = f"the oto.ini files are in different encodings: {', '.join(sorted(proven))}"
        yield Finding("warning", root, 0, "", why, "save all as UTF-8, or hosts read some of them wrongly")
