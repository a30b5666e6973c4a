"""Folders in memory, for databases: each writes forty megabytes when it is made, and on a disk that takes longer than the rest of it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - what we make in it is ours, under a name that nobody can guess
ENOUGH: Final = 4 * 2**30  # bytes: what all databases of a run grow to, with as much to spare
OURS: Final = "leeward-tests-"


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """A new folder, gone afterwards; on disk where there is not enough memory to spare."""
    _sweep()
    made = tempfile.mkdtemp(prefix=f"{OURS}{os.getpid()}-", dir=MEMORY if _has_enough() else None)
    folder = Path(made)
    folder.chmod(0o711)  # where we are root, PostgreSQL's own user has to get through
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _has_enough() -> bool:
    if not os.access(MEMORY, os.W_OK):
        return False
    return min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available) >= ENOUGH


def _sweep() -> None:
    """What a run left that was killed: memory is given back by nobody else before the machine is started again."""
    for left in MEMORY.glob(f"{OURS}*"):
        if not psutil.pid_exists(int(left.name.removeprefix(OURS).partition("-")[0])):
            shutil.rmtree(left, ignore_errors=True)
