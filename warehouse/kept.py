"""Results that outlive the process that worked them out, in the user's cache folder.

A server that is started again, and the next visitor of another one, need not wait for what is
known. Never in the workspace: a result is read back as Python objects, so it must come from
nobody but this user, and workspaces are handed on.
"""

import contextlib
import fcntl
import hashlib
import os
import pickle
import stat
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TextIO, TypeVar

from joblib import Memory

__all__ = ["FOLDER_VARIABLE", "kept"]

Result = TypeVar("Result")

FOLDER_VARIABLE = "GOODWILL_CACHE"
ROOT = Path(__file__).parents[1]
#: What a result hangs on beside its rows: the code, and the libraries it was made with.
MADE_WITH = ("warehouse", "models", "analyses", "ui")
#: Beyond it the results that were not asked for longest make room.
BYTES_KEPT = 2 * 1024**3

#: What this thread has locked.
locks = threading.local()


def kept(key: tuple, work_out: Callable[[], Result]) -> Result:
    """The result known by `key`, worked out where it is not kept yet.

    Parameters
    ----------
    key : tuple
        All that the result follows from, except the code: the version of its rows, the day, the
        settings, the options. Texts, numbers, dates and tuples of them.
    work_out : callable
        What it raises is raised, and nothing is kept then.

    Returns
    -------
    The result, equal to what `work_out` gives with this version of the code.

    Examples
    --------
    >>> import os, tempfile
    >>> from warehouse.kept import kept, memory
    >>> before = os.environ.get("GOODWILL_CACHE")
    >>> os.environ["GOODWILL_CACHE"] = tempfile.mkdtemp()
    >>> memory.cache_clear()
    >>> kept(("an answer", 1), lambda: 42), kept(("an answer", 1), lambda: 43)
    (42, 42)
    >>> _ = (
    ...     os.environ.pop("GOODWILL_CACHE")
    ...     if before is None
    ...     else os.environ.update(GOODWILL_CACHE=before)
    ... )
    >>> memory.cache_clear()
    """
    store = memory()
    if store is None:
        return work_out()
    with one_at_a_time(key):
        return pickle.loads(store(key, version_of_code(), _work_out=work_out))


def worked_out(key: tuple, version: str, _work_out: Callable[[], Result]) -> bytes:
    """What is kept under `key` and `version`.

    As bytes: joblib reads objects step by step in Python, which takes several times as long for
    results that hold texts of many rows.
    """
    return pickle.dumps(_work_out(), protocol=pickle.HIGHEST_PROTOCOL)


@contextlib.contextmanager
def one_at_a_time(key: tuple) -> Iterator[None]:
    """Let nobody else work out what is known by `key` meanwhile: who asks waits, and finds it.

    A process that ends in the middle leaves no lock behind, however it ends.
    """
    name = hashlib.sha256(repr(key).encode()).hexdigest()
    held = vars(locks).setdefault("held", set())
    # Rows may be kept under the very name of the analysis that asks for them.
    lock = None if name in held else opened(folder_of_results() / "locks" / name)
    if lock is None:
        yield
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        held.add(name)
        try:
            yield
        finally:
            held.discard(name)
            # Whoever comes from now on makes another file, and finds the result.
            Path(lock.name).unlink(missing_ok=True)
            fcntl.flock(lock, fcntl.LOCK_UN)


def opened(path: Path) -> TextIO | None:
    """The file to lock; None where none can be made: better worked out twice than not at all."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path.open("w")
    except OSError:
        return None


def folder_of_results() -> Path:
    """Where results are kept, by the environment."""
    usual = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "goodwill"
    return Path(os.environ.get(FOLDER_VARIABLE) or usual)


@cache
def memory() -> Callable | None:
    """`worked_out` with its memory; None without a folder that this user alone writes to."""
    folder = folder_of_results()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (os.access(folder, os.W_OK) and is_ours_alone(folder)):
            return None
        store = Memory(folder, verbose=0)
        store.reduce_size(bytes_limit=BYTES_KEPT)
    except OSError:
        return None
    return store.cache(worked_out, ignore=["_work_out"])


def is_ours_alone(folder: Path) -> bool:
    """Whether nobody else can put a result here: to read one back is to run what is in it."""
    found = folder.stat()
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


@cache
def version_of_code() -> str:
    """Another one whenever the code of a result, or a library's pin, is another."""
    found = hashlib.sha256()
    sources = (path for layer in MADE_WITH for path in (ROOT / layer).rglob("*.py"))
    for path in (*sorted(sources), ROOT / "requirements.txt"):
        found.update(f"{path.relative_to(ROOT)}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()
