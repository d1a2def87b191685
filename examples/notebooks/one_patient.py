"""One patient: what happened, what was known, and the same life without treatment.

Open it with: marimo edit examples/notebooks/one_patient.py (it needs marimo and pip install 'paget[plots]')
"""

# ruff: noqa: ANN001, ANN202, B018, INP001, PLR1711, PLR2004, T201 - cells of marimo, which fills their arguments

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="full")


@app.cell
def _():
    import marimo as mo

    import paget
    from paget import plots

    return mo, paget, plots


@app.cell
def _(mo):
    mo.md("""
    # One patient

    A cohort is made of lives, and each can be played. What is hidden from everybody and what was known stand on one
    time line. Beside it stands the same patient, with the same tumour and the same chances, under another policy:
    what no trial can see.
    """)
    return


@app.cell
def _(paget):
    cohort = paget.simulate("colorectal", n=60, seed=3)
    patients = cohort.patients
    treated = patients[(patients["lines"] > 0) & (patients["metastases"] > 2)]
    print(f"{len(treated)} of {len(patients)} had a line of therapy for metastases:")
    print(treated[["patient", "stage", "lines", "best_response", "cause"]].head(8).to_string(index=False))
    return cohort, treated


@app.cell
def _(mo, treated):
    index = mo.ui.dropdown(
        [str(each) for each in treated["patient"]], value=str(treated["patient"].iloc[0]), label="Patient"
    )
    index
    return (index,)


@app.cell
def _(cohort, index, plots):
    view = plots.patient_view(cohort, int(index.value), against="none")
    print(view)
    view.widget()
    return


@app.cell
def _(cohort, index, plots):
    plots.clone_tree(cohort.arrow("clones", patient=int(index.value)).to_pandas())
    return


@app.cell
def _(cohort, index):
    print(cohort.migrations(int(index.value)).head(10).to_string(index=False))
    return


if __name__ == "__main__":
    app.run()
