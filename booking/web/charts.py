"""Where the lines of a forest plot go: numbers only; `templates/parts/forest.html` draws them.

Across, everything is a percentage of the width, and down it is in em, so that the drawing is as wide as its
column and its words are as large as the text around it, on a phone and at 200% zoom.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, floor, isfinite, log, log10, sqrt
from typing import Final, Literal

from babel.numbers import format_decimal

Measure = Literal["OR", "RR", "HR", "MD", "SMD"]

RATIOS: Final = frozenset({"OR", "RR", "HR"})
EDGE: Final = 3.0
ROW_EM: Final = 3.4
LARGEST_EM: Final = 1.1
SMALLEST_EM: Final = 0.4
# How far a ratio's axis may go, and the ticks above 1 that then read well; below 1 they are mirrored.
RATIO_TICKS: Final = {
    1.5: (1.5,),
    2.0: (2.0,),
    3.0: (2.0, 3.0),
    5.0: (2.0, 5.0),
    10.0: (2.0, 10.0),
    100.0: (10.0, 100.0),
}
STEPS: Final = (1.0, 2.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """What one trial found. `effect`, `low` and `high` are None where the authors published none.

    `better` says which way the effect points when the treatment did better than the control:
    "higher" for an odds ratio of recovery, "lower" for a disability score.
    """

    name: str
    year: int | None
    n: int
    measure: Measure
    outcome: str
    better: Literal["higher", "lower"]
    effect: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def has_interval(self) -> bool:
        """Whether it can be drawn: an effect without its interval would claim more than the trial knows."""
        return self.effect is not None and self.low is not None and self.high is not None


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One trial's line: `left` to `right` is the interval, `x` the effect, `side` the marker's width in em.

    The marker's area, not its width, is in proportion to how many people took part.
    """

    trial: TrialResult
    effect: str
    low: str
    high: str
    label_y: float
    y: float
    x: float
    left: float
    right: float
    side: float


@dataclass(frozen=True, slots=True)
class Panel:
    """Trials that share a measure and an outcome, and so an axis. `null_x` is where there is no effect."""

    measure: Measure
    outcome: str
    treatment_better_on: Literal["left", "right"]
    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    null_x: float
    axis_y: float
    height: float


@dataclass(frozen=True, slots=True)
class Forest:
    """A plot: panels to draw, and the trials that published no interval, to be named below it."""

    panels: tuple[Panel, ...]
    no_interval: tuple[TrialResult, ...]


def forest(trials: Sequence[TrialResult], language: str) -> Forest:
    """Lay out the trials in the order given, one panel for each measure and outcome.

    The no-effect line is always in the middle, so that neither side looks larger than it is, and every
    interval lies whole within the axis. Figures are written as `language` writes them. Raises ValueError for an interval that does not hold its effect
    or a ratio that is not above zero.
    """
    drawn = [trial for trial in trials if trial.has_interval]
    for trial in drawn:
        _refuse_nonsense(trial)
    kinds = dict.fromkeys((trial.measure, trial.outcome, trial.better) for trial in drawn)
    largest = max((trial.n for trial in drawn), default=1)
    return Forest(
        panels=tuple(
            _panel([t for t in drawn if (t.measure, t.outcome, t.better) == kind], largest=largest, language=language)
            for kind in kinds
        ),
        no_interval=tuple(trial for trial in trials if not trial.has_interval),
    )


def _interval(trial: TrialResult) -> tuple[float, float, float]:
    if trial.effect is None or trial.low is None or trial.high is None:
        raise ValueError(f"{trial.name} has no interval")
    return trial.effect, trial.low, trial.high


def _refuse_nonsense(trial: TrialResult) -> None:
    effect, low, high = _interval(trial)
    if not (isfinite(low) and isfinite(high) and low <= effect <= high):
        raise ValueError(f"{trial.name}: the interval {low} to {high} does not hold {effect}")
    if trial.measure in RATIOS and low <= 0:
        raise ValueError(f"{trial.name}: a ratio is above zero, not {low}")
    if trial.n <= 0:
        raise ValueError(f"{trial.name}: nobody took part")


def _panel(trials: Sequence[TrialResult], *, largest: int, language: str) -> Panel:
    first = trials[0]
    ratio = first.measure in RATIOS
    reach = _ratio_reach(trials) if ratio else _linear_reach(trials)
    marks = RATIO_TICKS.get(reach, (reach,)) if ratio else (reach / 2, reach)
    axis_y = round(len(trials) * ROW_EM + 0.6, 2)

    def across(value: float) -> float:
        distance = log(value) / log(reach) if ratio else value / reach
        return round(50 + distance * (50 - EDGE), 2)

    def row(number: int, trial: TrialResult) -> Row:
        effect, low, high = _interval(trial)
        return Row(
            trial=trial,
            effect=_figure(effect, language),
            low=_figure(low, language),
            high=_figure(high, language),
            label_y=round(number * ROW_EM + 1.3, 2),
            y=round(number * ROW_EM + 2.5, 2),
            x=across(effect),
            left=across(low),
            right=across(high),
            side=round(max(SMALLEST_EM, LARGEST_EM * sqrt(trial.n / largest)), 2),
        )

    below = [1 / mark if ratio else -mark for mark in reversed(marks)]
    return Panel(
        measure=first.measure,
        outcome=first.outcome,
        treatment_better_on="right" if first.better == "higher" else "left",
        rows=tuple(row(number, trial) for number, trial in enumerate(trials)),
        ticks=tuple(
            Tick(across(mark), _figure(mark, language, "0.##")) for mark in (*below, 1.0 if ratio else 0.0, *marks)
        ),
        null_x=50.0,
        axis_y=axis_y,
        height=round(axis_y + 1.6, 2),
    )


def _ratio_reach(trials: Sequence[TrialResult]) -> float:
    """How far a log axis goes: the next round ratio beyond the end that is furthest from 1."""
    widest = exp(max(abs(log(end)) for trial in trials for end in _interval(trial)[1:]))
    return next((reach for reach in RATIO_TICKS if reach >= widest), widest)


def _linear_reach(trials: Sequence[TrialResult]) -> float:
    """How far a linear axis goes: the next round figure beyond the end that is furthest from 0."""
    widest = max(abs(end) for trial in trials for end in _interval(trial)[1:]) or 1.0
    magnitude = 10.0 ** floor(log10(widest))
    return next(step * magnitude for step in STEPS if step * magnitude >= widest)


def _figure(value: float, language: str, pattern: str = "0.00") -> str:
    return format_decimal(value, format=pattern, locale=language).replace("-", "\u2212")
