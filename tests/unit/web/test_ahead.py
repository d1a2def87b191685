from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from paget.cohort.cohort import Cohort
from paget.web import report
from paget.web.ahead import Ahead


@pytest.fixture
def ahead() -> Iterator[Ahead]:
    with Ahead("colorectal") as process:
        yield process


def numberless(page: str) -> str:
    """Return a page without the numbers that views are given in turn."""
    return re.sub(r"pgv-\d+", "pgv", page)


def test_a_report_is_the_same_whoever_draws_it(cohort: Cohort, ahead: Ahead) -> None:
    """What another process draws is what this one would have drawn."""
    assert numberless(report.of_run(cohort, ahead)) == numberless(report.of_run(cohort))


def test_a_process_that_is_gone_costs_nothing_but_time(cohort: Cohort, ahead: Ahead) -> None:
    """Where the other process has ended, the report is drawn here."""
    ahead.close()
    assert "What to cite" in report.of_run(cohort, ahead)


def test_a_process_that_was_not_asked_has_drawn_nothing(ahead: Ahead) -> None:
    """Nothing is waited for that was never asked."""
    assert ahead.sections() is None
