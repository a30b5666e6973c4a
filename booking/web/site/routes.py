"""Every route of this area, gathered from the files beside it."""

from booking.web.policy import Ruled
from booking.web.site import (
    ask,
    ask_questions,
    ask_records,
    ask_saving,
    language,
    programmes,
    promises,
    sign_in,
    staff_sign_in,
)

ROUTES: list[Ruled] = [
    *programmes.ROUTES,
    *promises.ROUTES,
    *language.ROUTES,
    *sign_in.ROUTES,
    *staff_sign_in.ROUTES,
    *ask.ROUTES,
    *ask_records.ROUTES,
    *ask_saving.ROUTES,
    # Last: /ask/{question} would take the addresses of the others.
    *ask_questions.ROUTES,
]
