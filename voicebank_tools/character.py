"""character.txt and character.yaml: who sings, and how the bank is to be read.

Sources: UTAU's character.txt (`key=value`; people also write `:` or a full-width `：`) and OpenUtau's
character.yaml, whose values win where they are not blank.
"""

import re
from dataclasses import dataclass, fields, replace

from voicebank_tools.subbank import Subbank, subbanks_from_yaml
from voicebank_tools.yaml_tree import load_tree, text_of

_KEYS = {"image": "image", "author": "author", "created by": "author", "cv": "voice", "sample": "sample",
         "web": "web", "version": "version"}  # fmt: skip


@dataclass(frozen=True)
class Character:
    """What the two files say; "" where they are silent. `image`, `portrait` and `sample` are file names
    relative to the bank; `info` the remaining lines of character.txt."""

    name: str = ""
    author: str = ""
    voice: str = ""
    web: str = ""
    version: str = ""
    image: str = ""
    portrait: str = ""
    sample: str = ""
    info: str = ""
    singer_type: str = ""
    default_phonemizer: str = ""
    text_file_encoding: str = ""
    use_filename_as_alias: bool = False
    subbanks: tuple[Subbank, ...] = ()

    def overridden_by(self, other: "Character") -> "Character":
        """Return this character with everything that `other` says."""
        said = {field.name: value for field in fields(other) if (value := getattr(other, field.name))}
        return replace(self, **said)


def parse_character_txt(text: str) -> Character:
    """Return what a character.txt says. Never raises: unknown lines become `info`."""
    found: dict[str, str] = {}
    info = []
    for line in re.split(r"\r\n|\r|\n", text):
        parts = re.split(r"=", line, maxsplit=1) if "=" in line else re.split("[:：]", line, maxsplit=1)
        field = _field(parts[0].strip().lower()) if len(parts) == 2 else ""
        if field:
            found[field] = parts[1].strip()
        elif line.strip():
            info.append(line.strip())
    name = found.pop("name", "") or found.get("japanese_name", "")
    found.pop("japanese_name", None)
    return Character(name=name, info="\n".join(info), **found)  # type: ignore[arg-type]


def _field(key: str) -> str:
    if key == "name":
        return "name"
    if key == "名前":
        return "japanese_name"
    return "voice" if key.startswith("voice") else _KEYS.get(key, "")


def parse_character_yaml(text: str, name: str = "character.yaml") -> Character:
    """Return what a character.yaml says. Raises PychangError naming `name` when it is no YAML; fields of
    another form than expected count as absent."""
    tree = load_tree(text, name)
    data = tree if isinstance(tree, dict) else {}
    texts = {
        field.name: value.strip()
        for field in fields(Character)
        if field.name != "info" and field.type is str and (value := text_of(data.get(field.name)))
    }
    return Character(
        **texts,
        use_filename_as_alias=text_of(data.get("use_filename_as_alias")).lower() in ("true", "yes", "on"),
        subbanks=subbanks_from_yaml(data.get("subbanks")),
    )
