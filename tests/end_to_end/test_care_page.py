"""What the page on care says can be done."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from paget.cohort.recipe import make_recipe
from paget.model.protocol import When

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "care.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    """Return the page's code blocks of one kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("source", blocks("python"), ids=["class", "gym"])
def test_the_python_of_the_page_runs(source: str, tmp_path: Path) -> None:
    """Without a warning."""
    (tmp_path / "example.py").write_text(source)
    command = [sys.executable, "-W", "error", "example.py"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_protocols_of_page_and_examples_are_valid(tmp_path: Path) -> None:
    """Every TOML block of the page, and every file beside the examples, is a policy that can be run."""
    files = sorted((ROOT / "examples" / "policies").glob("*.toml"))
    for k, text in enumerate(blocks("toml")):
        assert tomllib.loads(text)["policy"] == "mine"
        files.append(tmp_path / f"page_{k}.toml")
        files[-1].write_text(text)
    assert len(files) >= 2
    for path in files:
        plan = make_recipe("colorectal", care=str(path)).plans[0]
        assert plan is not None
        assert plan.rules[-1] == "comfort"


def test_the_page_names_every_condition_of_a_rule() -> None:
    """No condition has to be looked up in the code."""
    assert [name for name in When.model_fields if f"`{name}`" not in PAGE] == []
