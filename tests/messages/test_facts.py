import pytest

from booking.messages.facts import Fact, Kind, WrongFacts, fitting
from tests.messages.examples import FACTS


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (Kind.TEXT, 5),
        (Kind.TEXT, {"es": "sin inglés"}),
        (Kind.LINES, "one"),
        (Kind.LINES, [1]),
        (Kind.NUMBER, "5"),
        (Kind.NUMBER, True),
        (Kind.DAY, "9 March"),
        (Kind.DAY, 9),
        (Kind.MOMENT, "2027-03-09T14:00:00+00:00"),
        (Kind.MOMENT, {"at": "2027-03-09T14:00:00", "zone": "America/Antigua"}),
        (Kind.MOMENT, {"at": "2027-03-09T14:00:00+00:00", "zone": "Antigua"}),
        (Kind.MONEY, {"amount": 12.5, "currency": "USD"}),
        (Kind.MONEY, {"amount": 1250}),
        (Kind.LINK, "//elsewhere.example"),
        (Kind.LINK, "javascript:alert(1)"),
    ],
)
def test_a_fact_that_is_not_what_it_should_be_is_refused(kind: Kind, wrong: object) -> None:
    with pytest.raises(WrongFacts):
        fitting({"it": Fact(kind)}, {"it": wrong}, "an-occasion")


def test_only_what_the_occasion_tells_is_kept() -> None:
    assert fitting({"days": Fact(Kind.NUMBER)}, FACTS, "an-occasion") == {"days": 3}


def test_a_missing_fact_is_named() -> None:
    with pytest.raises(WrongFacts, match="received: the fact 'link' is missing"):
        fitting({"link": Fact(Kind.LINK)}, {"link": None}, "received")


def test_a_fact_may_be_absent_if_the_mail_reads_well_without_it() -> None:
    assert fitting({"driver": Fact(Kind.TEXT, required=False)}, {}, "an-occasion") == {}
