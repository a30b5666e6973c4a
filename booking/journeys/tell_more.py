"""Someone answers what the clinician asked for, and the case goes back to be reviewed."""

from datetime import datetime
from typing import Final

from booking.accounts.viewers import Scope, Viewer
from booking.consultations import cases, drafts
from booking.kit.db import transaction
from booking.kit.errors import Invalid
from booking.kit.words import _

LONGEST: Final = 4000


async def tell_more(viewer: Viewer, code: str, text: str, *, now: datetime) -> None:
    """Add the text to the request's answers, below what was told before, and let the clinician look again.

    Raises NotFound, NotAllowedByThePatient, WrongMoment if nothing was asked for, Invalid (`more`).
    """
    written = text.strip()
    if not written or len(written) > LONGEST:
        raise Invalid({"more": _("Please write something, up to 4,000 characters.")})
    async with transaction():
        case = await cases.get(viewer, code)
        cases.require(viewer, case, Scope.ACT)
        before = (await drafts.read(case, viewer=viewer, now=now)).get("more")
        await drafts.add(case, {"more": f"{before}\n\n{written}" if before else written}, viewer=viewer, now=now)
