"""The described endpoints, asked at random: whatever comes, nothing breaks."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from paget.web.app.api import ENDPOINTS, Endpoint
from paget.web.app.asks import NoAsk

EXAMPLES = 8
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def described(address: str) -> Any:
    """Return the schema that the server tells of itself."""
    return schemathesis.openapi.from_url(f"{address}/openapi.json")


def asked_wrongly(endpoint: Endpoint) -> bool:
    """Return whether anything that the schema forbids can be asked; any text may name a run."""
    return endpoint.body is not None or endpoint.query is not NoAsk or "index" in endpoint.names


PAIRS = [(each, GenerationMode.POSITIVE) for each in ENDPOINTS] + [
    (each, GenerationMode.NEGATIVE) for each in ENDPOINTS if asked_wrongly(each)
]


@pytest.mark.parametrize(
    ("endpoint", "mode"), PAIRS, ids=lambda each: getattr(each, "path", getattr(each, "value", ""))
)
def test_no_request_breaks_the_server(described: Any, endpoint: Endpoint, mode: GenerationMode) -> None:
    """Any request that the schema allows, or just does not, is answered as described and never by a fault."""
    operation = described[endpoint.path][endpoint.method]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def asked(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    asked()
