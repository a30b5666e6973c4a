"""Someone on the family's side asks the clinic about their case."""

from datetime import datetime

from booking.accounts.viewers import Viewer
from booking.consultations import cases, questions
from booking.kit.db import transaction


async def ask_question(viewer: Viewer, code: str, text: str, *, now: datetime) -> None:
    """Put the question: it waits on the desk's board until someone answers.

    Whoever may read the case may ask. Raises NotFound, and Invalid (`text`) for nothing or far too much.
    """
    async with transaction():
        case = await cases.get(viewer, code)
        await questions.ask(case, text, viewer=viewer, now=now)
