"""What the desk calls the kinds of resource, and the states of a lot."""

from booking.kit.words import Text, _
from booking.slots.models import LotState

KINDS: dict[str, Text] = {
    "clinician": _("Doctors"),
    "room": _("Rooms"),
    "infusion-chair": _("Infusion chairs"),
    "bed": _("Beds"),
    "therapist": _("Therapists"),
    "interpreter": _("Interpreters"),
}

LOT_STATES: dict[LotState, Text] = {
    LotState.QUARANTINED: _("Quarantined"),
    LotState.RELEASED: _("Released"),
    LotState.RECALLED: _("Recalled"),
}


def kind_name(kind: str) -> Text | str:
    """The name of a kind; the clinic's own word for one that only it has."""
    return KINDS.get(kind) or kind.replace("-", " ").capitalize()
