"""Named places where a test may kill the process, as a power cut would.

`LEEWARD_FAILPOINT=name` in the environment arms one of them. A failpoint costs one look there.
Settings refuse to start a production with one armed: see `armed`.
"""

import os
import signal
from typing import Final

VARIABLE: Final = "LEEWARD_FAILPOINT"


def armed() -> str | None:
    """The failpoint that this process will die at, if any."""
    return os.environ.get(VARIABLE)


def failpoint(name: str) -> None:
    """Die here, at once and without any cleaning up, if this failpoint is armed."""
    if armed() == name:
        os.kill(os.getpid(), signal.SIGKILL)
