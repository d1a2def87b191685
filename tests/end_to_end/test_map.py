"""`paget map` as a user types it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from paget.cohort.map_case import read_record, understood

Run = Callable[..., subprocess.CompletedProcess[str]]
ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "map" / "record.toml"
PAGE = ROOT / "docs" / "map.md"
HEAD = 'cancer = "colorectal"\nsex = "male"\nborn = 1961-04-12\n'
LIVER = '[[findings]]\ndate = 2025-03-14\nmodality = "ct"\norgan = "liver"\ndiameter_mm = 18\n'


def test_the_example_is_answered_in_words(paget: Run, tmp_path: Path) -> None:
    """Organs, the effective sample size and what it is not for, in at most eighty columns."""
    done = paget("map", str(EXAMPLE), "-n", "1500", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "Colorectal cancer, male, 63 years, on 2025-03-10"
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("liver *") for line in lines)
    assert any(line.startswith("anywhere") for line in lines)
    assert re.search(r"Effective sample size \d+; [\d,]+ of [\d,]+ simulated patients fit", done.stdout)
    assert lines[-1] == "For research and teaching; not a medical device."


def test_the_example_is_answered_as_one_json_object(paget: Run, tmp_path: Path) -> None:
    """Every key that the page names is there, the same each time, and few patients carry a warning."""
    answers = [paget("map", str(EXAMPLE), "-n", "1500", "--seed", "4", "--json", folder=tmp_path) for _ in range(2)]
    told = json.loads(answers[0].stdout)
    assert answers[0].stdout == answers[1].stdout
    assert told["simulated"] == 1500
    assert 10.0 <= told["effective_sample_size"] < 100.0
    assert "below 100" in told["warning"]
    assert told["reason"] is None
    estimates = told["estimates"]
    assert [one["from_mm"] for one in estimates["anywhere"]["undetected"]] == [0.5, 2.0, 10.0]
    places = {place["place"]: place for place in estimates["organs"]}
    assert len(places) == 20
    assert places["liver"]["found"]
    assert places["lung"]["examined_by"] == ["ct"]
    assert set(keys_of(told)) == set(
        re.findall(r"^\| `([\w.\[\]]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    )


def keys_of(value: object, prefix: str = "") -> list[str]:
    """Return the dotted keys of all values; [] stands for the items of a list, of which there may be none."""
    if prefix.endswith("largest_mm") or (prefix.endswith("drivers") and not value):
        return []
    if isinstance(value, dict):
        return [key for name, each in value.items() for key in keys_of(each, f"{prefix}.{name}" if prefix else name)]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [key for each in value for key in keys_of(each, f"{prefix}[]")]
    return [prefix]


def test_a_record_like_nobodys_is_told_and_no_number_invented(paget: Run, tmp_path: Path) -> None:
    """Exit code 2, the reason on standard error, and null where numbers would stand in JSON."""
    (tmp_path / "record.toml").write_text(HEAD + LIVER.replace("liver", "heart").replace("18", "60"))
    for more in ((), ("--json",)):
        done = paget("map", "record.toml", "-n", "300", *more, folder=tmp_path)
        assert done.returncode == 2
        assert "resembles this record. Nobody fits: heart 60 mm." in done.stderr
        assert "Traceback" not in done.stderr
    told = json.loads(done.stdout)
    assert told["estimates"] is None
    assert "heart 60 mm" in told["reason"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ("record has no date", "diagnosed")),
        (LIVER.replace("liver", "livr"), ("'livr'", "findings.0.organ", "nearest: liver")),
        (LIVER.replace("18", "-18"), ("-18.0 mm", "findings.0.diameter_mm")),
        (LIVER.replace("2025", "1925"), ("before the birth", "1925-03-14")),
        (LIVER + '[[markers]]\ndate = 2025-03-14\nname = "CEE"\nvalue = 4\n', ("'CEE'", "nearest: cea")),
        (LIVER + '[[examinations]]\ndate = 2025-03-14\nmodality = "ct"\nnegative = ["liver"]\n', ("contradicts",)),
        (LIVER.replace('"ct"', '"bone_scan"'), ("does not see", "findings.0.organ")),
        ("[[findings]\n", ("not valid TOML",)),
    ],
)
def test_a_mistake_is_told_in_one_message(paget: Run, tmp_path: Path, text: str, told: tuple[str, ...]) -> None:
    """The file, the key, the value and what is allowed, exit code 2, and no traceback."""
    (tmp_path / "record.toml").write_text(HEAD + text)
    done = paget("map", "record.toml", folder=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in ("file:    record.toml", *told)), done.stderr


def test_a_file_that_is_not_there_is_told(paget: Run, tmp_path: Path) -> None:
    """Nothing is simulated for a record that cannot be read."""
    done = paget("map", "nothing.toml", folder=tmp_path)
    assert done.returncode == 2
    assert "nothing.toml" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_script_beside_the_example_runs(tmp_path: Path) -> None:
    """It prints chances by organ for the patient, and for the same patient with a clear liver."""
    command = [sys.executable, "-W", "error", str(EXAMPLE.with_name("map.py"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("as found: effective sample size ")
    assert "with a clear liver: effective sample size " in done.stdout


def test_the_records_of_the_page_are_understood() -> None:
    """Every TOML block of the page is a record that can be mapped."""
    blocks = re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    cases = [understood(*read_record(tomllib.loads(text))) for text in blocks]
    assert [case.record.cancer for case in cases] == ["lung"]
