import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pychang import PychangError
from resampler.flags import OWN_FLAGS
from voicebank_tools import install
from voicebank_tools.install import (
    Place,
    find_openutau,
    install_openutau,
    is_ours,
    launcher_script,
    openutau_folder,
    uninstall_openutau,
    utau_advice,
)

posix = pytest.mark.skipif(os.name == "nt", reason="shell scripts")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "Open Utau" / "Resamplers")


@pytest.mark.parametrize(("platform", "environment", "folder"), [
    ("linux", {}, "home/.local/share/OpenUtau"),
    ("linux", {"XDG_DATA_HOME": "/data"}, "/data/OpenUtau"),
    ("darwin", {"XDG_DATA_HOME": "/data"}, "home/Library/OpenUtau"),
])  # fmt: skip
def test_openutau_s_folder(platform: str, environment: dict[str, str], folder: str) -> None:
    assert openutau_folder(environment, Path("home"), platform) == Path(folder)


@pytest.mark.skipif(os.name == "nt", reason="asks the registry")
def test_openutau_s_folder_on_windows_is_below_the_documents() -> None:
    assert openutau_folder({}, Path("home"), "win32") == Path("home/Documents/OpenUtau")


def test_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PychangError, match="no folder"):
        find_openutau(tmp_path / "missing")
    data = tmp_path / "OpenUtau"
    data.mkdir()
    assert find_openutau(data).folder == data / "Resamplers"
    (data / "Resamplers").mkdir()
    assert find_openutau(data / "Resamplers").folder == data / "Resamplers"
    monkeypatch.setattr(install, "openutau_folder", lambda *_: data)
    assert find_openutau().folder == data / "Resamplers"
    monkeypatch.setattr(install, "openutau_folder", lambda *_: tmp_path / "missing")
    with pytest.raises(PychangError, match="start OpenUtau once"):
        find_openutau()


@posix
def test_two_files_and_no_third(place: Place) -> None:
    """Everything else there would be shown as a resampler."""
    assert not install_openutau(place)
    assert {path.name for path in place.folder.rglob("*")} == {"pychang.sh", "pychang.yaml"}
    assert place.launcher.stat().st_mode & 0o777 == 0o755
    script = place.launcher.read_bytes()
    assert script.startswith(b"#!/bin/sh\n")
    assert b"\r" not in script
    assert sys.executable.encode() in script
    assert install_openutau(place)
    assert place.launcher.read_bytes() == script


def test_the_manifest_is_yaml_with_all_flags_and_without_openutau_s_breath() -> None:
    manifest = yaml.safe_load(install.manifest_bytes())
    assert manifest["expression_filter"] is True
    assert set(manifest["expressions"]) == {spec.openutau for spec in OWN_FLAGS if spec.openutau}
    assert "bre" not in manifest["expressions"]


@posix
def test_uninstalling_leaves_what_is_not_ours(place: Place) -> None:
    assert uninstall_openutau(place) == ([], [])
    install_openutau(place)
    (place.folder / "other.sh").write_text("#!/bin/sh\n")
    assert uninstall_openutau(place) == ([place.launcher, place.manifest], [])
    assert [path.name for path in place.folder.iterdir()] == ["other.sh"]
    install_openutau(place)
    place.manifest.write_text("expressions: {}")
    assert uninstall_openutau(place) == ([place.launcher], [place.manifest])


@posix
@pytest.mark.parametrize("name", ["pychang.sh", "pychang.yaml"])
def test_a_foreign_file_is_never_overwritten_unasked(place: Place, name: str) -> None:
    place.folder.mkdir(parents=True)
    (place.folder / name).write_text("somebody else's")
    with pytest.raises(PychangError, match=name):
        install_openutau(place)
    assert [path.name for path in place.folder.iterdir()] == [name]
    assert (place.folder / name).read_text() == "somebody else's"
    install_openutau(place, replace=True)
    assert is_ours(place.launcher)
    assert is_ours(place.manifest)


def test_what_was_put_there_by_hand_is_ours(tmp_path: Path) -> None:
    script = tmp_path / "pychang.sh"
    script.write_bytes(b'#!/bin/sh\nexec "/home/me/.venv/bin/pychang-resampler" "$@"\n')
    assert is_ours(script)
    script.write_bytes(b'#!/bin/sh\nexec "/usr/bin/straycat" "$@"\n')
    assert not is_ours(script)
    manifest = tmp_path / "pychang.yaml"
    manifest.write_text(install.openutau_manifest_yaml(), "utf-8", newline="\n")
    assert is_ours(manifest)
    assert not is_ours(tmp_path / "missing")
    assert not is_ours(tmp_path)


def test_no_place_to_write_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PychangError, match="cannot be made"):
        install_openutau(Place(tmp_path / "file" / "Resamplers", windows=False))


def test_on_windows_pip_s_program_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripts = tmp_path / "Scripts"
    scripts.mkdir()
    monkeypatch.setattr(install.sysconfig, "get_path", lambda _: str(scripts))
    place = Place(tmp_path / "Resamplers", windows=True)
    with pytest.raises(PychangError, match="install PyChang again"):
        install_openutau(place)
    assert not place.folder.exists()
    program = b"MZ...#!C:\\python.exe\r\nPK from resampler.client import main_program"
    (scripts / "pychang-resampler.exe").write_bytes(program)
    install_openutau(place)
    assert (place.folder / "pychang.exe").read_bytes() == program
    assert is_ours(place.launcher)
    (place.folder / "pychang.exe").write_bytes(b"MZ something else")
    assert uninstall_openutau(place) == ([place.manifest], [place.launcher])


@posix
@pytest.mark.parametrize("name", ["plain", "with blank", 'quote\'s "and" $HOME `x` \\', "日本語 ü"])
def test_a_launcher_gives_every_argument_on_as_it_is(tmp_path: Path, name: str) -> None:
    root = tmp_path / name
    (root / "resampler").mkdir(parents=True)
    (root / "resampler" / "__init__.py").touch()
    (root / "resampler" / "client.py").write_text(
        "import sys\ndef main_program(): print(repr(sys.argv[1:])); sys.exit(3)"
    )
    launcher = tmp_path / f"{name}.sh"
    launcher.write_bytes(os.fsencode(launcher_script(sys.executable, str(root))))
    launcher.chmod(0o755)
    arguments = ["か ü.wav", "", "-8.0", "a\"b'c", "!120", "$HOME", "*", "--help"]
    environment = {**os.environ, "LANG": "ja_JP.utf8"}
    done = subprocess.run([launcher, *arguments], cwd="/", env=environment, capture_output=True)
    assert (done.returncode, done.stderr) == (3, b"")
    assert done.stdout.decode("utf-8").strip() == repr(arguments)


@posix
def test_a_python_that_is_gone_is_told_in_one_line(tmp_path: Path) -> None:
    launcher = tmp_path / "pychang.sh"
    launcher.write_text(launcher_script("/gone/it's/python", "/gone"))
    launcher.chmod(0o755)
    done = subprocess.run([launcher, "a", "b", "C4", "100"], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "pychang: /gone/it's/python is gone; run `vbtools install openutau` again\n"


def test_utau_s_users_are_told_the_program() -> None:
    assert "pychang-resampler" in utau_advice()
    assert "Tool 2" in utau_advice()
