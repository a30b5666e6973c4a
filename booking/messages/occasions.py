"""Every occasion for a mail: when it is due, how long it is useful, what it must be told.

The times are the house's defaults; a clinic's programme may set its own (`with_times_of`). Templates are
`templates/messages/{key}.html`. No subject and no body names the condition, the treatment or the programme: a
mail lies open in a shared mailbox. What is private is read on the site, behind the link.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta
from enum import StrEnum
from typing import Any, Final

from booking.messages.facts import Fact, Kind

TEXT: Final = Fact(Kind.TEXT)
LINES: Final = Fact(Kind.LINES)
NUMBER: Final = Fact(Kind.NUMBER)
DAY: Final = Fact(Kind.DAY)
MOMENT: Final = Fact(Kind.MOMENT)
MONEY: Final = Fact(Kind.MONEY)
LINK: Final = Fact(Kind.LINK)


def perhaps(fact: Fact) -> Fact:
    """The mail reads well without it."""
    return replace(fact, required=False)


class Anchor(StrEnum):
    """The days that a trip's mails count from, in the clinic's calendar."""

    ARRIVAL = "arrival"
    FIRST_TREATMENT = "first_treatment"
    LAST_TREATMENT = "last_treatment"
    DEPARTURE = "departure"
    BALANCE_DUE = "balance_due"


@dataclass(frozen=True, slots=True)
class OnDay:
    """So many days after (before, if negative) an anchor, when the recipient's clock shows `at`."""

    anchor: Anchor
    days: int
    at: time


@dataclass(frozen=True, slots=True)
class Occasion:
    """One reason to write.

    `when` is None for what is said as it happens. After `useful` the mail would only confuse, and is dropped, visibly.
    `urgent` may wake the reader. `again_if_moved` is told anew when its anchor moved after it had been sent.
    """

    key: str
    useful: timedelta
    facts: Mapping[str, Fact]
    when: OnDay | None = None
    urgent: bool = False
    calendar: bool = False
    again_if_moved: bool = False


# Erased from the row as soon as the message is settled: a link that opens a door is stored nowhere else in the clear.
SECRET: Final = "secret_link"  # noqa: S105 - a fact's name

CLINIC: Final = {"clinic": TEXT, "clinic_email": TEXT, "clinic_phone": TEXT}
PAGE: Final = {**CLINIC, "link": LINK}

HOUR, DAYS = timedelta(hours=1), timedelta(days=1)
MORNING, AFTERNOON, EVENING = time(10), time(16), time(17, 30)


def _check_in(day: int, useful_days: int) -> Occasion:
    return Occasion(
        f"check-in-{day}",
        useful=useful_days * DAYS,
        facts=PAGE,
        when=OnDay(Anchor.LAST_TREATMENT, day, EVENING if day == 1 else MORNING),
    )


_ALL: Final = (
    # Signing in and picking up where one left off
    Occasion("sign-in", 10 * timedelta(minutes=1), {SECRET: LINK, "minutes": NUMBER}, urgent=True),
    Occasion("resume", 7 * DAYS, {**CLINIC, SECRET: LINK, "until": DAY}, urgent=True),
    # From the request to the consent
    Occasion("received", 3 * DAYS, {**PAGE, "days": NUMBER}, urgent=True),
    Occasion("more-information", 14 * DAYS, PAGE),
    Occasion("not-suitable", 14 * DAYS, PAGE),
    Occasion("plan-ready", 14 * DAYS, PAGE),
    Occasion("question-answered", 14 * DAYS, PAGE),
    Occasion("may-help", 14 * DAYS, {**PAGE, "patient": TEXT}, urgent=True),
    Occasion("consent-copy", 30 * DAYS, {**PAGE, "given_at": MOMENT}, urgent=True),
    # Dates and money
    Occasion(
        "dates-held",
        6 * HOUR,
        {**PAGE, "start": DAY, "end": DAY, "held_until": MOMENT, "deposit": MONEY},
        urgent=True,
    ),
    # The time to take them is counted from the morning: this may wait for it.
    Occasion("dates-offered", 20 * HOUR, {**PAGE, "start": DAY, "end": DAY, "held_until": MOMENT, "deposit": MONEY}),
    Occasion("wait-ended", 7 * DAYS, {**PAGE, "offered": perhaps(DAY), "last_day": perhaps(DAY)}),
    Occasion(
        "confirmed",
        14 * DAYS,
        {**PAGE, "start": DAY, "end": DAY, "first_visit": MOMENT, "address": TEXT},
        urgent=True,
        calendar=True,
    ),
    Occasion(
        "receipt",
        30 * DAYS,
        {
            **PAGE,
            "paid": MONEY,
            "paid_on": DAY,
            "reference": TEXT,
            "balance": perhaps(MONEY),
            "balance_due": perhaps(DAY),
        },
        urgent=True,
    ),
    Occasion("dates-gone", 14 * DAYS, {**PAGE, "paid": MONEY}, urgent=True),
    Occasion(
        "balance-due",
        7 * DAYS,
        {**PAGE, "balance": MONEY, "balance_due": DAY},
        when=OnDay(Anchor.BALANCE_DUE, -7, MORNING),
        again_if_moved=True,
    ),
    # Before the trip
    Occasion(
        "documents-due",
        25 * DAYS,  # until shortly before the arrival: whoever books late has papers to send as well
        {**PAGE, "documents_due": DAY, "documents": perhaps(LINES)},
        when=OnDay(Anchor.ARRIVAL, -30, MORNING),
        again_if_moved=True,
    ),
    Occasion(
        "flight-check",
        4 * DAYS,
        {**PAGE, "start": DAY},
        when=OnDay(Anchor.ARRIVAL, -10, MORNING),
        again_if_moved=True,
    ),
    Occasion(
        "what-to-bring",
        4 * DAYS,
        {**PAGE, "things": perhaps(LINES)},
        when=OnDay(Anchor.ARRIVAL, -5, MORNING),
    ),
    Occasion(
        "pick-up-tomorrow",
        12 * HOUR,
        {**PAGE, "pick_up": perhaps(MOMENT), "place": perhaps(TEXT), "driver": perhaps(TEXT)},
        when=OnDay(Anchor.ARRIVAL, -1, AFTERNOON),
        again_if_moved=True,
    ),
    # After the treatment
    Occasion(
        "day-one-after",
        10 * HOUR,
        PAGE,
        when=OnDay(Anchor.LAST_TREATMENT, 1, time(9)),
        again_if_moved=True,
    ),
    _check_in(1, 1),
    _check_in(3, 2),
    _check_in(7, 4),
    _check_in(30, 14),
    _check_in(90, 21),
    _check_in(180, 30),
    _check_in(365, 30),
    # When things change
    Occasion(
        "moved",
        7 * DAYS,
        {**PAGE, "start": DAY, "end": DAY, "first_visit": MOMENT, "address": TEXT},
        urgent=True,
        calendar=True,
    ),
    Occasion(
        "cancelled",
        14 * DAYS,
        {**PAGE, "start": DAY, "refund": perhaps(MONEY)},
        urgent=True,
        calendar=True,
    ),
    Occasion("refunded", 30 * DAYS, {**PAGE, "refund": MONEY, "reference": TEXT}, urgent=True),
)

OCCASIONS: Final[Mapping[str, Occasion]] = {occasion.key: occasion for occasion in _ALL}

SCHEDULED: Final = tuple(occasion for occasion in _ALL if occasion.when is not None)


class WrongTimes(ValueError):
    """A programme's `messages` cannot be read; the text says where."""


def with_times_of(messages: Iterable[Mapping[str, Any]]) -> tuple[Occasion, ...]:
    """The scheduled occasions, with the times that a programme's `content["messages"]` sets instead.

    Each entry names an occasion and either `{"anchor": "arrival", "days": -14, "at": "10:00", "useful_hours": 48}`, or
    `{"off": true}` to leave it out. Raises WrongTimes.
    """
    own = {occasion.key: occasion for occasion in SCHEDULED}
    for entry in messages:
        key = str(entry.get("occasion"))
        if key not in own:
            raise WrongTimes(f"no scheduled message is called {key!r}")
        if entry.get("off"):
            del own[key]
        else:
            own[key] = _retimed(own[key], entry)
    return tuple(own.values())


def _retimed(occasion: Occasion, entry: Mapping[str, Any]) -> Occasion:
    try:
        when = OnDay(Anchor(entry["anchor"]), int(entry["days"]), time.fromisoformat(entry["at"]))
        useful = timedelta(hours=int(entry["useful_hours"])) if "useful_hours" in entry else occasion.useful
    except (KeyError, TypeError, ValueError) as fault:
        raise WrongTimes(f"{occasion.key}: {fault}") from fault
    if when.at.second or when.at.tzinfo or useful <= timedelta(0):
        raise WrongTimes(f"{occasion.key}: a time is hours and minutes, and a message is useful for some hours")
    return replace(occasion, when=when, useful=useful)
