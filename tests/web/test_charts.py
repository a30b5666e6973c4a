from dataclasses import replace
from typing import Any

import pytest

from booking.web.charts import Forest, Tick, TrialResult, forest


def trial(**facts: Any) -> TrialResult:
    usual: dict[str, Any] = {
        "name": "MASTERS",
        "year": 2017,
        "n": 126,
        "measure": "OR",
        "outcome": "Recovery at day 90",
        "better": "higher",
        "effect": 1.08,
        "low": 0.55,
        "high": 2.09,
    }
    return TrialResult(**{**usual, **facts})


DISABILITY = trial(
    name="Added up", measure="MD", outcome="Disability", better="lower", effect=-0.26, low=-0.5, high=-0.01
)


def test_no_trials_make_an_empty_plot() -> None:
    assert forest([], "en") == Forest(panels=(), no_interval=())


def test_a_trial_without_an_interval_is_named_and_not_drawn() -> None:
    bare = trial(name="TREASURE", low=None, high=None)

    plot = forest([bare, trial()], "en")

    assert plot.no_interval == (bare,)
    assert [[row.trial.name for row in panel.rows] for panel in plot.panels] == [["MASTERS"]]


def test_no_effect_is_in_the_middle_and_both_sides_reach_as_far() -> None:
    (ratio,) = forest([trial()], "en").panels
    (difference,) = forest([DISABILITY], "en").panels

    assert ratio.ticks == (Tick(3.0, "0.33"), Tick(20.35, "0.5"), Tick(50.0, "1"), Tick(79.65, "2"), Tick(97.0, "3"))
    assert difference.ticks == (
        Tick(3.0, "−0.5"),
        Tick(26.5, "−0.25"),
        Tick(50.0, "0"),
        Tick(73.5, "0.25"),
        Tick(97.0, "0.5"),
    )


def test_half_and_double_are_equally_far_from_no_effect() -> None:
    (panel,) = forest([trial(effect=1.0, low=0.5, high=2.0)], "en").panels

    (row,) = panel.rows
    assert (row.left, row.x, row.right) == (3.0, 50.0, 97.0)


def test_a_difference_is_drawn_to_a_linear_scale() -> None:
    (panel,) = forest([DISABILITY], "en").panels

    (row,) = panel.rows
    assert (row.left, row.x, row.right) == (3.0, 25.56, 49.06)


def test_every_interval_lies_whole_within_the_axis() -> None:
    wild = [trial(low=low, effect=1.0, high=high) for low, high in [(0.001, 1.5), (0.9, 1.1), (0.2, 700.0)]]
    plain = [replace(DISABILITY, low=-reach, effect=0.0, high=reach) for reach in (0.0, 0.003, 0.7, 10.8, 99.0, 1234.0)]

    for each in (*wild, *plain):
        ((row,),) = (panel.rows for panel in forest([each], "en").panels)
        assert 0 <= row.left <= row.x <= row.right <= 100


def test_twice_the_people_make_twice_the_area() -> None:
    (panel,) = forest([trial(n=400), trial(n=200)], "en").panels

    large, small = panel.rows
    assert large.side**2 / small.side**2 == pytest.approx(2, rel=0.05)


def test_a_tiny_trial_beside_a_huge_one_can_still_be_seen() -> None:
    (panel,) = forest([trial(n=100_000), trial(n=3)], "en").panels

    assert panel.rows[1].side == 0.4


def test_trials_share_an_axis_only_if_they_measured_the_same_thing_the_same_way() -> None:
    plot = forest([trial(), DISABILITY, trial(name="Later"), trial(name="Other", outcome="Walking")], "en")

    assert [(panel.outcome, [row.trial.name for row in panel.rows]) for panel in plot.panels] == [
        ("Recovery at day 90", ["MASTERS", "Later"]),
        ("Disability", ["Added up"]),
        ("Walking", ["Other"]),
    ]


def test_the_side_where_the_treatment_did_better_follows_the_scale() -> None:
    plot = forest([trial(), DISABILITY], "en")

    assert [panel.treatment_better_on for panel in plot.panels] == ["right", "left"]


def test_rows_stand_below_each_other_and_above_the_axis() -> None:
    (panel,) = forest([trial(), trial(), trial()], "en").panels

    heights = [(row.label_y, row.y) for row in panel.rows]
    assert heights == [(1.3, 2.5), (4.7, 5.9), (8.1, 9.3)]
    assert heights[-1][1] < panel.axis_y < panel.height


def test_figures_are_written_as_the_language_writes_them() -> None:
    (panel,) = forest([DISABILITY], "es").panels

    (row,) = panel.rows
    assert (row.effect, row.low, row.high) == ("−0,26", "−0,50", "−0,01")


@pytest.mark.parametrize(
    "nonsense",
    [
        {"low": 1.5, "effect": 1.08},
        {"high": 1.0, "effect": 1.08},
        {"low": 0.0},
        {"low": -0.2},
        {"high": float("inf")},
        {"low": float("nan")},
        {"n": 0},
    ],
)
def test_an_interval_that_cannot_be_is_refused(nonsense: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="MASTERS"):
        forest([trial(**nonsense)], "en")
