"""Draw every figure from small seeded runs, and write docs/figures.md with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from PIL import Image

import paget
from paget import catalogue, plots
from paget.analysis.calibration import curve
from paget.analysis.found import group_of
from paget.cohort.origin_calibration import rounds, simulated
from paget.cohort.origin_tables import origin_tables
from paget.cohort.trajectory import Life, one_life
from paget.observation.origin import posterior
from paget.plots.response import best_word

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAGE = Path(__file__).with_name("figures.md")
FOLDER = Path(__file__).with_name("figures")
TRIALS = Path(__file__).parents[1] / "examples" / "trials"
RECORD = Path(__file__).parents[1] / "examples" / "map" / "record.toml"
SEED, PATIENTS, FEW = 1, 500, 200
LUNG_PATIENT = 34
"""Had a targeted drug whose resistant clones took over."""
CANCERS = (
    "breast_hr_positive",
    "colorectal",
    "kidney_clear_cell",
    "lung_adenocarcinoma",
    "melanoma",
    "pancreas",
    "prostate",
)
ENDPOINTS = {"OS": "survival", "PFS": "without progression"}
DPI, COLOURS = 110, 64

HEAD = """# Figures

This page and its pictures are made by `python docs/figures.py` from runs of a few hundred patients; edit that.

Every figure is a function of `paget.plots` that takes tables and returns a matplotlib figure. The extra `plots` brings
what they need (`pip install 'paget[plots]'`). Times are days, events are flags, shares lie between 0 and 1. Nothing
here is medical advice: these are simulated patients.

```python
import paget
from paget import plots

run = paget.simulate("colorectal", 500, seed=1)
figure = plots.stage_bars(run.patients)
plots.save(figure, "stages.png")  # or .svg, .pdf; the same figure gives the same bytes
plots.svg(figure, alt="Stages at diagnosis")  # an <svg> for a page, with a title for those who cannot see it
```

Colours mean the same everywhere: one an organ, a stage, a response, a route. The ten usual sites of metastasis, the
stages, responses and routes are told apart with every kind of colour vision, which tests hold them to. No text is
smaller than 10.5 points at a width of seven inches, so that a figure still reads at half its size. `plots.style` holds
the palette, and `plots.style.as_css()` the same as custom properties for a page.
"""

LINKED = """## Views that are linked

```python
chart = plots.linked_patients(run.patients, run.lesions)  # an Altair chart, which notebooks show
plots.save_linked(chart, "patients.html")  # a page that needs no network; also .svg, .png, .json
```

Drag over patients, or click stages: survival, sites and causes of death are then those of the patients chosen, in front
of all patients in grey.

![Patients of a run, with survival, stage, sites of metastasis and causes of death](figures/linked.png)
"""


@dataclass(frozen=True)
class Shown:
    """One picture of the gallery: its file, heading, what it is good for, the call, and how it is drawn."""

    name: str
    heading: str
    text: str
    call: str
    draw: Callable[[], Figure]


@cache
def run_of(cancer: str, count: int) -> paget.Cohort:
    """Return a run."""
    return paget.simulate(cancer, count, seed=SEED)


@cache
def lung_patient() -> Life:
    """Return the life of the patient with the targeted drug."""
    return one_life("lung_adenocarcinoma", LUNG_PATIENT, seed=SEED)


def gallery() -> Iterator[Shown]:
    """Return the pictures in the order of the page."""
    yield from run_figures()
    yield from response_figures()
    yield from patient_figures()
    yield from judging_figures()


def run_figures() -> Iterator[Shown]:
    """Return the pictures of whole runs."""
    run = run_of("colorectal", PATIENTS)
    yield Shown(
        "kaplan_meier",
        "Survival",
        "Kaplan-Meier curves with intervals, medians and numbers at risk. Groups that are stages have their colours.",
        'plots.kaplan_meier({"I": (days, died), "IV": (other_days, other_died)}, unit="years")',
        lambda: plots.kaplan_meier(by_stage(run.patients), unit="years", title="Colorectal cancer: survival by stage"),
    )
    several = [run_of(cancer, FEW) for cancer in CANCERS]
    yield Shown(
        "stage_bars",
        "Stage at diagnosis",
        "With one cancer, a bar a stage with its interval; with several, a bar a cancer.",
        "plots.stage_bars(run.patients)",
        lambda: plots.stage_bars(pd.concat([each.patients for each in several])),
    )
    yield Shown(
        "site_heat_map",
        "Sites of metastasis",
        "`site_shares` counts patients with a metastasis that was ever detectable; any table of shares can be drawn.",
        "plots.site_heat_map(plots.site_shares(run.patients, run.lesions))",
        lambda: plots.site_heat_map(pd.concat([plots.site_shares(each.patients, each.lesions) for each in several])),
    )
    yield Shown(
        "funnel",
        "The funnel",
        "How many cells of an average patient take each step from being shed to a detectable metastasis.",
        "plots.funnel(run.funnel)  # or run.summary()",
        lambda: plots.funnel(run.funnel, title="Colorectal cancer: from shed cells to metastases"),
    )
    yield Shown(
        "organ_flow",
        "From where, how, to where",
        "Who seeded whom over all patients; metastases seed too.",
        "plots.organ_flow(run.lesions)",
        lambda: plots.organ_flow(run.lesions, title="Colorectal cancer: how metastases travelled"),
    )
    yield Shown(
        "sizes",
        "Sizes",
        "Diameters of living metastases by organ on the last day; filter the table for other days or patients.",
        "plots.sizes(run.lesions[run.lesions.detectable_age_day.notna()])",
        lambda: plots.sizes(
            run.lesions[run.lesions["detectable_age_day"].notna()], title="Colorectal cancer: metastases at death"
        ),
    )


def response_figures() -> Iterator[Shown]:
    """Return the pictures of treatment."""
    run = run_of("colorectal", PATIENTS)
    late = run.patients[run.patients["stage"].astype(str).str.startswith("IV")]
    change = plots.tumour_change(run.visits)
    best = change.groupby("patient")["change_percent"].min()
    response = change.groupby("patient")["response"].agg(lambda words: best_word(list(words)))
    since = "since the first assessment under treatment"
    yield Shown(
        "swimmer",
        "Courses",
        "One lane a patient, from diagnosis to the end.",
        "plots.swimmer(run.treatments, run.visits, run.patients)",
        lambda: plots.swimmer(run.treatments, run.visits, late, most=24, title="Found in stage IV: courses"),
    )
    yield Shown(
        "waterfall",
        "Best change",
        "The worst to the best. Change is told from the baseline that was measured when the line began "
        "(`baseline_sum_mm` of the visits).",
        'plots.waterfall(plots.tumour_change(run.visits).groupby("patient")["change_percent"].min())',
        lambda: plots.waterfall(
            best, response, title="Best change in the first line", subtitle=f"One bar a patient, {since}"
        ),
    )
    yield Shown(
        "spider",
        "Change over time",
        "The same patients over time.",
        "plots.spider(plots.tumour_change(run.visits))",
        lambda: plots.spider(
            change, title="Change in the first line", subtitle=f"One line a patient, {since}; triangle: progression"
        ),
    )


def patient_figures() -> Iterator[Shown]:
    """Return the pictures of one patient."""
    yield Shown(
        "burden_over_time",
        "One patient's cancer over time",
        "Living cells by organ, with what was given. Cells come from `paget.cohort.trajectory.one_life`, or any model.",
        'plots.burden_over_time(day, {"primary": cells, "liver": others}, treatments, marks={"diagnosis": found_day})',
        burden,
    )
    yield Shown(
        "fish",
        "Clones over time",
        "Each clone lies in the one it came from. `clone_history` follows one patient, `by_genotype` joins equals.",
        'plots.fish(*plots.by_genotype(*plots.clone_history("lung_adenocarcinoma", 34)))',
        fish,
    )
    run = run_of("colorectal", PATIENTS)
    patient = int(run.patients.loc[run.patients["clones"].between(20, 60), "patient"].iloc[0])
    clones, lesions = (table[table["patient"] == patient] for table in (run.clones, run.lesions))
    yield Shown(
        "clone_tree",
        "Descent of clones",
        "The largest clones of a patient with those they descend from; the tree as text is `run.newick(patient)`.",
        "plots.clone_tree(clones_of_the_patient, lesions_of_the_patient)",
        lambda: plots.clone_tree(clones, lesions, most=16, title="One patient's clones: who descends from whom"),
    )
    spread = int(run.patients.loc[run.patients["sites"] >= 4, "patient"].iloc[0])  # noqa: PLR2004 - many sites
    seen = run.lesions[(run.lesions["patient"] == spread) & run.lesions["detectable_age_day"].notna()]["lesion"]
    migrations = run.migrations(spread)
    yield Shown(
        "migration_graph",
        "Who seeded whom",
        "One patient's organs, with the metastases that became detectable.",
        "plots.migration_graph(run.migrations(patient))",
        lambda: plots.migration_graph(
            migrations[migrations["lesion"].isin(seen)], primary="bowel", title="One patient: which organ seeded which"
        ),
    )


def judging_figures() -> Iterator[Shown]:
    """Return the pictures for comparing and judging."""
    yield Shown(
        "forest",
        "Estimates with intervals",
        "Hazard ratios or differences, beside published ones where there are any.",
        'plots.forest([{"label": "OS", "estimate": 0.7, "low": 0.5, "high": 1.0, "published": 0.66}])',
        forest,
    )
    yield Shown(
        "calibration_curve",
        "Calibration",
        "How often what was forecast came true; here, the origin of metastases.",
        "plots.calibration_curve(paget.analysis.calibration.curve(said, came, weight))",
        calibration,
    )
    yield Shown(
        "trade_off_front",
        "Trade-offs",
        "What each policy brings one patient, and at what burden.",
        'plots.trade_off_front(paget.plan("record.toml"))',
        lambda: plots.trade_off_front(paget.plan(RECORD, seed=SEED)),
    )


def by_stage(patients: pd.DataFrame) -> dict[str, tuple[pd.Series[float], pd.Series[bool]]]:
    """Return years lived from diagnosis and whether the patient died, by stage."""
    found = patients[patients["diagnosis_age_day"].notna()]
    lived = found["death_age_day"].fillna(found["last_age_day"]) - found["diagnosis_age_day"]
    stage = found["stage"].astype(str).map(group_of)
    died = found["death_age_day"].notna()
    return {name: (lived[stage == name], died[stage == name]) for name in ("I", "II", "III", "IV")}


def burden() -> Figure:
    """Return the picture of one patient's cancer over time."""
    life = lung_patient()
    lesions = life.tables.lesions.to_pandas().set_index("lesion")
    where = lesions["organ"].astype(str).mask(lesions["route"].astype(str) == "primary", "primary")
    cells = pd.DataFrame(life.trajectory.cells, columns=[where[int(key)] for key in life.trajectory.key])
    row = life.tables.patients.to_pylist()[0]
    marks = {name: row[f"{name}_age_day"] for name in ("diagnosis", "relapse", "death") if row[f"{name}_age_day"]}
    return plots.burden_over_time(
        life.trajectory.day,
        {str(name): total for name, total in cells.T.groupby(level=0).sum().T.items()},
        life.tables.treatments.to_pandas(),
        marks=marks,
        title="Lung adenocarcinoma in one patient",
    )


def fish() -> Figure:
    """Return the picture of one patient's clones."""
    history = plots.clone_history("lung_adenocarcinoma", LUNG_PATIENT, seed=SEED)
    given = lung_patient().tables.treatments.to_pandas()
    drug = given[given["therapy"].astype(str) == "osimertinib"]["start_age_day"].iloc[0]
    return plots.fish(
        *plots.by_genotype(*history), marks={"osimertinib": drug}, title="The same patient: clones over time"
    )


def forest() -> Figure:
    """Return the picture of a trial's hazard ratios beside the published ones."""
    rows = []
    for name, trial in (("AVF2107 (bowel)", "colorectal_avf2107"), ("PRODIGE 4 (pancreas)", "pancreas_prodige4")):
        result = paget.run_trial(TRIALS / f"{trial}.toml", n=600)
        published = {str(row.endpoint): row for row in result.trial.published.hazard_ratios}
        for endpoint, found in result.comparisons[0].hazard_ratios.items():
            told = published.get(endpoint)
            known = (
                {}
                if told is None
                else {"published": told.value, "published_low": told.low, "published_high": told.high}
            )
            own = {"estimate": found.value, "low": found.low, "high": found.high}
            rows.append({"group": name, "label": ENDPOINTS.get(endpoint, endpoint), **own, **known})
    return plots.forest(
        rows, title="Two trials, simulated and published", favours=("favours the newer arm", "favours the older one")
    )


def calibration() -> Figure:
    """Return the picture of how well the origin of metastases is told, without antibodies and with all of them."""
    patients = simulated(FEW, SEED)
    tables = origin_tables(catalogue.current())
    curves = {}
    for name, evidence in rounds(patients, SEED):
        said = posterior(tables, evidence)
        right = said.argmax(axis=1) == patients.truth
        curves[name] = curve(said.max(axis=1), right, patients.weight / patients.weight.sum())
    ends, named = (list(curves)[:1] + list(curves)[-1:]), ("Sites alone", "All tests and histology")
    shown = dict(zip(named, (curves[name] for name in ends), strict=True))
    return plots.calibration_curve(shown, title="Is the origin the one named?", event="the origin was right")


def write_picture(figure: Figure, path: Path) -> None:
    """Write a picture with few colours, which a page loads fast."""
    plots.save(figure, path, dpi=DPI)
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def main() -> None:
    """Draw the pictures and write the page."""
    parts = [HEAD]
    for shown in gallery():
        figure = shown.draw()
        write_picture(figure, FOLDER / f"{shown.name}.png")
        alt = str(getattr(figure, "alt", shown.heading)).replace("\n", " ")
        call = f"```python\n{shown.call}\n```"
        parts.append(f"## {shown.heading}\n\n{shown.text}\n\n{call}\n\n![{alt}](figures/{shown.name}.png)\n")
        print(shown.name)
    run = run_of("colorectal", PATIENTS)
    chart = plots.linked_patients(
        run.patients, run.lesions, title="Colorectal cancer: patients, and what became of them"
    )
    plots.save_linked(chart, FOLDER / "linked.png")
    with Image.open(FOLDER / "linked.png") as picture:
        small = picture.convert("RGB").resize((picture.width * 2 // 3, picture.height * 2 // 3))
    small.quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / "linked.png", optimize=True)
    PAGE.write_text("\n".join([*parts, LINKED]), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
