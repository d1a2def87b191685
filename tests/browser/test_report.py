"""A report opened in a real browser: it draws, asks nothing of anybody, and fits a desk, a hand and paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import paget
from paget.web import report

CHROMIUM = Path("/usr/bin/chromium")
WIDTHS = (1280, 400)

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return a browser without windows."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as tools:
        running = tools.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a report of a small run."""
    folder = tmp_path_factory.mktemp("run") / "crc"
    paget.simulate("colorectal", n=60, seed=3, out=folder)
    return report.write(folder)


@pytest.fixture
def opened(browser: Any, file: Path) -> Iterator[tuple[Any, list[str]]]:
    """Return the report in a page, and a list that fills with whatever goes wrong or out."""
    page = browser.new_page(viewport={"width": WIDTHS[0], "height": 900})
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: wrong.append(request.url) if request.url != file.as_uri() else None)
    page.goto(file.as_uri())
    yield page, wrong
    page.close()


def test_a_report_opens_without_an_error_and_asks_nothing_of_anybody(opened: tuple[Any, list[str]]) -> None:
    """Nothing is written to the console, no script fails, and no request leaves the file, patients opened too."""
    page, wrong = opened
    for folded in page.query_selector_all("details > summary"):
        if folded.is_visible():
            folded.click()
    page.wait_for_timeout(200)
    assert wrong == []


@pytest.mark.parametrize("width", WIDTHS)
def test_a_report_is_never_wider_than_its_window(opened: tuple[Any, list[str]], width: int) -> None:
    """On a wide and on a narrow screen nothing hangs out at the side."""
    page, _ = opened
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_first_screen_says_what_was_simulated_and_how_it_ended(opened: tuple[Any, list[str]]) -> None:
    """What was simulated, the spread and the end stand above the fold, with the big numbers."""
    page, _ = opened
    shown = page.evaluate(
        "[...document.querySelectorAll('#short p, #short strong')]"
        ".filter(each => each.getBoundingClientRect().top < innerHeight).map(each => each.textContent).join(' ')"
    )
    for part in ("60 people with colorectal cancer", "metastasis", "In the end", "%"):
        assert part in shown


def test_the_keyboard_reaches_the_content_first(opened: tuple[Any, list[str]]) -> None:
    """The first stop of the tab key is a link to the content, which shows itself."""
    page, _ = opened
    page.keyboard.press("Tab")
    focused = page.evaluate(
        "[document.activeElement.getAttribute('href'), document.activeElement.getBoundingClientRect().left]"
    )
    assert focused == ["#content", 0]


def test_what_belongs_on_paper_is_unfolded_there(opened: tuple[Any, list[str]]) -> None:
    """Before printing what belongs on paper opens, and after it closes again."""
    page, _ = opened
    closed = "document.querySelectorAll('details[data-print]:not([open])').length"
    before = page.evaluate(closed)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert before > 0
    assert page.evaluate(closed) == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(closed) == before


def test_nothing_hangs_over_the_edge_of_paper(opened: tuple[Any, list[str]]) -> None:
    """On the width of a printed A4 page nothing hangs out at the side."""
    page, _ = opened
    page.set_viewport_size({"width": 690, "height": 1000})
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("document.documentElement.scrollWidth") == 690


def test_every_figure_fits_on_a_page_of_paper(opened: tuple[Any, list[str]]) -> None:
    """No figure is higher than what an A4 page holds, and nothing that can only be pressed or pointed at is printed."""
    page, _ = opened
    page.set_viewport_size({"width": 695, "height": 1017})
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    heights = page.evaluate("[...document.querySelectorAll('figure')].map(each => each.getBoundingClientRect().height)")
    assert max(heights) < 1017
    pressed = page.query_selector_all("input, .pgv-controls button, .screen")
    assert [each.evaluate("each => each.outerHTML") for each in pressed if each.is_visible()] == []


def test_a_report_prints_as_pages(opened: tuple[Any, list[str]]) -> None:
    """A report becomes a document of several pages on paper."""
    page, _ = opened
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") >= 4


def test_text_stands_out_from_its_ground(opened: tuple[Any, list[str]]) -> None:
    """Text of the page itself has a contrast of at least 4.5 with what is behind it (WCAG 2.2, level AA)."""
    page, _ = opened
    weak = page.evaluate(
        """() => {
        const parts = (text) => text.match(/[\\d.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b].map((x) => x / 255)
            .map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4))
            .reduce((sum, x, at) => sum + x * [0.2126, 0.7152, 0.0722][at], 0);
        const ground = (each) => {
            for (let at = each; at; at = at.parentElement) {
                const found = parts(getComputedStyle(at).backgroundColor);
                if (found.length < 4 || found[3] > 0) return found;
            }
            return [255, 255, 255];
        };
        return [...document.querySelectorAll('h1, h2, h3, p, th, td, li, a, small, summary, figcaption, caption')]
            .filter((each) => each.offsetParent && each.textContent.trim() && !each.closest('.pgv-host, svg'))
            .filter((each) => {
                const both = [light(parts(getComputedStyle(each).color)), light(ground(each))];
                return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05) < 4.5;
            }).map((each) => each.tagName + ': ' + each.textContent.slice(0, 40));
    }"""
    )
    assert weak == []
