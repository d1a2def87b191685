"""Linked views: patients, survival, stage, sites and causes of death, where a selection in one narrows all others.

A selection is made by dragging over patients or by clicking a bar. The charts are Altair's, so that notebooks show
them; `linked_html` writes a page that works without a network, since vl-convert brings the code it needs.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from paget.analysis.found import group_of
from paget.errors import MissingExtraError, SettingError
from paget.model.calendar import YEAR_DAY
from paget.plots import style

if TYPE_CHECKING:
    import pandas as pd
    from altair import VConcatChart

MOST_PATIENTS: Final = 4000
"""More points than that are a smear, and the page grows with them; every so many-th patient is taken then."""
MOST_BARS: Final = 8
_STAGES: Final = ("I", "II", "III", "IV", "unknown")
_GREY: Final = "#D5DADE"
_DARKER: Final = "#AAB3B9"
_SIZE: Final = {"wide": 330, "narrow": 210, "high": 250, "low": 150}


def linked_table(patients: pd.DataFrame, lesions: pd.DataFrame, most: int = MOST_PATIENTS) -> pd.DataFrame:
    """Return what the linked views need of each patient whose cancer was found.

    Parameters
    ----------
    patients, lesions
        Tables of those names.
    most
        How many patients at most.

    Returns
    -------
    DataFrame
        ``patient``, ``age`` at diagnosis and ``survival`` from it in years, ``died``, ``stage``, ``cause``, and
        ``sites``, the organs with a metastasis that was ever detectable, parted by bars.
    """
    found = patients[patients["diagnosis_age_day"].notna()].sort_values("patient", kind="stable")
    if len(found) > most:
        found = found.iloc[np.linspace(0, len(found) - 1, most).round().astype(int)]
    end = found["death_age_day"].fillna(found["last_age_day"])
    seen = lesions[(lesions["route"].astype(str) != "primary") & lesions["detectable_age_day"].notna()]
    pairs = seen[["patient", "organ"]].astype({"organ": str}).drop_duplicates()
    pairs = pairs.assign(organ=[style.upper_first(style.words(organ)) for organ in pairs["organ"]])
    sites = pairs.groupby("patient")["organ"].agg("|".join)
    table = found[["patient"]].assign(
        age=(found["diagnosis_age_day"] / YEAR_DAY).round(2),
        survival=((end - found["diagnosis_age_day"]) / YEAR_DAY).round(3),
        died=found["death_age_day"].notna(),
        stage=[group_of(stage) for stage in found["stage"].astype(str)],
        cause=[_cause(cause) for cause in found["cause"].astype(str)],
        sites=found["patient"].map(sites).fillna(""),
    )
    return table.reset_index(drop=True)


def _cause(cause: str) -> str:
    words = style.words(cause)
    return style.upper_first(f"failure of {words}" if cause in style.ORGANS else words)


def linked_patients(
    patients: pd.DataFrame,
    lesions: pd.DataFrame,
    *,
    title: str = "Patients, and what became of them",
    most: int = MOST_PATIENTS,
) -> VConcatChart:
    """Return linked views of a run: drag over patients, or click a stage, and all views show those alone.

    Parameters
    ----------
    patients, lesions
        Tables of those names.
    title
        What the views show.
    most
        How many patients at most.

    Returns
    -------
    altair.VConcatChart
        Age at diagnosis against survival; stages; survival; sites of metastasis; causes of death.

    Raises
    ------
    MissingExtraError
        If Altair is not installed.
    SettingError
        If nobody's cancer was found.
    """
    alt = _altair()
    table = linked_table(patients, lesions, most)
    if table.empty:
        raise SettingError("There is nobody whose cancer was found.", key="patients", allowed="one patient or more")
    most_common = _most_common(table)
    brush = alt.selection_interval(name="brush")
    chosen = alt.selection_point(name="stages", fields=["stage"], toggle="true")
    base = alt.Chart(alt.InlineData(values=table.to_dict("records")))
    both = base.transform_filter(brush).transform_filter(chosen)
    upper = alt.hconcat(_scatter(alt, base, brush, chosen), _survival(alt, base, both, table), spacing=30)
    sites = _bars(alt, _parted(base), _parted(both), "organ", most_common["organ"], "Sites of metastasis")
    causes = _bars(alt, base, both, "cause", most_common["cause"], "Died of")
    lower = alt.hconcat(_stages(alt, base, brush, chosen, table), sites, causes, spacing=24)
    subtitle = [
        f"{len(table):,} patients. Drag over points to choose patients, click bars of stages (several may be chosen);",
        "double-click to choose all again. Grey: all patients; colour: those chosen.",
    ]
    heading = {"text": title, "subtitle": subtitle, "anchor": "start", "offset": 18}
    chart = alt.vconcat(upper, lower, spacing=24, title=alt.TitleParams(**heading))
    styled: VConcatChart = chart.configure(**_look())
    return styled


def _look() -> dict[str, Any]:
    """Return the settings that make an Altair chart look like the other figures."""
    font = ", ".join(style.FONTS)
    text = {"labelFontSize": 12, "titleFontSize": 13, "titleFontWeight": "normal", "labelColor": style.INK}
    return {
        "font": font,
        "background": style.PAPER,
        "view": {"stroke": None},
        "axis": {**text, "gridColor": style.RULE, "domainColor": style.MUTED, "ticks": False, "labelPadding": 5},
        "title": {
            "fontSize": 18,
            "subtitleFontSize": 13,
            "subtitleColor": style.MUTED,
            "color": style.INK,
            "anchor": "start",
        },
    }


def _stage_scale(alt: Any) -> Any:  # noqa: ANN401 - the module
    return alt.Scale(domain=list(_STAGES), range=[style.STAGES[stage] for stage in _STAGES])


def _scatter(alt: Any, base: Any, brush: Any, chosen: Any) -> Any:  # noqa: ANN401 - parts of a chart
    colour = alt.Color("stage:N", scale=_stage_scale(alt), legend=None)
    return (
        base.mark_circle(size=34, opacity=0.75)
        .encode(
            x=alt.X("age:Q", title="Age at diagnosis (years)", scale=alt.Scale(zero=False, nice=True)),
            y=alt.Y("survival:Q", title="Years lived from diagnosis"),
            color=alt.condition(brush & chosen, colour, alt.value(_GREY)),
            tooltip=[
                alt.Tooltip("patient:Q", title="Patient"),
                alt.Tooltip("age:Q", title="Age at diagnosis", format=".1f"),
                alt.Tooltip("survival:Q", title="Years lived from then", format=".1f"),
                alt.Tooltip("stage:N", title="Stage"),
                alt.Tooltip("cause:N", title="Died of"),
                alt.Tooltip("sites:N", title="Metastases"),
            ],
        )
        .add_params(brush)
        .properties(width=_SIZE["wide"], height=_SIZE["high"], title=_named(alt, "Each patient, coloured by stage"))
    )


def _named(alt: Any, text: str) -> Any:  # noqa: ANN401 - the module
    return alt.TitleParams(text, fontSize=14, anchor="start")


def _survival(alt: Any, base: Any, both: Any, table: pd.DataFrame) -> Any:  # noqa: ANN401 - parts of a chart
    """Draw the Kaplan-Meier curves of all and of those chosen: the running product of the share left at each death."""

    def curve(source: Any, colour: str, width: float) -> Any:  # noqa: ANN401
        ranked = source.transform_window(
            rank="row_number()",
            sort=[alt.SortField("survival"), alt.SortField("died", order="descending")],
            frame=[None, 0],
        ).transform_joinaggregate(all="count()")
        # The last death brings the share to nothing, whose logarithm is told as a very small number.
        logged = ranked.transform_calculate(
            log="datum.died ? log(max(datum.all - datum.rank, 1e-9) / (datum.all - datum.rank + 1)) : 0"
        ).transform_window(summed="sum(log)", sort=[alt.SortField("rank")], frame=[None, 0])
        line = logged.transform_calculate(alive="exp(datum.summed)").mark_line(
            interpolate="step-after", strokeWidth=width, color=colour
        )
        years = alt.Scale(domain=[0.0, float(table["survival"].max())], nice=True)
        share = alt.Axis(format="%", values=[0.0, 0.25, 0.5, 0.75, 1.0])
        return line.encode(
            x=alt.X("survival:Q", title="Years from diagnosis", scale=years),
            y=alt.Y("alive:Q", title="Share surviving", axis=share, scale=alt.Scale(domain=[0.0, 1.0])),
        )

    count = both.transform_aggregate(n="count()").transform_calculate(text="format(datum.n, ',') + ' patients chosen'")
    label = count.mark_text(align="right", fontSize=13, fontWeight="bold", color=style.ACCENT).encode(
        text="text:N", x=alt.value(_SIZE["wide"] - 4), y=alt.value(12)
    )
    layers = alt.layer(curve(base, _DARKER, 2.0), curve(both, style.ACCENT, 2.6), label)
    return layers.properties(width=_SIZE["wide"], height=_SIZE["high"], title=_named(alt, "Survival"))


def _stages(alt: Any, base: Any, brush: Any, chosen: Any, table: pd.DataFrame) -> Any:  # noqa: ANN401 - parts of a chart
    most = alt.Scale(domain=[0, int(table["stage"].value_counts().max())], nice=True)
    where = {
        "y": alt.Y("stage:N", title=None, sort=[stage for stage in _STAGES if stage in set(table["stage"])]),
        "x": alt.X("count():Q", title="Patients", scale=most, axis=alt.Axis(tickCount=4)),
    }
    colour = alt.Color("stage:N", scale=_stage_scale(alt), legend=None)
    every = base.mark_bar(color=_GREY, cursor="pointer").encode(**where)
    mine = base.transform_filter(brush).mark_bar(cursor="pointer")
    mine = mine.encode(**where, color=alt.condition(chosen, colour, alt.value(_GREY)))
    # One layer holds the selection; a click on either bar of a stage chooses it.
    layers = alt.layer(every.add_params(chosen), mine)
    return layers.properties(width=_SIZE["narrow"], height=_SIZE["low"], title=_named(alt, "Stage (click)"))


def _parted(source: Any) -> Any:  # noqa: ANN401 - part of a chart
    """Return the source with a row a patient and organ."""
    return source.transform_calculate(organ="split(datum.sites, '|')").transform_flatten(["organ"])


def _most_common(table: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Return the most common organs and causes among all patients, with how many patients."""
    organs = table["sites"].str.split("|").explode()
    counts = {"organ": organs[organs != ""].value_counts(), "cause": table["cause"].value_counts()}
    return {name: {str(key): int(n) for key, n in found.head(MOST_BARS).items()} for name, found in counts.items()}


def _bars(
    alt: Any,  # noqa: ANN401 - the module
    base: Any,  # noqa: ANN401 - part of a chart
    both: Any,  # noqa: ANN401 - part of a chart
    column: str,
    counts: dict[str, int],
    title: str,
) -> Any:  # noqa: ANN401 - part of a chart
    """Draw how many patients have each of the most common values: all in grey, those chosen in colour."""

    def bars(source: Any, colour: str) -> Any:  # noqa: ANN401
        kept = source.transform_filter(alt.FieldOneOfPredicate(field=column, oneOf=list(counts)))
        most = alt.Scale(domain=[0, max(counts.values(), default=1)], nice=True)
        return kept.mark_bar(color=colour).encode(
            y=alt.Y(f"{column}:N", title=None, sort=list(counts), axis=alt.Axis(labelLimit=170)),
            x=alt.X("count():Q", title="Patients", scale=most, axis=alt.Axis(tickCount=4)),
            tooltip=[alt.Tooltip(f"{column}:N", title=title), alt.Tooltip("count():Q", title="Patients")],
        )

    layers = alt.layer(bars(base, _GREY), bars(both, style.ACCENT))
    return layers.properties(width=_SIZE["narrow"], height=_SIZE["low"], title=_named(alt, title))


def linked_html(chart: Any) -> str:  # noqa: ANN401 - any chart of Altair
    """Return a page that shows a chart of Altair without a network.

    Parameters
    ----------
    chart
        The chart.

    Returns
    -------
    str
        One file of HTML with all code inside.

    Raises
    ------
    MissingExtraError
        If vl-convert is not installed.
    """
    page = str(_converter().vegalite_to_html(chart.to_json(), bundle=True))
    # Vega compiles expressions with eval, which the policy forbids, unless it is told to walk through them.
    page, told = re.subn(r'const opts = \{"renderer":"svg"\}', 'const opts = {"renderer":"svg","ast":true}', page)
    policy = style.LOADS_NOTHING if told else style.LOADS_NOTHING.replace("script-src", "script-src 'unsafe-eval'")
    head = (
        f'<html lang="en"><head><meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
    )
    return re.sub(r"<html>\s*<head>", head, page, count=1)


def save_linked(chart: Any, path: str | Path) -> Path:  # noqa: ANN401 - any chart of Altair
    """Write a chart of Altair to a file, without a network.

    Parameters
    ----------
    chart
        The chart.
    path
        Where to; the suffix says the format: ``.html`` (interactive), ``.svg``, ``.png`` or ``.json``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    MissingExtraError
        If vl-convert is not installed.
    SettingError
        If the suffix is another.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in {".html", ".svg", ".png", ".json"}:
        raise SettingError(
            "A chart cannot be written in this format.",
            key="path",
            value=str(path),
            allowed=(".html", ".svg", ".png", ".json"),
            fix="end the name of the file in .html",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    if suffix == ".png":
        target.write_bytes(_converter().vegalite_to_png(chart.to_json(), scale=2.0))
        return target
    text = {".html": linked_html, ".svg": _svg}[suffix](chart) if suffix != ".json" else str(chart.to_json())
    target.write_text(text, encoding="utf-8")
    return target


def _svg(chart: Any) -> str:  # noqa: ANN401 - any chart of Altair
    return str(_converter().vegalite_to_svg(chart.to_json()))


def _altair() -> Any:  # noqa: ANN401 - a module
    try:
        import altair as alt
    except ModuleNotFoundError as missing:
        raise MissingExtraError("A linked view", "altair", "plots") from missing
    return alt


def _converter() -> Any:  # noqa: ANN401 - a module
    try:
        import vl_convert
    except ModuleNotFoundError as missing:
        raise MissingExtraError("Writing a linked view", "vl-convert-python", "plots") from missing
    return vl_convert
