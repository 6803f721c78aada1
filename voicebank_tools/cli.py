"""`vbtools`: the click group, and the one place where an error becomes a line and an exit code.

Commands live in `voicebank_tools.commands`, one module each, and are imported when they are asked for.
Exit codes: 0 done; 1 done, but something was found (said on stderr); 2 not done: wrong use, a file that
cannot be read or written; 130 stopped with Ctrl-C.
"""

import importlib
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import click

from pychang import PychangError

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "build": "voicebank_tools.commands.build",
        "check": "voicebank_tools.commands.check",
        "compare": "voicebank_tools.commands.compare",
        "demo": "voicebank_tools.commands.demo",
        "engine": "voicebank_tools.commands.engine",
        "frq": "voicebank_tools.commands.frq",
        "install": "voicebank_tools.commands.install",
        "label": "voicebank_tools.commands.label",
        "oto": "voicebank_tools.commands.oto",
        "pack": "voicebank_tools.commands.pack",
        "sing": "voicebank_tools.commands.sing",
        "slice": "voicebank_tools.commands.slice",
        "train": "voicebank_tools.commands.train",
        "uninstall": "voicebank_tools.commands.install",
    }
)
"""Command name -> the module that holds a click command of that name."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command (or the list of all) is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name])
        # By the name click knows, since Python has words of its own (`slice`).
        commands = [value for value in vars(module).values() if isinstance(value, click.Command)]
        return next(command for command in commands if command.name == cmd_name)


@click.group(
    cls=LazyGroup,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "show_default": True,
    },
)
@click.version_option(package_name="pychang", prog_name="vbtools")
def vbtools() -> None:
    """Sing songs with UTAU voicebanks, and make voicebanks."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `vbtools` and return its exit code; `argv` without the program name, None: the process's own."""
    _make_console_forgiving()
    arguments = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    try:
        return _run(arguments)
    except BrokenPipeError:  # `vbtools ... | head`: the reader has seen enough
        sys.stderr.close()
        return 0


def _run(arguments: list[str]) -> int:
    try:
        result = vbtools.main(arguments, prog_name="vbtools", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:
        click.echo("stopped", err=True)
        return 130
    except PychangError as error:
        return _fail(str(error))
    except BrokenPipeError:
        raise
    except OSError as error:
        return _fail(f"{error.strerror or error}: {error.filename}" if error.filename else str(error))


def _fail(message: str) -> int:
    click.echo(f"error: {' '.join(message.split())}", err=True)
    return 2


def _make_console_forgiving() -> None:
    """Print what the console's code page lacks as `?`: a Japanese file name must not stop a run."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
