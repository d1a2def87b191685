"""The report of a virtual trial: what the trial finds, beside what was published, and what no trial can see."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from paget import plots
from paget.errors import FolderError
from paget.plots import style
from paget.web import REFERENCES_NAME, words
from paget.web.drawn import drawn
from paget.web.markup import Content, Html, joined, table, tag
from paget.web.origins import citations, references
from paget.web.page import Section, cards, note, page, paragraphs
from paget.web.trial_pairs import groups, pairs, power

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

RESULT_NAME: Final = "result.json"
ENDPOINTS: Final = {
    "OS": "overall survival",
    "PFS": "progression-free survival",
    "DoR": "duration of response",
    "ORR": "response",
    "SRE": "skeletal event",
    "grade3": "toxicity of grade 3 or worse",
    "QALY": "quality-adjusted life",
}
_CURVES: Final = ("OS", "PFS")
_SURE: Final = 0.05


@dataclass(frozen=True)
class TrialFolder:
    """What `paget trial` left in a folder.

    Parameters
    ----------
    path
        The folder.
    result
        The result as plain values.
    """

    path: Path
    result: Mapping[str, Any]

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open the folder of a trial.

        Raises
        ------
        FolderError
            If it holds none, or one that cannot be read.
        """
        file = Path(path) / RESULT_NAME
        try:
            return cls(Path(path), json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            allowed = "a folder that `paget trial --out` left"
            raise FolderError("There is no trial in this folder.", file=path, allowed=allowed) from error

    @cached_property
    def times(self) -> pd.DataFrame:
        """Times to events of the randomised patients, as ADTTE with the arm of each."""
        import pandas as pd

        from paget.analysis.adam import adtte

        try:
            read = {
                name: pd.read_parquet(self.path / "randomised" / f"{name}.parquet") for name in ("patients", "visits")
            }
        except (OSError, ValueError) as error:
            raise FolderError("The data of the trial cannot be read.", file=self.path / "randomised") from error
        return adtte(read["patients"], read["visits"])

    @property
    def references(self) -> list[str]:
        """What to cite for the real trial; none where the folder does not say."""
        try:
            found: list[str] = json.loads((self.path / REFERENCES_NAME).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return found

    def curves(self, endpoint: str) -> dict[str, tuple[NDArray[np.float64], NDArray[np.bool_]]]:
        """Return days and events of an endpoint by arm, the reference first."""
        rows = self.times[self.times["PARAMCD"] == endpoint]
        arms = [self.result["reference"], *(each["arm"] for each in self.result["comparisons"])]
        found = {}
        for arm in arms:
            mine = rows[rows["TRTP"] == arm]
            found[words.plain(arm)] = (mine["AVAL"].to_numpy(float), mine["CNSR"].to_numpy() == 0)
        return found


def of_trial(folder: str | Path) -> str:
    """Return the report of a trial.

    Parameters
    ----------
    folder
        What `paget trial --out` left.

    Returns
    -------
    str
        A self-contained HTML document.

    Raises
    ------
    FolderError
        If the folder holds no trial.
    """
    held = TrialFolder.open(folder)
    result = held.result
    sections = [
        Section("short", "In short", _short(result)),
        Section("curves", "Time to events", _curves(held), "Curves"),
        Section("numbers", "What the trial finds, beside what was published", _numbers(result), "Numbers"),
        Section("pairs", "What no trial can see: the same patients in both arms", pairs(result), "Both arms"),
        Section("groups", "Who gains", groups(result)),
        Section("power", "How large a trial has to be", power(result), "Size"),
        Section("provenance", "Provenance", _provenance(held)),
        Section("citations", "What to cite", _citations(held), "Citations"),
    ]
    under = f"{result['simulated']:,} patients simulated · {result['randomised']:,} randomised · seed {result['seed']}"
    return page(str(result["name"]), under, sections)


def _short(result: Mapping[str, Any]) -> Html:
    primary = result["endpoints"][0]
    opening = (
        f"Paget simulated {result['simulated']:,} people with {words.plain(result['cancer'])} cancer. In "
        f"{result['found']:,} the cancer was found in life; {result['randomised']:,} of these were eligible and were "
        f"randomised to {words.listed([words.plain(each['arm']) for each in result['arms']])}. Each patient was also "
        "simulated in every other arm, which is what the second half of this report is about."
    )
    told = [opening, *(_verdict(result, each, primary) for each in result["comparisons"])]
    return joined(tag("div", paragraphs(*told), class_="lead"), cards(_cards(result, primary)))


def _verdict(result: Mapping[str, Any], each: Mapping[str, Any], primary: str) -> str:
    ratio, p = each["hazard_ratios"].get(primary), each["p_values"].get(primary)
    arm, reference = words.plain(each["arm"]), words.plain(each["reference"])
    if ratio is None or p is None or ratio["value"] is None:
        return ""
    endpoint = ENDPOINTS.get(primary, primary)
    finding = f"no clear difference in {endpoint} between {arm} and {reference}"
    if p < _SURE:
        finding = f"that {arm} {'prolongs' if ratio['value'] < 1.0 else 'shortens'} {endpoint} against {reference}"
    real = _published(result, "hazard_ratios", primary, each["arm"])
    beside = f" The real trial reported a hazard ratio of {real['value']:.2f}." if real else ""
    return f"This trial finds {finding}: hazard ratio {_interval(ratio, 2)}, {_equals(p)}.{beside}"


def _cards(result: Mapping[str, Any], primary: str) -> list[tuple[str, str, str]]:
    told = [(f"{result['randomised']:,}", "patients randomised", f"of {result['simulated']:,} simulated")]
    for arm in result["arms"]:
        median = arm["medians_month"].get(primary)
        if median is not None:
            real = _published(result, "medians_month", primary, arm["arm"])
            beside = f"published {real['value']:.1f}" if real else ""
            label = f"months, median {ENDPOINTS.get(primary, primary)} with {words.plain(arm['arm'])}"
            told.append((_month(median["value"]), label, beside))
    for pair in result["pairs"]:
        gain = pair["benefits"].get("OS")
        if gain is not None:
            label = f"live longer with {words.plain(pair['arm'])} than the same patient without"
            told.append((words.percent(gain["gaining"]["share"]), label, words.interval(gain["gaining"])))
            label = f"live shorter with {words.plain(pair['arm'])}"
            told.append((words.percent(gain["harmed"]["share"]), label, words.interval(gain["harmed"])))
    return told


def _curves(held: TrialFolder) -> Html:
    shown = [name for name in _CURVES if name in held.result["endpoints"]] or list(_CURVES)
    parts = []
    for name in shown:
        title = style.upper_first(ENDPOINTS[name])
        figure = plots.kaplan_meier(held.curves(name), title=title, since="randomisation")
        parts.append(drawn(figure, f"{title} by arm, Kaplan-Meier curves with numbers at risk"))
    return joined(parts, note("As the trial sees it: each patient in one arm, until the data cut-off."))


def _numbers(result: Mapping[str, Any]) -> Html:
    medians = [name for name in ("OS", "PFS", "DoR") if name in result["arms"][0]["medians_month"]]
    shares = list(result["arms"][0]["shares"])
    rows: list[tuple[Content, ...]] = []
    for arm in result["arms"]:
        told = [_interval(arm["medians_month"][name], 1) for name in medians]
        told += [words.with_interval(arm["shares"][name]) for name in shares]
        rows.append((words.plain(arm["arm"]), f"{arm['patients']:,}", *told))
        real = [_published(result, "medians_month", name, arm["arm"]) for name in medians]
        real_shares = [_published(result, "shares", name, arm["arm"]) for name in shares]
        if any((*real, *real_shares)):
            cells = [_interval(each, 1) if each else "" for each in real]
            cells += [words.percent(each["value"]) if each else "" for each in real_shares]
            rows.append((tag("em", "published"), "", *cells))
    heads = ("arm", "patients", *(f"{name}, months" for name in medians), *(ENDPOINTS[name] for name in shares))
    arms = table(heads, rows, caption="By arm: medians and shares with 95 % intervals; a dash is not reached")
    return joined(arms, _ratios(result))


def _ratios(result: Mapping[str, Any]) -> Html:
    rows: list[tuple[Content, ...]] = []
    for each in result["comparisons"]:
        for name, ratio in each["hazard_ratios"].items():
            real = _published(result, "hazard_ratios", name, each["arm"])
            rows.append(
                (
                    f"{words.plain(each['arm'])}, {ENDPOINTS.get(name, name)}",
                    _interval(ratio, 2),
                    _p(each["p_values"][name]),
                    _interval(real, 2) if real else words.DASH,
                )
            )
    heads = (f"against {words.plain(result['reference'])}", "hazard ratio", "p", "published")
    return table(heads, rows, caption="Hazard ratios with 95 % intervals, and p by the log-rank test")


def _provenance(held: TrialFolder) -> Html:
    result = held.result
    rows = [
        ("Trial", result["trial"]),
        ("Cancer", result["cancer"]),
        ("Patients simulated", f"{result['simulated']:,}"),
        ("Seed", str(result["seed"])),
        ("Endpoints", ", ".join(result["endpoints"])),
    ]
    again = (
        f"paget trial {result['trial']}.toml -n {result['simulated']} --seed {result['seed']} --out {held.path.name}"
    )
    return joined(
        tag("p", "The same trial: ", tag("code", again)),
        table(("what", "value"), rows, caption="What was run", numbers=False),
    )


def _citations(held: TrialFolder) -> Html:
    from paget import catalogue

    known = {source.id: catalogue.reference(source) for source in catalogue.cite(held.result["cancer"])}
    own = held.references
    real = joined(tag("p", "The trial and its published numbers:"), references(own)) if own else None
    return joined(real, citations(known))


def _published(result: Mapping[str, Any], part: str, endpoint: str, arm: str) -> Mapping[str, Any] | None:
    rows = result["published"].get(part, ())
    return next((each for each in rows if (each["endpoint"], each["arm"]) == (endpoint, arm)), None)


def _interval(each: Mapping[str, Any], digits: int) -> str:
    value, low, high = (words.fixed(each.get(part), digits) for part in ("value", "low", "high"))
    return value if low == high == words.DASH else f"{value} ({low} to {high})"


def _month(value: float | None) -> str:
    return "not reached" if value is None else f"{value:.1f}"


def _equals(p: float) -> str:
    return f"p {_p(p)}" if _p(p).startswith("<") else f"p = {_p(p)}"


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"  # noqa: PLR2004 - the least that is told
