"""The sounds of a labelled recording: for each mora or syllable its consonant, its vowel, its neighbours."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from voicebank_tools import kana
from voicebank_tools.align.manner import manner, plain
from voicebank_tools.g2p.japanese import read_japanese
from voicebank_tools.labels.pauses import pause_name
from voicebank_tools.labels.segment import Labels, Segment

LEAST_PAUSE_S = 0.3
"""A shorter silence ends no phrase: vowels sung apart (ああ, んえ) have up to 0.25 s between them."""

_JAPANESE_NUCLEI = frozenset("aiueoAIUEON")
_LAST = -1


@dataclass(frozen=True)
class Sound:
    """One mora or syllable as it was sung.

    Attributes:
        text: As in the labels, of Japanese without long marks and in kana.
        lead: The phones before the vowel.
        nucleus: The vowel, or a syllabic n.
        coda: The phones behind it.
        at_head, at_tail: The end of a phrase is before, behind it: a pause or the recording's end.
    """

    text: str
    lead: tuple[Segment, ...]
    nucleus: Segment
    coda: tuple[Segment, ...] = ()
    at_head: bool = False
    at_tail: bool = False

    @property
    def begin_ms(self) -> float:
        """Where its first phone begins."""
        return 1000.0 * (*self.lead, self.nucleus)[0].begin_s

    @property
    def vowel_ms(self) -> float:
        """Where its vowel begins."""
        return 1000.0 * self.nucleus.begin_s

    @property
    def vowel_end_ms(self) -> float:
        """Where its vowel ends."""
        return 1000.0 * self.nucleus.end_s

    def with_vowel_at(self, vowel_ms: float) -> "Sound":
        """Return it with the edge between consonant and vowel (and where there is no consonant, its
        beginning) moved."""
        at_s = vowel_ms / 1000.0
        lead = (*self.lead[:_LAST], replace(self.lead[_LAST], end_s=at_s)) if self.lead else ()
        return replace(self, lead=lead, nucleus=replace(self.nucleus, begin_s=at_s))


@dataclass(frozen=True)
class Placed:
    """A sound and those it is sung together with: None where a pause is, or what is no sound (っ)."""

    sound: Sound
    before: Sound | None
    after: Sound | None


class Heard(NamedTuple):
    """The sounds of a recording in order, and the words of its labels that could not be read as one."""

    placed: tuple[Placed, ...]
    unread: tuple[str, ...]


class _Said(NamedTuple):
    text: str
    phones: tuple[Segment, ...]


def hear(labels: Labels, language: str) -> Heard:
    """Return the sounds of a recording by its labels; `language` as in `vbtools label`."""
    runs: list[list[Sound]] = [[]]
    unread: list[str] = []
    after_pause = True
    silent_s = 0.0
    for word in labels.words:
        if pause_name(word.text):
            silent_s += word.end_s - word.begin_s
            continue
        if silent_s >= LEAST_PAUSE_S:
            _end_run(runs)
            after_pause = True
        silent_s = 0.0
        for said in _said(word, labels.phones, language):
            sound = _sound(said, language)
            if sound:
                runs[-1].append(replace(sound, at_head=after_pause))
            else:
                runs.append([])
                unread += [] if kana.to_hiragana(said.text) == kana.GEMINATE else [said.text]
            after_pause = False
    _end_run(runs)
    return Heard(tuple(placed for run in runs for placed in _together(run)), tuple(unread))


def vowel_name(sound: Sound, language: str) -> str:
    """Return what a sound ends on, as aliases name it: `a`, `n` for ん, else its last phone."""
    if language == "ja":
        return kana.vowel_of(kana.to_hiragana(sound.text)) or sound.nucleus.text.lower()
    return plain((sound.nucleus, *sound.coda)[_LAST].text.rpartition("/")[2])


def consonant_name(sound: Sound, language: str) -> str:
    """Return what a sound begins with, as aliases of transitions name it, "" for a vowel."""
    if not sound.lead:
        return ""
    named = kana.consonants_of(kana.to_hiragana(sound.text)) if language == "ja" else ()
    return named[0] if named else plain(sound.lead[0].text.rpartition("/")[2])


def _end_run(runs: list[list[Sound]]) -> None:
    if runs[_LAST]:
        runs[_LAST][_LAST] = replace(runs[_LAST][_LAST], at_tail=True)
    runs.append([])


def _together(run: Sequence[Sound]) -> Iterator[Placed]:
    for place, sound in enumerate(run):
        before = run[place - 1] if place else None
        after = run[place + 1] if place + 1 < len(run) else None
        yield Placed(sound, before, after)


def _said(word: Segment, phones: Sequence[Segment], language: str) -> Iterator[_Said]:
    """The word with its phones; of Japanese, mora by mora."""
    own = tuple(
        phone
        for phone in phones
        if word.begin_s <= (phone.begin_s + phone.end_s) / 2.0 < word.end_s and not pause_name(phone.text)
    )
    reading = read_japanese(word.text) if language == "ja" else None
    if reading is None:
        yield _Said(word.text, own)
    elif reading.unknown or sum(len(mora.phones) for mora in reading.words) != len(own):
        yield _Said(word.text, ())
    else:
        place = 0
        for mora in reading.words:
            text = mora.text.rstrip("".join(kana.LONG_MARKS))
            yield _Said(text, own[place : place + len(mora.phones)])
            place += len(mora.phones)


def _sound(said: _Said, language: str) -> Sound | None:
    nuclei = [place for place, phone in enumerate(said.phones) if _is_nucleus(phone.text, language)]
    if language == "zh" and said.phones:
        nuclei = [len(said.phones) - 1]  # finals are one phone, and spelt with v as well
    if len(nuclei) != 1:
        return None
    at = nuclei[0]
    return Sound(said.text, said.phones[:at], said.phones[at], said.phones[at + 1 :])


def _is_nucleus(phone: str, language: str) -> bool:
    return phone in _JAPANESE_NUCLEI if language == "ja" else manner(phone) == "vowel"
