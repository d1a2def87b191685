from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from paget import plots
from paget.errors import MissingExtraError, SettingError
from paget.plots.canvas import count_words, new_figure, spread_out

COUNTS = {"shed": 1e9, "arrested": 5e8, "survived": 200.0, "founded": 100.0, "detectable": 2.0}


def picture() -> Figure:
    return plots.funnel(COUNTS)


def test_svg_names_itself_for_those_who_cannot_see() -> None:
    """The element has the role of an image and its title is the text that was given, escaped."""
    text = plots.svg(picture(), alt="Cells <per> patient")
    assert text.startswith("<svg")
    assert 'role="img"' in text
    assert re.search(r'aria-labelledby="([^"]+)"><title id="\1">Cells &lt;per&gt; patient</title>', text)


def test_svg_of_the_same_figure_is_the_same_text() -> None:
    """Two drawings of one table give the same SVG, without a date."""
    assert plots.svg(picture(), alt="a") == plots.svg(picture(), alt="a")
    assert not re.search(r"20\d\d-\d\d", plots.svg(picture(), alt="a"))


def test_ids_of_two_figures_in_a_page_never_meet() -> None:
    """No id occurs twice in a page with two figures, and every reference finds its id."""
    pages = [plots.svg(picture(), alt="one"), plots.svg(plots.funnel({**COUNTS, "shed": 2e9}), alt="two")]
    ids = [found for page in pages for found in re.findall(r'\bid="([^"]+)"', page)]
    assert len(ids) == len(set(ids))
    used = {found for page in pages for found in re.findall(r'(?:href="#|url\(#)([^")]+)', page)}
    assert used <= set(ids)
    assert used


def test_style_of_a_figure_stays_in_it() -> None:
    """No style rule of a figure holds for the rest of the page."""
    text = plots.svg(picture(), alt="a")
    rules = re.findall(r"<style[^>]*>(.*?)</style>", text, flags=re.DOTALL)
    mark = re.search(r'<svg id="([^"]+)"', text)
    assert rules
    assert mark
    assert all(rule.strip().startswith(f"#{mark.group(1)} ") for rule in rules)


def test_text_stays_text() -> None:
    """Labels are text that can be searched and read aloud, no outlines."""
    assert ">Became detectable</text>" in plots.svg(picture(), alt="a")


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_saved_twice_is_the_same_file(tmp_path: Path, suffix: str) -> None:
    """A figure saved twice gives the same bytes in every format."""
    first = plots.save(picture(), tmp_path / f"deep/one.{suffix}")
    second = plots.save(picture(), tmp_path / f"deep/two.{suffix}")
    assert first.read_bytes() == second.read_bytes()


def test_other_formats_are_refused(tmp_path: Path) -> None:
    """A suffix that is no format is refused with those that are."""
    with pytest.raises(SettingError) as refused:
        plots.save(picture(), tmp_path / "figure.xls")
    assert refused.value.parts()["allowed"] == ".png, .svg, .pdf"


def test_settings_of_the_user_neither_matter_nor_change() -> None:
    """A figure is the same whatever matplotlib is set to, and leaves those settings as they were."""
    usual = plots.svg(picture(), alt="a")
    with mpl.rc_context({"font.size": 31.0, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert plots.svg(picture(), alt="a") == usual
        assert mpl.rcParams["font.size"] == 31.0
        assert mpl.rcParams["svg.fonttype"] == "path"


def test_notebooks_show_a_figure_without_pyplot() -> None:
    """A figure shows itself as SVG, with its subject as the alternative text."""
    shown = picture()._repr_svg_()  # type: ignore[attr-defined]
    assert "<title" in shown
    assert "From shed cells to metastases" in shown


def test_importing_plots_loads_no_library_and_drawing_no_pyplot() -> None:
    """Neither matplotlib nor Altair is loaded by the import, and pyplot with its windows not even by drawing."""
    code = (
        "import sys, paget.plots, paget.plots.style\n"
        "early = {'matplotlib', 'altair', 'pandas'} & set(sys.modules)\n"
        "paget.plots.svg(paget.plots.funnel({'shed': 10.0, 'detectable': 1.0}), alt='a')\n"
        "print(sorted(early), 'matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] False"


def test_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without matplotlib a figure ends in one error that says which extra to install."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError) as refused:
        plots.funnel(COUNTS)
    assert refused.value.parts()["fix"] == "pip install 'paget[plots]'"


def test_labels_are_spread_without_changing_their_order() -> None:
    """Labels that would meet are moved apart by the gap, stay in order, and those with room stay where they are."""
    placed = spread_out([0.5, 0.1, 0.52, 0.9], 0.1, 0.0, 1.0)
    assert placed[[1, 0, 2, 3]] == pytest.approx([0.1, 0.5, 0.6, 0.9])
    crowded = np.sort(spread_out([0.99, 0.98, 0.97], 0.2, 0.0, 1.0))
    assert crowded == pytest.approx([0.6, 0.8, 1.0])


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0.0, "0"),
        (2.34, "2.3"),
        (3506.2, "3,506"),
        (1.9e10, "19 billion"),
        (1e6, "1 million"),
        (2.5e14, "250 trillion"),
    ],
)
def test_counts_are_told_in_words(count: float, words: str) -> None:
    """Large counts are told in words that fit into a label."""
    assert count_words(count) == words


def test_long_titles_are_wrapped_and_make_room() -> None:
    """A title too long for one line is wrapped, and the figure grows by that line."""
    short, long = new_figure("Short", 2.0), new_figure("A title that " + "goes on and " * 10 + "ends", 2.0)
    lines = next(text.get_text() for text in long.texts if text.get_gid() == "title").count("\n") + 1
    assert lines == 3
    assert long.get_size_inches()[1] - short.get_size_inches()[1] == pytest.approx(0.26 * (lines - 1))


def test_unknown_figures_are_refused() -> None:
    """A misspelt name of a figure is no attribute, and the error lists those there are."""
    with pytest.raises(AttributeError, match="waterfall"):
        _ = plots.waterfal  # type: ignore[attr-defined]
