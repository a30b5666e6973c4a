"""What we ask of whoever carries our mail."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, ready to go: the envelope and the bytes."""

    sender: str
    recipient: str
    content: bytes


class Fate(StrEnum):
    """What became of one attempt."""

    SENT = "sent"  # the carrier has taken it on
    NOT_NOW = "not_now"  # not taken; another attempt may succeed and cannot make a second copy
    REFUSED = "refused"  # not taken, and never will be
    UNKNOWN = "unknown"  # it was handed over, and no answer came: it may be there or not
    WITHDRAWN = "withdrawn"  # at the last moment it was not to be sent any more


@dataclass(frozen=True, slots=True)
class Outcome:
    """`said` is the carrier's answer or the fault, for staff."""

    fate: Fate
    said: str = ""


LastWord = Callable[[], Awaitable[bool]]


class Mailer(Protocol):
    """Carries one mail at a time. Raises nothing: every way in which it can end is a Fate."""

    async def send(self, mail: Mail, last_word: LastWord) -> Outcome:
        """Hand the mail over.

        `last_word` is awaited once, when the carrier is ready and before the first byte of content. True commits the
        message to be transmitted: from then on a crash leaves its fate unknown. False stops here.
        """
        ...
