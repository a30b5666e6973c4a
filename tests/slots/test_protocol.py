from typing import Any

import pytest

from booking.slots.protocol import Need, Offset, Protocol, ProtocolError


def step(key: str = "visit", **changes: Any) -> dict[str, Any]:
    plain = {"key": key, "title": {"en": "Visit"}, "day": 0, "earliest": "09:00", "latest": "10:00", "minutes": 60}
    return {**plain, **changes}


def test_a_protocol_is_read_with_its_ranges_continuity_and_doses() -> None:
    read = Protocol.parse(
        {
            "steps": [
                step(needs=[{"kind": "clinician", "skills": ["neurology"]}]),
                step(
                    "again",
                    day={"after": "visit", "from": 3, "to": 5},
                    needs=[{"kind": "clinician", "same_as": "visit"}],
                ),
                step("cells", day=4, dose={"product": "uc-msc"}),
            ]
        }
    )

    assert [one.day for one in read.steps] == [Offset(0, 0), Offset(3, 5, "visit"), Offset(4, 4)]
    assert read.steps[0].needs == (Need("clinician", 1, frozenset({"neurology"})),)
    assert (read.days, read.kinds, read.products) == (5, ("clinician",), ("uc-msc",))
    assert [f"{start:%H:%M}" for start in read.steps[0].starts()] == ["09:00", "09:30", "10:00"]


@pytest.mark.parametrize(
    ("steps", "where"),
    [
        ([], "steps"),
        ([step(day=1)], "steps[0].day"),
        ([step(minutes=61)], "steps[0].minutes"),
        ([step(earliest="9")], "steps[0].earliest"),
        ([step(latest="08:00")], "steps[0].latest"),
        ([step(colour="red")], "steps[0].colour"),
        ([step(), step()], "steps[1].key"),
        ([step(), step("b", day={"after": "c", "from": 0, "to": 1})], "steps[1].day.after"),
        ([step(), step("b", day={"from": 2, "to": 1})], "steps[1].day"),
        ([step(), step("b", needs=[{"kind": "bed", "same_as": "visit"}])], "steps[1].needs[0].same_as"),
        ([step(needs=[{"kind": "bed", "count": 0}])], "steps[0].needs[0].count"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(steps: list[dict[str, Any]], where: str) -> None:
    with pytest.raises(ProtocolError) as told:
        Protocol.parse({"steps": steps})

    assert told.value.where == where


def test_a_protocol_reaches_into_the_nights_of_its_last_step() -> None:
    night = step("night", day=2, earliest="18:00", latest="20:00", minutes=14 * 60)

    assert Protocol.parse({"steps": [step(), night]}).days == 3


def test_only_a_change_of_meaning_changes_the_fingerprint() -> None:
    plain = Protocol.parse({"steps": [step()]}).fingerprint

    assert Protocol.parse({"steps": [step(title={"en": "Another title"})]}).fingerprint == plain
    assert Protocol.parse({"steps": [step(minutes=90)]}).fingerprint != plain
    assert Protocol.parse({"steps": [step(needs=[{"kind": "bed", "skills": ["wide"]}])]}).fingerprint != plain
