"""The repository speaks of itself alone: no path of a machine and no host of a package registry."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Hosts and folders are written with [.] for the dot, so that this file holds none of what it forbids.
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.])/(?:work|home|root|Users)[/]\w",
    "a folder beside the repository": r"[.]{2}/shared",
    "a package registry": r"(?:pypi|pythonhosted|npmjs|anaconda)[.](?:org|com)",
    "a folder of packages": r"--(?:extra-)?index[-]url|--find[-]links",
}


def files() -> list[Path]:
    """Return the files of the repository: those that git tracks or would track."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    """Nothing in the repository depends on the place where it was written."""
    pattern = re.compile(FORBIDDEN[what])
    found = []
    for path in files():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        found += [
            f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
            for number, line in enumerate(text.splitlines(), 1)
            if pattern.search(line)
        ]
    assert found == []


def test_constraints_name_versions_only() -> None:
    """Every pin is `name==version`, and nothing else stands in the file."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!]+", pin)] == []
