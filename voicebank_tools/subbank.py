"""Subbanks: which prefix and suffix an alias takes at which tone and in which voice colour.

Two sources: `subbanks` in OpenUtau's character.yaml, else UTAU's prefix.map (one line per tone, B7 down to
C1) with presamp's append maps in `prefix/*.map`. Tones are MIDI numbers, C4 = 60.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pychang import PychangError
from pychang.files import write_atomically
from resampler.protocol import note_name, parse_note_name
from voicebank_tools.files import MOST_CHARACTER_BYTES, read_limited
from voicebank_tools.yaml_tree import Tree, text_of

LOWEST_TONE, HIGHEST_TONE = 24, 107
"""The tones of UTAU's keyboard and prefix.map: C1 to B7."""

_RANGE = re.compile(r"(.{1,8}?[0-9])(?:\s?[-~]\s?(.{2,8}))?")


@dataclass(frozen=True)
class Subbank:
    """`tone_ranges` as written ("C#4-F4" or "C4", both ends included); an unreadable one holds no tone."""

    color: str = ""
    prefix: str = ""
    suffix: str = ""
    tone_ranges: tuple[str, ...] = ()

    @cached_property
    def tones(self) -> frozenset[int]:
        """The MIDI numbers this subbank sings."""
        return frozenset(tone for text in self.tone_ranges for tone in tones_of_range(text))


def tone_of_name(name: str) -> int | None:
    """Return the MIDI number of "C#4", "Db4" or "c♯4"; None when it is no tone (0 to 127)."""
    try:
        tone_midi = parse_note_name(name)
    except PychangError:
        return None
    return tone_midi if 0 <= tone_midi <= 127 else None


def tones_of_range(text: str) -> range:
    """Return the tones of "C#4-F4" (either end first) or "C4"; nothing when it cannot be read."""
    match = _RANGE.fullmatch(text.strip())
    first = tone_of_name(match[1]) if match else None
    last = tone_of_name(match[2]) if match and match[2] else first
    if first is None or last is None:
        return range(0)
    return range(min(first, last), max(first, last) + 1)


def ranges_of_tones(tones: Iterable[int]) -> tuple[str, ...]:
    """Return tones as the fewest ranges, low to high: {60, 61, 62, 64} -> ("C4-D4", "E4")."""
    runs: list[list[int]] = []
    for tone in sorted(set(tones)):
        if runs and tone == runs[-1][1] + 1:
            runs[-1][1] = tone
        else:
            runs.append([tone, tone])
    return tuple(note_name(a) if a == b else f"{note_name(a)}-{note_name(b)}" for a, b in runs)


def parse_prefix_map(text: str, color: str = "") -> tuple[Subbank, ...]:
    """Return the subbanks of a prefix.map (`tone<TAB>prefix<TAB>suffix`), in order of their lowest tone.
    With a `color` (an append map) the suffix begins with its name. Lines without a tone are passed over."""
    tones: dict[tuple[str, str], set[int]] = {}
    for line in re.split(r"\r\n|\r|\n", text):
        name, _, rest = line.partition("\t")
        tone = tone_of_name(name)
        if tone is None or not LOWEST_TONE <= tone <= HIGHEST_TONE:
            continue
        prefix, _, suffix = rest.partition("\t")
        tones.setdefault((prefix, suffix), set()).add(tone)
    ordered = sorted(tones.items(), key=lambda item: min(item[1]))
    return tuple(
        Subbank(color, prefix, color + suffix, ranges_of_tones(held)) for (prefix, suffix), held in ordered
    )


def format_prefix_map(subbanks: Iterable[Subbank]) -> str:
    """Return the prefix.map of the colourless `subbanks`: one line per tone from B7 down to C1, CRLF."""
    plain = [subbank for subbank in subbanks if not subbank.color]
    lines = []
    for tone in range(HIGHEST_TONE, LOWEST_TONE - 1, -1):
        subbank = next((subbank for subbank in plain if tone in subbank.tones), Subbank())
        lines.append(f"{note_name(tone)}\t{subbank.prefix}\t{subbank.suffix}\r\n")
    return "".join(lines)


def subbanks_from_yaml(value: Tree) -> tuple[Subbank, ...]:
    """Return the `subbanks` list of a parsed character.yaml; what has another form is passed over."""
    items = value if isinstance(value, list) else []
    return tuple(_subbank(item) for item in items if isinstance(item, dict))


def _subbank(item: dict[str, Tree]) -> Subbank:
    color, prefix, suffix = (text_of(item.get(key)) for key in ("color", "prefix", "suffix"))
    ranges = item.get("tone_ranges")
    parts = ranges if isinstance(ranges, list) else text_of(ranges).split(",")
    return Subbank(color, prefix, suffix, tuple(text for text in map(text_of, parts) if text))


def subbanks_to_yaml(subbanks: Iterable[Subbank]) -> str:
    """Return the `subbanks:` block of a character.yaml, in the form OpenUtau writes."""
    import yaml

    items = [
        {
            **({"color": subbank.color} if subbank.color else {}),
            "prefix": subbank.prefix,
            "suffix": subbank.suffix,
            "tone_ranges": list(subbank.tone_ranges),
        }
        for subbank in subbanks
    ]
    return str(yaml.safe_dump({"subbanks": items}, sort_keys=False, allow_unicode=True, width=1000))


def with_subbanks(yaml_text: str, subbanks: Iterable[Subbank]) -> str:
    """Return a character.yaml's text with its top-level `subbanks` replaced (or appended); every other line
    stays as it is."""
    mark, text = yaml_text[: yaml_text.startswith("\ufeff")], yaml_text.removeprefix("\ufeff")
    lines = text.split("\n")
    block = subbanks_to_yaml(subbanks).split("\n")[:-1]
    start = next((number for number, line in enumerate(lines) if re.match(r"subbanks[ \t]*:", line)), None)
    if start is None:
        body = lines if lines[-1] else lines[:-1]
        return mark + "\n".join([*body, *block, ""])
    end = start + 1
    for number in range(start + 1, len(lines)):
        if lines[number].strip() and lines[number][0] not in " \t-#":
            break
        if lines[number].strip() and lines[number][0] != "#":  # comments behind the block stay
            end = number + 1
    rest = lines[end:] if end < len(lines) else [""]
    return mark + "\n".join([*lines[:start], *block, *rest])


def write_subbanks(path: Path, subbanks: Iterable[Subbank]) -> None:
    """Put `subbanks` into the character.yaml at `path` (made if missing), leaving its other lines alone.
    Raises PychangError when it cannot be read or written."""
    data = read_limited(path, MOST_CHARACTER_BYTES) if path.exists() else b""
    text = data.decode("utf-8", "surrogateescape")  # odd bytes survive the way back
    write_atomically(path.resolve(), with_subbanks(text, subbanks).encode("utf-8", "surrogateescape"))
