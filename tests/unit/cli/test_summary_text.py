from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from paget.analysis.summary import summarise
from paget.analysis.tally import Tally
from paget.cli.summary_text import print_summary
from paget.cli.words import cause_words, percent, scientific
from paget.cohort.diagnosis import ROUTES
from paget.model.layout import CAUSES, FUNNEL_STEPS, ORGANS
from paget.model.stage import STAGES

N = 400


def busy_tally() -> Tally:
    """Count patients to whom everything happens: every organ, every cause, two cancers."""
    rng = np.random.default_rng(1)
    each = np.arange(N)
    onset = rng.uniform(10_000, 20_000, N)
    causes = [cause for cause in CAUSES if cause not in {"alive", "effect"}]
    patients = {
        "patient": each,
        "cancer": [("lung_adenocarcinoma", "lung_small_cell")[index % 2] for index in each],
        "onset_age_day": onset,
        "death_age_day": onset + 6_000,
        "cause": [causes[index % len(causes)] for index in each],
        "last_age_day": onset + 6_000,
        "primary_1cm_age_day": onset + rng.uniform(2_000, 5_000, N),
        "first_spread_age_day": onset + 1_000,
        "first_distant_spread_age_day": onset + 1_000,
        "first_metastasis_1cm_age_day": onset + 3_000,
        "metastases": np.full(N, 30),
        "metastases_established": np.full(N, 30),
        "untracked_clones": np.ones(N, dtype=np.int64),
        "untracked_lesions": np.ones(N, dtype=np.int64),
        "regional_nodes": np.ones(N, dtype=np.int64),
        "symptom": ["cough"] * N,
        "diagnosis_age_day": onset + 5_000,
        "diagnosis_route": [ROUTES[index % len(ROUTES)] for index in each],
        "stage": [STAGES[index % len(STAGES)] for index in each],
        "clinical_stage": [STAGES[index % len(STAGES)] for index in each],
        "sites_found": np.ones(N, dtype=np.int64),
        "unknown_primary": rng.random(N) < 0.02,
    }
    owner = np.repeat(each, 30)
    lesions = {
        "patient": owner,
        "organ": rng.choice(ORGANS, owner.size),
        "route": ["blood"] * owner.size,
        "woken": rng.random(owner.size) < 0.5,
        "founded_age_day": onset[owner] + 1_500,
        "detectable_age_day": onset[owner] + 4_000,
    }
    counts = {f"{step}_count": 10.0 ** rng.uniform(0, 12, N) for step in FUNNEL_STEPS}
    tally = Tally()
    tally.add(pa.table(patients), pa.table(lesions), pa.table({"patient": each, "organ": ["liver"] * N, **counts}))
    return tally


def printed(tally: Tally, capsys: pytest.CaptureFixture[str], *, years: float | None = None) -> list[str]:
    head = {
        "cancer": "lung",
        "title": "Lung cancer",
        "seed": 1,
        "years": years,
        "settings": {"growth.cell_loss": "0.5"},
    }
    print_summary({**head, **summarise(tally, years=years, year_to_1cm=9.0)}, Path("runs") / "lung-400-1")
    return capsys.readouterr().out.splitlines()


def test_the_busiest_summary_fits_forty_lines_of_eighty_columns(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(busy_tally(), capsys)
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "Tables: runs/lung-400-1"
    text = "\n".join(lines)
    for label in ("Mixture", "Spread", "Timing", "Death", "Survival", "Funnel"):
        assert f"\n{label} " in text
    assert "…" not in text


def test_a_run_of_nothing_still_prints_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {
            "patient": 0,
            "cancer": "prostate",
            "onset_age_day": 0.0,
            "death_age_day": None,
            "cause": "alive",
            "last_age_day": 365.0,
            "primary_1cm_age_day": None,
            "first_spread_age_day": None,
            "first_distant_spread_age_day": None,
            "first_metastasis_1cm_age_day": None,
            "metastases": 0,
            "metastases_established": 0,
            "untracked_clones": 0,
            "untracked_lesions": 0,
            "regional_nodes": 0,
            "symptom": "",
            "diagnosis_age_day": None,
            "diagnosis_route": "not found",
            "stage": "unknown",
            "clinical_stage": "unknown",
            "sites_found": 0,
            "unknown_primary": False,
        }
    ]
    lesion = {
        "patient": 0,
        "organ": "prostate",
        "route": "primary",
        "woken": False,
        "founded_age_day": 0.0,
        "detectable_age_day": None,
    }
    schema = pa.schema(
        [("patient", pa.int64()), ("organ", pa.string())] + [(f"{step}_count", pa.float64()) for step in FUNNEL_STEPS]
    )
    tally = Tally()
    tally.add(pa.Table.from_pylist(rows), pa.Table.from_pylist([lesion]), schema.empty_table())
    text = " ".join(" ".join(printed(tally, capsys, years=1.0)).split())
    assert "No primary reached 1 cm" in text
    assert "horizon of 1 years is shorter than the 9.0 years" in text
    assert "no cell left any lesion" in text
    assert "nobody was diagnosed" in text


def test_numbers_are_short() -> None:
    assert [scientific(value) for value in (0.0, 0.5, 1.0, 1234.0, 3.4e11, 2e-7, None)] == [
        "0",
        "0.5",
        "1",
        "1,234",
        "3.4e11",
        "2.0e-7",
        "-",
    ]
    assert percent(0.1234) == "12.3 %"
    assert percent(None) == "-"


def test_causes_are_told_in_words() -> None:
    assert cause_words("distant_lymph_node") == "failure of the distant lymph nodes"
    assert cause_words("other") == "another cause"
