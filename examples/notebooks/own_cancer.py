"""Adding your own cancer: a TOML file in a folder of your own, and everything else works with it.

Open it with: marimo edit examples/notebooks/own_cancer.py (it needs marimo and pip install 'paget[plots]')
"""

# ruff: noqa: ANN001, ANN202, B018, INP001, N803, PLR1711, T201 - cells of marimo, which fills their arguments

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium")


@app.cell
def _():
    import os
    import re
    import tempfile
    from pathlib import Path

    import marimo as mo

    import paget
    from paget import plots
    from paget.catalogue.folders import BUILT_IN

    return BUILT_IN, Path, mo, os, paget, plots, re, tempfile


@app.cell
def _(mo):
    mo.md("""
    # Your own cancer

    An entry is a text file; each of its numbers has a value, a unit, a source and a grade. The quickest way is to
    begin with the entry that is nearest and to change what differs: here a colorectal cancer that divides faster.
    `docs/extending.md` tells of drivers, groups, tests, policies and populations of your own.
    """)
    return


@app.cell
def _(mo):
    days = mo.ui.slider(40, 200, step=10, value=60, label="Doubling time in days", show_value=True)
    days
    return (days,)


@app.cell
def _(BUILT_IN, Path, days, os, paget, re, tempfile):
    folder = Path(tempfile.mkdtemp()) / "catalogue"
    (folder / "cancers").mkdir(parents=True)
    text = (BUILT_IN / "cancers" / "colorectal.toml").read_text(encoding="utf-8")
    text = text.replace('id = "colorectal"', 'id = "my_colorectal"\npresents_like = "colorectal"')
    # An entry of your own says in `source`, `grade` and `rationale` where its number comes from.
    text = re.sub(r"(\[growth\.doubling_time\]\nvalue = )[0-9.]+", rf"\g<1>{days.value}.0", text)
    (folder / "cancers" / "my_colorectal.toml").write_text(text, encoding="utf-8")
    os.environ["PAGET_CATALOGUE"] = str(folder)
    mine = paget.simulate("my_colorectal", n=150, seed=1)
    usual = paget.simulate("colorectal", n=150, seed=1)
    for name, cohort in (("mine", mine), ("usual", usual)):
        summary = cohort.summary()
        print(
            f"{name}: {summary['spread']['with_metastasis']['share']:.0%} had a metastasis, median age at death",
            end=" ",
        )
        print(f"{summary['death']['age_year']['median']:.0f}")
    print(f"doubling time of mine: {paget.catalogue.cancer('my_colorectal').growth.doubling_time.value:g} days")
    print(f"the sources of mine: {len(paget.catalogue.cite('my_colorectal'))}")
    return mine, usual


@app.cell
def _(mine, plots, usual):
    curves = {}
    for title, run in (("mine", mine), ("usual", usual)):
        patients = run.patients.dropna(subset=["diagnosis_age_day"])
        lived = patients["last_age_day"] - patients["diagnosis_age_day"]
        curves[title] = (lived.to_numpy(), patients["death_age_day"].notna().to_numpy())
    plots.kaplan_meier(curves, unit="years", title="The same people with another cancer")
    return


if __name__ == "__main__":
    app.run()
