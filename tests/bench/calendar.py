"""The desk's calendar of three months, with fifty resources of which most days are taken, beside a bare page of its size."""

from datetime import UTC, datetime, time
from typing import Final

from booking.accounts.models import Person, Role, Staff
from booking.accounts.sessions import open_session
from booking.kit.db import execute, transaction
from booking.kit.ids import new_code
from booking.programmes.models import Clinic
from booking.services import connect
from booking.settings import Settings
from booking.slots.calendar import month_of
from booking.web.middleware import session_cookie
from tests.bench.figures import Figure, of_rounds
from tests.bench.scratch import Scratch
from tests.bench.servers import Serving
from tests.bench.windows import KINDS, RESOURCES
from tests.load import drive, get

MEANS: Final = {
    "calendar": "processor time of the calendar, 50 resources over 3 months, beside a bare Jinja page of its size"
}
KINDS_OF_TEN: Final = (*KINDS, "bed", "therapist")
FINE: Final = 200

# As a replica no foreign key asks: of whose booking a claim is says nothing from afar.
TAKEN: Final = """
INSERT INTO claim (resource_id, booking_id, step, starts_at, ends_at, lapses_at)
SELECT r.id, -1, 'step', day + half.at, day + half.at + interval '150 min',
       CASE WHEN (r.n + days.d) % 9 = 0 THEN $2::timestamptz + interval '1 day' END
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM resource WHERE clinic_id = $1) AS r,
       generate_series($3::timestamptz, $3::timestamptz + interval '95 days', '1 day') WITH ORDINALITY AS days (day, d),
       (VALUES (1, interval '13 h', 3), (2, interval '18 h', 2)) AS half (which, at, share)
 WHERE (r.n * 7 + days.d * 3 + half.which * r.n * days.d) % 5 < half.share"""
SHUT: Final = """
INSERT INTO closure (resource_id, first_day, last_day, reason)
SELECT id, $2::date + (id % 80)::int, $2::date + (id % 80)::int + 5, 'Away' FROM resource WHERE clinic_id = $1"""


async def measure(place: Scratch, web: Serving, bare: Serving, *, rounds: int, pages: int) -> Figure:
    """Milliseconds of processor time a page: others on the machine lengthen what a clock says of the longer one most."""
    asked = await _page(place)
    [first] = (await drive(web.port, [asked], 1)).samples
    ours, theirs = [], []
    for _round in range(rounds):
        ours.append(await _each(web, asked, pages))
        theirs.append(await _each(bare, get(f"/page?size={first.size}"), pages))
    return of_rounds("calendar", ours, "ms", theirs)


async def _each(serving: Serving, asked: bytes, pages: int) -> float:
    before = serving.cpu()
    samples = (await drive(serving.port, [asked] * pages, 1)).samples
    if {sample.status for sample in samples} != {FINE}:
        raise RuntimeError(f"a page was answered {samples}")
    return (serving.cpu() - before) / pages * 1000


async def _page(place: Scratch) -> bytes:
    """The request of someone who works at a clinic of that size."""
    now = datetime.now(UTC)
    first = month_of(now.date())[0]
    async with transaction():
        clinic = await Clinic.create(
            slug="fifty", name="A clinic", address={"place": "Antigua"}, zone="America/Antigua", currency="USD",
            languages=["en"], airport="ANU", phone="+12684600000", email="clinic@example.org",
        )  # fmt: skip
        await execute(RESOURCES, clinic.id, list(KINDS_OF_TEN), 10)
        await execute("SET LOCAL session_replication_role = replica")
        await execute(TAKEN, clinic.id, now, datetime.combine(first, time(), UTC))
        await execute(SHUT, clinic.id, first)
        person = await Person.create(
            code=new_code(), email="fifty@example.com", name="Fifty", language="en", zone=clinic.zone, created_at=now
        )
        post = await Staff.create(
            person_id=person.id, clinic_id=clinic.id, role=Role.COORDINATOR, password_hash="-", totp_sealed=b"-"
        )
        token = await open_session(person.id, now=now, staff_id=post.id)
    await execute("VACUUM ANALYZE claim, resource, closure")
    cookie = session_cookie(connect(Settings.from_env(place.environment)))
    bare = get(f"/desk/calendar?span=quarter&day={first}").removesuffix(b"\r\n")
    return bare + f"Cookie: {cookie}={token}\r\n\r\n".encode()
