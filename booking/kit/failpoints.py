"""Named places where a test may kill the process, as a power cut would.

`LEEWARD_FAILPOINT=name` in the environment arms one of them. Unset, a failpoint costs one comparison.
Settings refuse to start a production with one armed: see `armed`.
"""

import os
import signal
from typing import Final

VARIABLE: Final = "LEEWARD_FAILPOINT"

_armed: Final = os.environ.get(VARIABLE)


def armed() -> str | None:
    """The failpoint that this process will die at, if any."""
    return _armed


def failpoint(name: str) -> None:
    """Die here, at once and without any cleaning up, if this failpoint is armed."""
    if _armed is not None and _armed == name:
        os.kill(os.getpid(), signal.SIGKILL)
