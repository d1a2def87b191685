from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import paget
from paget.cohort.one import one_patient
from paget.errors import FolderError, MissingExtraError, SettingError
from paget.model.calendar import YEAR_DAY
from paget.web import report, run_story
from paget.web.page import DISCLAIMER, POLICY
from paget.web.run_facts import RunFacts

MOST_BYTES = 5_000_000
ADDRESS = re.compile(r"""(?:src|href|action|data|poster)\s*=\s*["'](?!#|data:)""")


def test_a_report_is_a_page_in_one_language_with_one_main_heading(page: str, read: Any) -> None:
    """A report is whole, in English, has one first heading, and no heading skips a level."""
    told = read(page)
    assert told.unbalanced == []
    assert told.open == []
    assert [each["lang"] for each in told.named("html")] == ["en"]
    levels = [int(tag[1]) for tag in told.order("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_a_report_loads_nothing(page: str, read: Any) -> None:
    """A report forbids itself to load anything, and only its links name other addresses."""
    told = read(page)
    policies = [each["content"] for each in told.named("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    assert policies == [POLICY]
    outside = [tag for tag, attributes in told.elements if tag != "a" and ADDRESS.search(_written(attributes))]
    assert outside == []
    assert "@import" not in page
    assert "url(http" not in page


def _written(attributes: dict[str, str | None]) -> str:
    return " ".join(f'{name}="{value}"' for name, value in attributes.items() if not name.startswith("xmlns"))


def test_every_picture_says_what_it_shows(page: str, read: Any) -> None:
    """Every drawing of a report that is a picture has a name that can be read aloud."""
    told = read(page)
    ids = {attributes["id"] for _, attributes in told.elements if "id" in attributes}
    pictures = [each for each in told.named("svg") if each.get("role") == "img"]
    assert len(pictures) >= 6
    for each in pictures:
        named = str(each.get("aria-labelledby") or "").split()
        assert each.get("aria-label") or (named and set(named) <= ids)


def test_no_two_elements_share_an_id(page: str, read: Any) -> None:
    """Every id of a report is there once, so that links and labels mean one thing."""
    ids = [attributes["id"] for _, attributes in read(page).elements if "id" in attributes]
    assert sorted(ids) == sorted(set(ids))


def test_a_report_is_small_and_says_once_what_it_is_not(page: str) -> None:
    """A report is below five megabytes, and says once that it is no medical device."""
    assert len(page.encode()) < MOST_BYTES
    assert page.count(DISCLAIMER) == 1
    assert page.count("medical device") == 1


def test_a_report_leads_with_what_was_simulated_how_far_it_spread_and_how_it_ended(page: str, read: Any) -> None:
    """The first sentences name the cancer, the number of people, the spread, the organ and the end."""
    told = read(page).words()
    start = told[: told.index("Where it spread", 600)]
    for part in ("60 people with colorectal cancer", "metastasis", "the liver", "stage", "In the end", "died of"):
        assert part in start


def test_the_numbers_of_a_report_are_those_of_the_tables(cohort: paget.Cohort) -> None:
    """The big numbers of a report are shares of the tables of the run."""
    patients = cohort.patients
    numbers = {words: number for number, words, _ in run_story.numbers(RunFacts(cohort))}
    spread = (patients["metastases"] > 0).mean()
    of_it = (~patients["cause"].isin(["alive", "other"])).mean()
    assert numbers["had a metastasis large enough to see, at some time"] == f"{100 * spread:.0f}\u00a0%"
    assert numbers["died of the cancer or its treatment"] == f"{100 * of_it:.0f}\u00a0%"
    assert 4 <= len(numbers) <= 6


def test_the_same_run_has_the_same_report(cohort: paget.Cohort, page: str) -> None:
    """A report of the same run is the same text, but for the numbers of patient views."""
    again = report.of_run(cohort)
    assert re.sub(r"pgv-\d+", "pgv", again) == re.sub(r"pgv-\d+", "pgv", page)


def test_a_run_without_care_has_a_report_without_treatment(runs: Path, read: Any) -> None:
    """A report of untreated patients says so, and has no part about treatment."""
    told = read(report.of_run(paget.Cohort.open(runs / "untreated")))
    assert "without any treatment" in told.words()
    assert "treatment" not in [each.get("id") for each in told.named("section")]


def test_a_cancer_that_never_spreads_has_a_report_too(tmp_path: Path, read: Any) -> None:
    """A report of patients followed for too short a time says that nothing has happened, in words."""
    cohort = paget.simulate("prostate", n=3, seed=1, years=0.2, out=tmp_path / "short")
    told = read(report.of_run(cohort)).words()
    assert "In none of them did the cancer form a metastasis" in told
    assert "Nobody was diagnosed" in told


def test_a_patient_has_a_page_with_the_course_and_its_tables(cohort: paget.Cohort, read: Any) -> None:
    """A patient's page tells the course, the tables and the provenance, and closes every element."""
    told = read(report.of_patient(cohort, 2))
    parts = [each.get("id") for each in told.named("section")]
    assert parts == ["short", "course", "tables", "provenance", "citations"]
    assert told.words().count("medical device") == 1


def test_a_patient_simulated_alone_has_the_page_of_the_run(cohort: paget.Cohort, read: Any) -> None:
    """A patient who is simulated for the page is the one of the run with that seed."""
    from paget.web.patient_report import of_one

    alone = read(of_one("colorectal", 2, seed=3, care="standard_of_care")).words()
    of_run = read(report.of_patient(cohort, 2)).words()
    assert alone.partition("What it rests on")[0] == of_run.partition("What it rests on")[0]


def test_both_lives_of_a_patient_stand_side_by_side(cohort: paget.Cohort, read: Any) -> None:
    """A second policy adds what it changes, the same on the page of a run's patient and of one simulated alone."""
    from paget.web.patient_report import of_one

    row = max(cohort.arrow("patients").to_pylist(), key=lambda each: each["lines"])
    text = report.of_patient(cohort, row["patient"], "none")
    told = read(text)
    assert told.unbalanced == []
    assert "lives" in [each["id"] for each in told.named("section")]
    other = one_patient("colorectal", row["patient"], seed=3, care="none").patients.to_pylist()[0]
    assert f"died at {other['last_age_day'] / YEAR_DAY:.1f}" in told.words()
    alone = of_one("colorectal", row["patient"], seed=3, care="standard_of_care", against="none")
    assert side_by_side_in(alone) == side_by_side_in(text)


def side_by_side_in(text: str) -> str:
    """Return the section of a page that holds both lives."""
    return text.split('<section id="lives"', maxsplit=1)[1].split("</section>", maxsplit=1)[0]


def test_two_runs_of_the_same_patients_are_compared_on_a_page(runs: Path, read: Any) -> None:
    """The comparison's page says how many lived twice, and what one policy adds."""
    a, b = (paget.Cohort.open(runs / name) for name in ("untreated", "treated"))
    told = read(report.of_comparison(a, b)).words()
    assert "lived twice" in told
    assert "standard of care against no treatment" in told


def test_a_report_is_written_into_the_folder_whole(cohort: paget.Cohort, tmp_path: Path) -> None:
    """A report is written where it is asked for, and nothing is left beside it."""
    written = report.write(cohort.path, to=tmp_path / "page.html")
    assert written.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]


def test_a_folder_of_something_else_has_no_report(tmp_path: Path) -> None:
    """A folder that no command left is refused with what is allowed."""
    with pytest.raises(FolderError) as caught:
        report.write(tmp_path)
    assert "paget run" in str(caught.value)


def test_a_patient_that_is_not_there_has_no_page(cohort: paget.Cohort) -> None:
    """A patient beyond the run is refused with what is allowed."""
    with pytest.raises(SettingError, match="no such patient"):
        report.of_patient(cohort, 60)


def test_without_matplotlib_a_report_names_the_extra(cohort: paget.Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where figures cannot be drawn, the error names the extra that brings them."""
    monkeypatch.setattr(report, "_NEEDED", "no_such_package_here")
    with pytest.raises(MissingExtraError) as caught:
        report.of_run(cohort)
    assert "paget[plots]" in str(caught.value)
