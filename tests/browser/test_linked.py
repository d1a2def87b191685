"""Linked views in a browser, under the policy of a report: they draw, answer to a selection, and load nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import paget
from paget import plots
from paget.plots.style import LOADS_NOTHING

CHROMIUM = Path("/usr/bin/chromium")

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a page of linked views of a small run."""
    pytest.importorskip("altair")
    pytest.importorskip("vl_convert")
    cohort = paget.simulate("colorectal", n=40, seed=3)
    chart = plots.linked_patients(cohort.patients, cohort.lesions)
    return plots.save_linked(chart, tmp_path_factory.mktemp("linked") / "linked.html")


@pytest.fixture
def opened(file: Path) -> Iterator[tuple[Any, list[str]]]:
    """Return the page, and a list that fills with whatever goes wrong or out."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: wrong.append(request.url) if request.url != file.as_uri() else None)
        page.goto(file.as_uri())
        page.wait_for_selector("svg.marks")
        yield page, wrong
        browser.close()


def test_linked_views_work_under_the_policy_of_a_report(opened: tuple[Any, list[str]]) -> None:
    """Under the policy of a report views draw, a click on a stage narrows them, and nothing is complained of."""
    page, wrong = opened
    policy = page.get_attribute("meta[http-equiv='Content-Security-Policy']", "content")
    assert policy == LOADS_NOTHING
    every = page.text_content("svg.marks >> text=patients chosen")
    page.click("svg.marks [aria-roledescription='bar'] >> nth=0")
    page.wait_for_function(
        "all => ![...document.querySelectorAll('svg.marks text')].some(each => each.textContent === all)", arg=every
    )
    assert int(page.text_content("svg.marks >> text=patients chosen").split()[0]) < int(every.split()[0])
    assert wrong == []
