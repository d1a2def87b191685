"""Soil that all cancers share."""

from __future__ import annotations

import json
import math
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest

from paget import catalogue
from paget.catalogue.folders import BUILT_IN
from paget.inference import points, ship, soils
from paget.inference.aims import Figure
from paget.inference.points import Job
from paget.inference.soils import Residual, SharedTerm, fit_soils, residuals, shared_terms, site_targets, stepped
from paget.inference.targets import Target


def _residual(organ: str, log_factor: float, variance: float = 0.04) -> Residual:
    return Residual("stomach", organ, 0.2, 0.3, log_factor, variance)


def test_cancers_that_agree_share_their_mean() -> None:
    """Three cancers that are off alike have no scatter, and the error of three figures of 0.2."""
    term = shared_terms([_residual("liver", 0.5)] * 3)[0]
    assert (term.organ, term.cancers, term.scatter) == ("liver", 3, 0.0)
    assert term.log_factor == pytest.approx(0.5)
    assert term.error == pytest.approx(0.2 / math.sqrt(3.0))


def test_scatter_is_what_errors_do_not_explain() -> None:
    """Of equally sure factors the scatter's square is the sample variance less the error's (DerSimonian & Laird)."""
    values = [0.1, 0.9, 0.5, -0.3]
    term = shared_terms([_residual("bone", value) for value in values])[0]
    assert term.log_factor == pytest.approx(np.mean(values))
    assert term.scatter**2 == pytest.approx(np.var(values, ddof=1) - 0.04)
    assert term.error == pytest.approx(math.sqrt(np.var(values, ddof=1) / 4.0))


def test_a_factor_is_of_mean_numbers_of_deposits() -> None:
    """Twice as many deposits a patient are 1 - 0.8 squared, 36 %, of patients with one where 20 % had one."""
    target = Target("stomach", "site_ever", "site=liver", 0.36)
    found = residuals([target], {target.name: (0.2, 0.01)})[0]
    assert found.log_factor == pytest.approx(math.log(2.0))
    assert found.variance == pytest.approx(0.15**2)
    assert residuals([target], {target.name: (math.nan, None)}) == ()


def test_a_factor_common_to_all_organs_is_no_soil() -> None:
    """Where all organs, the lung too, have half the deposits they should, no soil changes."""
    terms = [SharedTerm(organ, math.log(2.0), 0.1, 0.0, 5) for organ in ("lung", "liver", "bone")]
    assert stepped({}, terms) == {"liver": 1.0, "bone": 1.0}


def test_soils_that_made_figures_are_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a made-up world whose livers have twice the soil and bones a third, the fit says so, to a few per cent."""
    truth = {"liver": 2.0, "bone": 1.0 / 3.0}

    def world(job: Job) -> dict[str, Figure]:
        settings = job.members[0][2]
        found: dict[str, Figure] = {}
        for target in job.targets:
            organ = target.stratum.removeprefix("site=")
            published = -math.log(1.0 - target.value)
            key = f"colonisation.affinity.{organ}"
            # As the catalogue stands a deposit has affinity 1 here; figures need that of the truth.
            factor = float(settings.get(key, 1.0)) / truth.get(organ, 1.0)
            found[target.name] = (1.0 - math.exp(-published * factor), 0.01)
        return found

    wanted = {
        name: tuple(Target(name, "site_ever", f"site={organ}", 0.3) for organ in ("lung", "liver", "bone"))
        for name in ("bladder", "head_neck", "liver_hepatocellular")
    }
    cancers = {name: _plain() for name in wanted}
    monkeypatch.setattr(points, "figures_of", world)
    monkeypatch.setattr(soils, "site_targets", lambda: wanted)
    monkeypatch.setattr(catalogue, "cancer", cancers.__getitem__)
    fit = fit_soils(20, rounds=4, out=tmp_path, workers=1)
    assert fit.factors == pytest.approx({"lung": 1.0, **truth}, rel=0.05)
    assert json.loads((tmp_path / "soils.json").read_text())["factors"] == fit.factors
    assert [*fit.lines()][-1].startswith("Mean absolute error of 9 shares")


def _plain() -> object:
    class Colonisation:
        affinity: dict[str, float] = {}  # noqa: RUF012 - a stand-in that nothing changes

    class Cancer:
        colonisation = Colonisation()

    return Cancer()


def test_sites_of_single_cancers_are_fitted_to() -> None:
    """Figures of sites are those of entries, each cancer's together, and none of another quantity."""
    found = site_targets()
    assert "colorectal" in found
    assert "breast" not in found
    assert {target.quantity for targets in found.values() for target in targets} == {"site_ever"}


def test_shared_soils_go_into_the_body(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A soil is multiplied by its factor, becomes fitted, and names the figures of all its cancers; the rest stays."""
    (tmp_path / "body").mkdir()
    shutil.copy(BUILT_IN / "body" / "human.toml", tmp_path / "body")
    before = tomllib.loads((BUILT_IN / "body" / "human.toml").read_text())["organs"]
    terms = [
        {"organ": organ, "log_factor": 0.0, "error": 0.1, "scatter": 0.7, "cancers": 2} for organ in ("lung", "liver")
    ]
    left = [{"cancer": cancer, "organ": "liver"} for cancer in ("stomach", "pancreas")]
    fit = {"factors": {"lung": 1.0, "liver": 0.5}, "rounds": [terms], "residuals": left}
    (tmp_path / "soils.json").write_text(json.dumps(fit))
    assert ship.main(["soils", str(tmp_path), str(tmp_path)]) == 0
    assert capsys.readouterr().out.endswith("human.toml\n")
    after = tomllib.loads((tmp_path / "body" / "human.toml").read_text())["organs"]
    assert after["liver"]["colonisation"]["value"] == pytest.approx(0.5 * before["liver"]["colonisation"]["value"])
    assert after["liver"]["colonisation"]["grade"] == "fitted"
    assert after["liver"]["colonisation"]["targets"] == [
        "pancreas/site_ever/site=liver",
        "stomach/site_ever/site=liver",
    ]
    after["liver"].pop("colonisation")
    before["liver"].pop("colonisation")
    assert after == before
