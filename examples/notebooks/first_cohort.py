"""A first cohort: people with colorectal cancer, where it spread, when it was found and how it ended.

Open it with: marimo edit examples/notebooks/first_cohort.py (it needs marimo and pip install 'paget[plots]')
"""

# ruff: noqa: ANN001, ANN202, INP001, PLR1711, T201 - cells of marimo, which fills their arguments

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium")


@app.cell
def _():
    import marimo as mo

    import paget
    from paget import plots

    return mo, paget, plots


@app.cell
def _(mo):
    mo.md("""
    # A first cohort

    Every patient is followed from the first malignant cell to death, whether anybody knows of the cancer or not.
    The same seed gives the same patients, bit for bit.
    """)
    return


@app.cell
def _(mo):
    patients = mo.ui.slider(100, 5_000, step=100, value=200, label="Patients", show_value=True)
    seed = mo.ui.number(0, 1_000, value=1, label="Seed")
    mo.hstack([patients, seed], justify="start")
    return patients, seed


@app.cell
def _(paget, patients, seed):
    cohort = paget.simulate("colorectal", n=patients.value, seed=seed.value)
    spread = cohort.summary()["spread"]
    print(f"{len(cohort):,} people; {spread['with_metastasis']['share']:.0%} ever had a metastasis large enough to see")
    for organ, found in list(spread["by_organ"].items())[:3]:
        print(f"  {organ}: {found['share']:.0%} ({found['low']:.0%} to {found['high']:.0%})")
    return (cohort,)


@app.cell
def _(cohort, mo):
    mo.ui.table(cohort.patients, page_size=5)
    return


@app.cell
def _(cohort, plots):
    plots.stage_bars(cohort.patients)
    return


@app.cell
def _(cohort, plots):
    found_in_life = cohort.patients.dropna(subset=["diagnosis_age_day"])
    groups = {}
    for stage in ("I", "II", "III", "IV"):
        mine = found_in_life[found_in_life["stage"].astype(str).str.rstrip("ABC") == stage]
        if len(mine):
            days = mine["last_age_day"] - mine["diagnosis_age_day"]
            groups[stage] = (days.to_numpy(), mine["death_age_day"].notna().to_numpy())
    plots.kaplan_meier(groups, unit="years", title="Survival by stage at diagnosis")
    return


@app.cell
def _(cohort, plots):
    plots.funnel(cohort.summary())
    return


@app.cell
def _(cohort, plots):
    plots.organ_flow(cohort.lesions)
    return


if __name__ == "__main__":
    app.run()
