"""Documentation that does not keep up fails here: generated parts, examples, links, commands, flags."""

import doctest
import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest

from resampler.flags import OWN_FLAGS
from resampler.protocol import MAX_LENGTH_MS
from resampler.render import MAX_RECORDING_S
from voicebank_tools.cli import COMMANDS, vbtools

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def page_id(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(path: Path, *languages: str) -> list[str]:
    """The fenced blocks of a page in one of the languages, or in any."""
    found = FENCE.findall(path.read_text("utf-8"))
    return [text for language, text in found if language in languages or not languages]


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_parts_are_fresh(generate: ModuleType) -> None:
    stale = [page_id(path) for path in generate.stale_files()]
    assert stale == [], "run: python docs/generate.py"


def test_a_stale_part_is_seen_and_an_unknown_one_refused(generate: ModuleType) -> None:
    page = "a\n<!-- generated: flags -->\nold\n<!-- end generated -->\nb\n"
    fresh = generate.regenerated(page)
    assert "| `g` |" in fresh
    assert "old" not in fresh
    assert generate.regenerated(fresh) == fresh
    with pytest.raises(KeyError):
        generate.regenerated(page.replace("flags", "weather"))


@pytest.mark.parametrize("path", [path for path in PAGES if blocks(path, "python")], ids=page_id)
def test_examples_run(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All examples of a page in turn, in one namespace, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    source = "\n".join(blocks(path, "python"))
    test = doctest.DocTestParser().get_doctest(source, {}, page_id(path), str(path), 0)
    assert test.examples, "write Python examples with >>>"
    results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test)
    assert results.failed == 0


@pytest.mark.parametrize("path", PAGES, ids=page_id)
def test_links_lead_somewhere(path: Path) -> None:
    text = FENCE.sub("", path.read_text("utf-8"))
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        page = (path.parent / name).resolve() if name else path
        if not page.exists() or (anchor and anchor not in anchors(page)):
            dead.append(target)
    assert dead == []


def anchors(page: Path) -> set[str]:
    """What GitHub names the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_reachable_from_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert {name for name in pages if f"({name})" not in index} == set()


def test_every_command_and_every_flag_is_documented() -> None:
    cli = (ROOT / "docs" / "cli.md").read_text("utf-8")
    resampler = (ROOT / "docs" / "resampler.md").read_text("utf-8")
    assert [name for name in COMMANDS if f"## vbtools {name}\n" not in cli] == []
    assert [spec.name for spec in OWN_FLAGS if f"| `{spec.name}` |" not in resampler] == []


def shell_lines() -> list[tuple[str, list[str]]]:
    """(page, words after `vbtools`) of every call of the program in a shell example."""
    calls = []
    for path in PAGES:
        for block in blocks(path, "sh", "powershell"):
            joined = re.sub(r"\\\n", " ", block)
            for line in re.split(r"&&|;|\n", joined):
                words = shlex.split(line, comments=True, posix="\\" not in line)
                if words and re.split(r"[/\\]", words[0])[-1] == "vbtools":
                    calls.append((page_id(path), words[1:]))
    return calls


def test_the_bounds_of_recordings_and_notes_are_documented() -> None:
    page = (ROOT / "docs" / "resampler.md").read_text("utf-8")
    assert f"at most {MAX_RECORDING_S / 60:g} minutes" in page
    assert f"({MAX_LENGTH_MS:.0f}) at most" in page


def test_shell_examples_use_commands_and_options_that_exist() -> None:
    calls = shell_lines()
    assert len(calls) >= 4
    for page, words in calls:
        if words[0].startswith("-"):
            continue
        command = vbtools.get_command(click.Context(vbtools), words[0])
        assert command is not None, f"{page}: vbtools {words[0]}"
        known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)} | {
            "-h",
            "--help",
        }
        unknown = {word for word in words[1:] if re.match(r"--?[a-zA-Z]", word)} - known
        assert unknown == set(), f"{page}: vbtools {' '.join(words)}"


def test_both_readmes_give_the_same_commands() -> None:
    assert blocks(ROOT / "README.md") == blocks(ROOT / "README.ko.md")


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are POSIX shell")
@pytest.mark.parametrize("name", ["sing", "test"])
def test_the_commands_that_ci_runs_are_in_the_readme(name: str) -> None:
    found = re.findall(
        rf"^<!-- command: {name} -->\n```sh\n(.+)\n```$",
        (ROOT / "README.md").read_text("utf-8"),
        re.MULTILINE,
    )
    assert len(found) == 1
    assert found[0].startswith("python3 -m venv .venv && ")


@pytest.mark.skipif(sys.platform != "linux", reason="the launcher's folder is Linux' own here")
def test_the_launcher_of_the_readme_starts_the_program(tmp_path: Path) -> None:
    """The README's own lines, in a checkout and a home with blanks; started from `/`, as macOS does."""
    checkout, data = tmp_path / "my checkout", tmp_path / "my data"
    scripts = checkout / ".venv" / "bin"
    scripts.mkdir(parents=True)
    tools = scripts / "vbtools"
    tools.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m voicebank_tools "$@"\n')
    tools.chmod(0o755)
    (lines,) = [block for block in blocks(ROOT / "README.md", "sh") if "install openutau" in block]
    environment = {**os.environ, "XDG_DATA_HOME": str(data), "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    (data / "OpenUtau").mkdir(parents=True)
    subprocess.run(["/bin/sh", "-eu", "-c", lines], cwd=checkout, env=environment, check=True)

    folder = data / "OpenUtau" / "Resamplers"
    assert {path.name for path in folder.iterdir()} == {"pychang.sh", "pychang.yaml"}
    asked = ["no such.wav", str(tmp_path / "out.wav"), "C4", "100", ""]
    done = subprocess.run(
        [folder / "pychang.sh", *asked], cwd="/", env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.startswith("pychang-resampler: ")
    assert "no such.wav" in done.stderr
