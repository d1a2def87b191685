"""The list of endpoints, and the schema that is made from it: what is served is what is documented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

import paget
from paget.web.app import asks, endpoints
from paget.web.app.endpoints import Names, Place
from paget.web.page import DISCLAIMER

JSON: Final = "application/json"
HTML: Final = "text/html"
_REF: Final = "#/components/schemas/{model}"
_REASONS: Final = {
    "400": "The body is no JSON.",
    "404": "There is nothing of that name.",
    "409": "The folder of the run cannot be used now.",
    "413": "The body is too long.",
    "415": "The body is not JSON by its type.",
    "421": "The server does not answer at this host name.",
    "422": "Something that was asked is out of range, unknown or contradicts the rest.",
    "429": "Too many jobs wait already.",
    "403": "A page of another origin may not change anything here.",
}
_ABOUT: Final = {
    "run": ("name of a run, as it is listed", {"type": "string"}),
    "table": ("name of a table, such as patients", {"type": "string"}),
    "index": ("which patient, from 0", {"type": "integer", "minimum": 0}),
    "job": ("name of a job", {"type": "string"}),
}


@dataclass(frozen=True)
class Endpoint:
    """One thing that can be asked.

    Parameters
    ----------
    method, path
        How; names in braces are part of the address.
    answer
        What answers.
    query, body
        What is asked in the address, and in the body.
    told
        Model of the answer; any object if None.
    is_list
        Whether the answer is a list of these.
    status
        Status of an answer.
    media
        Type of the answer.
    """

    method: str
    path: str
    answer: Callable[[Place, Names, Any], Any]
    query: type[asks.Ask] = asks.NoAsk
    body: type[asks.Ask] | None = None
    told: type[BaseModel] | None = None
    is_list: bool = False
    status: int = 200
    media: str = JSON

    @property
    def names(self) -> list[str]:
        """Names that are part of the address."""
        return [part[1:-1] for part in self.path.replace(".html", "").split("/") if part.startswith("{")]


ENDPOINTS: Final = (
    Endpoint("GET", "/api/choices", endpoints.choices),
    Endpoint("GET", "/api/runs", endpoints.runs, told=asks.RunTold, is_list=True),
    Endpoint("POST", "/api/runs", endpoints.begin_run, body=asks.RunAsk, told=asks.JobTold, status=202),
    Endpoint("GET", "/api/runs/{run}", endpoints.run),
    Endpoint("GET", "/api/runs/{run}/tables/{table}", endpoints.rows, query=asks.PageAsk, told=asks.Rows),
    Endpoint("GET", "/api/runs/{run}/patients/{index}", endpoints.patient),
    Endpoint("GET", "/api/compare", endpoints.compare, query=asks.PairAsk),
    Endpoint("POST", "/api/origin", endpoints.origin, body=asks.OriginAsk),
    Endpoint("POST", "/api/map", endpoints.begin_map, body=asks.MapAsk, told=asks.JobTold, status=202),
    Endpoint("GET", "/api/jobs", endpoints.jobs, told=asks.JobTold, is_list=True),
    Endpoint("GET", "/api/jobs/{job}", endpoints.job, told=asks.JobTold),
    Endpoint("DELETE", "/api/jobs/{job}", endpoints.stop_job, told=asks.JobTold),
    Endpoint("GET", "/pages/runs/{run}/report.html", endpoints.report_page, media=HTML),
    Endpoint(
        "GET", "/pages/runs/{run}/patients/{index}.html", endpoints.patient_page, query=asks.PatientAsk, media=HTML
    ),
    Endpoint("GET", "/pages/compare.html", endpoints.compare_page, query=asks.PairAsk, media=HTML),
)


def schema() -> dict[str, Any]:
    """Return the description of all endpoints (OpenAPI 3.1)."""
    models = {each for one in ENDPOINTS for each in (one.body, one.told) if each is not None} | {asks.Problem}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, defined = models_json_schema([(model, "validation") for model in ordered], ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for one in ENDPOINTS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Paget",
            "version": paget.__version__,
            "description": f"Simulate metastatic cancer in whole virtual patients. {DISCLAIMER}",
        },
        "paths": paths,
        "components": {"schemas": defined.get("$defs", {})},
    }


def _operation(one: Endpoint) -> dict[str, Any]:
    summary = (one.answer.__doc__ or "").partition("\n")[0]
    operation: dict[str, Any] = {
        "operationId": one.answer.__name__,
        "summary": summary,
        "parameters": [*map(_in_path, one.names), *_in_query(one.query)],
        "responses": {str(one.status): _told(one), **{status: _problem(status) for status in _problems(one)}},
    }
    if one.body is not None:
        content = {JSON: {"schema": {"$ref": _REF.format(model=one.body.__name__)}}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _in_path(name: str) -> dict[str, Any]:
    about, shape = _ABOUT[name]
    return {"name": name, "in": "path", "required": True, "description": about, "schema": shape}


def _in_query(model: type[asks.Ask]) -> list[dict[str, Any]]:
    shape = model.model_json_schema()
    return [
        {
            "name": name,
            "in": "query",
            "required": name in shape.get("required", ()),
            "description": field.get("description", ""),
            "schema": {key: value for key, value in field.items() if key not in ("description", "title")},
        }
        for name, field in shape.get("properties", {}).items()
    ]


def _told(one: Endpoint) -> dict[str, Any]:
    own: dict[str, Any] = {"type": "object"}
    if one.media == HTML:
        own = {"type": "string"}
    elif one.told is not None:
        own = {"$ref": _REF.format(model=one.told.__name__)}
    shape = {"type": "array", "items": own} if one.is_list else own
    return {"description": "What was asked for.", "content": {one.media: {"schema": shape}}}


def _problem(status: str) -> dict[str, Any]:
    content = {JSON: {"schema": {"$ref": _REF.format(model="Problem")}}}
    return {"description": _REASONS[status], "content": content}


def _problems(one: Endpoint) -> list[str]:
    found = ["413", "421", "422"]
    if one.body is not None:
        found += ["400", "415", "429"]
    if one.method != "GET":
        found.append("403")
    if one.names or one.query is asks.PairAsk:
        found += ["404", "409"]
    return sorted(found)
