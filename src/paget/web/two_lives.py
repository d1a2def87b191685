"""The same patient under two policies, side by side: what the second one changes, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from paget.analysis.durations import MONTH_DAY
from paget.model.calendar import YEAR_DAY
from paget.plots import style
from paget.web import words
from paget.web.markup import Html, joined, table, tag
from paget.web.page import note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SAME_DAY: Final = 1.0
"""Lives whose ends are so near are told to be as long."""


def side_by_side(rows: Sequence[Mapping[str, Any]], care: Sequence[str]) -> Html:
    """Return what the two lives come to, in a sentence and a table.

    Parameters
    ----------
    rows
        The patient's row of the table of patients in each life.
    care
        The policy of each, in words.
    """
    told = tag("p", _sentence(rows, care))
    lines = [(name, *(read(row) for row in rows)) for name, read in _LINES.items()]
    shown = [line for line in lines if any(cell not in {"", words.DASH} for cell in line[1:])]
    heads = ("the same patient", *(words.sentence(each) for each in care))
    chart = table(heads, shown, caption="The same patient under two policies", numbers=False)
    same = "Everything before the diagnosis is the same in both lives, and every lesion that no treatment has touched."
    return joined(told, chart, note(same))


def _sentence(rows: Sequence[Mapping[str, Any]], care: Sequence[str]) -> str:
    first, second = rows
    if first["diagnosis_age_day"] is None:
        return "The cancer was never found in life, so that both lives are the same."
    gain = float(second["last_age_day"]) - float(first["last_age_day"])
    if abs(gain) < _SAME_DAY:
        return f"With {care[1]} in place of {care[0]} the patient would have lived just as long."
    size = words.months(abs(gain) / MONTH_DAY)
    age = float(second["last_age_day"]) / YEAR_DAY
    end = f"been alive at {age:.1f}" if second["cause"] == "alive" else f"died at {age:.1f}"
    cause = "" if second["cause"] == "alive" else f" of {words.cause(str(second['cause']))}"
    longer = "later" if gain > 0.0 else "earlier"
    return f"With {care[1]} in place of {care[0]} the same patient would have {end}{cause}, {size} {longer}."


def _lived(row: Mapping[str, Any]) -> str:
    if row["diagnosis_age_day"] is None:
        return words.DASH
    return words.months((row["last_age_day"] - row["diagnosis_age_day"]) / MONTH_DAY)


def _end(row: Mapping[str, Any]) -> str:
    age = f"at {row['last_age_day'] / YEAR_DAY:.1f}"
    return f"alive {age}" if row["cause"] == "alive" else f"{words.cause(str(row['cause']))}, {age}"


def _response(row: Mapping[str, Any]) -> str:
    return style.words(str(row["best_response"])) if row.get("best_response") else words.DASH


def _days(column: str) -> Any:  # noqa: ANN401 - a function of a row
    def read(row: Mapping[str, Any]) -> str:
        return words.DASH if row.get(column) is None else words.months(row[column] / MONTH_DAY)

    return read


_LINES: Final = {
    "Lived from diagnosis": _lived,
    "End": _end,
    "Lines of therapy for advanced disease": lambda row: str(row.get("lines") or 0),
    "Best response": _response,
    "Worst unwanted effect": lambda row: f"grade {row['worst_grade']}" if row.get("worst_grade") else words.DASH,
    "Quality-adjusted time": _days("quality_adjusted_day"),
    "Time at home": _days("home_day"),
    "Time under treatment": _days("treatment_day"),
    "Metastases large enough to be seen": lambda row: f"{row['metastases']:,}",
    "Cells of the cancer at the end": lambda row: words.number(row["burden_cells"], 2),
}
