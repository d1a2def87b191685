"""`paget app`: a local page over the same module, for those who would rather click than type."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path
from typing import Annotated

import typer

from paget.cli.failure import told
from paget.cli.options import Json, Workers
from paget.errors import MissingExtraError, SettingError

HOST = "127.0.0.1"
_PORT_MAX = 65_535


@told
def serve(
    folder: Annotated[
        Path, typer.Option("--runs", metavar="DIR", help="Folder of the runs; made when the first begins.")
    ] = Path("runs"),
    port: Annotated[int, typer.Option("--port", metavar="P", help="Port to listen at; 0 for any that is free.")] = 8750,
    workers: Workers = None,
    browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = False,
    as_json: Json = False,
) -> None:
    """Serve a page to simulate, browse patients, compare policies, and ask origin and map.

    It listens to this machine alone, and stops with Ctrl-C. Its endpoints are described at /openapi.json.
    """
    import json
    import webbrowser

    try:
        import uvicorn

        from paget.web.app.server import make_app
    except ModuleNotFoundError as error:
        raise MissingExtraError("The app", str(error.name), "app") from error
    app = make_app(folder, workers=workers)
    with _listening(port) as listener:
        address = f"http://{HOST}:{listener.getsockname()[1]}/"
        typer.echo(json.dumps({"address": address}) if as_json else f"Paget is at {address} (stop with Ctrl-C)")
        if browser:
            webbrowser.open(address)
        config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=3)
        # Ctrl-C is how a server is stopped, and no fault.
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def _listening(port: int) -> socket.socket:
    """Return a socket that listens to this machine alone.

    Raises
    ------
    SettingError
        If the port is none, or taken.
    """
    if not 0 <= port <= _PORT_MAX:
        raise SettingError("There is no such port.", key="--port", value=port, allowed=f"0 to {_PORT_MAX}")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        # Whoever follows the printed address at once waits instead of being refused.
        listener.listen()
    except OSError as error:
        listener.close()
        raise SettingError(
            f"The port cannot be listened at: {error.strerror}.",
            key="--port",
            value=port,
            fix="choose another: --port 0",
        ) from error
    return listener
