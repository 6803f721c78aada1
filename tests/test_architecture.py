"""The house's shape: who imports whom, how long files are, what starts light."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pychang.audio import write_wav
from tests.pychang.signals import vowel
from tests.pychang.tiny_generator import write_model

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("pychang", "resampler", "voicebank_tools")
MAX_LINES = 400

HEAVY = ("tensorflow", "keras", "librosa", "scipy", "numba", "matplotlib", "sklearn", "onnxruntime")


def modules() -> Iterator[Path]:
    """Every module of the three packages, relative to the root."""
    for package in PACKAGES:
        yield from sorted(path.relative_to(ROOT) for path in (ROOT / package).rglob("*.py"))


def loaded_by(statement: str) -> set[str]:
    """Top-level names in `sys.modules` after a statement in a fresh interpreter."""
    code = f"import sys\n{statement}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stdout.split()}


def test_imports_keep_their_contracts(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("importlinter", reason="import-linter comes with the dev extra")
    from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == EXIT_STATUS_SUCCESS


def test_no_file_is_too_long_to_read() -> None:
    folders = (*PACKAGES, "tests", "docs")
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert len(sources) > 20
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in sources}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}


def test_every_module_has_its_mirror() -> None:
    """pychang/pitch.py -> tests/pychang/test_pitch.py; what only holds constants or types has none."""
    wanted = [path for path in modules() if path.name not in {"__init__.py", "__main__.py"}]
    mirrors = {path: ROOT / "tests" / path.parent / f"test_{path.name}" for path in wanted}
    missing = [str(path) for path, mirror in mirrors.items() if not mirror.is_file() and has_functions(path)]
    assert missing == []


def has_functions(path: Path) -> bool:
    text = (ROOT / path).read_text("utf-8")
    return "\ndef " in text or "    def " in text


def test_every_module_can_be_imported_without_a_warning() -> None:
    names = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in modules()]
    statement = "import importlib\n" + "\n".join(f"importlib.import_module({name!r})" for name in names)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", statement], capture_output=True, text=True, cwd=ROOT
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_note_starts_without_heavy_libraries() -> None:
    assert (
        loaded_by("import resampler.__main__, resampler.render") & {*HEAVY, "click", "rich", "yaml", "mido"}
        == set()
    )


@pytest.mark.parametrize(("engine", "loads"), [("classic", False), ("neural", True)])
def test_only_a_neural_note_loads_the_runtime(engine: str, loads: bool, tmp_path: Path) -> None:
    source, generator = tmp_path / "a.wav", write_model(tmp_path / "g.onnx")
    write_wav(source, vowel(220.0, seconds=0.3))
    statement = (
        f"import os; os.environ['PYCHANG_GENERATOR'] = {str(generator)!r}\n"
        "from resampler.protocol import parse_arguments\nfrom resampler.render import render_request\n"
        f"render_request(parse_arguments([{str(source)!r}, 'out.wav', 'C4', '100']), {engine!r})"
    )
    assert loaded_by(statement) & set(HEAVY) == ({"onnxruntime"} if loads else set())


@pytest.mark.parametrize("module", ["protocol", "pitchbend", "flags"])
def test_the_protocol_needs_the_standard_library_alone(module: str) -> None:
    extra = loaded_by(f"import resampler.{module}") - loaded_by("pass") - set(sys.stdlib_module_names)
    assert extra <= {"pychang", "resampler"}


def test_the_command_line_starts_without_what_only_some_commands_need() -> None:
    """Help, version and wrong use must answer at once."""
    statement = (
        "import io, contextlib\nfrom voicebank_tools import cli\n"
        "with contextlib.redirect_stdout(io.StringIO()): assert cli.main(['--help']) == 0"
    )
    loaded = loaded_by(statement)
    assert "click" in loaded
    assert loaded & {*HEAVY, "numpy", "soundfile", "soxr", "pyworld", "rich", "yaml", "mido"} == set()
