"""CDISC ADaM data sets from the tables of a run with care, for those who analyse trials by habit or by macro.

The structure is that of ADaM (subject level, basic data structure, time to event, occurrences). There is no calendar:
days are study days, where 1 is the day of randomisation, or of diagnosis in a run without arms, and no day is 0. Who
was neither randomised nor diagnosed is no subject. What came after the data cut-off (`censored_age_day`, or the end
of the run) is not known. Progression-free survival ends with progression or death; who had neither is censored at the
last adequate assessment, and further treatment censors nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from paget.analysis.adam_labels import labelled
from paget.analysis.best_response import best_response
from paget.errors import SettingError
from paget.model.calendar import YEAR_DAY

if TYPE_CHECKING:
    import pandas as pd

STUDY: Final = "PAGET"
NO_ARM: Final = "Not randomised"
RESPONSE_VALUES: Final = {"CR": 1.0, "PR": 2.0, "SD": 3.0, "PD": 5.0, "NE": 6.0, "MISSING": 7.0}
"""Numbers of responses; 4 is left for disease that is not measured and neither gone nor worse, which is SD here."""
BASELINE: Final = "baseline_sum_mm"
FATAL: Final = 5
_KEYS: Final = ["STUDYID", "USUBJID", "TRTP", "TRTA"]
_NEEDED: Final = {
    "patients": ("patient", "sex", "diagnosis_age_day", "death_age_day", "cause", "last_age_day"),
    "visits": ("patient", "age_day", "response", "sum_mm"),
    "treatments": ("patient", "start_age_day", "end_age_day"),
    "adverse_events": ("patient", "therapy", "event", "grade", "onset_age_day", "end_age_day"),
    "targets": ("patient", "age_day", "lesion", "organ", "diameter_mm"),
}


def adsl(patients: pd.DataFrame, treatments: pd.DataFrame | None = None, *, study: str = STUDY) -> pd.DataFrame:
    """Return the subject-level data set, one row a subject.

    Parameters
    ----------
    patients
        Patients of the run; `arm`, `randomised_age_day` and `censored_age_day` make it a trial.
    treatments
        Treatments given, from which the safety population and the days of treatment come.
    study
        Identifier of the study.

    Raises
    ------
    SettingError
        Where a column is missing; so in all functions here.
    """
    subjects = _subjects(patients, study)
    start, died = subjects["start_age_day"], subjects["death_age_day"].notna()
    table = subjects[["STUDYID", "USUBJID"]].assign(
        SUBJID=subjects["patient"].astype(str),
        AGE=np.floor(start / YEAR_DAY),
        AGEU="YEARS",
        SEX=subjects["sex"].astype(str).map({"female": "F", "male": "M"}),
        ARM=subjects["TRTP"],
        TRT01P=subjects["TRTP"],
        TRT01A=subjects["TRTA"],
        ITTFL="Y",
        DTHFL=np.where(died, "Y", ""),
        DTHDY=_study_day(subjects["death_age_day"], start),
        DTHCAUS=subjects["cause"].astype(str).where(died, ""),
        LSTALVDY=_study_day(subjects["cutoff_age_day"], start),
    )
    for name, column in (("STAGE", "stage"), ("CANCER", "cancer")):
        if column in subjects:
            table[name] = subjects[column].astype(str)
    if treatments is not None:
        given = _on_study(treatments, subjects, "treatments", "start_age_day")
        given["end"] = given[["end_age_day", "cutoff_age_day"]].min(axis=1)
        by = given.groupby("patient")
        first, last = (subjects["patient"].map(each) for each in (by["start_age_day"].min(), by["end"].max()))
        table["SAFFL"] = np.where(first.notna(), "Y", "N")
        table["TRTSDY"], table["TRTEDY"] = _study_day(first, start), _study_day(last, start)
    return labelled(table, "ADSL")


def adtte(patients: pd.DataFrame, visits: pd.DataFrame, *, study: str = STUDY) -> pd.DataFrame:
    """Return times to events in days: OS, PFS, and DOR for those with a confirmed response.

    `CNSR` is 0 where the event was seen and 1 where not, the inverse of an event flag; `AVAL` counts the first day
    and the last.

    Parameters
    ----------
    patients
        As for `adsl`.
    visits
        Visits with the responses told then.
    study
        Identifier of the study.
    """
    subjects = _subjects(patients, study)
    start = subjects["start_age_day"]
    assessed = _assessments(visits, subjects)
    death, cutoff = (_study_day(subjects[name], start) for name in ("death_age_day", "cutoff_age_day"))
    progress = subjects["patient"].map(assessed[assessed["response"] == "PD"].groupby("patient")["ADY"].min())
    adequate = assessed[assessed["response"] != "NE"].groupby("patient")["ADY"].max()
    last = subjects["patient"].map(adequate)
    ended = progress.fillna(death)
    why = np.select([progress.notna(), death.notna(), last.notna()], ["PD", "Death", "Last adequate assessment"], "")
    why = np.where(why == "", "No adequate assessment", np.where(why == "PD", "Progressive disease", why))
    first = subjects["patient"].map(_best(assessed)["confirmed_day"])
    at_death = np.where(death.notna(), "Death", "Alive at data cut-off")
    parts = [
        _times(subjects, ("OS", "Overall Survival"), start * 0.0 + 1.0, death, cutoff, at_death),
        _times(subjects, ("PFS", "Progression-Free Survival"), start * 0.0 + 1.0, ended, last.fillna(1.0), why),
        _times(subjects, ("DOR", "Duration of Confirmed Response"), first, ended, last, why),
    ]
    return labelled(_stacked(parts), "ADTTE")


def adrs(patients: pd.DataFrame, visits: pd.DataFrame, *, study: str = STUDY) -> pd.DataFrame:
    """Return tumour responses: each assessment (OVR), and the best without (BOR) and with confirmation (CBOR).

    `ANL01FL` marks assessments up to the first progression, by which the best response goes. Best responses are
    ``MISSING`` where nobody assessed. `ADY` of a best response is the day on which it was first met, for CR and PR.

    Parameters
    ----------
    patients, visits, study
        As for `adtte`.
    """
    subjects = _subjects(patients, study)
    assessed = _assessments(visits, subjects)
    assessed = assessed[assessed["response"].isin(list(RESPONSE_VALUES))]
    progress = (assessed["response"] == "PD").astype("int64")
    until = progress.groupby(assessed["patient"]).cumsum() - progress == 0
    each = assessed[_KEYS].assign(PARAMCD="OVR", PARAM="Overall Response", AVALC=assessed["response"].astype(str))
    each = each.assign(ADY=assessed["ADY"], ANL01FL=np.where(until, "Y", ""))
    parts, best = [each], _best(assessed)
    for code, label, column, day in (
        ("BOR", "Best Overall Response", "best", "response_day"),
        ("CBOR", "Confirmed Best Overall Response", "confirmed", "confirmed_day"),
    ):
        word = subjects["patient"].map(best[column]).fillna("MISSING").astype(str)
        when = subjects["patient"].map(best[day]).where(word.isin(["CR", "PR"]))
        whole = subjects[_KEYS].assign(PARAMCD=code, PARAM=f"{label} by RECIST 1.1", AVALC=word, ADY=when, ANL01FL="Y")
        parts.append(whole)
    table = _stacked(parts)
    return labelled(table.assign(AVAL=table["AVALC"].map(RESPONSE_VALUES).astype(float)), "ADRS")


def adtr(
    patients: pd.DataFrame, visits: pd.DataFrame, targets: pd.DataFrame | None = None, *, study: str = STUDY
) -> pd.DataFrame:
    """Return measurements: the sum of target diameters (SDIAM) and, where kept, each diameter (LDIAM1, LDIAM2, ...).

    The baseline is the last measurement on or before the first study day; change is told of what comes later.

    Parameters
    ----------
    patients, study
        As for `adtte`.
    visits
        Visits with the sums measured then. Where they have ``baseline_sum_mm``, the sum of the targets that were
        chosen at a visit or before, the last visit on or before the first study day is told by it.
    targets
        Measurements of target lesions: `patient`, `age_day`, `lesion`, `organ`, `diameter_mm`.
    """
    subjects = _subjects(patients, study)
    sums = _on_study(visits, subjects, "visits", "age_day", before_too=True)
    sums = sums.assign(PARAMCD="SDIAM", PARAM="Sum of Diameters of Target Lesions (mm)", AVAL=_sums(sums), TULOC="")
    parts = [sums]
    if targets is not None:
        each = _on_study(targets, subjects, "targets", "age_day", before_too=True)
        first = each.drop_duplicates(["patient", "lesion"])
        numbers = first.assign(number=first.groupby("patient").cumcount() + 1)[["patient", "lesion", "number"]]
        each = each.merge(numbers, on=["patient", "lesion"])
        number = each["number"].astype(str)
        label = "Diameter of Target Lesion " + number + " (mm)"
        organ = each["organ"].astype(str)
        parts.append(each.assign(PARAMCD="LDIAM" + number, PARAM=label, AVAL=each["diameter_mm"], TULOC=organ))
    columns = [*_KEYS, "PARAMCD", "PARAM", "AVAL", "TULOC", "ADY"]
    table = _stacked([part.loc[part["AVAL"].notna(), columns] for part in parts])
    key = table["USUBJID"] + " " + table["PARAMCD"]
    before = table["ADY"] <= 1.0
    latest = table.index.to_series().where(before).groupby(key).transform("max")
    is_base = before & (table.index == latest)
    base = key.map(table["AVAL"][is_base].set_axis(key[is_base]))
    change = (table["AVAL"] - base).where(~before)
    table = table.assign(ABLFL=np.where(is_base, "Y", ""), BASE=base, CHG=change, PCHG=100.0 * change / base)
    return labelled(table, "ADTR")


def _sums(visits: pd.DataFrame) -> pd.Series[float]:
    """Return the sum of targets at each visit; at the last before treatment, of those chosen then to be followed."""
    if BASELINE not in visits:
        return visits["sum_mm"]
    before = visits["ADY"] <= 1.0
    is_last = before & (visits["ADY"] == visits["ADY"].where(before).groupby(visits["patient"]).transform("max"))
    return visits[BASELINE].where(is_last).fillna(visits["sum_mm"])


def adae(patients: pd.DataFrame, adverse_events: pd.DataFrame, *, study: str = STUDY) -> pd.DataFrame:
    """Return adverse events that began before the cut-off, one row an event.

    Parameters
    ----------
    patients, study
        As for `adsl`.
    adverse_events
        Events with therapy, grade, onset and end; an end that is missing or after the cut-off was not seen.
    """
    subjects = _subjects(patients, study)
    rows = _on_study(adverse_events, subjects, "adverse_events", "onset_age_day", before_too=True)
    end = rows["end_age_day"].where(rows["end_age_day"] <= rows["cutoff_age_day"])
    fatal = rows["grade"] == FATAL
    table = rows[_KEYS].assign(
        AESEQ=rows.groupby("patient").cumcount() + 1,
        AEDECOD=rows["event"].astype(str),
        AETRT=rows["therapy"].astype(str),
        AETOXGR=rows["grade"].astype("int64").astype(str),
        ATOXGRN=rows["grade"].astype("int64"),
        AESTDY=rows["ADY"],
        AEENDY=_study_day(end, rows["start_age_day"]),
        AEOUT=np.select([fatal, end.notna()], ["FATAL", "RECOVERED/RESOLVED"], "NOT RECOVERED/NOT RESOLVED"),
        TRTEMFL=np.where(rows["onset_age_day"] >= rows["start_age_day"], "Y", ""),
    )
    return labelled(table, "ADAE")


def _subjects(patients: pd.DataFrame, study: str) -> pd.DataFrame:
    """Return the subjects with the ages at which their study began and ended, and death only where it was seen."""
    _check(patients, "patients")
    if patients["patient"].duplicated().any():
        raise SettingError(
            "A patient stands in two rows.",
            key="patients",
            value=int(patients["patient"][patients["patient"].duplicated()].iloc[0]),
            allowed="one row a patient",
            fix="number the patients of one arm on from those of the other, in all tables",
        )
    table = patients.sort_values("patient", kind="stable").reset_index(drop=True)
    start = table["diagnosis_age_day"]
    start = table["randomised_age_day"].fillna(np.nan) if "randomised_age_day" in table else start
    cutoff = table["last_age_day"]
    if "censored_age_day" in table:
        cutoff = table["censored_age_day"].fillna(cutoff).clip(upper=cutoff)
    death = table["death_age_day"].where(table["death_age_day"] <= cutoff)
    arm = table["arm"].astype(str) if "arm" in table else NO_ARM
    number = table["patient"].astype(str).str.zfill(7)
    table = table.assign(start_age_day=start, cutoff_age_day=cutoff, death_age_day=death)
    table = table.assign(STUDYID=study, USUBJID=f"{study}-" + number, TRTP=arm, TRTA=arm)
    return table[table["start_age_day"].notna()].reset_index(drop=True)


def _on_study(
    rows: pd.DataFrame, subjects: pd.DataFrame, name: str, day: str, *, before_too: bool = False
) -> pd.DataFrame:
    """Return rows of subjects up to the cut-off in order, with what the subject adds and the study day as `ADY`."""
    _check(rows, name)
    of_subject = ["patient", *_KEYS, "start_age_day", "cutoff_age_day"]
    added = subjects[of_subject]
    if day == "start_age_day":
        added = added.rename(columns={"start_age_day": "origin_age_day"})
    table = rows.merge(added, on="patient").sort_values(["patient", day], kind="stable")
    origin = table["origin_age_day" if day == "start_age_day" else "start_age_day"]
    kept = (table[day] <= table["cutoff_age_day"]) & (before_too | (table[day] >= origin))
    return table.assign(ADY=_study_day(table[day], origin))[kept].reset_index(drop=True)


def _assessments(visits: pd.DataFrame, subjects: pd.DataFrame) -> pd.DataFrame:
    """Return visits after the study began at which tumours were assessed: imaged, whether disease was left or not."""
    rows = _on_study(visits, subjects, "visits", "age_day")
    rows = rows.assign(response=rows["response"].astype(object).fillna("").astype(str))
    imaged = rows["new_lesions"].notna() if "new_lesions" in rows else False
    judged = rows["response"].isin(["CR", "PR", "SD", "PD", "NE"]) | ((rows["response"] == "none") & imaged)
    return rows[judged & (rows["age_day"] > rows["start_age_day"])].reset_index(drop=True)


def _best(assessed: pd.DataFrame) -> pd.DataFrame:
    """Return the best responses, with their days as study days."""
    best = best_response(assessed["patient"], assessed["ADY"] - 1.0, assessed["response"])
    days = ["response_day", "confirmed_day"]
    return best.assign(**{name: best[name] + 1.0 for name in days})


def _times(
    subjects: pd.DataFrame,
    param: tuple[str, str],
    start: pd.Series[float],
    event: pd.Series[float],
    censored: pd.Series[float],
    why: np.ndarray,
) -> pd.DataFrame:
    """Return one parameter of ADTTE for those who have a start; all in study days."""
    at = event.fillna(censored)
    table = subjects[_KEYS].assign(
        PARAMCD=param[0],
        PARAM=f"{param[1]} (days)",
        AVAL=at - start + 1.0,
        AVALU="DAYS",
        STARTDY=start,
        ADY=at,
        CNSR=event.isna().astype("int64"),
        EVNTDESC=why,
    )
    return table[start.notna()]


def _stacked(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return parts below one another in order of subject, numbered within each."""
    import pandas as pd

    table = pd.concat(parts, ignore_index=True).sort_values("USUBJID", kind="stable").reset_index(drop=True)
    return table.assign(ASEQ=table.groupby("USUBJID").cumcount() + 1)


def _study_day(age_day: pd.Series[float], start_age_day: pd.Series[float]) -> pd.Series[float]:
    """Return study days: 1 is the day of the start, and -1 the day before."""
    passed = (age_day - start_age_day) // 1.0
    return passed.where(passed < 0.0, passed + 1.0)


def _check(table: pd.DataFrame, name: str) -> None:
    missing = [column for column in _NEEDED[name] if column not in table]
    if missing:
        raise SettingError(
            f"The table of {name.replace('_', ' ')} lacks columns.",
            key=name,
            value=", ".join(missing),
            allowed=_NEEDED[name],
            fix="hand over the tables of a run with care",
        )
