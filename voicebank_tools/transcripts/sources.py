"""All sources of text for a folder of clips, asked in turn."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pychang import PychangError
from voicebank_tools.encoding import name_key
from voicebank_tools.finding import Finding
from voicebank_tools.formats.reader import FORMATS, read_score
from voicebank_tools.g2p.dictionary import read_dictionaries
from voicebank_tools.g2p.languages import ENCODINGS, reader_of
from voicebank_tools.g2p.reading import Reader
from voicebank_tools.labels.segment import Transcript
from voicebank_tools.oto import OtoEntry, OtoFile
from voicebank_tools.recordings import files_below
from voicebank_tools.transcripts.checked import transcript_of
from voicebank_tools.transcripts.oto_lines import merged, sung_words
from voicebank_tools.transcripts.reclist import read_reclist, sung_text
from voicebank_tools.transcripts.score_notes import read_notes
from voicebank_tools.transcripts.text_file import ENDINGS, read_text, transcript_from_text

_NO_TEXTS = ("readme", "character", "license", "licence", "prefix", "reclist", "install", "oremo-comment")


@dataclass(frozen=True)
class TextOptions:
    """Where texts are looked for besides the files beside the clips.

    Attributes:
        language: One of `g2p.languages.LANGUAGES`.
        dictionaries: Of words; the first that knows a word counts.
        oto: An oto.ini, or a folder with one or more; None: those in the clips' own folders.
        reclist: A list of recordings whose names say what is sung.
        names: The clips' names say what is sung, without a list.
        score: A song file, or a folder with one song file for each clip, by name.
    """

    language: str
    dictionaries: tuple[Path, ...] = ()
    oto: Path | None = None
    reclist: Path | None = None
    names: bool = False
    score: Path | None = None


@dataclass(frozen=True)
class Sources:
    """What is known about the texts of the clips in `folder`; `findings` of reading that."""

    folder: Path
    options: TextOptions
    reader: Reader
    listed: Mapping[str, str]
    oto_entries: Mapping[str, tuple[OtoEntry, ...]]
    findings: tuple[Finding, ...] = field(default=(), compare=False)

    def transcript(self, clip: Path) -> Transcript:
        """Return what is sung in a clip: by the text beside it, else oto.ini, else its name if the list or
        the options allow that, else the score.

        Raises:
            PychangError: Nobody knows, or what was found cannot be read; the message says why.
        """
        beside = text_beside(clip)
        if beside:
            text = read_text(beside, ENCODINGS[self.options.language])
            return transcript_from_text(text, self.reader, beside.name)
        entries = self._entries_of(clip)
        if entries:
            return self._from_oto(clip, entries)
        listed = clip.stem if self.options.names else self.listed.get(name_key(clip.stem))
        if listed:
            return transcript_of(self.reader(sung_text(listed)), f"{clip.stem} (its name)")
        score = self._score_of(clip)
        if score:
            reading, onsets_s = read_notes(read_score(score), self.reader, self.options.language)
            return transcript_of(reading, score.name, onsets_s)
        raise PychangError(f"{clip.name}: no text; {self._cure(clip)}")

    def without_clip(self, clips: Sequence[Path]) -> Iterator[Finding]:
        """Yield a finding for every text and every name of the list without a clip (`.txt` only where other
        clips have theirs in such files: banks come with many)."""
        stems = {name_key(str(clip.with_suffix(""))) for clip in clips}
        used = {beside.suffix for beside in map(text_beside, clips) if beside}
        for path in _texts(self.folder, used | {".lab"}):
            if name_key(str(path.with_suffix(""))) not in stems:
                yield Finding("warning", path, 0, "", "has no recording", "record it or remove the text")
        recorded = {name_key(clip.stem) for clip in clips}
        for key, name in self.listed.items():
            if key not in recorded:
                where = self.options.reclist or self.folder
                yield Finding("warning", where, 0, name, "is not recorded", "record it or strike it out")

    def _from_oto(self, clip: Path, entries: Sequence[OtoEntry]) -> Transcript:
        sung = sung_words(entries, self.reader)
        named = self.reader(sung_text(clip.stem))
        if not sung:
            return transcript_of(named, f"{clip.stem} (its name; oto.ini tells no whole sound of it)")
        words, onsets_s = merged(() if named.unknown else named.words, sung)
        return Transcript(words, onsets_s)

    def _entries_of(self, clip: Path) -> tuple[OtoEntry, ...]:
        if self.options.oto and self.options.oto.is_file():
            return self.oto_entries.get(name_key(clip.stem), ())
        relative = clip.relative_to(self.folder).with_suffix("").as_posix()
        return self.oto_entries.get(name_key(relative), ())

    def _score_of(self, clip: Path) -> Path | None:
        score = self.options.score
        if score is None or score.is_file():
            return score
        endings = [ending for endings in FORMATS.values() for ending in endings]
        stem = score / clip.relative_to(self.folder).with_suffix("")
        return next(
            (path for path in (_with_ending(stem, ending) for ending in endings) if path.is_file()), None
        )

    def _cure(self, clip: Path) -> str:
        if clip.with_suffix(".TextGrid").is_file():
            return f"add --corrected {self.folder} to take {clip.stem}.TextGrid as labels put right by hand"
        if self.options.reclist:
            return f"it is not in {self.options.reclist.name}; add its name, or write {clip.stem}.lab"
        return f"write what is sung into {clip.stem}.lab beside it"


def open_sources(folder: Path, clips: Sequence[Path], options: TextOptions) -> Sources:
    """Return the sources for the clips of a folder.

    Raises:
        PychangError: A dictionary, list or oto.ini that was asked for cannot be read, English without a
            dictionary, or one song file for several clips.
    """
    if options.score and options.score.is_file() and len(clips) > 1:
        cure = "give a folder with one song file for each clip, by name"
        raise PychangError(f"{options.score}: one score for {len(clips)} clips; {cure}")
    words, findings = read_dictionaries(options.dictionaries)
    stems = [clip.stem for clip in clips]
    encoding = ENCODINGS[options.language]
    names = read_reclist(options.reclist, stems, encoding) if options.reclist else ()
    return Sources(
        folder,
        options,
        reader_of(options.language, words),
        {name_key(name): name for name in names},
        _oto_entries(options.oto or folder),
        findings,
    )


def text_beside(clip: Path) -> Path | None:
    """Return the text file of a clip, None without one."""
    return next(
        (path for path in (_with_ending(clip.with_suffix(""), e) for e in ENDINGS) if path.is_file()), None
    )


def _with_ending(stem: Path, ending: str) -> Path:
    return stem.with_name(stem.name + ending)


def _texts(folder: Path, endings: set[str]) -> Iterator[Path]:
    """Files with these endings, save those of voicebanks and programs."""
    for path in files_below(folder):
        if path.suffix.lower() in endings and not path.name.lower().startswith(_NO_TEXTS):
            yield path


def _oto_entries(place: Path) -> dict[str, tuple[OtoEntry, ...]]:
    """Name key of a recording (with its folder, of a single file without) -> its lines."""
    if place.is_file():
        return _by_recording(OtoFile.read(place).entries, place.parent, bare=True)
    found: dict[str, tuple[OtoEntry, ...]] = {}
    for path in sorted(place.rglob("*")):
        if path.name.lower() == "oto.ini":
            found |= _by_recording(OtoFile.read(path).entries, place, bare=False)
    return found


def _by_recording(entries: Iterable[OtoEntry], root: Path, *, bare: bool) -> dict[str, tuple[OtoEntry, ...]]:
    found: dict[str, list[OtoEntry]] = {}
    for entry in entries:
        stem = entry.wav_path.with_suffix("")
        inside = not bare and stem.is_relative_to(root)
        key = stem.relative_to(root).as_posix() if inside else stem.name
        found.setdefault(name_key(key), []).append(entry)
    return {key: tuple(lines) for key, lines in found.items()}
