"""Templates compiled once for all the processes of a run: compiling one takes longer than most of what is asked of it.

The folder is new for every run, so that nothing in it can be of other code. `tests.programs` loads this module for its forks too.
"""

import os
from pathlib import Path
from typing import Final

from jinja2 import FileSystemBytecodeCache

from booking.demo.stripe import pages as stripe_pages
from booking.messages import wording
from booking.web import pages

VARIABLE: Final = "LEEWARD_TESTS_COMPILED"


def keep_in(folder: Path) -> None:
    """Here, for this process and for those that it starts."""
    folder.mkdir(exist_ok=True)
    environments = {
        "web": pages.environment(),
        "stripe": stripe_pages.environment(),
        "html": wording.environment("html"),
        "txt": wording.environment("txt"),
    }
    for name, environment in environments.items():
        environment.bytecode_cache = FileSystemBytecodeCache(str(folder), f"{name}-%s")
    os.environ[VARIABLE] = str(folder)


if VARIABLE in os.environ:
    keep_in(Path(os.environ[VARIABLE]))
