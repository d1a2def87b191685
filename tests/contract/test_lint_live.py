"""The rules of lint, types and layers bite: each tool is shown a fault and has to refuse it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYPROJECT = ROOT / "pyproject.toml"

FAULTS_OF_STYLE = {
    "a public function without a docstring": ("D103", "def grow(days: float) -> float:\n    return days\n"),
    "a default that all calls share": ("B006", 'def f(x: list[int] = []) -> None:\n    """Do."""\n'),
    "a failure that nobody sees": ("BLE001", "try:\n    x = 1\nexcept Exception:\n    x = 2\n"),
    "a line longer than 120": ("E501", f"x = '{'y' * 120}'\n"),
    "random numbers with a hidden state": ("NPY002", "import numpy as np\n\nx = np.random.normal()\n"),
    "a noqa without effect": ("RUF100", "x = 1  # noqa: E741\n"),
}


def run_tool(*words: str, folder: Path = ROOT, path: str = "") -> subprocess.CompletedProcess[str]:
    """Run a development tool of this environment."""
    environment = {**os.environ, "PYTHONPATH": path} if path else None
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, cwd=folder, env=environment, check=False
    )


@pytest.mark.parametrize("fault", FAULTS_OF_STYLE)
def test_ruff_refuses(fault: str, tmp_path: Path) -> None:
    """Each of these faults is refused in the package, by its own rule."""
    rule, source = FAULTS_OF_STYLE[fault]
    snippet = tmp_path / "snippet.py"
    snippet.write_text(f'"""A snippet."""\n\n{source}', encoding="utf-8")
    done = run_tool("-m", "ruff", "check", "--no-cache", "--config", str(PYPROJECT), str(snippet))
    assert done.returncode == 1
    assert rule in done.stdout


def test_every_exception_from_lint_has_its_reason() -> None:
    """A rule that is switched off says why on its own line."""
    text = PYPROJECT.read_text(encoding="utf-8")
    section = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.pydocstyle]")]
    rules = [line for line in section.splitlines() if line.startswith('    "')]
    assert rules
    assert [line for line in rules if "# " not in line] == []


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("def grow(days):\n    return days\n", "no-untyped-def"),
        ("def grow(days: float) -> str:\n    return days\n", "return-value"),
        ("def grow(days: list) -> None: ...\n", "type-arg"),
    ],
)
def test_mypy_is_strict(source: str, code: str, tmp_path: Path) -> None:
    """A function without types, or with wrong or half ones, is refused."""
    snippet = tmp_path / "snippet.py"
    snippet.write_text(source, encoding="utf-8")
    cache = str(tmp_path / "cache")
    done = run_tool("-m", "mypy", "--config-file", str(PYPROJECT), "--cache-dir", cache, str(snippet))
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"[{code}]" in done.stdout


def copy_of_package(folder: Path) -> Path:
    """Copy the package and its rules, so that a fault can be planted."""
    shutil.copy(PYPROJECT, folder)
    ignore = shutil.ignore_patterns("__pycache__", "data")
    shutil.copytree(ROOT / "src", folder / "src", ignore=ignore)
    return folder / "src" / "paget"


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the import contracts of a copy."""
    start = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return run_tool("-c", start, "--no-cache", "--no-logo", folder=folder, path=str(folder / "src"))


@pytest.mark.parametrize(
    ("module", "fault", "contract"),
    [
        ("model/planted.py", "import paget.catalogue", "Layers point downwards"),
        ("engine/planted.py", "import paget.catalogue", "Layers point downwards"),
        ("catalogue/planted.py", "import paget.engine", "Layers point downwards"),
        ("errors.py", "import paget.model", "Layers point downwards"),
        ("cohort/planted.py", "import paget.cli", "Layers point downwards"),
        ("cohort/planted.py", "import numba", "Only the engine imports numba"),
        ("cli/planted.py", "def run() -> None:\n    import numba", "Only the engine imports numba"),
        ("cohort/planted.py", "import pint", "Units are converted at one border"),
    ],
)
def test_an_import_against_the_layers_is_refused(module: str, fault: str, contract: str, tmp_path: Path) -> None:
    """A planted import is found and named, inside a function as well."""
    package = copy_of_package(tmp_path)
    with (package / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{fault}\n")
    done = lint_imports(tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    broken = [line for line in done.stdout.splitlines() if " BROKEN" in line]
    assert any(contract in line for line in broken), done.stdout


def test_a_part_of_the_package_without_a_layer_is_refused(tmp_path: Path) -> None:
    """A new top-level module has to be given its place."""
    package = copy_of_package(tmp_path)
    (package / "planted.py").write_text('"""Planted."""\n', encoding="utf-8")
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    assert "paget.planted" in done.stdout
