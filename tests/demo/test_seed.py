"""A fresh demo shows the product in use: nothing that a coordinator or a family may open is empty."""

from collections import Counter
from datetime import datetime
from pathlib import Path

from booking.accounts.models import Role
from booking.bookings.models import Booking
from booking.demo import seed
from booking.demo.ready import staff_of
from booking.journeys.acknowledge_alert import open_alerts
from booking.journeys.check import check
from booking.journeys.close_resource import open_hours
from booking.journeys.handle_messages import open_outbox
from booking.journeys.handle_payments import open_payments
from booking.journeys.open_waitlist import open_waitlist
from booking.services import Services


async def test_every_list_of_the_desk_has_something_in_it_and_no_promise_is_broken(
    clean_db: None, services: Services, tmp_path: Path, now: datetime
) -> None:
    made = await seed.seed_example(services.settings, folder=tmp_path, now=now)

    nia = staff_of(made, "nia", Role.COORDINATOR)
    hours = await open_hours(nia, now=now)
    assert {
        "alerts": [alert.case.patient_id == made.people["ingrid"].id for alert in await open_alerts(nia, now=now)],
        "outbox": [(mail.recipient, mail.occasion, mail.status) for mail in await open_outbox(nia)],
        "payments": [(money.patient, money.kind) for money in await open_payments(nia, now=now)],
        "waiting": len((await open_waitlist(nia, now=now)).line),
        "touched": [kept.closing.reason for kept in hours.closures if kept.touched],
        "bookings": Counter([booking.status for booking in await Booking.all()]),
    } == {
        "alerts": [True],
        "outbox": [("Ruth Abernathy", "balance-due", "failed")],
        "payments": [("Ruth Abernathy", "overdue")],
        "waiting": 1,
        "touched": ["On a course"],
        "bookings": {"completed": 1, "confirmed": 2, "held": 1},
    }
    assert await check() == []
