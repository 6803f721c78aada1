import subprocess
import sys
from pathlib import Path

import pytest

from pychang import PychangError
from tests.voicebank_tools.training.made import needs_keras, quiet_libraries
from voicebank_tools.training.backend import choose_backend, device, import_keras


def test_missing_libraries_are_told_in_one_line_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    monkeypatch.setitem(sys.modules, "keras", None)  # as if it were not installed
    with pytest.raises(PychangError, match=r'pip install "pychang\[train\]"') as told:
        import_keras()
    assert "\n" not in str(told.value)


@needs_keras
@quiet_libraries
def test_the_backend_cannot_be_changed_once_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    assert import_keras().backend.backend() == "tensorflow"
    choose_backend("tensorflow")
    with pytest.raises(PychangError, match="set KERAS_BACKEND=jax and start again"):
        choose_backend("jax")
    assert device()


def test_training_modules_load_without_keras() -> None:
    """Help must answer, and the rest of training be tested, where the train extra is not installed."""
    folder = Path(__file__).resolve().parents[3]
    names = sorted(path.stem for path in (folder / "voicebank_tools" / "training").glob("*.py"))
    lines = [f"import voicebank_tools.training.{name}" for name in names if name != "__init__"]
    check = "assert not {'keras', 'tensorflow', 'librosa', 'onnx'} & set(sys.modules)"
    code = "\n".join(["import sys", *lines, check])
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)
