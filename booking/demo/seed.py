"""What a fresh demo holds: the example clinic, and a case at each stage so that every page has something to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from booking.accounts.models import Person
from booking.accounts.support import grant
from booking.accounts.viewers import Scope, Viewer
from booking.consultations import questions
from booking.consultations.models import Case
from booking.demo import world
from booking.demo.ready import Stage, answers_of, make_case, make_ready, viewer_for
from booking.demo.world import World
from booking.documents import keys
from booking.kit.db import transaction
from booking.kit.seals import derive_key
from booking.settings import Settings


@dataclass(frozen=True, slots=True)
class Example:
    """A case of one of the demo's people, and how far it has come."""

    patient: str
    stage: Stage
    answers: dict[str, Any]
    supporter: str | None = None
    asks: str | None = None


EXAMPLES: Final = (
    Example("lucia", Stage.REQUESTED, {"goals": "Volver a escribir mi nombre y salir sola a la calle."}),
    Example(
        "helene",
        Stage.PLANNED,
        {"goals": "To cook again, and to find my words on the telephone."},
        asks="My husband snores. May he have a room of his own?",
    ),
    Example("samuel", Stage.READY, {"goals": "To walk to the market and back."}, supporter="folake"),
)
TRAVELLER: Final = "abdullah"


async def seed_example(settings: Settings, *, folder: Path, now: datetime) -> World:
    """The example clinic and its cases; as it was, if it is there already. `folder` keeps what its Stripe knows."""
    keys.use_secret(settings.secret_key)
    async with transaction():
        found = await world.find()
        built = found or await _made(settings, now=now)
    # Looked for on its own, the last that is made: whoever ended the first start in its middle gets the rest at the second.
    if not await Case.exists(patient_id=built.people[TRAVELLER].id):
        await _travels(built, settings, folder, now=now)
    return built


async def seed_ready(number: int, settings: Settings, *, now: datetime) -> Sequence[str]:
    """So many more cases of the demo's partner that are ready to choose dates: their codes."""
    keys.use_secret(settings.secret_key)
    async with transaction():
        found = await world.find()
        if found is None:
            raise LookupError("the example clinic is not in this database")
        return await make_ready(found, number, now=now)


async def _made(settings: Settings, *, now: datetime) -> World:
    built = await world.build(now=now, totp_key=derive_key(settings.secret_key, "totp"))
    for example in EXAMPLES:
        patient = built.people[example.patient]
        case = await make_case(built, example.stage, answers_of(patient, **example.answers), now=now)
        if example.supporter:
            await _allow(case, patient, built.people[example.supporter], now=now)
        if example.asks:
            await questions.ask(case, example.asks, viewer=viewer_for(patient), now=now)
    return built


async def _travels(built: World, settings: Settings, folder: Path, *, now: datetime) -> None:
    """Whoever has chosen dates, or waits for some. One who has a case already is left as they are."""
    # The journeys, Stripe and its simulator: half of the time of every later start, which needs none of it.
    from booking.demo import stays  # noqa: PLC0415
    from booking.demo.till import open_till  # noqa: PLC0415
    from booking.demo.trip import hold, make_trip  # noqa: PLC0415
    from booking.journeys.find_dates import window_key  # noqa: PLC0415

    key = window_key(settings.secret_key)

    async def ready(who: str, then: datetime, **answers: Any) -> tuple[Case, Viewer] | None:
        person = built.people[who]
        if await Case.exists(patient_id=person.id):
            return None
        async with transaction():
            return await make_case(built, Stage.READY, answers_of(person, **answers), now=then), viewer_for(person)

    async with open_till(settings, folder, now=now) as till:
        if past := await ready("ingrid", stays.stay_was_booked(now), goals="To knit again, with both hands."):
            await stays.make_past_stay(*past, till, key, now=now)
        if unpaid := await ready("ruth", stays.trip_was_booked(now), goals="To read a whole book to my grandson."):
            await stays.make_unpaid_trip(built, *unpaid, till, key, now=now)
        if holds := await ready("tomoko", now, goals="To hold a cup, and to walk without the frame."):
            first = (now + stays.HELD_FROM).date()
            await hold(*holds, (first, first + stays.HELD_WITHIN), key, now=now)
        if waits := await ready("colette", now, goals="To speak in whole sentences again."):
            await stays.make_wait(built, *waits, now=now)
        if trip := await ready(TRAVELLER, now, goals="To pray standing up again.", medicines="Apixaban, a statin."):
            await make_trip(*trip, till, key, now=now)


async def _allow(case: Case, patient: Person, supporter: Person, *, now: datetime) -> None:
    await grant(patient.id, case.id, supporter.id, set(Scope), now=now)
