"""What stands before every request: who may ask, how much, and what a browser may do with the answer.

The server listens on the loopback address, but any page in a browser on this machine can send requests to it. A host
name that is not this machine's is refused, since a name of somebody else may have been pointed here (DNS rebinding).
A change is taken only from a page of this server, or from a program that is no browser. No answer allows other origins
to read it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS: Final = frozenset({"127.0.0.1", "localhost"})
LARGEST_BYTES: Final = 1_000_000
"""No request needs a longer body."""
_CHANGING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_SAME_SITE: Final = frozenset({"same-origin", "none", ""})

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the app's own page may load; a report brings its own, stricter one."""
HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


class Guard:
    """Refuses what must not come through, and adds to each answer what keeps it here.

    Parameters
    ----------
    app
        What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [*message.get("headers", ())]
                held = {name for name, _ in own}
                own += [pair for pair in HEADERS if pair[0] not in held]
                if b"content-security-policy" not in held:
                    own.append((b"content-security-policy", PAGE_POLICY.encode()))
                message = {**message, "headers": own}
            await send(message)

        refused = _refused(scope)
        if refused is not None:
            await _answer(sending, *refused)
            return
        body, too_long = await _body(receive)
        if too_long:
            await _answer(sending, 413, f"The request is too long: at most {LARGEST_BYTES:,} bytes are read.")
            return
        await self.app(scope, _again(body, receive), sending)


def _refused(scope: Scope) -> tuple[int, str] | None:
    """Return the status and the reason of a refusal, None for a request that may come in."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get("host", "")
    if _name_of(host) not in HOSTS:
        return 421, f"This server answers at {' and '.join(sorted(HOSTS))} only, not at {host[:80]!r}."
    if scope["method"] in _CHANGING:
        origin = headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            return 403, f"A page of another origin may not change anything here: {origin[:80]!r}."
        if headers.get("sec-fetch-site", "") not in _SAME_SITE:
            return 403, "A page of another origin may not change anything here."
    return None


def _name_of(host: str) -> str:
    name, _, port = host.partition(":")
    return name.lower() if not port or port.isdigit() else ""


async def _body(receive: Receive) -> tuple[bytes, bool]:
    """Return the body of a request, or that it is too long."""
    parts: list[bytes] = []
    held = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts), False
        part = message.get("body", b"")
        held += len(part)
        if held > LARGEST_BYTES:
            return b"", True
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts), False


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what hands out a body that was read already, and then whatever follows."""
    is_given = False

    async def receiving() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving


async def _answer(send: Send, status: int, fault: str) -> None:
    body = json.dumps({"error": fault, "message": fault}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
