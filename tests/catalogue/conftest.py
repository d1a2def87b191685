from pathlib import Path

import pytest


@pytest.fixture(autouse=True, scope="session")
def _only_built_in_entries(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Judge the entries that ship, whatever the machine's own user folder holds."""
    empty: Path = tmp_path_factory.mktemp("no_entries")
    pytest.MonkeyPatch().setenv("PAGET_CATALOGUE", str(empty))
