"""Where does it come from, and what else is there? Two questions about one patient.

Open it with: marimo edit examples/notebooks/origin_and_map.py (it needs marimo and pip install 'paget[plots]')
"""

# ruff: noqa: ANN001, ANN202, INP001, N803, PLR1711, T201 - cells of marimo, which fills their arguments

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium")


@app.cell
def _():
    import tomllib
    from pathlib import Path

    import marimo as mo

    import paget
    from paget import plots

    return Path, mo, paget, plots, tomllib


@app.cell
def _(mo):
    mo.md("""
    # Where does it come from?

    Sites, antibodies, mutations, sex and age each speak for some origins and against others. The answer says which
    finding drove it, and which test would tell most next.
    """)
    return


@app.cell
def _(mo):
    sites = mo.ui.multiselect(
        ["liver", "lung", "bone", "brain", "peritoneum"], value=["liver", "lung"], label="Metastases"
    )
    marker = mo.ui.dropdown(["-", "+"], value="-", label="CK7")
    mo.hstack([sites, marker], justify="start")
    return marker, sites


@app.cell
def _(marker, paget, sites):
    found = paget.origin(sites.value, {"CK7": marker.value, "CK20": "+"}, sex="male", age=64)
    for origin, share in list(found.posterior.items())[:4]:
        print(f"{origin}: {share:.0%}")
    print(f"next: {found.next_best.name}" if found.next_best else "every test was done")
    return


@app.cell
def _(mo):
    mo.md("""
    # What else is there?

    Simulated patients who resemble the record, weighed by how well, tell what is hidden in them.
    """)
    return


@app.cell
def _(Path, paget, tomllib):
    file = Path(__file__).parents[1] / "map" / "record.toml"
    record = tomllib.loads(file.read_text(encoding="utf-8"))
    hidden = paget.full_map(record, patients=1_500)
    print(f"effective sample size {hidden.effective_sample_size:.0f}")
    return hidden, record


@app.cell
def _(hidden, plots, record):
    places = () if hidden.estimates is None else hidden.estimates.organs
    chances = {place.name: place.chances[0].probability for place in places}
    for place, chance in list(chances.items())[:4]:
        print(f"{place}: {chance:.0%} hold something that nobody has seen")
    body = plots.body_map(chances, record["sex"], primary="bowel", measure="chance of something undetected")
    return (body,)


@app.cell
def _(body, mo):
    mo.Html(body)
    return


if __name__ == "__main__":
    app.run()
