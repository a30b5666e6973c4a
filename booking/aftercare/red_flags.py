"""Signs after which a clinician is called at once, and the patient told to call for help where they are."""

from enum import StrEnum
from typing import Final

from booking.kit.words import Text, _


class Sign(StrEnum):
    NEW_WEAKNESS = "new_weakness"
    FEVER = "fever"
    SEIZURE = "seizure"
    CHEST_PAIN = "chest_pain"


ASK: Final[dict[Sign, Text]] = {
    Sign.NEW_WEAKNESS: _("Is there new weakness, a drooping face, or trouble speaking or seeing?"),
    Sign.FEVER: _("Is there a fever, 38 degrees or more?"),
    Sign.SEIZURE: _("Was there a seizure (a fit)?"),
    Sign.CHEST_PAIN: _("Is there chest pain, or trouble breathing?"),
}

CALL_NOW: Final = _(
    "Call your local emergency number now. Do not wait for us. We have told our clinician and will call you,"
    " but help is nearer where you are."
)
