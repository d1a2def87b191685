"""The patient view in a browser: it moves with time, tells what lesions are, works by keyboard, loads nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import paget
from paget.cohort.trajectory import one_life
from paget.plots.patient_page import patient_view

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

SEED = 3
WIDTHS = (1280, 400)


def treated(cancer: str) -> int:
    """Return a patient of the run who has metastases and is treated for them."""
    patients = paget.simulate(cancer, n=60, seed=SEED).patients
    fit = (patients["lines"] > 0) & (patients["metastases"] > 2) & (patients["sites_found"] > 0)
    return int(patients["patient"][fit].iloc[0])


@pytest.fixture(scope="module")
def index() -> int:
    return treated("colorectal")


@pytest.fixture(scope="module")
def page_file(index: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("view") / "patient.html"
    file.write_text(patient_view(one_life("colorectal", index, seed=SEED, points=60)).page(), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def pair_file(index: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    lives = [one_life("colorectal", index, seed=SEED, care=care, points=60) for care in ("standard_of_care", "none")]
    file = tmp_path_factory.mktemp("view") / "pair.html"
    file.write_text(patient_view(lives[0], against=lives[1]).page(), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def opened(browser: Any, page_file: Path) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(page_file.as_uri())
    page.wait_for_selector(".pgv-slider")
    yield page
    page.close()


def seen(page: Any) -> int:
    return int(page.locator(".pgv-lesion:visible").count())


def wait_past(page: Any, day: float) -> None:
    """Wait until the slider has gone past a day."""
    for _ in range(100):
        if float(page.locator(".pgv-slider").input_value()) > day:
            return
        page.wait_for_timeout(50)
    pytest.fail(f"time stands at {page.locator('.pgv-slider').input_value()}")


def to(page: Any, share: float) -> None:
    """Move the slider to a share of its way, as a pointer does."""
    page.evaluate(
        """(share) => {
            const slider = document.querySelector('.pgv-slider');
            slider.value = Number(slider.min) + (Number(slider.max) - Number(slider.min)) * share;
            slider.dispatchEvent(new Event('input'));
        }""",
        share,
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_opens_without_a_complaint_and_asks_for_nothing(
    browser: Any, page_file: Path, pair_file: Path, width: int
) -> None:
    """No error, no warning, no request but for the file itself, and nothing wider than the window."""
    for file in (page_file, pair_file):
        page = browser.new_page(viewport={"width": width, "height": 900})
        told: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message, told=told: told.append(message.text))
        page.on("pageerror", lambda error, told=told: told.append(str(error)))
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(file.as_uri())
        page.wait_for_selector(".pgv-chart")
        assert told == []
        assert asked == [file.as_uri()]
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.close()


def test_lesions_appear_and_grow_as_time_goes_on(opened: Any) -> None:
    """At the first cell there is at most the primary, a dot; later there are more lesions, and larger ones."""
    to(opened, 0.0)
    first = seen(opened)
    small = float(opened.locator(".pgv-lesion:visible circle:last-child").first.get_attribute("r"))
    to(opened, 0.97)
    sizes = [float(node.get_attribute("r")) for node in opened.locator(".pgv-lesion:visible circle:last-child").all()]
    assert first <= 1
    assert len(sizes) > first
    assert max(sizes) > 2.0 * small


def test_resting_on_a_lesion_tells_what_it_is(opened: Any) -> None:
    """Organ, size, whence, clone, and whether anybody knows of it."""
    to(opened, 0.97)
    opened.locator(".pgv-lesion:visible").last.hover(force=True)
    words = opened.locator(".pgv-tip").inner_text()
    assert opened.locator(".pgv-tip").is_visible()
    assert "mm, about" in words
    assert "Seeded at age" in words or "The primary tumour" in words
    assert "Clone:" in words
    assert "seen" in words


def test_a_lesion_is_ringed_once_an_examination_has_shown_it(opened: Any) -> None:
    """Before the diagnosis no lesion is known, on its day at least one is."""
    to(opened, 0.05)
    assert opened.locator(".pgv-lesion:visible circle[stroke='#0B5FA5']:visible").count() == 0
    opened.locator(".pgv-story button", has_text="Found (").click()
    assert opened.locator(".pgv-lesion:visible circle[stroke='#0B5FA5']:visible").count() >= 1
    assert "on the day of the diagnosis" in opened.locator(".pgv-now").inner_text()


def test_time_goes_by_keyboard(opened: Any) -> None:
    """The slider moves by arrow and end keys, and says where it is."""
    slider = opened.locator(".pgv-slider")
    slider.focus()
    opened.keyboard.press("Home")
    start = slider.get_attribute("aria-valuetext")
    opened.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") != start or float(slider.input_value()) > 0.0
    opened.keyboard.press("End")
    last = opened.locator(".pgv-story .pgv-age").last.inner_text()
    assert slider.get_attribute("aria-valuetext").startswith(f"age {last},")


def test_lesions_are_walked_by_arrow_keys(opened: Any) -> None:
    """One lesion is in the order of tabs; arrows go on to the next, which is then told."""
    to(opened, 0.9)
    assert opened.locator(".pgv-lesion[tabindex='0']").count() == 1
    opened.locator(".pgv-lesion[tabindex='0']").focus()
    first = opened.evaluate("document.activeElement.dataset.lesion")
    opened.keyboard.press("ArrowRight")
    second = opened.evaluate("document.activeElement.dataset.lesion")
    assert first
    assert second
    assert first != second
    assert opened.locator(".pgv-tip").is_visible()
    opened.keyboard.press("Escape")
    assert not opened.locator(".pgv-tip").is_visible()


def test_play_goes_on_by_itself_and_stops(opened: Any) -> None:
    """Pressing play moves time; pressing again keeps it where it is."""
    to(opened, 0.0)
    opened.locator(".pgv-play").click()
    wait_past(opened, 5.0)
    opened.locator(".pgv-play").click()
    assert opened.locator(".pgv-play").get_attribute("aria-label") == "Play"
    stood = opened.locator(".pgv-slider").input_value()
    opened.wait_for_timeout(200)
    assert opened.locator(".pgv-slider").input_value() == stood


def test_who_wants_no_motion_gets_steps(browser: Any, page_file: Path) -> None:
    """With reduced motion, play goes from event to event instead of gliding."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.goto(page_file.as_uri())
    to(page, 0.0)
    page.locator(".pgv-play").click()
    wait_past(page, 0.0)
    age = page.locator(".pgv-now").inner_text()
    page.locator(".pgv-play").click()
    shown = page.locator(".pgv-story button[aria-current='time'] .pgv-age").inner_text()
    assert f"age {shown}" in age
    page.close()


def test_two_lives_stand_beside_each_other(browser: Any, pair_file: Path) -> None:
    """There is a map and a story for each, one slider moves both, and the difference is told."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(pair_file.as_uri())
    assert page.locator(".pgv-map").count() == 2
    assert page.locator(".pgv-slider").count() == 1
    assert page.locator(".pgv-story").count() == 2
    assert "The same patient under two policies" in page.locator(".pgv-head").inner_text()
    to(page, 1.0)
    assert page.locator(".pgv-map.pgv-over").count() <= 1
    assert "Died at age" in page.locator(".pgv-stage").inner_text()
    page.close()


def test_each_story_is_at_the_same_day(browser: Any, pair_file: Path) -> None:
    """Of two lives each story marks what came last, and moves to it."""
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(pair_file.as_uri())
    marked = page.evaluate("""[...document.querySelectorAll('.pgv-story')].map(list => {
        const [now] = list.querySelectorAll('[aria-current]');
        const [place, frame] = [now.getBoundingClientRect(), list.getBoundingClientRect()];
        return place.top >= frame.top - 1 && place.bottom <= frame.bottom + 1;
    })""")
    page.close()
    assert marked == [True, True]


def test_everything_that_can_be_used_has_a_name(opened: Any) -> None:
    """Buttons, the slider, maps, charts and lesions say what they are to who does not see them."""
    nameless = opened.evaluate(
        """() => [...document.querySelectorAll('.pgv button, .pgv input, .pgv [role]')]
            .filter((node) => !(node.getAttribute('aria-label') || node.textContent.trim())
                && getComputedStyle(node).display !== 'none' && !node.hidden)
            .map((node) => node.outerHTML.slice(0, 90))"""
    )
    assert nameless == []


def test_two_views_of_one_page_share_no_id(browser: Any, page_file: Path) -> None:
    """A page may hold the module twice: no id, of gradients and clips too, stands on it twice."""
    twice = page_file.with_name("twice.html")
    body = page_file.read_text(encoding="utf-8").split("<main>")[1].split("</main>")[0]
    other = body.replace('id="pgv-', 'id="second-').replace('getElementById("pgv-', 'getElementById("second-')
    twice.write_text(f"<!doctype html><meta charset=utf-8><title>Two</title>{body}{other}", encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(twice.as_uri())
    page.wait_for_selector(".pgv-chart")
    assert page.locator(".pgv").count() == 2
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((node) => node.id)")
    assert len(ids) == len(set(ids))
    page.close()
