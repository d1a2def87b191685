"""The report of one patient: the course in an interactive view, and every table it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from paget import catalogue, plots
from paget.cohort.relived import lives_of
from paget.model.calendar import YEAR_DAY
from paget.plots import style
from paget.web import origins, words
from paget.web.markup import Html, folded, joined, table, tag
from paget.web.page import Section, cards, page, paragraphs
from paget.web.report import check_drawing
from paget.web.rows import readable
from paget.web.run_people import views_of
from paget.web.run_story import policy_of
from paget.web.two_lives import side_by_side

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from paget.cohort.cohort import Cohort
    from paget.cohort.trajectory import Life

_TABLES: Final = {
    "treatments": "Courses of therapy",
    "visits": "Visits",
    "adverse_events": "Unwanted effects",
    "findings": "Findings at diagnosis",
    "tests": "Tests at diagnosis",
    "lesions": "Lesions that were ever a thousand cells",
    "clones": "Clones alive at the end",
    "funnel": "Cells by organ",
}
_NAMES: Final = ("patients", *_TABLES)
_ROWS_SHOWN: Final = 200


@dataclass(frozen=True)
class _Life:
    """What a report tells of one life: its tables and its policy in words."""

    tables: Mapping[str, pa.Table]
    care: str

    @property
    def row(self) -> Mapping[str, Any]:
        found: dict[str, Any] = self.tables["patients"].to_pylist()[0]
        return found


def of_patient(cohort: Cohort, index: int, against: str | None = None) -> str:
    """Return the report of one patient of a run.

    Parameters
    ----------
    cohort
        The run.
    index
        Which patient.
    against
        A second policy, under which the same patient is shown beside.

    Returns
    -------
    str
        A self-contained HTML document.

    Raises
    ------
    SettingError
        If there is no such patient.
    UnknownEntryError
        If there is no such policy.
    MissingExtraError
        If a package for drawing is not installed.
    """
    own = _Life({name: cohort.arrow(name, patient=index) for name in _NAMES}, policy_of(cohort.provenance))
    if against is None:
        return _page(index, [own], cohort.provenance, views_of(cohort, [index])[index])
    first, second = (lives_of(cohort, [index], care=care)[index] for care in (None, against))
    view = Html(plots.patient_view(first, against=second).html())
    return _page(index, [own, _of_life(second)], cohort.provenance, view)


def of_one(cancer: str, index: int, *, against: str | None = None, **options: Any) -> str:  # noqa: ANN401 - of `one_life`
    """Return the report of one patient who is simulated for it, the same as in a run with this seed.

    Parameters
    ----------
    cancer
        A cancer or a group of cancers.
    index
        Which patient, from 0.
    against
        A second policy, under which the same patient is shown beside.
    **options
        Seed, years, settings and care, as for `paget.cohort.trajectory.one_life`.

    Raises
    ------
    SettingError, UnknownEntryError
        If a number or a name is not allowed.
    MissingExtraError
        If a package for drawing is not installed.
    """
    from paget.cohort import provenance
    from paget.cohort.recipe import make_recipe
    from paget.cohort.trajectory import one_life

    check_drawing()
    life = one_life(cancer, index, **options)
    other = None if against is None else one_life(cancer, index, **{**options, "care": against})
    made = provenance.describe(make_recipe(cancer, **options), index + 1, None)
    lives = [_of_life(each) for each in (life, other) if each is not None]
    return _page(index, lives, made, Html(plots.patient_view(life, against=other).html()))


def _of_life(life: Life) -> _Life:
    return _Life({name: getattr(life.tables, name) for name in _NAMES}, words.policy(life.care))


def _page(index: int, lives: Sequence[_Life], made: Mapping[str, Any], view: Html) -> str:
    row, care = lives[0].row, [life.care for life in lives]
    name = catalogue.cancer(row["cancer"]).name
    sections = [Section("short", "In short", _short(row, str(made["care"])))]
    if len(lives) > 1:
        both = side_by_side([life.row for life in lives], care)
        sections.append(Section("lives", f"With {care[1]} instead", both, "Both lives"))
    sections += [
        Section("course", "The course", view, "Course"),
        Section("tables", "What it rests on", _all_tables(lives), "Tables", is_printed=False),
        Section("provenance", "Provenance", origins.provenance(made)),
        Section("citations", "What to cite", origins.citations(made["sources"]), "Citations"),
    ]
    beside = f", beside {care[1]}" if len(lives) > 1 else ""
    under = f"Patient {index:,} · {policy_of(made)}{beside} · seed {made['seed']}"
    return page(f"{_person(row)} with {name[:1].lower()}{name[1:]}", under, sections)


def _all_tables(lives: Sequence[_Life]) -> Html:
    if len(lives) == 1:
        return _tables(lives[0].tables)
    return joined([(tag("h3", words.sentence(life.care)), _tables(life.tables)) for life in lives])


def _person(row: Mapping[str, Any]) -> str:
    return {"female": "A woman", "male": "A man"}.get(str(row["sex"]), "A person")


def _short(row: Mapping[str, Any], care: str) -> Html:
    age = row["onset_age_day"] / YEAR_DAY
    told = [f"The first malignant cell arose at the age of {age:.0f}. {_spread(row)} {_found(row)}", _end(row, care)]
    return joined(tag("div", paragraphs(*told), class_="lead"), cards(_cards(row)))


def _spread(row: Mapping[str, Any]) -> str:
    if row["first_distant_spread_age_day"] is None:
        return (
            "It never spread beyond the regional nodes."
            if row["regional_nodes"]
            else "It never spread to other organs."
        )
    years = (row["first_distant_spread_age_day"] - row["onset_age_day"]) / YEAR_DAY
    return f"Distant spread began {years:.1f} years later."


def _found(row: Mapping[str, Any]) -> str:
    if row["diagnosis_age_day"] is None:
        return "The cancer was never found in life."
    symptom = f", after {words.plain(row['symptom'])}" if row["symptom"] else ""
    age = f"{row['diagnosis_age_day'] / YEAR_DAY:.0f}"
    return f"It was found at the age of {age} ({row['diagnosis_route']}{symptom}), at stage {row['stage']}."


def _end(row: Mapping[str, Any], care: str) -> str:
    age = row["last_age_day"] / YEAR_DAY
    end = f"At the age of {age:.0f} the patient "
    end += "was alive." if row["cause"] == "alive" else f"died of {words.cause(row['cause'])}."
    if care != "none" and row.get("lines"):
        end = f"There were {words.several(row['lines'], 'line', 'lines')} of therapy for advanced disease. {end}"
    return end


def _cards(row: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    told = []
    if row["diagnosis_age_day"] is not None:
        lived = (row["last_age_day"] - row["diagnosis_age_day"]) / YEAR_DAY
        told = [(str(row["stage"]), "stage at diagnosis", ""), (f"{lived:.1f} years", "from diagnosis to the end", "")]
    told.append(
        (f"{row['metastases']:,}", "metastases became large enough to be seen", f"{row['sites']} organs at the end")
    )
    if row.get("best_response"):
        told.append((row["best_response"], style.words(row["best_response"]), "best response"))
    told.append((words.number(row["burden_cells"], 2), "cells of the cancer at the end", ""))
    return told


def _tables(tables: Mapping[str, pa.Table]) -> Html:
    parts = [folded("Patient", _of(tables["patients"], "The patient", is_upright=True))]
    for name, title in _TABLES.items():
        rows = tables[name]
        if rows.num_rows:
            count = words.several(rows.num_rows, "row", "rows")
            parts.append(folded(f"{title}: {count}", _of(rows, title)))
    return joined(parts)


def _of(rows: pa.Table, caption: str, *, is_upright: bool = False) -> Html:
    shown = readable(rows.slice(0, _ROWS_SHOWN))
    if rows.num_rows > _ROWS_SHOWN:
        caption = f"{caption}, the first {_ROWS_SHOWN} of {rows.num_rows:,}"
    if is_upright:
        return table(("column", "value"), [(name, _cell(value)) for name, value in shown[0].items()], caption=caption)
    names = [name for name in rows.column_names if name != "patient"]
    return table(names, [[_cell(row[name]) for name in names] for row in shown], caption=caption)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return words.number(value, 4)
    return "" if value is None else str(value)
