"""Voicebanks made of names and texts only; their recordings are empty files."""

from collections.abc import Mapping
from pathlib import Path


def make_bank(folder: Path, files: Mapping[str, str | bytes], encoding: str = "utf-8") -> Path:
    """Write `files` (path below `folder` -> content) and return `folder`."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return folder
