"""Writes the parts of the documentation that the code already knows; `--check` only compares.

A generated part stands between `<!-- generated: NAME -->` and `<!-- end generated -->`; whole files
are listed in `FILES`. `tests/test_docs.py` fails while anything here is stale.
"""

import ast
import inspect
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import click

from pychang.analysis import Analysis
from resampler.flags import flags_markdown, openutau_manifest_yaml
from voicebank_tools.cli import vbtools

DOCS = Path(__file__).resolve().parent

_PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end generated -->)", re.DOTALL)


def cli_markdown() -> str:
    """Return a section for each command of `vbtools`: how it is called, what it does, its options.

    Written from click's objects rather than from `--help`, whose looks differ between click's versions.
    """
    context = click.Context(vbtools, info_name="vbtools")
    commands = [vbtools.get_command(context, name) for name in vbtools.list_commands(context)]
    return "\n".join(_command_section(command) for command in commands if command is not None)


def modules_markdown() -> str:
    """Return a table of all modules with the first sentence of their docstrings."""
    rows = ["| module | what it is |", "|---|---|"]
    for package in PACKAGES:
        for path in sorted((DOCS.parent / package).rglob("*.py")):
            if path.name != "__init__.py":
                name = ".".join(path.relative_to(DOCS.parent).with_suffix("").parts)
                text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
                summary = " ".join(text.split("\n\n")[0].split()).replace("|", "\\|")
                rows.append(f"| `{name}` | {summary} |")
    return "\n".join(rows) + "\n"


def analysis_markdown() -> str:
    """Return the list of an analysis's fields as its docstring describes them."""
    text = inspect.getdoc(Analysis) or ""
    described = re.findall(r"^ {4}(\w+): ((?:.|\n(?= {8}))+)", text, re.MULTILINE)
    return "".join(f"- `{name}`: {' '.join(what.split())}\n" for name, what in described)


PACKAGES = ("pychang", "resampler", "voicebank_tools")

PARTS: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "flags": flags_markdown,
        "cli": cli_markdown,
        "modules": modules_markdown,
        "analysis": analysis_markdown,
    }
)
"""Name of a generated part -> what writes it."""

FILES: Mapping[str, Callable[[], str]] = MappingProxyType({"openutau/pychang.yaml": openutau_manifest_yaml})
"""Path of a wholly generated file, relative to docs/ -> what writes it."""


def regenerated(page: str) -> str:
    """Return a page with its generated parts written anew; raises KeyError for a part nobody writes."""
    return _PART.sub(lambda part: part[1] + PARTS[part[2]]() + part[3], page)


def stale_files() -> dict[Path, str]:
    """Return file -> wanted text for each page and file that is not as the code would write it."""
    pages = [*sorted(DOCS.rglob("*.md")), *sorted(DOCS.parent.glob("*.md"))]
    wanted = {path: regenerated(path.read_text("utf-8")) for path in pages}
    wanted |= {DOCS / name: write() for name, write in FILES.items()}
    return {
        path: text for path, text in wanted.items() if not path.is_file() or path.read_text("utf-8") != text
    }


def main(argv: list[str]) -> int:
    """Write what is stale, or with `--check` only name it; returns 1 if a check found something."""
    stale = stale_files()
    for path, text in stale.items():
        if "--check" not in argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
        print(f"{'stale' if '--check' in argv else 'wrote'}: {path.relative_to(DOCS.parent)}")
    return int(bool(stale) and "--check" in argv)


def _command_section(command: click.Command) -> str:
    arguments = [param for param in command.params if isinstance(param, click.Argument)]
    options = [param for param in command.params if isinstance(param, click.Option)]
    usage = " ".join(
        ["vbtools", str(command.name), "[OPTIONS]", *(str(a.human_readable_name) for a in arguments)]
    )
    rows = ["| option | value | default | what it does |", "|---|---|---|---|", *map(_option_row, options)]
    text = inspect.cleandoc(command.help or "")
    return "\n".join([f"## vbtools {command.name}\n", f"`{usage}`\n", f"{text}\n", *rows]) + "\n"


def _option_row(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    value = "" if option.is_flag else option.metavar or option.type.name.upper().replace(" RANGE", "")
    limits = (getattr(option.type, "min", None), getattr(option.type, "max", None))
    if any(limit is not None for limit in limits):
        value += f" {limits[0]} to {limits[1]}" if limits[1] is not None else f" from {limits[0]}"
    shown = isinstance(option.default, str | int | float) and not isinstance(option.default, bool)
    default = "required" if option.required else str(option.default) if shown else ""
    cells = (names, value, default, option.help or "")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
