"""A window as an opaque, signed text, to be sent out with the dates and back with the choice.

It carries only what the search chose; everything else of a window is the protocol's, which must still be the
one that the window was found for.
"""

from datetime import date, time
from typing import Any, Final

from booking.kit.errors import Refusal
from booking.kit.json_text import json_of, value_of
from booking.kit.seals import Tampered, sign, verify
from booking.kit.words import _
from booking.slots.protocol import Protocol, Step
from booking.slots.windows import Window, WindowStep

# What the key that signs them is derived for: pages and partners' systems read each other's tokens.
WINDOWS: Final = "leeward windows 1"


class WindowUnreadable(Refusal):
    """Not one of our tokens, or changed on its way."""

    status = 422
    say = _("We could not read the dates that you chose. Please choose them again.")


class WindowOutdated(Refusal):
    """The treatment has been changed since these dates were offered, or they were offered for another one."""

    status = 409
    say = _("These dates were worked out for an earlier version of the treatment. Please choose again.")


def window_token(window: Window, key: bytes) -> str:
    """The window as signed, URL-safe text."""
    return sign(key, json_of(_told(window)).encode())


def read_window_token(token: str, key: bytes, *, protocol: Protocol, clinic_id: int, zone: str) -> Window:
    """The window of a token that was offered for this protocol at this clinic.

    Raises:
        WindowUnreadable: not signed by this key.
        WindowOutdated: for another clinic, zone or protocol.
    """
    try:
        clinic, told_zone, fingerprint, start, steps = value_of(verify(key, token))
    except (Tampered, ValueError) as fault:
        raise WindowUnreadable from fault
    if (clinic, told_zone, fingerprint) != (clinic_id, zone, protocol.fingerprint):
        raise WindowOutdated
    read = [_step(step, start, told) for step, told in zip(protocol.steps, steps, strict=True)]
    return Window(clinic_id, zone, fingerprint, tuple(read))


def _told(window: Window) -> list[Any]:
    steps = [
        [(step.day - window.start).days, step.starts.hour * 60 + step.starts.minute, step.resources, step.asks]
        for step in window.steps
    ]
    return [window.clinic_id, window.zone, window.protocol, window.start.toordinal(), steps]


def _step(step: Step, first: int, told: tuple[int, int, list[int], list[str]]) -> WindowStep:
    offset, minute, resources, asks = told
    product, doses = (step.dose.product, step.dose.count) if step.dose else (None, 0)
    day, starts = date.fromordinal(first + offset), time(*divmod(minute, 60))
    before, after = step.buffer_before, step.buffer_after
    served = tuple(resources), product, doses, tuple(asks)
    return WindowStep(step.key, day, starts, step.minutes, before, after, *served)
