"""A virtual trial: what it finds, what was published, and what each patient would have had in the other arm.

Open it with: marimo edit examples/notebooks/trial.py (it needs marimo and pip install 'paget[plots,trials]')
"""

# ruff: noqa: ANN001, ANN202, INP001, N803, PLR1711, T201 - cells of marimo, which fills their arguments

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium")


@app.cell
def _():
    from pathlib import Path

    import marimo as mo

    import paget
    from paget import plots

    return Path, mo, paget, plots


@app.cell
def _(mo):
    mo.md("""
    # A virtual trial

    The same patients are simulated in every arm until death. Then each is randomised to one of them, comes in on a
    day of the accrual and is seen until the data are cut: that is the trial. What happened to the same patient in
    the other arm is beside it.
    """)
    return


@app.cell
def _(Path, paget):
    spec = Path(__file__).parents[1] / "trials" / "pancreas_prodige4.toml"
    result = paget.run_trial(spec, n=300, trials=20)
    print(f"{result.trial.name}: {result.randomised} of {result.simulated} were randomised")
    for arm in result.as_dict()["arms"]:
        print(f"  {arm['arm']}: median survival {arm['medians_month']['OS']['value']} months")
    return (result,)


@app.cell
def _(plots, result):
    times = result.data.times()
    survival = times[times["PARAMCD"] == "OS"]
    curves = {arm: (mine["AVAL"].to_numpy(), mine["CNSR"].to_numpy() == 0) for arm, mine in survival.groupby("TRTP")}
    plots.kaplan_meier(curves, title="Overall survival in the trial", since="randomisation")
    return


@app.cell
def _(plots, result):
    pair = result.as_dict()["pairs"][0]
    rows = []
    for name, each in pair["groups"].items():
        months = each["mean_gain_month"]
        rows.append({"label": name, "estimate": months["value"], "low": months["low"], "high": months["high"]})
    plots.forest(rows, ratio=False, title=f"Who gains by {pair['arm']}", measure="Months of life gained", digits=1)
    return (pair,)


@app.cell
def _(pair):
    gain = pair["benefits"]["OS"]
    print(f"{gain['gaining']['share']:.0%} live longer with {pair['arm']}, {gain['harmed']['share']:.0%} shorter")
    return


if __name__ == "__main__":
    app.run()
