from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import paget
from paget.errors import FolderError
from paget.inference.validate import validate
from paget.web import REFERENCES_NAME, origins, report
from paget.web.page import DISCLAIMER
from paget.web.scores import stratum_words

SPEC = Path(__file__).parents[3] / "examples" / "trials" / "pancreas_prodige4.toml"
MADE = {"cancer": "lung", "n": 50, "seed": 2, "years": None, "screening": None, "care": "none", "settings": {}}


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small trial."""
    folder = tmp_path_factory.mktemp("trial")
    paget.run_trial(SPEC, n=160, trials=5).write(folder)
    return folder


def test_a_trial_has_a_report_of_what_it_finds_and_what_no_trial_can_see(trial: Path, read: Any) -> None:
    """A trial's report holds its curves, the published numbers, the pairs and who gains; it is whole and says once."""
    text = report.of_trial(trial)
    told = read(text)
    assert told.unbalanced == []
    assert [each["id"] for each in told.named("section")] == [
        *("short", "curves", "numbers", "pairs", "groups", "power", "provenance", "citations"),
    ]
    result = json.loads((trial / "result.json").read_text(encoding="utf-8"))
    ratio = result["comparisons"][0]["hazard_ratios"]["OS"]["value"]
    assert f"{ratio:.2f}" in told.words()
    assert text.count(DISCLAIMER) == 1


def test_the_real_trial_is_cited_where_the_folder_says_it(trial: Path, read: Any) -> None:
    """References that lie in the folder of a trial stand in its report."""
    assert "A source of the trial" not in report.of_trial(trial)
    (trial / REFERENCES_NAME).write_text('["A source of the trial <1>"]', encoding="utf-8")
    assert "A source of the trial <1>" in read(report.of_trial(trial)).words()


def test_a_validation_has_a_report_with_every_figure(tmp_path: Path, read: Any) -> None:
    """A validation's report counts what was met, and lists every figure with its source."""
    found = validate(["pancreas"], n=80)
    found.write(tmp_path)
    told = read(report.of_validation(tmp_path))
    assert told.unbalanced == []
    able = [row for row in found.targets if row.met is not None and row.fitted]
    assert len(able) > 0
    assert f"Of {len(able)} published figures" in told.words()
    rows = [attributes for tag, attributes in told.elements if tag == "th" and attributes.get("scope") == "row"]
    assert len(rows) >= len(found.targets)


@pytest.mark.parametrize("make", [report.of_trial, report.of_validation], ids=["trial", "validation"])
def test_an_empty_folder_is_neither_trial_nor_validation(make: Any, tmp_path: Path) -> None:
    """A folder that holds none is refused with what is allowed."""
    with pytest.raises(FolderError, match="There is no"):
        make(tmp_path)


def test_the_command_of_a_run_is_the_one_that_makes_it_again() -> None:
    """What differs from the usual stands in the command, and nothing else."""
    assert origins.command(MADE) == "paget run lung -n 50 --seed 2 --care none"
    other = {**MADE, "care": "standard_of_care", "years": 2.0, "screening": "screen_fit", "settings": {"a.b": "1 day"}}
    wanted = "paget run lung -n 50 --seed 2 --years 2 --screening screen_fit --set 'a.b=1 day'"
    assert origins.command(other) == wanted
    assert origins.command({**MADE, "care": "mine@12ab"}).endswith("--care mine.toml")


def test_references_link_to_where_they_are() -> None:
    """An address or a DOI in a reference can be followed, and the sentence's full stop is no part of it."""
    told = origins.references(["A <b>. doi:10.1/x(2)3.", "B. https://example.org/a."])
    assert 'href="https://doi.org/10.1/x(2)3"' in told
    assert 'href="https://example.org/a"' in told
    assert "A &lt;b&gt;." in told


def test_strata_are_told_in_words() -> None:
    """What a published figure is of is told without signs."""
    assert stratum_words("stage=IV;age=50-79") == "stage IV, age 50-79"
    assert stratum_words("site=distant_lymph_node;months=12") == "distant lymph nodes, 12 months"
    assert stratum_words("") == ""
