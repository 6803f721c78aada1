"""Fixtures every test may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "test"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real recordings beside the checkout; tests that need it are skipped without."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"real recordings not found at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(scope="session", autouse=True)
def own_analysis_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Neither read old analyses from the user's cache nor leave any in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYCHANG_CACHE", str(tmp_path_factory.mktemp("analysis-cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def no_voices_of_the_users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whoever runs the tests may have fitted voices, another generator and a favourite engine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYCHANG_DATA", str(tmp_path_factory.mktemp("data")))
        for name in ("PYCHANG_GENERATOR", "PYCHANG_ENGINE", "PYCHANG_DEVICE"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_resident_engine() -> Iterator[None]:
    """Notes are rendered where they are asked for; tests of the engine start one of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYCHANG_NO_ENGINE", "1")
        yield
