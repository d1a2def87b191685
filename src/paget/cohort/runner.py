"""Compute the blocks that a folder still lacks, here on threads or processes, or on other machines.

Blocks are handed out in order, a bounded number at a time, so memory does not grow with the run. On this machine
threads compute, since the compiled engine and Arrow release the lock of the interpreter; processes do where much of the
work is Python and there is enough of it. Elsewhere only the computing is done, and the parts are written here, so
workers need no shared file system.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, TypeVar, cast
from urllib.parse import urlsplit

from paget.cohort.processes import pool_of, worth_while
from paget.cohort.recipe import compute_packed
from paget.cohort.store import Block, joined
from paget.errors import MissingExtraError, SettingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from paget.cohort.store import RunFolder, Tables

    BlockFunction = Callable[[int, int], Tables]
    """Computes the tables of `count` patients from index `first` on: a pure function of the two."""

    Heard = Callable[[int], None]
    """Is told how many more patients have been computed."""

WORKERS_MAX: Final = 4096
_PIECES_PATIENTS: Final = (2000, 1000, 500)
"""Patients of a piece, of which each worker gets two or more if there are enough: large ones take less under care,
where a round of visits of many patients takes little longer than one of few."""
_AHEAD: Final = 2
_REMOTE_AHEAD_LEAST: Final = 16
_CONNECT_SECONDS: Final = 10
_SCHEMES: Final = ("tcp", "tls", "ws", "wss")


Work = TypeVar("Work")


class Future(Protocol):
    """What `submit` returns: it can be waited for."""

    def result(self) -> object:
        """Wait for the result and return it."""


class Submitter(Protocol):
    """Anything that computes elsewhere: a Dask client, or an executor of the standard library."""

    def submit(self, fn: Callable[..., object], /, *args: object) -> Future:
        """Start computing `fn(*args)`."""


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_here(
    folder: RunFolder,
    blocks: Sequence[Block],
    compute: BlockFunction,
    workers: int,
    heard: Heard,
    packed: Callable[[], bytes] | None = None,
) -> None:
    """Compute and write blocks on this machine.

    A worker computes a piece of a block, so that a run of one block keeps every core busy too.

    Parameters
    ----------
    folder
        Where the parts go.
    blocks
        What to compute.
    compute
        Computes the tables of consecutive patients.
    workers
        Number of threads or processes.
    heard
        Is told of each patient count that has been computed.
    packed
        Packs the recipe, where processes may compute in place of threads; they do for many patients.
    """
    patients = sum(block.count for block in blocks)
    apart = packed is not None and worth_while(patients, workers)
    own = partial(compute_packed, packed()) if packed is not None and apart else compute
    size = piece_patients(patients, workers)
    pieces = [(block, piece) for block in blocks for piece in _pieces(block, size)]
    writing: deque[Future] = deque()
    held: list[Tables] = []
    with ThreadPoolExecutor(workers, thread_name_prefix="paget-write") as writer, pool_of(workers, apart=apart) as pool:

        def submit(owned: tuple[Block, Block]) -> Future:
            return pool.submit(own, owned[1].first, owned[1].count)

        for (block, piece), tables in _in_order(pieces, submit, _AHEAD * workers):
            held.append(cast("Tables", tables))
            heard(piece.count)
            if piece.first + piece.count == block.first + block.count:
                writing.append(writer.submit(folder.write, block, joined(held)))
                held = []
            while len(writing) > workers:
                writing.popleft().result()
        while writing:
            writing.popleft().result()


def run_elsewhere(
    folder: RunFolder,
    blocks: Sequence[Block],
    compute: BlockFunction,
    scheduler: Submitter,
    heard: Heard,
) -> None:
    """Compute blocks wherever `scheduler` does, and write them here.

    Parameters
    ----------
    folder
        Where the parts go.
    blocks
        What to compute.
    compute
        Computes a block's tables; must be picklable.
    scheduler
        Any object with a `submit` method.
    heard
        Is told of each patient count that has been computed.
    """

    def submit(block: Block) -> Future:
        return scheduler.submit(compute, block.first, block.count)

    for block, tables in _in_order(blocks, submit, _remote_ahead(scheduler)):
        folder.write(block, cast("Tables", tables))
        heard(block.count)


def piece_patients(patients: int, workers: int) -> int:
    """Return how many patients a thread takes at once, by how many there are for how many threads."""
    each = patients // (2 * workers)
    return next((size for size in _PIECES_PATIENTS if size <= each), _PIECES_PATIENTS[-1])


def _pieces(block: Block, size: int) -> tuple[Block, ...]:
    """Cut a block into pieces; where it is cut does not show in its tables."""
    end = block.first + block.count
    starts = range(block.first, end, size)
    return tuple(Block(block.number, first, min(size, end - first)) for first in starts)


@contextlib.contextmanager
def connected(address: str) -> Iterator[Submitter]:
    """Hold a connection to a Dask scheduler.

    Parameters
    ----------
    address
        Its address, such as ``tcp://10.0.0.1:8786``.

    Yields
    ------
    Submitter
        A Dask client, closed afterwards.

    Raises
    ------
    MissingExtraError
        If Dask's distributed scheduler is not installed.
    SettingError
        If nothing answers at the address.
    """
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        raise MissingExtraError("A run over several machines", "distributed", "dask") from error
    _knock(address)
    try:
        client = distributed.Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise _no_scheduler(address, str(error)) from error
    with client:
        yield client


def _knock(address: str) -> None:
    """Raise unless something listens: a client that fails to connect takes long and leaves noise behind."""
    found = urlsplit(address)
    try:
        host, port = found.hostname, found.port
    except ValueError as error:
        raise _no_scheduler(address, str(error)) from error
    if found.scheme not in _SCHEMES or not host or not port:
        raise _no_scheduler(address, "it is not an address of the form tcp://HOST:PORT")
    try:
        socket.create_connection((host, port), timeout=_CONNECT_SECONDS).close()
    except OSError as error:
        raise _no_scheduler(address, error.strerror or str(error)) from error


def _no_scheduler(address: str, reason: str) -> SettingError:
    return SettingError(
        f"No Dask scheduler answers at this address: {reason}.",
        key="scheduler",
        value=address,
        allowed="the address that `dask scheduler` prints, such as tcp://10.0.0.1:8786",
        fix="start the scheduler, or correct the address",
    )


def _in_order(work: Sequence[Work], submit: Callable[[Work], Future], ahead: int) -> Iterator[tuple[Work, object]]:
    """Yield each piece of work with its result, in order, with at most `ahead` under way."""
    waiting: deque[tuple[Work, Future]] = deque()
    for item in work:
        waiting.append((item, submit(item)))
        if len(waiting) >= ahead:
            done, future = waiting.popleft()
            yield done, future.result()
    while waiting:
        done, future = waiting.popleft()
        yield done, future.result()


def _remote_ahead(scheduler: Submitter) -> int:
    threads = getattr(scheduler, "nthreads", None)
    cores = sum(threads().values()) if callable(threads) else available_cores()
    return max(_REMOTE_AHEAD_LEAST, _AHEAD * int(cores))
