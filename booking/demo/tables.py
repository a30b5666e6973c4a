"""Whether a demo's data has the tables that this code expects.

Until 0.1.0 is out the first migrations themselves are changed, and none leads from what they made before to what they make now.
Later ones are applied at the start, as in production, and are no reason to refuse.
"""

import hashlib
from typing import Final

from booking.demo.lodging import home_of
from booking.demo.surroundings import PROJECT, CannotStart, Folder

WRITTEN_IN: Final = ("booking/migrations/000[12]_*.py", "booking/*/constraints.py")


def require_own(folder: Folder) -> None:
    """Note how the tables of new data are written. Raises CannotStart if those of data that is there were written otherwise."""
    note, now = folder.path / "tables", _as_written()
    if not (home_of(folder.postgres) / "data").exists():
        note.write_text(now)
    elif not note.exists() or note.read_text() != now:
        raise CannotStart(
            f"What the demo stored in {folder.path} has other tables than this version of Leeward: `make demo-reset` starts over."
        )


def _as_written() -> str:
    files = sorted(path for pattern in WRITTEN_IN for path in PROJECT.glob(pattern))
    return hashlib.sha256(b"\n".join(path.read_bytes() for path in files)).hexdigest()
