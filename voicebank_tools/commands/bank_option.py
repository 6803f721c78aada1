"""A voicebank's folder on the command line."""

from pathlib import Path
from typing import Any

import click

_ARCHIVES = frozenset((".zip", ".rar", ".7z", ".uar", ".lzh", ".tar", ".gz"))


class BankType(click.Path):
    """An existing folder; of a file it is said what to give instead."""

    def __init__(self) -> None:
        super().__init__(exists=True, file_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the folder's path."""
        path = Path(value)
        if path.is_file() and path.suffix.lower() in _ARCHIVES:
            self.fail(f"{path} is an archive; unpack it first and give the folder", param, ctx)
        if path.is_file():
            self.fail(f"{path} is a file; give the folder that holds the recordings and oto.ini", param, ctx)
        return super().convert(value, param, ctx)
