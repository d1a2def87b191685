"""What may be asked, as models: they say types and defaults, and the schema is made from them.

Ranges are told in the schema but checked by the module, so that a number out of range is refused in the same words as
on the command line.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from paget.cohort.care_plan import STANDARD
from paget.cohort.map_pool import CHUNK
from paget.cohort.recipe import SEED_MAX
from paget.cohort.store import TABLES

PAGE_ROWS: Final = 50
PAGE_ROWS_MAX: Final = 500
OFFSET_MAX: Final = 2**62
_MAP_PATIENTS: Final = 64 * CHUNK - 192


class Ask(BaseModel):
    """Something asked; names that are not known are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


Seed = Annotated[int, Field(json_schema_extra={"minimum": 0, "maximum": SEED_MAX}, description="seed of all draws")]
Run = Annotated[str, Field(description="name of a run, as it is listed", json_schema_extra={"maxLength": 128})]


class RunAsk(Ask):
    """A run to simulate, as `paget run` does."""

    cancer: str = Field(description="a cancer or a group of cancers", examples=["colorectal"])
    n: int = Field(default=1_000, description="patients", json_schema_extra={"minimum": 1}, examples=[20])
    seed: Seed = 1
    care: str = Field(default=STANDARD, description="a policy of the catalogue, or none", examples=["none"])
    screening: str | None = Field(default=None, description="a screening programme", examples=[None])
    years: float | None = Field(
        default=None, description="years to follow after the first cell; until death if left out", examples=[2.0]
    )
    settings: dict[str, str] = Field(default_factory=dict, description="numbers to replace, by key", examples=[{}])


class PageAsk(Ask):
    """Which rows of a table."""

    model_config = ConfigDict(extra="forbid", strict=False)

    offset: int = Field(default=0, description="rows to skip", json_schema_extra={"minimum": 0})
    limit: int = Field(
        default=PAGE_ROWS, description="rows to return", json_schema_extra={"minimum": 1, "maximum": PAGE_ROWS_MAX}
    )
    patient: int | None = Field(default=None, description="only this patient's", json_schema_extra={"minimum": 0})


class PairAsk(Ask):
    """Two runs of the same patients."""

    a: Run
    b: Run


class PatientAsk(Ask):
    """How one patient is shown."""

    against: str | None = Field(
        default=None, description="a second policy, for the same patient's other life", examples=["none"]
    )


class NoAsk(Ask):
    """Nothing is asked but what the address says."""


class OriginAsk(Ask):
    """What is known of a patient whose cancer has an unknown origin, as `paget origin` takes it."""

    sites: list[str] | None = Field(default=None, description="organs with metastases; others are clear")
    not_examined: list[str] = Field(default_factory=list, description="organs nobody looked at")
    results: dict[str, str] = Field(
        default_factory=dict, description="results of antibodies and sequencing, + or -", examples=[{"CK7": "-"}]
    )
    sex: str | None = Field(default=None, description="male or female")
    age: float | None = Field(default=None, description="age in years")
    histology: str | None = Field(default=None, description="look of the tumour, as in adenocarcinoma")


class MapAsk(Ask):
    """A patient's record, as `paget map` takes it."""

    record: str = Field(description="the record as TOML", examples=['cancer = "colorectal"\nsex = "male"\nage = 63'])
    patients: int = Field(default=_MAP_PATIENTS, description="patients to simulate", json_schema_extra={"minimum": 1})
    seed: Seed = 1


class Problem(BaseModel):
    """Why something was refused: the parts of the message, and the whole of it as the command line prints it."""

    error: str = Field(description="what is wrong")
    message: str = Field(description="all parts as text")
    file: str | None = None
    key: str | None = None
    value: str | None = None
    allowed: str | None = None
    nearest: str | None = None
    fix: str | None = None


class JobTold(BaseModel):
    """Work under way, or its end."""

    id: str
    kind: str
    title: str
    state: str = Field(json_schema_extra={"enum": ["waiting", "running", "done", "failed", "cancelled"]})
    done: int = Field(description="patients simulated so far")
    total: int = Field(description="patients in all")
    result: dict[str, Any] | None = None
    error: dict[str, str] | None = None


class RunTold(BaseModel):
    """A finished run in a line."""

    run: str
    title: str
    cancer: str
    care: str
    n: int
    seed: int


class Rows(BaseModel):
    """Some rows of a table."""

    table: str = Field(json_schema_extra={"enum": list(TABLES)})
    columns: list[str]
    rows: list[dict[str, Any]]
    offset: int
    total: int = Field(description="rows of the whole table, or of the patient")
