"""Long lists on stderr: the first lines, then how many more there are."""

from collections.abc import Sequence

import click


def echo_first(lines: Sequence[object], most: int, where: str = "") -> None:
    """Print the first `most` lines on stderr; `where` says where all of them are to be had."""
    for line in lines[:most]:
        click.echo(str(line), err=True)
    if len(lines) > most:
        click.echo(f"... and {len(lines) - most} more{where}", err=True)
