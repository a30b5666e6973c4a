"""Coming in and going out: by a mailed link, and for staff by password and code."""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from booking.accounts import audit, sessions, sign_in_links, staff, throttle
from booking.accounts.models import Person
from booking.accounts.sign_in_links import LASTS, Asked
from booking.accounts.staff import Secrets
from booking.accounts.viewers import Viewer, viewer_of_session
from booking.journeys.say import page, recipient_of
from booking.kit.db import transaction
from booking.kit.ids import new_code
from booking.messages import outbox

LINKS_TO_ONE_ADDRESS: Final = throttle.Limit(tries=5, within=timedelta(minutes=15))
LINKS_FROM_ONE_PLACE: Final = throttle.Limit(tries=30, within=timedelta(hours=1))
STAFF_FROM_ONE_PLACE: Final = throttle.Limit(tries=50, within=timedelta(minutes=15))


async def ask_for_link(email: str, *, back: str = "", place: str, pepper: bytes, now: datetime) -> None:
    """Mail a sign-in link to the person with this address, and do nothing for an unknown one.

    Both take the same time and end the same way. `back` is the path of ours to land on; `place` is where the
    asker comes from, and is counted. Raises TooManyTries, for known and unknown addresses alike.
    """
    async with sign_in_links.same_time():
        await throttle.count("link from", place, LINKS_FROM_ONE_PLACE, pepper=pepper, now=now)
        await throttle.count("link to", email.strip().lower(), LINKS_TO_ONE_ADDRESS, pepper=pepper, now=now)
        async with transaction():
            asked = await sign_in_links.ask(email, now=now)
            if asked is not None:
                await _mail(asked, back, now=now)


async def _mail(asked: Asked, back: str, *, now: datetime) -> None:
    person = await Person.get(id=asked.person_id)
    link = page("site:sign-in-link", token=asked.token) + (f"?next={quote(back)}" if back else "")
    told = {"secret_link": link, "minutes": int(LASTS / timedelta(minutes=1))}
    # Each link is a mail of its own: a second try must not find the first one "said already".
    await outbox.say("sign-in", recipient_of(person), told, now=now, about=new_code())


async def sign_in(link: str, *, replaces: str | None, now: datetime) -> str:
    """Spend the link: a new session's token, in place of the one that the browser came with. Raises LinkNotGood."""
    async with transaction():
        person_id = await sign_in_links.use(link, now=now)
        token = await sessions.open_session(person_id, replaces=replaces, now=now)
        await _note(await viewer_of_session(token, now), "session.open", now=now)
    return token


async def sign_in_staff(
    email: str, password: str, code: str, *, replaces: str | None, place: str, secrets: Secrets, now: datetime
) -> str:
    """A staff session's token for both secrets of a post. Raises SignInRefused or TooManyTries."""
    await throttle.count("staff from", place, STAFF_FROM_ONE_PLACE, pepper=secrets.pepper, now=now)
    post = await staff.prove(email, password, code, secrets=secrets, now=now)
    async with transaction():
        token = await sessions.open_session(post.person_id, staff_id=post.staff_id, replaces=replaces, now=now)
        await _note(await viewer_of_session(token, now), "session.open", now=now)
    return token


async def sign_out(viewer: Viewer, token: str, *, now: datetime) -> None:
    """End this browser's session. Signing out twice is no fault."""
    async with transaction():
        await sessions.revoke(token, now=now)
        if viewer.person_id is not None:
            await _note(viewer, "session.close", now=now)


async def _note(viewer: Viewer, action: str, *, now: datetime) -> None:
    await audit.record(viewer, action, f"person {viewer.person_code}", now=now)
