"""The outside world as the application meets it: live, or simulated by something that a person can click."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from booking.documents.store import FileStore
from booking.messages.mailer import Mailer
from booking.payments.gateway import PaymentGateway
from booking.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Everything outside the database. `now` is the clock, in aware UTC."""

    settings: Settings
    now: Callable[[], datetime]
    payments: PaymentGateway
    mail: Mailer
    files: FileStore
