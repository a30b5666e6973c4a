"""What was measured, beside what: a table for people, and lines of JSON for whoever compares runs."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `beside` is the bare part's, in the same unit and the same run; `ratio` is value / beside."""

    name: str
    value: float
    unit: str
    beside: float | None = None

    @property
    def ratio(self) -> float | None:
        return round(self.value / self.beside, 3) if self.beside else None

    def line(self) -> str:
        return json.dumps({**asdict(self), "ratio": self.ratio})


def of_rounds(name: str, values: Iterable[float], unit: str, beside: Iterable[float] = ()) -> Figure:
    """The medians of the rounds."""
    bare = list(beside)
    return Figure(name, round(median(values), 2), unit, round(median(bare), 2) if bare else None)


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which that share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def table(figures: Iterable[Figure], means: dict[str, str]) -> str:
    """A line for each figure, with what it says in words."""
    head = f"{'':18}{'ours':>10}  {'beside':>10}  {'ratio':>6}  unit"
    lines = [
        f"{one.name:18}{one.value:>10,.1f}  {_shown(one.beside):>10}  {_shown(one.ratio, 2):>6}  {one.unit}: {means[one.name]}"
        for one in figures
    ]
    return "\n".join([head, *lines])


def _shown(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value:,.{digits}f}"


def append(figures: Iterable[Figure], to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("a") as lines:
        lines.writelines(one.line() + "\n" for one in figures)
