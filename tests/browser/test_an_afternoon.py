"""A coordinator's afternoon: a doctor falls ill for a week, and everyone who was booked with her is moved and told."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Final

import asyncpg

from booking.demo import clinic, postgres
from booking.slots.windows import Window
from tests.browser.axe import faults_of
from tests.browser.booked import Booked, book
from tests.browser.conftest import Comes
from tests.browser.running_demo import Demo
from tests.browser.visitor import Visitor

EXAMPLE: Final = Path(clinic.__file__).parent
FAMILIES: Final = 6
AWAY: Final = "Dr Ines Baptiste"
MONDAY: Final = 0  # when Dr Thorne, the other one, does not work
FAR_AHEAD: Final = 4  # months, where no other test looks
# The example's own treatment takes a doctor's whole week: of this one she can give six at a time.
SHORT: Final = """
[[steps]]
key = "assessment"
title = { en = "First visit", es = "Primera visita" }
day = 0
earliest = "08:30"
latest = "14:30"
every = 30
minutes = 30
needs = [{ kind = "clinician", skills = ["neurology"] }]

[[steps]]
key = "infusion"
title = { en = "The cells, by drip", es = "Las células, por suero" }
day = 1
earliest = "09:00"
latest = "15:00"
every = 30
minutes = 30
needs = [{ kind = "infusion-chair" }, { kind = "clinician", same_as = "assessment" }]
dose = { product = "uc-msc", count = 1 }
"""
STANDS: Final = """
SELECT b.code, coalesce(b.aside, b."window")::text AS "window", b.aside IS NULL AS told,
       (SELECT array_agg(c.starts_at ORDER BY c.starts_at) FROM claim c WHERE c.booking_id = b.id) AS claims,
       (SELECT json_object_agg(m.occasion, m.due_local) FROM message m
         WHERE m.booking_id = b.id AND m.status = 'planned' AND m.due_local IS NOT NULL)::text AS mails
  FROM booking b WHERE b.code = ANY($1::text[])"""


@dataclass(frozen=True, slots=True)
class Stands:
    """What the database holds of a booking: the claims' instants, and the local time at which each mail is due."""

    window: Window
    told: bool
    claims: list[datetime]
    mails: dict[str, datetime]


async def test_a_doctor_falls_ill_and_six_stays_are_moved_and_told(demo: Demo, comes: Comes, tmp_path: Path) -> None:
    nia = await comes("nia")
    families = await _six_on_one_monday(nia, demo, tmp_path)
    before = await _stands(families, demo)
    monday = before[families[0].code].window.start

    await _closes_for_a_week(nia, monday)
    await _accepts_all_and_tells_the_last_one_later(nia, families[-1].code)

    after = await _stands(families, demo)
    assert [one.told for one in after.values()] == [family is not families[-1] for family in families]
    await _tells_the_last(nia)
    after = await _stands(families, demo)
    for family in families:
        await _agrees(family, before[family.code], after[family.code], demo)
    demo.booking("check")  # exits with 1 if a row breaks a promise


async def _six_on_one_monday(nia: Visitor, demo: Demo, tmp_path: Path) -> list[Booked]:
    """Their programme has the short treatment; whoever asks after them is offered the example's own again."""
    demo.booking("publish", str(_short_treatment(tmp_path)))
    cases = demo.seed_ready(FAMILIES)
    month = (demo.now() + timedelta(days=31 * FAR_AHEAD)).date()
    async with asyncio.TaskGroup() as meanwhile:
        meanwhile.create_task(asyncio.to_thread(demo.booking, "publish", str(EXAMPLE)))
        families = [meanwhile.create_task(_books(case, nia, month, demo)) for case in cases]
    return [family.result() for family in families]


def _short_treatment(folder: Path) -> Path:
    """The example clinic as it is written down, but for its protocol."""
    written = copytree(EXAMPLE, folder / "clinic", ignore=ignore_patterns("*.py", "__pycache__"))
    (written / "protocol.toml").write_text(SHORT)
    return written


async def _books(case: str, nia: Visitor, month: date, demo: Demo) -> Booked:
    """The desk knows their address."""
    page = await nia.page.request.get(f"{nia.home}/desk/cases/{case}")
    email = re.search(r"lw-[^\s<]+@example\.com", await page.text())
    assert email
    return await book(case, email[0], month, MONDAY, demo)


async def _closes_for_a_week(nia: Visitor, monday: date) -> None:
    """She is shown whom it touches first, and then what they may have instead."""
    await nia.goes_to("/desk/closures")
    doctor = nia.page.get_by_label("Who or what")
    await doctor.select_option(label=AWAY)
    await nia.types("First day", monday.isoformat())
    await nia.types(re.compile("^Last day"), (monday + timedelta(days=6)).isoformat())
    await nia.types(re.compile("^Reason"), "Ill")
    await nia.presses("Close")
    await nia.is_at(f"{2 * FAMILIES} appointments are in the way")
    await nia.presses("Close anyway")
    await nia.is_at(f"{FAMILIES} bookings are in the way")


async def _accepts_all_and_tells_the_last_one_later(nia: Visitor, last: str) -> None:
    await nia.page.locator(f"#tell-{last}").uncheck(force=True)
    await nia.presses("Accept all that are chosen")
    await nia.is_at("No booking is in the way")
    await nia.sees(f"{FAMILIES} bookings have what you chose")
    await nia.sees("1 family is not told of its new dates")


async def _tells_the_last(nia: Visitor) -> None:
    await nia.follows("Board", within="header")
    await nia.follows("1 family is not told of its new dates")
    assert await faults_of(nia.page) == []
    await nia.follows(re.compile("^See the mail"))
    await nia.sees("Your new dates")
    assert await faults_of(nia.page) == []
    await nia.presses("Tell the family")
    await nia.does_not_see("Moved, and the family is not told")


async def _agrees(family: Booked, before: Stands, after: Stands, demo: Demo) -> None:
    """Claims, itinerary, planned mails and the mail that tells of it: all say the same new dates."""
    later = after.window.start - before.window.start
    assert later
    assert after.claims == sorted(row.starts_at for row in after.window.rows())
    assert after.mails == {occasion: due + later for occasion, due in before.mails.items()}
    itinerary = await family.reads("/itinerary")
    for step in after.window.steps:
        assert f"{step.day:%A} {step.day.day} {step.day:%B}" in itinerary
        assert f"{step.starts:%H:%M}" in itinerary
    mail = await demo.mail(family.email, "Your new dates")
    assert f"{after.window.start.day} {after.window.start:%B}" in mail["text"]
    await family.browser.aclose()


async def _stands(families: Sequence[Booked], demo: Demo) -> dict[str, Stands]:
    """Each booking by its code, in the families' order."""
    server = postgres.find(demo.folder / "postgres")
    assert server
    database = await asyncpg.connect(server.url)
    try:
        rows = {row["code"]: row for row in await database.fetch(STANDS, [family.code for family in families])}
    finally:
        await database.close()
    return {family.code: _read(rows[family.code]) for family in families}


def _read(row: asyncpg.Record) -> Stands:
    return Stands(
        Window.from_json(json.loads(row["window"])),
        row["told"],
        [at.astimezone(UTC) for at in row["claims"]],
        {occasion: datetime.fromisoformat(due) for occasion, due in json.loads(row["mails"] or "{}").items()},
    )
