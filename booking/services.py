"""The outside world as the application meets it: live, or simulated by something that a person can click."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from booking.documents.store import FileStore, open_files
from booking.messages.mailer import Mailer
from booking.messages.smtp import SmtpMailer
from booking.payments.gateway import PaymentGateway
from booking.payments.stripe import StripeGateway
from booking.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Everything outside the database. `now` is the clock, in aware UTC."""

    settings: Settings
    now: Callable[[], datetime]
    payments: PaymentGateway
    mail: Mailer
    files: FileStore


def connect(settings: Settings) -> Services:
    """The outside world that the settings name; nothing of it is called yet."""
    return Services(
        settings=settings,
        now=lambda: datetime.now(UTC),
        payments=StripeGateway(settings.stripe_secret_key, settings.stripe_webhook_secret, settings.stripe_api_base),
        mail=SmtpMailer(settings.smtp),
        files=open_files(settings.files_url),
    )
