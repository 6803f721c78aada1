"""`--engine`: one option for every command that sings."""

import click

from resampler.state import ENGINE_VARIABLE

ENGINE_TYPE = click.Choice(["classic", "neural"])


def checked_engine(context: click.Context, option: click.Parameter, value: str | None) -> str:
    """Return an option's engine, "" for none. Raises PychangError where the neural one cannot be had.

    Whoever asks for it by name wants no other, and can read why before the work; a host cannot.
    """
    if value == "neural" and not context.resilient_parsing:
        from pychang.choice import require_neural  # numpy and the runtime, only when they are wanted

        require_neural()
    return value or ""


engine_option = click.option(
    "--engine", type=ENGINE_TYPE, metavar="classic|neural", envvar=ENGINE_VARIABLE, callback=checked_engine,
    help=f"What sings; without it (or {ENGINE_VARIABLE}) whichever is known to be better for the voice.",
)  # fmt: skip
"""Gives the command `engine`: "classic", "neural" or "" for the default (see `pychang.choice`)."""
