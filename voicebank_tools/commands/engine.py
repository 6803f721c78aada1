"""`vbtools engine`: the resident engine, for people. Hosts start it by themselves."""

from collections.abc import Mapping
from typing import Any

import click

from pychang import PychangError


@click.command(short_help="See, start or stop the engine that renders notes in the background.")
@click.argument(
    "action", type=click.Choice(["start", "stop", "status", "log"]), metavar="start|stop|status|log"
)
@click.option("--lines", type=click.IntRange(1), default=40, help="How much of the log to show.")
def engine(action: str, lines: int) -> int:
    """See, start or stop the engine that renders notes in the background.

    The first note a host asks for starts it, and it leaves by itself after ten idle minutes, so that
    nobody needs this command; `log` says why a note failed. Exit code 1: no engine is running (status).
    """
    from resampler.state import StateError

    try:
        if action == "log":
            return _show_log(lines)
        return _act(action)
    except StateError as error:
        raise PychangError(f"engine: {error}") from error


def _act(action: str) -> int:
    from resampler import control
    from resampler.state import state_folder

    folder = state_folder()
    if action == "stop":
        process_id = control.stop(folder)
        click.echo("no engine is running" if process_id is None else f"engine {process_id} has left")
        return 0
    status = control.start(folder) if action == "start" else control.engine_status(folder)
    if status is None:
        click.echo(f"no engine is running ({folder}); the next note starts one")
        return 1
    click.echo(describe(status, folder))
    return 0


def describe(status: Mapping[str, Any], folder: str) -> str:
    """Return an engine's status in a few lines."""
    minutes = status["uptime_s"] / 60.0
    memory = ", ".join(f"{worker['pid']} ({worker['peak_mb']:.0f} MB)" for worker in status["workers"])
    warming = ", still warming up" if status["warming"] else ""
    return (
        f"engine {status['pid']}, version {status['version']}, for {minutes:.1f} minutes{warming}\n"
        f"notes: {status['rendered']} rendered, {status['failed']} of them failed;"
        f" {status['running']} in work, {status['waiting']} waiting\n"
        f"workers: {memory or 'none yet'}; died: {status['deaths']}\n"
        f"state: {folder}"
    )


def _show_log(lines: int) -> int:
    from resampler.enginelog import last_lines, log_path

    click.echo(log_path())
    for line in last_lines(lines):
        click.echo(line)
    return 0
