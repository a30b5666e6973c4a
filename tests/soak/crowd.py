"""Many clients who go on holding random dates that overlap, letting some go and some lapse, until a number of attempts is made.

What must never happen: two claims that overlap, a window held in part, a deadlock, or any answer but "held" and "taken".
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock
from typing import Final

from booking.accounts.viewers import SYSTEM
from booking.bookings.booking import locked
from booking.bookings.models import Booking, BookingStatus
from booking.bookings.moves import OtherDatesHeld, move
from booking.bookings.opening import open_held
from booking.consultations.models import Case, CaseEvent, CaseStatus
from booking.journeys.sweep_lapses import sweep_lapses
from booking.kit.db import run_one, transaction
from booking.kit.ids import new_code
from booking.programmes.models import Clinic, Programme, ProgrammeVersion
from booking.slots import claims
from booking.slots.claims import WindowTaken
from booking.slots.models import Dose, Lot, LotState, OpeningHours, Resource
from booking.slots.windows import Window, WindowStep

CLIENTS: Final = 32
CASES_EACH: Final = 4
OF_EACH_KIND: Final = 3
KINDS: Final = ("clinician", "chair", "bed")
ZONE: Final = "America/Antigua"
FIRST: Final = date(2027, 3, 1)
DAYS: Final = 10
DOSES: Final = 60
HELD_FOR: Final = timedelta(seconds=90)
QUICKER: Final = 30  # so that holds lapse among the others, though not while they are being made
BEGINS: Final = datetime.fromisoformat("2027-01-12T13:00:00+00:00")


@dataclass(slots=True)
class Crowd:
    """A small clinic, everyone after it, and a clock that runs quicker than the world's."""

    clinic: Clinic
    resources: dict[str, list[int]]
    cases: list[Case]
    left: int
    began: float = field(default_factory=time.monotonic)
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def now(self) -> datetime:
        return BEGINS + QUICKER * timedelta(seconds=time.monotonic() - self.began)

    async def hold(self, choose: random.Random, case: Case) -> Booking | None:
        """One attempt at random dates; what became of it is counted."""
        window, now = self.random_window(choose), self.now
        try:
            async with transaction():
                booking = await open_held(case, window, lapses_at=now + HELD_FOR, by=SYSTEM, now=now)
                await claims.take(window, booking.id, now=now, lapses_at=now + HELD_FOR)
        except (WindowTaken, OtherDatesHeld):
            self.outcomes["taken"] += 1
            return None
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is what this looks for
            self.outcomes[type(fault).__name__] += 1
            return None
        self.outcomes["held"] += 1
        return booking

    async def let_go(self, booking: Booking) -> None:
        """Give the dates back, if the hold has not lapsed meanwhile."""
        async with transaction():
            found = await locked(booking.id)
            if found.status is BookingStatus.HELD:
                await move(found, BookingStatus.CANCELLED, by=SYSTEM, now=self.now)
                await claims.release(found.id)

    async def client(self, seed: int, cases: Sequence[Case]) -> None:
        choose = random.Random(seed)  # noqa: S311 - the same crowd every time
        while self.left > 0:
            self.left -= 1
            booking = await self.hold(choose, choose.choice(cases))
            if booking is not None and choose.random() < 0.5:
                await self.let_go(booking)

    def random_window(self, choose: random.Random) -> Window:
        """Three steps on two or three days, each with other resources of its kinds, at any quarter of an hour."""
        return Window(self.clinic.id, ZONE, "soak", tuple(self._steps(choose)))

    def _steps(self, choose: random.Random) -> Iterator[WindowStep]:
        day, who = choose.randrange(DAYS), choose.choice(self.resources["clinician"])
        for number, (key, kinds) in enumerate((("visit", ()), ("infusion", ("chair",)), ("rest", ("bed", "chair")))):
            at = choose.randrange(8 * 4, 15 * 4)
            others = tuple(choose.choice(self.resources[kind]) for kind in kinds)
            yield WindowStep(
                key=key,
                day=FIRST + timedelta(days=day + number),
                starts=clock(at // 4, at % 4 * 15),
                minutes=choose.choice((30, 60, 120, 180)),
                buffer_before=15,
                buffer_after=15,
                resources=(who, *others),
                product="cells" if key == "infusion" else None,
                doses=1 if key == "infusion" else 0,
            )


async def crowd(attempts: int) -> Counter[str]:
    """So many attempts by 32 clients at once; how they ended, each kind counted."""
    made = await _gathered(attempts)
    queues = [made.cases[number::CLIENTS] for number in range(CLIENTS)]
    await asyncio.gather(*(made.client(seed, cases) for seed, cases in enumerate(queues)))
    while await sweep_lapses(now=made.now):  # so that whatever still says that it is held must be whole
        pass
    return made.outcomes


async def deadlocks() -> int:
    """How many the server has had to break since it was made."""
    row = await run_one("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(row["deadlocks"]) if row else 0


async def _gathered(attempts: int) -> Crowd:
    clinic = await Clinic.create(
        slug=new_code(), name="A small clinic", address={}, zone=ZONE, currency="USD", languages=["en"],
        airport="ANU", phone="+12684600000", email="clinic@example.org",
    )  # fmt: skip
    programme = await Programme.create(clinic=clinic, slug=new_code())
    version = await ProgrammeVersion.create(programme=programme, number=1, content={}, published_at=BEGINS)
    lot = await Lot.create(
        clinic=clinic, product="cells", code="A", state=LotState.RELEASED,
        usable_from=FIRST, usable_until=FIRST + timedelta(days=DAYS + 5),
    )  # fmt: skip
    await Dose.bulk_create(Dose(lot_id=lot.id, number=number) for number in range(DOSES))
    resources = {
        kind: [
            (await Resource.create(clinic=clinic, kind=kind, name=f"{kind} {number}")).id
            for number in range(OF_EACH_KIND)
        ]
        for kind in KINDS
    }
    await OpeningHours.bulk_create(
        OpeningHours(resource_id=each, weekday=weekday, opens=clock(), closes=clock(), from_day=FIRST)
        for of_kind in resources.values()
        for each in of_kind
        for weekday in range(7)
    )
    cases = [
        await Case.create(
            code=new_code(), clinic=clinic, programme=programme, version=version, status=CaseStatus.DRAFT,
            language="en", zone="Europe/London", created_at=BEGINS, changed_at=BEGINS,
        )
        for _ in range(CLIENTS * CASES_EACH)
    ]  # fmt: skip
    await CaseEvent.bulk_create(CaseEvent(case=case, status=case.status, at=BEGINS) for case in cases)
    return Crowd(clinic, resources, cases, attempts)
