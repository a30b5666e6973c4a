import pytest

from booking.aftercare.constraints import CONSTRAINTS
from booking.aftercare.scales import BARTHEL, HEALTH_TODAY, MRS, NIHSS, PAIN, SCALES, Scale, asked_on, check_scores
from booking.kit.errors import Invalid


@pytest.mark.parametrize(
    ("scale", "on_it", "off_it"),
    [
        (MRS, [0, 6], [-1, 7]),
        (BARTHEL, [0, 5, 100], [-5, 3, 101, 105]),
        (NIHSS, [0, 42], [-1, 43]),
        (PAIN, [1, 5], [0, 6]),
        (HEALTH_TODAY, [0, 37, 100], [-1, 101]),
    ],
)
def test_a_scale_has_its_own_scores_and_no_others(scale: Scale, on_it: list[int], off_it: list[int]) -> None:
    assert [scale.has(score) for score in (*on_it, *off_it)] == [True] * len(on_it) + [False] * len(off_it)


def test_a_score_off_its_scale_is_refused_beside_its_question() -> None:
    with pytest.raises(Invalid) as caught:
        check_scores({"pain": 6, "mood": 2, "barthel": 50, "unheard_of": 1}, asked_on(1))

    assert sorted(caught.value.errors) == ["barthel", "pain", "unheard_of"]


def test_what_is_asked_of_patients_can_be_asked_in_words() -> None:
    assert [scale.key for day in (1, 90) for scale in asked_on(day) if scale.ask is None] == []
    assert [scale.key for scale in asked_on(30)] == ["pain", "mood", "mobility", "health_today"]
    assert len(asked_on(365)) == 10


def test_the_database_knows_every_scale_that_does_not_run_from_1_to_5() -> None:
    constraint = next(sql for sql in CONSTRAINTS if "outcome_is_on_its_scale" in sql)

    named = {key for key in SCALES if f"'{key}'" in constraint}

    assert named == {key for key, scale in SCALES.items() if (scale.lowest, scale.highest) != (1, 5)}
