"""Adding your own policy: a small class that decides for arrays of patients, against the standard of care.

Open it with: marimo edit examples/notebooks/own_policy.py (it needs marimo and pip install 'paget[plots]')
"""

# ruff: noqa: ANN001, ANN202, INP001, N803, PLR1711, T201 - cells of marimo, which fills their arguments

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium")


@app.cell
def _():
    from dataclasses import dataclass, replace

    import marimo as mo
    import numpy as np

    import paget
    from paget import plots
    from paget.model.chart import EVENTS, GOALS, PHASES, Orders

    return (
        EVENTS,
        GOALS,
        Orders,
        PHASES,
        dataclass,
        mo,
        np,
        paget,
        plots,
        replace,
    )


@app.cell
def _(mo):
    mo.md("""
    # Your own policy

    A policy is told what is known of many patients at once and answers with orders for all of them: expressions
    over arrays, no loop. This one operates on everybody who is fit enough and has no metastasis, and does nothing
    else.
    A policy can be a TOML file as well; see `docs/care.md`.
    """)
    return


@app.cell
def _(EVENTS, GOALS, Orders, PHASES, dataclass, np, replace):
    @dataclass(frozen=True)
    class OperateOnce:
        """Operate where no metastasis is known and the patient is fit enough."""

        worst_fitness: int = 2
        therapies: tuple[str, ...] = ("surgery_primary", "surgery_nodes")

        def decide(self, charts):
            """Return the orders for every patient for whom a decision is due."""
            at_diagnosis = charts.event == EVENTS.index("diagnosis")
            operate = at_diagnosis & (charts.fitness <= self.worst_fitness) & (charts.metastases == 0)
            return replace(
                Orders.none(charts),
                start=np.repeat(operate[:, None], len(charts.therapies), axis=1),
                stop=charts.on & ~operate[:, None],
                wait_day=np.full(charts.count, 28.0),
                phase=np.where(operate, PHASES.index("local"), PHASES.index("watching")),
                goal=np.full(charts.count, GOALS.index("control")),
                next_visit_day=np.full(charts.count, 180.0),
            )

    return (OperateOnce,)


@app.cell
def _(OperateOnce, paget):
    standard = paget.simulate("colorectal", 120, seed=1)
    surgery = paget.simulate("colorectal", 120, seed=1, care=OperateOnce())
    found = paget.compare(standard, surgery)
    gain = found.gain
    print(f"surgery alone gives {gain['mean_year']:+.1f} years ({gain['low']:+.1f} to {gain['high']:+.1f})")
    print(f"{gain['gaining']['share']:.0%} live longer than under standard care, {gain['losing']['share']:.0%} shorter")
    for stage, told in found.stages.items():
        print(f"  stage {stage}: {told['gain']['mean_year']:+.1f} years in {told['patients']} patients")
    return standard, surgery


@app.cell
def _(plots, standard, surgery):
    curves = {}
    for name, run in (("standard of care", standard), ("surgery alone", surgery)):
        patients = run.patients.dropna(subset=["diagnosis_age_day"])
        lived = patients["last_age_day"] - patients["diagnosis_age_day"]
        curves[name] = (lived.to_numpy(), patients["death_age_day"].notna().to_numpy())
    plots.kaplan_meier(curves, unit="years", title="The same patients under two policies")
    return


if __name__ == "__main__":
    app.run()
