"""`paget plan` as a user types it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
EXAMPLE = Path(__file__).parents[2] / "examples" / "map" / "record.toml"


def test_policies_are_compared_for_the_example(paget: Run, tmp_path: Path) -> None:
    """As text in at most eighty columns, and as one JSON object."""
    options = ("--prefer", "quality=0.7", "--policies", "none,standard_of_care", "-n", "1500", "--workers", "1")
    done = paget("plan", str(EXAMPLE), *options, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "Colorectal cancer, male, 63 years, on 2025-03-10"
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("standard_of_care* <") for line in lines)
    told = json.loads(paget("plan", str(EXAMPLE), *options, "--json", folder=tmp_path).stdout)
    assert told["preferred"] == "standard_of_care"
    assert [option["policy"] for option in told["options"]] == ["none", "standard_of_care"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--prefer", "qualty=0.7"), ("qualty", "nearest: quality")),
        (("--prefer", "quality=much"), ("a number", "much")),
        (("--prefer", "quality"), ("--prefer", "quality=0.7")),
        (("--prefer", "quality=0.7", "--prefer", "quality=0.2"), ("twice", "quality")),
        (("--prefer", "quality=0.7", "--prefer", "length=0.7"), ("sum to 1",)),
        (("--policies", "standard_of_car"), ("nearest: standard_of_care",)),
        (("--policies", "missing.toml"), ("missing.toml",)),
        (("-n", "0"), ("patients",)),
    ],
)
def test_a_mistake_is_told_in_one_message(
    paget: Run, tmp_path: Path, options: tuple[str, ...], told: tuple[str, ...]
) -> None:
    """Exit code 2, nothing on standard output, and no traceback."""
    done = paget("plan", str(EXAMPLE), *options, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in told), done.stderr


def test_a_record_like_nobodys_has_no_number(paget: Run, tmp_path: Path) -> None:
    """Exit code 2, and the reason on standard error."""
    lesion = '[[findings]]\ndate = 2025-03-14\nmodality = "ct"\norgan = "heart"\ndiameter_mm = 60\n'
    (tmp_path / "record.toml").write_text(f'cancer = "colorectal"\nsex = "male"\nborn = 1961-04-12\n{lesion}')
    done = paget("plan", "record.toml", "-n", "100", "--json", folder=tmp_path)
    assert done.returncode == 2
    assert "Nobody fits" in done.stderr
    assert json.loads(done.stdout)["options"] == []
