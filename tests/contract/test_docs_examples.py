"""The examples of the page on extending are run as they stand, in their order, in one folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "extending.md"
BLOCK = re.compile(r"^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
ROWS = ("a cancer", "a driver", "a group", "a population", "a source", "an entry point", "a `submit` method")


def blocks(kind: str) -> list[str]:
    """Return the page's code blocks of one kind, in order."""
    found = BLOCK.finditer(PAGE.read_text(encoding="utf-8"))
    return [match["text"] for match in found if match["kind"] == kind]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a user's folder that holds every TOML block of the page."""
    place = tmp_path_factory.mktemp("catalogue")
    for text in blocks("toml"):
        name = text.splitlines()[0].removeprefix("# ")
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    return place


def test_the_page_names_every_way_to_extend() -> None:
    """No extension point is missing from the table."""
    text = PAGE.read_text(encoding="utf-8")
    assert [row for row in ROWS if row not in text] == []


def test_the_examples_run(folder: Path) -> None:
    """Every Python example runs, given the TOML examples, and no warning is seen."""
    assert blocks("python")
    environment = {**os.environ, "PAGET_CATALOGUE": str(folder)}
    for source in blocks("python"):
        command = [sys.executable, "-W", "error", "-c", source]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, f"{source}\n{done.stderr}"
