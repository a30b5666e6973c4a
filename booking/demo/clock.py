"""The demo's clock: the machine's, and whatever a visitor has put it forward by, so that a year can pass in minutes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from booking.demo.surroundings import Folder

FARTHEST: Final = timedelta(days=730)


class DemoClock:
    """Shared by the demo's processes through one small file. It only ever goes forward."""

    def __init__(self, kept: Path) -> None:
        self._kept = kept

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "DemoClock":
        """The clock of the demo whose folder the environment names."""
        return cls(Folder.from_env(environ).path / "clock")

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def seconds(self) -> float:
        """For the Stripe simulator, whose pages and signatures must agree with us."""
        return self().timestamp()

    @property
    def ahead(self) -> timedelta:
        try:
            return timedelta(seconds=float(self._kept.read_text()))
        except (FileNotFoundError, ValueError):
            return timedelta()

    def put_forward(self, by: timedelta) -> None:
        """Let that much time pass at once, up to two years in all."""
        ahead = min(self.ahead + max(by, timedelta()), FARTHEST)
        whole = self._kept.with_suffix(".new")
        whole.write_text(str(ahead.total_seconds()))
        whole.replace(self._kept)
