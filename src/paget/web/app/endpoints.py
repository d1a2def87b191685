"""What the server answers, one function an endpoint: from what was asked to plain values, no HTTP in them."""

from __future__ import annotations

import itertools
import tomllib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from paget import catalogue
from paget.cohort.api import fill
from paget.cohort.care_plan import known_policies
from paget.cohort.recipe import check_number, make_recipe
from paget.cohort.store import joined
from paget.errors import EntryError, SettingError, nearest
from paget.model.layout import ORGANS, SEXES
from paget.web.app import asks
from paget.web.app.runs import NoSuchError, Runs, check_page, name_for
from paget.web.rows import finite, readable

if TYPE_CHECKING:
    from paget.cohort.map_case import Case
    from paget.cohort.recipe import Recipe
    from paget.cohort.store import Tables
    from paget.web.app.jobs import Job, Jobs

Found = dict[str, Any]
Names = dict[str, str]
MOST_PATIENTS: Final = 1_000_000
"""Larger runs are for the command line, which goes on where it was stopped."""
STEP_PATIENTS: Final = 500
_INDEX_DIGITS: Final = 15
_ROWS: Final = 2_000
_TOLD: Final = ("lesions", "clones", "findings", "tests", "treatments", "visits", "adverse_events", "funnel")


@dataclass(frozen=True)
class Place:
    """What the endpoints work with.

    Parameters
    ----------
    runs
        The runs of the folder.
    jobs
        What is under way.
    workers
        Threads of a run.
    most_patients
        Patients of the largest run that is taken.
    """

    runs: Runs
    jobs: Jobs
    workers: int
    most_patients: int = MOST_PATIENTS


def choices(place: Place, _names: Names, _ask: asks.NoAsk) -> Found:
    """Return what a form can offer: cancers, policies, screening programmes, organs, tests and limits."""
    from paget.catalogue.panels import panel_of

    panel = panel_of(catalogue.current())
    single = [{"id": name, "name": catalogue.cancer(name).name} for name in catalogue.list_cancers()]
    groups = [{"id": name, "name": catalogue.group(name).name} for name in catalogue.list_groups()]
    return {
        "cancers": sorted([*single, *groups], key=lambda each: each["name"].lower()),
        "policies": list(known_policies()),
        "screening": sorted(catalogue.current().names("pathways")),
        "organs": list(ORGANS),
        "sexes": list(SEXES),
        "markers": [test.id for test in panel.markers],
        "mutations": [test.id for test in panel.alterations],
        "most_patients": place.most_patients,
    }


def runs(place: Place, _names: Names, _ask: asks.NoAsk) -> list[Found]:
    """Return every finished run."""
    return place.runs.listed()


def begin_run(place: Place, _names: Names, ask: asks.RunAsk) -> Found:
    """Begin a run, or go on with one that was stopped; a finished one is done at once."""
    _known_policy(ask.care)
    recipe = make_recipe(
        ask.cancer, seed=ask.seed, years=ask.years, settings=ask.settings, screening=ask.screening, care=ask.care
    )
    check_number("n", ask.n, 1, place.most_patients)
    name = name_for(ask)
    work = partial(_simulate, place, recipe, name, ask.n)
    title = f"{recipe.title}, {ask.n:,} patients, {ask.care.replace('_', ' ')}, seed {ask.seed}"
    return place.jobs.begin("run", title, name, ask.n, work).as_dict()


def _simulate(place: Place, recipe: Recipe, name: str, n: int, job: Job) -> Found:
    """Bring a run's folder to its end, in steps so short that a job is soon stopped; the tables do not show them."""
    heard_before = itertools.count()

    def compute(first: int, count: int) -> Tables:
        parts = []
        for start in range(first, first + count, STEP_PATIENTS):
            size = min(STEP_PATIENTS, first + count - start)
            job.advance(0)
            parts.append(recipe(start, size))
            job.advance(size)
        return parts[0] if len(parts) == 1 else joined(parts)

    def heard(patients: int) -> None:
        # The first call tells of patients who were there already; those that follow were counted step by step.
        job.advance(0 if next(heard_before) else patients)

    fill(place.runs.path(name), recipe, n, compute=compute, workers=place.workers, scheduler=None, heard=heard)
    return {"run": name}


def _known_policy(care: str, key: str = "care") -> None:
    """Raise unless a policy is one of the catalogue: a file is for the command line, which reads what its user may."""
    from paget.model.protocol import Protocol

    names = known_policies()
    if care not in (*names, *catalogue.entries("policies", Protocol)):
        raise SettingError(
            f"There is no policy called {care!r}.",
            key=key,
            value=care,
            allowed=names,
            meant=nearest(care, names),
            fix="correct the name; see: paget list policies",
        )


def run(place: Place, names: Names, _ask: asks.NoAsk) -> Found:
    """Return a run in words and numbers, with its summary and what made it."""
    from paget.web import run_story
    from paget.web.run_facts import RunFacts

    facts = RunFacts(place.runs.open(names["run"]))
    made = {key: value for key, value in facts.made.items() if key != "parameters"}
    return {
        "run": names["run"],
        "title": run_story.title(facts),
        "under": run_story.under(facts),
        "sentences": run_story.sentences(facts),
        "numbers": [dict(zip(("number", "words", "sure"), row, strict=True)) for row in run_story.numbers(facts)],
        "summary": finite(facts.summary),
        "provenance": finite(made),
    }


def rows(place: Place, names: Names, ask: asks.PageAsk) -> Found:
    """Return some rows of a run's table."""
    check_page(ask.offset, ask.limit, asks.PAGE_ROWS_MAX)
    return place.runs.rows(names["run"], names["table"], ask.offset, ask.limit, ask.patient)


def patient(place: Place, names: Names, _ask: asks.NoAsk) -> Found:
    """Return one patient's row of every table; of long tables the first rows."""
    cohort, index = place.runs.open(names["run"]), index_of(names["index"])
    found: Found = {"patient": readable(cohort.arrow("patients", patient=index))[0]}
    for table in _TOLD:
        found[table] = readable(cohort.arrow(table, patient=index).slice(0, _ROWS))
    return found


def index_of(text: str) -> int:
    """Return which patient an address names.

    Raises
    ------
    NoSuchError
        If it is no whole number, or a larger one than there are patients anywhere.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _INDEX_DIGITS):
        raise NoSuchError("There is no such patient.", value=text, allowed="a whole number from 0")
    return int(text)


def compare(place: Place, _names: Names, ask: asks.PairAsk) -> Found:
    """Return what one policy adds to another in the same patients."""
    from paget.cohort.compared import compare as asked

    found: Found = finite(asked(place.runs.open(ask.a), place.runs.open(ask.b)).as_dict())
    return found


def origin(_place: Place, _names: Names, ask: asks.OriginAsk) -> Found:
    """Return where a metastatic cancer comes from."""
    from paget.cohort.origins import origin as asked

    found = asked(
        ask.sites,
        results=list(ask.results.items()),
        sex=ask.sex,
        age=ask.age,
        histology=ask.histology,
        not_examined=ask.not_examined,
    )
    told: Found = finite(found.as_dict())
    return told


def begin_map(place: Place, _names: Names, ask: asks.MapAsk) -> Found:
    """Begin to estimate what is undetected in a patient."""
    from paget.cohort.map_case import read_record, understood

    check_number("patients", ask.patients, 1, place.most_patients)
    try:
        table = tomllib.loads(ask.record)
    except tomllib.TOMLDecodeError as error:
        raise EntryError(
            f"The record cannot be read: {error}.", key="record", allowed="TOML, as in docs/map.md"
        ) from error
    case = understood(*read_record(table))
    recipe = make_recipe(case.record.cancer, seed=ask.seed, care="none")
    work = partial(_map, place, recipe, case, ask.patients)
    key = f"map {ask.patients} {ask.seed} {ask.record}"
    return place.jobs.begin("map", f"{case.title}: what is undetected", key, ask.patients, work).as_dict()


def _map(place: Place, recipe: Recipe, case: Case, patients: int, job: Job) -> Found:
    from paget.cohort.map_pool import simulate_pool
    from paget.cohort.mapping import mapped

    record = case.record
    pool = simulate_pool(
        recipe, patients, sex=record.sex, age_year=record.age_year, workers=place.workers, heard=job.advance
    )
    found: Found = finite(mapped(pool, case).as_dict())
    return found


def jobs(place: Place, _names: Names, _ask: asks.NoAsk) -> list[Found]:
    """Return all jobs, the newest first."""
    return [job.as_dict() for job in place.jobs.listed()]


def job(place: Place, names: Names, _ask: asks.NoAsk) -> Found:
    """Return how far a job is, and its result once it has one."""
    return _job(place, names).as_dict()


def stop_job(place: Place, names: Names, _ask: asks.NoAsk) -> Found:
    """Stop a job; what a run has finished is kept, and the same run goes on from there."""
    found = _job(place, names)
    found.stop()
    return found.as_dict()


def _job(place: Place, names: Names) -> Job:
    found = place.jobs.get(names["job"])
    if found is None:
        raise NoSuchError("There is no such job.", value=names["job"], fix="see: GET /api/jobs")
    return found


def report_page(place: Place, names: Names, _ask: asks.NoAsk) -> str:
    """Return the report of a run; it is written when it is first asked for."""
    from paget.web import report

    cohort = place.runs.open(names["run"])
    if not report.is_current(cohort.path):
        report.write(cohort.path)
    return Path(cohort.path, report.REPORT_NAME).read_text(encoding="utf-8")


def patient_page(place: Place, names: Names, ask: asks.PatientAsk) -> str:
    """Return the page of one patient, beside the same patient under a second policy where one is named."""
    from paget.web import report

    if ask.against is not None:
        _known_policy(ask.against, "against")
    return report.of_patient(place.runs.open(names["run"]), index_of(names["index"]), ask.against)


def compare_page(place: Place, _names: Names, ask: asks.PairAsk) -> str:
    """Return the page that compares two runs of the same patients."""
    from paget.web import report

    return report.of_comparison(place.runs.open(ask.a), place.runs.open(ask.b))
