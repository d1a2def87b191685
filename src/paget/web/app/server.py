"""The server: requests in, answers out, and nothing else.

What is asked is checked by its model, answered on a thread, and told as JSON or as a page. An error of this package is
told in its own words with a status below 500.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from paget.cohort.runner import available_cores
from paget.errors import FolderError, MissingExtraError, PagetError, SettingError
from paget.web.app.api import ENDPOINTS, HTML, JSON, Endpoint, schema
from paget.web.app.endpoints import MOST_PATIENTS, Place
from paget.web.app.guard import Guard
from paget.web.app.jobs import AT_ONCE, Jobs, TooManyJobsError
from paget.web.app.runs import NoSuchError, Runs
from paget.web.page import POLICY, asset

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

REPORT_POLICY: Final = f"{POLICY}; sandbox allow-scripts allow-modals allow-popups; frame-ancestors 'self'"
"""A report runs its own script in a frame that cannot reach this server."""
_FILES: Final = {
    "/": (("app/app.html",), HTML),
    "/app.js": (("app/dom.js", "app/app.js"), "text/javascript"),
    "/app.css": (("page.css", "app/app.css"), "text/css"),
}
_STATUS: Final[dict[type[PagetError], int]] = {NoSuchError: 404, TooManyJobsError: 429, FolderError: 409}


def make_app(
    folder: str | Path = "runs",
    *,
    workers: int | None = None,
    at_once: int = AT_ONCE,
    most_patients: int = MOST_PATIENTS,
) -> Starlette:
    """Return the app.

    Parameters
    ----------
    folder
        Where runs lie and are written to; made when the first run begins.
    workers
        Threads of a run; all cores if None.
    at_once
        How many runs may go on at the same time.
    most_patients
        Patients of the largest run that is taken.

    Returns
    -------
    Starlette
        An ASGI app.

    Raises
    ------
    MissingExtraError
        If Starlette is not installed.
    """
    try:
        from starlette.applications import Starlette
        from starlette.exceptions import HTTPException
        from starlette.middleware import Middleware
    except ImportError as error:
        raise MissingExtraError("The app", "starlette", "app") from error
    jobs = Jobs(at_once)
    place = Place(Runs(Path(folder)), jobs, workers or available_cores(), most_patients)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        jobs.close()

    async def missed(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for these alone
        return _problem({"error": error.detail, "message": error.detail}, error.status_code, error.headers)

    app = Starlette(
        routes=[*_files(), *(_route(place, one) for one in ENDPOINTS)],
        middleware=[Middleware(Guard)],
        exception_handlers={HTTPException: missed},
        lifespan=lifespan,
    )
    app.state.place = place
    return app


def _files() -> list[Route]:
    from starlette.responses import Response
    from starlette.routing import Route

    def file(names: tuple[str, ...], media: str) -> Any:  # noqa: ANN401 - Starlette takes any function of a request
        def answering(_request: Request) -> Response:
            return Response("".join(map(asset, names)), media_type=media)

        return answering

    def described(_request: Request) -> Response:
        return Response(json.dumps(schema()), media_type=JSON)

    pages = [Route(path, file(*told), methods=["GET"]) for path, told in _FILES.items()]
    return [*pages, Route("/openapi.json", described, methods=["GET"])]


def _route(place: Place, one: Endpoint) -> Route:
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import Response
    from starlette.routing import Route

    async def answering(request: Request) -> Response:
        try:
            ask = _asked(one, request, await request.body())
            found = await run_in_threadpool(one.answer, place, dict(request.path_params), ask)
        except _BodyError as error:
            return _problem({"error": str(error), "message": str(error)}, error.status)
        except PagetError as error:
            told = {**error.parts(), "message": str(error)}
            return _problem(told, next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 422))
        if one.media == HTML:
            return Response(found, media_type=HTML, headers={"content-security-policy": REPORT_POLICY})
        return Response(json.dumps(found, ensure_ascii=False, allow_nan=False), one.status, media_type=JSON)

    return Route(one.path, answering, methods=[one.method], name=one.answer.__name__)


class _BodyError(Exception):
    """The body cannot be read at all."""

    def __init__(self, fault: str, status: int) -> None:
        super().__init__(fault)
        self.status = status


def _asked(one: Endpoint, request: Request, body: bytes) -> Any:  # noqa: ANN401 - the model of this endpoint
    if one.body is None:
        return _read(one.query, dict(request.query_params))
    _read(one.query, dict(request.query_params))
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise _BodyError(f"The body has to be of the type {JSON}.", 415)
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _BodyError(f"The body is no JSON: {error}.", 400) from error
    return _read(one.body, content)


def _read(model: type[Any], content: object) -> Any:  # noqa: ANN401 - an instance of that model
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or None
        value = None if first["type"] == "missing" else first["input"]
        allowed = model.model_fields if first["type"] == "extra_forbidden" else None
        raise SettingError(f"{first['msg']}.", key=key, value=value, allowed=allowed) from None


def _problem(told: dict[str, str], status: int, headers: Any = None) -> Response:  # noqa: ANN401 - as Starlette has them
    from starlette.responses import Response

    text = json.dumps(told, ensure_ascii=True)
    return Response(text, status, media_type=JSON, headers=dict(headers or {}))
