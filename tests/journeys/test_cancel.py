"""Cancelling: what comes back is shown first, and is what comes back."""

from datetime import date, timedelta

import pytest

from booking.accounts.audit import trail
from booking.accounts.viewers import Scope
from booking.bookings.models import Booking
from booking.consultations.cases import NotAllowedByThePatient
from booking.consultations.models import Consent
from booking.demo.ready import viewer_for
from booking.demo.world import World
from booking.journeys import cancel as cancelling
from booking.journeys.cancel import OnlyTheClinicSays, OtherAmount, cancel, preview_cancel
from booking.journeys.send_refunds import send_refunds
from booking.kit.errors import NotFound, WrongMoment
from booking.kit.money import Money
from booking.messages.models import Message, MessageStatus
from booking.payments.gateway import CheckoutStatus
from booking.payments.models import Attempt, ChargeKind
from booking.payments.terms import RefundCause
from booking.services import Services
from tests.journeys.standing import CONFIRMED, DEPOSIT, HELD, REST, Standing, replace, standing
from tests.journeys.trips import (
    LINKS,
    a_case,
    a_confirmed,
    a_hold,
    come_back,
    helper_of,
    nia,
    patient_of,
    pay,
    start_page,
    tokens,
)
from tests.outside import Clock

MIND, HEALTH, DECLINED = RefundCause.CHANGE_OF_MIND, RefundCause.HEALTH, RefundCause.CLINIC_DECLINED
CANCELLED = Standing(
    case="consented",
    story=("held", "confirmed", "cancelled"),
    claims="none",
    charges=(("deposit", "paid", DEPOSIT), ("balance", "void", REST)),
    attempts=("paid",),
    refunds=(("change_of_mind", "wanted", DEPOSIT),),
    mails=("cancelled",),
)


def usd(amount: int) -> Money:
    return Money(amount, "USD")


async def confirmed(world: World, services: Services) -> Booking:
    """The first window of April, from Monday 5 April 2027, its deposit paid."""
    return await a_confirmed(await a_case(world, now=services.now()), services)


async def cancel_by_patient(booking: Booking, services: Services, expecting: Money | None = None) -> None:
    viewer = await patient_of(await booking.case)
    await cancel(viewer, booking.code, MIND, services=services, now=services.now(), expecting=expecting)


async def test_a_trip_is_cancelled_whole_and_its_refund_sent(world: World, services: Services) -> None:
    booking = await confirmed(world, services)

    await cancel_by_patient(booking, services)
    promised = await standing(booking)
    await send_refunds(payments=services.payments, links=LINKS, now=services.now())

    assert promised == CANCELLED
    assert await standing(booking) == replace(
        CANCELLED,
        charges=(("deposit", "refunded", DEPOSIT), ("balance", "void", REST)),
        refunds=(("change_of_mind", "done", DEPOSIT),),
        mails=("cancelled", "refunded"),
    )
    assert [entry.action for entry in await trail(f"booking {booking.code}")][:1] == ["booking.cancel"]


async def test_the_mail_of_a_cancellation_takes_the_calendar_entry_away(world: World, services: Services) -> None:
    booking = await confirmed(world, services)
    sequence = (await Booking.get(id=booking.id)).calendar_sequence

    await cancel_by_patient(booking, services)

    mail = await Message.get(booking_id=booking.id, occasion="cancelled")
    assert mail.facts["refund"] == {"amount": DEPOSIT, "currency": "USD"}
    assert "METHOD:CANCEL" in (mail.calendar or "")
    assert f"SEQUENCE:{sequence + 1}" in (mail.calendar or "")
    assert await Message.filter(booking_id=booking.id, status=MessageStatus.PLANNED).count() == 1


@pytest.mark.parametrize(
    ("today", "cause", "comes_back"),
    [
        (date(2027, 3, 6), MIND, DEPOSIT),
        (date(2027, 3, 7), MIND, DEPOSIT // 2),
        (date(2027, 3, 22), MIND, DEPOSIT // 2),
        (date(2027, 3, 23), MIND, DEPOSIT // 4),
        (date(2027, 3, 30), MIND, 0),
        (date(2027, 3, 30), HEALTH, DEPOSIT),
        (date(2027, 4, 5), DECLINED, DEPOSIT),
    ],
)
async def test_what_comes_back_follows_the_terms_by_the_clinics_calendar(
    world: World, services: Services, clock: Clock, *, today: date, cause: RefundCause, comes_back: int
) -> None:
    booking = await confirmed(world, services)
    clock.at = clock.at.replace(year=today.year, month=today.month, day=today.day, hour=12)
    coordinator = nia(world)

    shown = await preview_cancel(coordinator, booking.code, now=services.now(), cause=cause)
    before = await standing(booking)
    done = await cancel(coordinator, booking.code, cause, services=services, now=services.now())

    assert (shown.paid, shown.comes_back, shown.kept) == (usd(DEPOSIT), usd(comes_back), usd(DEPOSIT - comes_back))
    assert before == CONFIRMED
    assert done.comes_back == shown.comes_back
    assert (await standing(booking)).refunds == (((cause.value, "wanted", comes_back),) if comes_back else ())


async def test_the_clinics_day_ends_at_its_own_midnight(world: World, services: Services, clock: Clock) -> None:
    booking = await confirmed(world, services)
    viewer = await patient_of(await booking.case)
    clock.at = clock.at.replace(month=3, day=7, hour=3, minute=59)  # 23:59 on 6 March in Antigua
    last = await preview_cancel(viewer, booking.code, now=services.now())
    clock.at += timedelta(minutes=1)

    assert (last.comes_back, (await preview_cancel(viewer, booking.code, now=services.now())).comes_back) == (
        usd(DEPOSIT),
        usd(DEPOSIT // 2),
    )


async def test_a_deposit_and_a_balance_go_back_together_the_last_payment_first(
    world: World, services: Services, clock: Clock
) -> None:
    booking = await confirmed(world, services)
    await pay(await patient_of(await booking.case), booking, services, ChargeKind.BALANCE)
    await come_back(booking, services)
    clock.at = clock.at.replace(month=3, day=10)

    await cancel_by_patient(booking, services)

    assert (await standing(booking)).refunds == (("change_of_mind", "wanted", (DEPOSIT + REST) // 2),)


async def test_if_another_sum_would_come_back_than_was_shown_nothing_happens(
    world: World, services: Services, clock: Clock
) -> None:
    booking = await confirmed(world, services)
    clock.at = clock.at.replace(month=3, day=7, hour=12)

    with pytest.raises(OtherAmount):
        await cancel_by_patient(booking, services, expecting=usd(DEPOSIT))
    assert await standing(booking) == CONFIRMED

    await cancel_by_patient(booking, services, expecting=usd(DEPOSIT // 2))
    assert (await standing(booking)).story == CANCELLED.story


async def test_only_the_clinic_says_that_it_is_for_health(world: World, services: Services) -> None:
    booking = await confirmed(world, services)
    viewer = await patient_of(await booking.case)

    for cause in (HEALTH, DECLINED):
        with pytest.raises(OnlyTheClinicSays):
            await cancel(viewer, booking.code, cause, services=services, now=services.now())
    assert await standing(booking) == CONFIRMED


async def test_a_helper_needs_leave_and_a_stranger_finds_nothing(world: World, services: Services) -> None:
    booking = await confirmed(world, services)
    case = await booking.case
    reads = await helper_of(case, world.people["folake"], Scope.READ, now=services.now())

    with pytest.raises(NotAllowedByThePatient):
        await cancel(reads, booking.code, MIND, services=services, now=services.now())
    with pytest.raises(NotFound):
        await cancel(viewer_for(world.people["helene"]), booking.code, MIND, services=services, now=services.now())
    acts = await helper_of(case, world.people["folake"], Scope.ACT, now=services.now())
    await cancel(acts, booking.code, MIND, services=services, now=services.now())
    assert (await standing(booking)).story == CANCELLED.story


async def test_cancelled_is_final(world: World, services: Services) -> None:
    booking = await confirmed(world, services)
    await cancel_by_patient(booking, services)

    with pytest.raises(WrongMoment):
        await cancel_by_patient(booking, services)
    assert await standing(booking) == CANCELLED


async def test_other_dates_can_be_chosen_afterwards(world: World, services: Services) -> None:
    booking = await confirmed(world, services)
    await cancel_by_patient(booking, services)
    case = await booking.case

    again = await a_confirmed(case, services, (await tokens(case, services))[3])

    assert await standing(again) == CONFIRMED


async def test_a_hold_is_cancelled_and_its_open_page_closed_at_stripe(world: World, services: Services) -> None:
    booking = await a_hold(await a_case(world, now=services.now()), services)
    await start_page(booking, services)
    attempt = await Attempt.get(charge__booking_id=booking.id)

    await cancel_by_patient(booking, services)

    page = await services.payments.find_checkout(attempt.session_id or "")
    assert page.status is CheckoutStatus.EXPIRED
    assert await standing(booking) == replace(
        HELD,
        story=("held", "cancelled"),
        claims="none",
        charges=(("deposit", "void", DEPOSIT),),
        attempts=("expired",),
        mails=("cancelled",),
    )


async def test_what_fails_in_the_middle_leaves_the_trip_as_it_was(
    lasting_world: World, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = await confirmed(lasting_world, services)

    async def broken(*_: object, **__: object) -> None:
        raise ConnectionError

    for step in ("void_charges", "want_refunds", "say_about_booking"):
        with monkeypatch.context() as patched:
            patched.setattr(cancelling, step, broken)
            with pytest.raises(ConnectionError):
                await cancel_by_patient(booking, services)
        assert await standing(booking) == CONFIRMED


@pytest.mark.parametrize(("later", "comes_back"), [(timedelta(seconds=-1), DEPOSIT), (timedelta(0), 0)])
async def test_while_the_time_to_think_runs_all_of_it_comes_back_whatever_the_days_left(
    world: World, services: Services, clock: Clock, *, later: timedelta, comes_back: int
) -> None:
    """Someone who agreed anew after they had paid was promised it too."""
    booking = await confirmed(world, services)
    patient = await patient_of(await booking.case)
    clock.at = clock.at.replace(month=3, day=30, hour=12)
    thought_over = services.now() + timedelta(days=3)
    await Consent.filter(case_id=booking.case_id).update(withdrawn_at=services.now(), withdrawn_by_id=patient.person_id)
    first = await Consent.get(case_id=booking.case_id)
    given = {
        column: getattr(first, column) for column in first._meta.db_fields - {"id", "withdrawn_at", "withdrawn_by_id"}
    }
    await Consent.create(**given | {"given_at": services.now(), "cooling_off_until": thought_over})

    shown = await preview_cancel(patient, booking.code, now=thought_over + later)

    assert shown.comes_back == usd(comes_back)
