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

ONE_MORE: dict[str, Text] = {
    "clinician": _("one more doctor"),
    "room": _("one more room"),
    "infusion-chair": _("one more infusion chair"),
    "bed": _("one more bed"),
    "therapist": _("one more therapist"),
    "interpreter": _("one more interpreter"),
}

LOT_STATES: dict[LotState, Text] = {
    LotState.QUARANTINED: _("Quarantined"),
    LotState.RELEASED: _("Released"),
    LotState.RECALLED: _("Recalled"),
}


def kind_name(kind: str) -> Text | str:
    """The name of a kind; the clinic's own word for one that only it has."""
    return KINDS.get(kind) or kind.replace("-", " ").capitalize()


def one_more(kind: str) -> Text:
    """One more of a kind, as part of a sentence."""
    return ONE_MORE.get(kind) or _("one more of “%(kind)s”").with_facts(kind=kind_name(kind))


def doses_of(product: str) -> Text:
    """The doses of a product, as the first words of a sentence."""
    return _("Doses of “%(product)s”").with_facts(product=product)


def one_more_lot(product: str) -> Text:
    """One more lot, as part of a sentence."""
    return _("one more lot of “%(product)s”").with_facts(product=product)
