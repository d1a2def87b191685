from __future__ import annotations

from paget.web import words
from paget.web.markup import Html, bars, joined, table, tag
from paget.web.rows import finite


def test_text_is_escaped_once_and_markup_is_not() -> None:
    """What is no markup is escaped wherever it enters, attributes too."""
    assert tag("p", "a < b & c", Html("<br>"), title='"x"') == '<p title="&quot;x&quot;">a &lt; b &amp; c<br></p>'
    assert joined("<", ["&", None, tag("hr")], 3) == "&lt;&amp;<hr>3"


def test_attributes_that_are_false_are_left_out() -> None:
    """An attribute that is true stands alone, one that is false or nothing is not there."""
    assert tag("details", open=True, id=None, class_=False) == "<details open></details>"


def test_bars_are_as_long_as_the_largest_share_allows() -> None:
    """The largest share fills the width, and a share of nothing has no bar."""
    told = bars(("what", "share", "%"), [("a", 0.5, "50"), ("b", 0.25, "25"), ("c", 0.0, "0")], caption="shares")
    assert [part.split("%")[0] for part in told.split("width:")[1:]] == ["100.0", "50.0", "0.0"]


def test_a_table_names_its_rows_and_columns() -> None:
    """The first cell of a row and every title of a column are headings for those who hear it read."""
    told = table(("who", "n"), [("a", "1")], caption="count")
    assert told.count('scope="col"') == 2
    assert told.count('scope="row"') == 1


def test_numbers_are_told_as_people_read_them() -> None:
    """Shares, powers of ten, months and lists are written in words and digits that are short."""
    assert words.percent(0.123) == "12\u00a0%"
    assert words.percent(0.004) == "0.4\u00a0%"
    assert words.percent(0.0001) == "< 0.1\u00a0%"
    assert words.percent(None) == words.DASH
    assert words.number(3.2e10, 2) == "3.2 \u00d7 10\u00b9\u2070"
    assert words.number(1234.0) == "1,234"
    assert words.months(30.0) == "2.5 years"
    assert words.months(7.25) == "7.2 months"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.cause("liver") == "failure of the liver"
    assert words.policy("paget.tests.Agent@12ab") == "Agent"


def test_what_is_no_number_is_nothing_in_json() -> None:
    """Infinite values and those that are no number become nothing, however deep they lie."""
    assert finite({"a": [float("nan"), {"b": float("inf")}, 1.5]}) == {"a": [None, {"b": None}, 1.5]}
